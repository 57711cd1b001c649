/** `qlab minimize`: cuts a failing seed, or a failing script, down to what makes it fail. */
import type { Command } from 'commander';
import { writeFileSync } from 'node:fs';
import { LabError } from '../../contract/errors.ts';
import type { MinimizeResult } from '../../contract/results.ts';
import { protocolDefinition } from '../../protocols/index.ts';
import { scheduleOfScript } from '../../runtime/simulator/script/schedule-of-script.ts';
import { ScriptError } from '../../runtime/simulator/script/script-line.ts';
import { focusOf } from '../../runtime/simulator/swarm/change-plan.ts';
import { minimise, type Schedule } from '../../runtime/simulator/swarm/minimise.ts';
import { SWARM_DEFAULTS } from '../../runtime/simulator/swarm/plan.ts';
import { scheduleText } from '../../runtime/simulator/swarm/schedule-text.ts';
import { runSeed } from '../../runtime/simulator/swarm/swarm-run.ts';
import type { ProtocolName } from '../../vocabulary/ids.ts';
import { knownMutants } from './mutant-names.ts';
import { parseProtocol, parseSeed, parseTrials } from './options.ts';
import { readScript } from './script-files.ts';
import { print, printJson } from './terminal.ts';

interface MinimizeOptions {
  readonly protocol: ProtocolName;
  readonly seed?: number;
  readonly mutant: readonly string[];
  readonly seconds: number;
  readonly out: string;
  readonly json?: boolean;
}

interface Failing {
  readonly schedule: Schedule;
  readonly invariant: string;
  readonly from: string;
}

export function addMinimizeCommand(program: Command): void {
  program
    .command('minimize')
    .summary('cut a failing seed or script down')
    .description(
      'Cut a failing seed of the swarm, or a script that breaks an invariant, down to the nodes, ' +
        'faults, operations and messages that make it fail; write what is left as a script.',
    )
    .argument('[script]', 'path of a .qs file; without it, --seed says what fails')
    .requiredOption('--protocol <name>', 'paxos, raft or zab', parseProtocol)
    .option('--seed <number>', 'seed of qlab fuzz', parseSeed)
    .option('--mutant <name>', 'rule to switch off, may be given again', collect, [])
    .option('--seconds <count>', 'how long to search at most', parseTrials, 55)
    .option('--out <file>', 'where the script is written', 'minimized.qs')
    .option('--json', 'print exactly one JSON object on standard output')
    .action((script: string | undefined, options: MinimizeOptions) => {
      const result = minimizeOne(script, options);
      if (options.json) printJson(result);
      else {
        const { actions, actionsBefore, invariant, message } = result;
        print([
          `${invariant}: ${message}`,
          `${result.script} (${actions} of ${actionsBefore} actions)`,
        ]);
      }
    });
}

function collect(name: string, names: readonly string[]): readonly string[] {
  return [...names, name];
}

function minimizeOne(script: string | undefined, options: MinimizeOptions): MinimizeResult {
  const { protocol, seconds, out } = options;
  const failing = script === undefined ? failingSeed(options) : failingScript(script, options);
  const { schedule, invariant, from } = failing;
  const endMs = performance.now() + seconds * 1_000;
  const isOver = () => performance.now() > endMs;
  const small = minimise(schedule, { invariant, isOver });
  if (small === null) {
    throw new LabError('bad-input', `${from}: what was done does not break ${invariant} again`);
  }
  const title = [`${protocol}: ${from}, minimised.`, `${invariant}: ${small.violation.what}`];
  writeFileSync(out, scheduleText(small, { title, withMutants: true }));
  const [actions, actionsBefore] = [small.actions.length, schedule.actions.length];
  return {
    protocol,
    invariant,
    message: small.violation.what,
    actions,
    actionsBefore,
    script: out,
  };
}

function failingSeed({ protocol, seed, mutant }: MinimizeOptions): Failing {
  if (seed === undefined) throw new LabError('bad-input', 'allowed: a script, or --seed <number>');
  const definition = protocolDefinition(protocol);
  const mutants = knownMutants(definition, mutant);
  const focus = focusOf(definition, mutants);
  const setup = { ...SWARM_DEFAULTS, protocol: definition, mutants, focus };
  const run = runSeed(seed, setup, { record: true });
  if (run.violation === null) throw new LabError('bad-input', `seed ${seed} breaks nothing`);
  const schedule = { spec: run.plan.timed.world, actions: run.actions };
  return { schedule, invariant: run.violation.id, from: `seed ${seed}` };
}

function failingScript(file: string, { protocol, mutant }: MinimizeOptions): Failing {
  const definition = protocolDefinition(protocol);
  const mutants = knownMutants(definition, mutant);
  try {
    const found = scheduleOfScript(readScript(file), { protocol: definition, mutants });
    if (found.violation === null) {
      throw new LabError('bad-input', `${file} breaks no invariant; nothing to cut down`);
    }
    return { schedule: found, invariant: found.violation.id, from: file };
  } catch (error) {
    if (error instanceof ScriptError) throw new LabError('bad-input', `${file}: ${error.message}`);
    throw error;
  }
}
