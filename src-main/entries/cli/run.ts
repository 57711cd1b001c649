/** `qlab run`: one scenario on one protocol, live or simulated. */
import type { Command } from 'commander';
import type { Run } from '../../contract/model.ts';
import { findScenario } from '../../lab/scenario-library.ts';
import type { ProtocolName } from '../../vocabulary/ids.ts';
import type { ScenarioSpec } from '../../vocabulary/scenario.ts';
import { openLabHost } from '../compose.ts';
import { SCENARIO_DIRECTORY } from '../data-places.ts';
import {
  changeLines,
  exitCodeOf,
  figureOf,
  METRIC_ROWS,
  verdictText,
  violationLines,
} from './figures.ts';
import { useWithInterrupts } from './interrupts.ts';
import { parseProtocol, parseSeed } from './options.ts';
import { ProgressLine } from './progress.ts';
import { runSimulated } from './run-sim.ts';
import {
  addCommonOptions,
  placesOf,
  runResult,
  showHint,
  type CommonOptions,
  type SetExitCode,
} from './shared.ts';
import { print, printJson, tableLines } from './terminal.ts';

interface RunOptions extends CommonOptions {
  readonly protocol?: ProtocolName;
  readonly seed?: number;
  readonly sim?: boolean;
}

export function addRunCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('run')
    .summary('run a scenario on one protocol')
    .description(
      'Run a scenario on a cluster of real processes (or, with --sim, on the simulator), record ' +
        'it and check it.',
    )
    .argument('<scenario>', 'name of a shipped scenario, or path of a YAML file')
    .option(
      '--protocol <name>',
      'paxos, raft or zab (default: what the file says, else raft)',
      parseProtocol,
    )
    .option('--seed <number>', 'another seed than the file has', parseSeed)
    .option('--live', 'on real processes (default)')
    .option('--sim', 'on the simulator: virtual time, the same seed is the same run');
  addCommonOptions(command).action(async (scenario: string, options: RunOptions) => {
    const spec = findScenario(scenario, SCENARIO_DIRECTORY);
    const run = options.sim ? await simulateOne(spec, options) : await runOne(spec, options);
    if (options.json) printJson(runResult(run));
    else printRun(run, options);
    setExitCode(exitCodeOf([run]));
  });
}

async function runOne(spec: ScenarioSpec, options: RunOptions): Promise<Run> {
  const protocol = options.protocol ?? spec.protocol ?? 'raft';
  const progress = new ProgressLine(spec.durationMs);
  const runs = await useWithInterrupts(
    () => openLabHost(placesOf(options)),
    async ({ api }) => {
      const started = await api.lab.runScenario(spec, {
        protocols: [protocol],
        seed: options.seed ?? spec.seed,
        sequential: false,
        onProgress: progress.report,
      });
      progress.begin();
      return started.finished;
    },
  ).finally(() => progress.end());
  const [run] = runs;
  if (run === undefined) throw new Error('the run ended without a result');
  return run;
}

async function simulateOne(spec: ScenarioSpec, options: RunOptions): Promise<Run> {
  const [run] = await runSimulated(spec, {
    protocols: [options.protocol ?? spec.protocol ?? 'raft'],
    seeds: [options.seed ?? spec.seed],
    places: placesOf(options),
    onNote: (text) => process.stderr.write(`simulated: ${text}\n`),
  });
  if (run === undefined) throw new Error('the simulation ended without a result');
  return run;
}

function printRun(run: Run, options: CommonOptions): void {
  const figures = METRIC_ROWS.map((row) => [row.title, figureOf(row, [run])]);
  print([
    `${run.name}: ${run.protocol}, ${run.nodes} nodes, seed ${run.seed}`,
    '',
    ...tableLines([{ title: 'figure' }, { title: run.protocol, align: 'right' }], figures),
    ...changeLines(run),
    '',
    `verdict: ${verdictText(run.verdict)}`,
    ...violationLines(run),
    ...(run.note === null ? [] : [`${run.status}: ${run.note}`]),
    `recorded as run ${run.id}: ${showHint(run.id, options)}`,
  ]);
}
