/** `qlab fuzz`: a swarm of whole-cluster simulations, one per seed; violations as scripts. */
import { InvalidArgumentError, type Command } from 'commander';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../contract/errors.ts';
import type { FuzzResult } from '../../contract/results.ts';
import { protocolDefinition } from '../../protocols/index.ts';
import { focusOf } from '../../runtime/simulator/swarm/change-plan.ts';
import { SWARM_DEFAULTS } from '../../runtime/simulator/swarm/plan.ts';
import type { ProtocolName } from '../../vocabulary/ids.ts';
import { FuzzPool, type FuzzTotals } from './fuzz-pool.ts';
import type { FuzzSetup, MinimisedScript } from './fuzz-worker.ts';
import { knownMutants } from './mutant-names.ts';
import { parseProtocol, parseSimulatedNodes, parseTrials } from './options.ts';
import type { SetExitCode } from './shared.ts';
import { print, printJson } from './terminal.ts';

interface FuzzOptions {
  readonly protocol: ProtocolName;
  readonly seeds: readonly [number, number];
  readonly mutant: readonly string[];
  readonly nodes?: number;
  readonly plain?: boolean;
  readonly crashPoints?: boolean;
  readonly max: number;
  readonly threads: number;
  readonly out: string;
  readonly json?: boolean;
}

const EXIT_VIOLATION = 1;
const MINIMISE_MS = 45_000;
const SEEDS_DEFAULT: readonly [number, number] = [0, 999];

export function addFuzzCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command('fuzz')
    .summary('simulate whole clusters under random faults')
    .description(
      'Run a swarm of simulated clusters, one per seed, under random faults; check every ' +
        'invariant after every step. A violation is minimised and written as a script for ' +
        '`qlab script`.',
    )
    .requiredOption('--protocol <name>', 'paxos, raft or zab', parseProtocol)
    .option('--seeds <from..to>', 'seeds to run, both ends included', parseSeeds, SEEDS_DEFAULT)
    .option('--mutant <name>', 'rule to switch off, may be given again', collect, [])
    .option('--nodes <count>', 'cluster size (default: drawn, 1 to 7)', parseSimulatedNodes)
    .option('--plain', 'only faults and clients: no operator, no reads beside the log')
    .option('--crash-points', 'also kill nodes at named points of what they do with an input')
    .option('--max <count>', 'stop after so many violations', parseTrials, 1)
    .option('--threads <count>', 'threads', parseTrials, 2)
    .option('--out <directory>', 'where scripts are written', 'fuzz-scripts')
    .option('--json', 'print exactly one JSON object on standard output')
    .action(async (options: FuzzOptions) => {
      const result = await fuzz(options);
      if (options.json) printJson(result);
      else printResult(result);
      if (result.violations.length > 0) setExitCode(EXIT_VIOLATION);
    });
}

function collect(name: string, names: readonly string[]): readonly string[] {
  return [...names, name];
}

function parseSeeds(text: string): readonly [number, number] {
  const match = /^(\d+)(?:\.\.(\d+))?$/.exec(text);
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  if (match === null || !Number.isSafeInteger(to) || from > to) {
    throw new InvalidArgumentError('allowed: a seed, or a range like 0..9999 with both ends whole');
  }
  return [from, to];
}

async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { protocol, seeds, mutant, max, threads } = options;
  const definition = protocolDefinition(protocol);
  const mutants = knownMutants(definition, mutant);
  const { safetyMs } = SWARM_DEFAULTS;
  const plain = options.plain === true;
  const nodes = options.nodes ?? null;
  const focus = focusOf(definition, mutants);
  const crashPoints = options.crashPoints === true;
  const setup: FuzzSetup = { protocol, mutants, nodes, safetyMs, plain, focus, crashPoints };
  tell(headline(options, setup));
  const pool = new FuzzPool(setup, threads);
  const startMs = performance.now();
  try {
    const progress = progressTeller(seeds[1] - seeds[0] + 1, startMs);
    const [from, to] = seeds;
    const totals = await pool.run({ from, to, violationsMax: max, onProgress: progress });
    const minutes = (performance.now() - startMs) / 60_000;
    if (totals.found.length > 0) tell(`${totals.found.length} found; minimising`);
    const found = totals.found.map(({ seed }) => seed);
    const scripts = await pool.minimise(found, MINIMISE_MS);
    return {
      protocol,
      mutants: [...mutants],
      seeds: [from, to],
      runs: totals.runs,
      runsPerMinute: Math.round(totals.runs / minutes),
      violations: totals.found.map((violation) => {
        const script = scripts.find(({ seed }) => seed === violation.seed);
        const { actions = 0, actionsBefore = 0 } = script ?? {};
        return { ...violation, script: writeScript(options, script), actions, actionsBefore };
      }),
    };
  } finally {
    await pool.close();
  }
}

function headline({ protocol, seeds, max, threads }: FuzzOptions, setup: FuzzSetup): string {
  const { mutants, nodes, safetyMs, plain, focus } = setup;
  return [
    `fuzz ${protocol} seeds ${seeds[0]}..${seeds[1]}`,
    `nodes ${nodes ?? '1 to 7'}`,
    `${safetyMs} ms of faults, then healed until level`,
    `mutants ${mutants.length === 0 ? 'none' : mutants.join(', ')}`,
    ...(plain ? ['plain: no operator, reads through the log'] : []),
    ...(setup.crashPoints === true ? ['nodes die at named points, too'] : []),
    ...(focus.length === 0 ? [] : [`every seed with ${focus.join(', ')}`]),
    `stops after ${max} violation${max === 1 ? '' : 's'}`,
    `${threads} threads`,
  ].join('; ');
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

const TELL_EVERY_MS = 5_000;

function progressTeller(seeds: number, startMs: number): (totals: FuzzTotals) => void {
  let nextMs = startMs + TELL_EVERY_MS;
  return ({ runs, faults }) => {
    const nowMs = performance.now();
    if (nowMs < nextMs) return;
    nextMs = nowMs + TELL_EVERY_MS;
    const perMinute = Math.round(runs / ((nowMs - startMs) / 60_000));
    tell(`${runs} of ${seeds} runs, ${perMinute} a minute, ${faults} faults`);
  };
}

function writeScript({ out, protocol }: FuzzOptions, script?: MinimisedScript): string | null {
  if (script === undefined || script.text === null) return null;
  const file = join(out, `${protocol}-${script.seed}.qs`);
  try {
    mkdirSync(out, { recursive: true });
    writeFileSync(file, script.text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LabError('bad-input', `cannot write ${file}: ${why}`);
  }
  return file;
}

function printResult({ protocol, runs, runsPerMinute, violations, seeds }: FuzzResult): void {
  print([
    `${protocol}: ${runs} runs of seeds ${seeds[0]}..${seeds[1]}, ${runsPerMinute} a minute`,
    ...(violations.length === 0 ? ['no violation'] : []),
    ...violations.flatMap(({ seed, invariant, message, script, actions, actionsBefore }) => [
      '',
      `seed ${seed} violates ${invariant}: ${message}`,
      script === null
        ? '  the schedule alone does not reproduce it; run the seed again'
        : `  ${script} (${actions} of ${actionsBefore} actions): ` +
          `qlab script ${script} --protocol ${protocol}`,
    ]),
  ]);
}
