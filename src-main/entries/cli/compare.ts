/** `qlab compare`: the same scenario on several protocols, side by side. */
import type { Command } from 'commander';
import type { Run } from '../../contract/model.ts';
import { findScenario } from '../../lab/scenario-library.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../../vocabulary/ids.ts';
import type { ScenarioSpec } from '../../vocabulary/scenario.ts';
import { openLabHost } from '../compose.ts';
import { SCENARIO_DIRECTORY } from '../data-places.ts';
import { exitCodeOf, figureOf, METRIC_ROWS, verdictOf, violationLines } from './figures.ts';
import { useWithInterrupts } from './interrupts.ts';
import { parseProtocols, parseSeed, parseTrials } from './options.ts';
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

interface CompareOptions extends CommonOptions {
  readonly protocols: readonly ProtocolName[];
  readonly trials: number;
  readonly seed?: number;
  readonly sequential?: boolean;
  readonly sim?: boolean;
}

/** Run numbers in a cell, at most. */
const IDS_SHOWN = 5;

export function addCompareCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command('compare')
    .summary('run a scenario on several protocols, side by side')
    .description('Run the same scenario with the same seed on several protocols and compare them.')
    .argument('<scenario>', 'name of a shipped scenario, or path of a YAML file')
    .option('--protocols <list>', 'which, separated by commas', parseProtocols, PROTOCOL_NAMES)
    .option('--trials <number>', 'how often; each trial with the next seed', parseTrials, 1)
    .option('--seed <number>', 'seed of the first trial instead of the one in the file', parseSeed)
    .option('--sequential', 'one protocol after the other: slower, quieter figures')
    .option('--live', 'on real processes (default)')
    .option('--sim', 'on the simulator: virtual time, the same seed is the same run');
  addCommonOptions(command).action(async (scenario: string, options: CompareOptions) => {
    const spec = findScenario(scenario, SCENARIO_DIRECTORY);
    const runs = options.sim ? await simulate(spec, options) : await runTrials(spec, options);
    if (options.json) printJson({ scenario: spec.name, runs: runs.map(runResult) });
    else printComparison(spec, runs, options);
    setExitCode(exitCodeOf(runs));
  });
}

function simulate(spec: ScenarioSpec, options: CompareOptions): Promise<Run[]> {
  const firstSeed = options.seed ?? spec.seed;
  return runSimulated(spec, {
    protocols: options.protocols,
    seeds: Array.from({ length: options.trials }, (_, trial) => firstSeed + trial),
    places: placesOf(options),
    onNote: () => undefined,
  });
}

function runTrials(spec: ScenarioSpec, options: CompareOptions): Promise<Run[]> {
  const progress = new ProgressLine(spec.durationMs);
  const firstSeed = options.seed ?? spec.seed;
  return useWithInterrupts(
    () => openLabHost(placesOf(options)),
    async ({ api }) => {
      const runs: Run[] = [];
      for (let trial = 0; trial < options.trials; trial += 1) {
        const started = await api.lab.runScenario(spec, {
          protocols: options.protocols,
          seed: firstSeed + trial,
          sequential: options.sequential ?? false,
          onProgress: progress.report,
        });
        progress.begin();
        runs.push(...(await started.finished));
      }
      return runs;
    },
  ).finally(() => progress.end());
}

function printComparison(spec: ScenarioSpec, runs: readonly Run[], options: CompareOptions): void {
  const groups = options.protocols.map((protocol) => ({
    protocol,
    runs: runs.filter((run) => run.protocol === protocol),
  }));
  const trials = options.trials === 1 ? '' : `, median of ${options.trials} trials`;
  const seed = options.seed ?? spec.seed;
  const rows = [
    ...METRIC_ROWS.map((row) => [row.title, ...groups.map((group) => figureOf(row, group.runs))]),
    ['verdict', ...groups.map((group) => verdictOf(group.runs))],
    ['recorded as run', ...groups.map((group) => idsText(group.runs.map((run) => run.id)))],
  ];
  const columns = groups.map(({ protocol }) => ({ title: protocol, align: 'right' as const }));
  const first = runs[0];
  print([
    `${spec.title} (${spec.name}): ${spec.nodes} nodes, seed ${seed}${trials}`,
    '',
    ...tableLines([{ title: '' }, ...columns], rows),
    '',
    ...runs.flatMap((run) => violationLines(run).map((line) => `run ${run.id}${line}`)),
    ...runs.flatMap((run) => (run.note === null ? [] : [`run ${run.id}: ${run.note}`])),
    ...(first === undefined ? [] : [`look closer: ${showHint(first.id, options)}`]),
  ]);
}

/** Of many trials the first and the last: a column stays narrow. */
function idsText(ids: readonly number[]): string {
  if (ids.length <= IDS_SHOWN) return ids.join(' ');
  return `${ids[0]} to ${ids.at(-1)}`;
}
