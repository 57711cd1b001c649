/** A thread of `qlab fuzz`: runs blocks of seeds, and cuts failing schedules down. */
import { parentPort, workerData } from 'node:worker_threads';
import { protocolDefinition } from '../../protocols/index.ts';
import type { MutantFocus } from '../../protocols/kernel/core.ts';
import { minimise } from '../../runtime/simulator/swarm/minimise.ts';
import { planText, type SwarmOptions } from '../../runtime/simulator/swarm/plan.ts';
import { scheduleText } from '../../runtime/simulator/swarm/schedule-text.ts';
import { runSeed } from '../../runtime/simulator/swarm/swarm-run.ts';
import type { ProtocolName } from '../../vocabulary/ids.ts';

export interface FuzzSetup {
  readonly protocol: ProtocolName;
  readonly mutants: readonly string[];
  readonly nodes: number | null;
  readonly safetyMs: number;
  readonly plain: boolean;
  readonly focus: readonly MutantFocus[];
  /** Nodes are also killed at named points. */
  readonly crashPoints?: boolean;
}

export type FuzzJob =
  | { readonly do: 'run'; readonly from: number; readonly to: number }
  | {
      readonly do: 'minimise';
      readonly seed: number;
      readonly budgetMs: number;
      /** Whether the script names the mutants itself. */
      readonly withMutants: boolean;
    };

export interface FoundViolation {
  readonly seed: number;
  readonly invariant: string;
  readonly message: string;
}

export interface MinimisedScript {
  readonly seed: number;
  /** null: playing the schedule alone does not break the invariant. */
  readonly text: string | null;
  readonly actions: number;
  readonly actionsBefore: number;
}

export type FuzzAnswer =
  | {
      readonly did: 'run';
      readonly from: number;
      readonly to: number;
      readonly steps: number;
      readonly acknowledged: number;
      readonly faults: number;
      readonly found: readonly FoundViolation[];
    }
  | { readonly did: 'minimise'; readonly script: MinimisedScript };

function optionsOf(setup: FuzzSetup): SwarmOptions {
  return { ...setup, protocol: protocolDefinition(setup.protocol), options: {} };
}

/** Runs seeds [from, to], both inclusive. */
export function runBlock(setup: FuzzSetup, from: number, to: number): FuzzAnswer {
  const options = optionsOf(setup);
  const found: FoundViolation[] = [];
  let steps = 0;
  let acknowledged = 0;
  let faults = 0;
  for (let seed = from; seed <= to; seed += 1) {
    const run = runSeed(seed, options);
    steps += run.steps;
    acknowledged += run.acknowledged;
    faults += run.faults;
    const { violation } = run;
    if (violation !== null) found.push({ seed, invariant: violation.id, message: violation.what });
  }
  return { did: 'run', from, to, steps, acknowledged, faults, found };
}

/** Runs a failing seed again, written down, and cuts what was done to what is needed. */
export function minimiseSeed(
  setup: FuzzSetup,
  { seed, budgetMs, withMutants }: Extract<FuzzJob, { do: 'minimise' }>,
): MinimisedScript {
  const run = runSeed(seed, optionsOf(setup), { record: true });
  const actionsBefore = run.actions.length;
  if (run.violation === null) return { seed, text: null, actions: 0, actionsBefore };
  const endMs = performance.now() + budgetMs;
  const spec = run.plan.timed.world;
  const invariant = run.violation.id;
  const isOver = () => performance.now() > endMs;
  const schedule = minimise({ spec, actions: run.actions }, { invariant, isOver });
  if (schedule === null) return { seed, text: null, actions: 0, actionsBefore };
  const mutants = setup.mutants.length === 0 ? '' : `, mutant ${setup.mutants.join(', ')}`;
  const title = [
    `${setup.protocol}${mutants}: seed ${seed} of the swarm, minimised.`,
    `${schedule.violation.id}: ${schedule.violation.what}`,
    `Drawn by the seed: ${planText(run.plan)}.`,
  ];
  const text = scheduleText(schedule, { title, withMutants });
  return { seed, text, actions: schedule.actions.length, actionsBefore };
}

if (parentPort !== null) {
  const port = parentPort;
  const setup = workerData as FuzzSetup;
  port.on('message', (job: FuzzJob) => {
    const answer: FuzzAnswer =
      job.do === 'run'
        ? runBlock(setup, job.from, job.to)
        : { did: 'minimise', script: minimiseSeed(setup, job) };
    port.postMessage(answer);
  });
}
