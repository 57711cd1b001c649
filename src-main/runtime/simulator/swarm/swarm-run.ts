/**
 * One seed of the swarm: a safety phase in which anything may happen, then everything is healed and
 * the cluster has to converge within a bound (X12 of protocols.md 7.1).
 */
import { AssertionError } from '../../../base/assert.ts';
import { digestHex, digestOf, DIGEST_ZERO, type Digest } from '../../../protocols/kernel/digest.ts';
import type { Effect, Input } from '../../../protocols/kernel/core.ts';
import { Checker } from '../invariants/checker.ts';
import type { Violation } from '../invariants/violation.ts';
import { SimClients } from '../timed/clients.ts';
import { Simulation } from '../timed/simulation.ts';
import type { Action } from '../world/actions.ts';
import type { WorldObserver } from '../world/observed.ts';
import type { SimNode } from '../world/sim-node.ts';
import { converge } from './converge.ts';
import { CrashMaker } from './crash-maker.ts';
import { FaultMaker } from './faults.ts';
import { Operator } from './operator.ts';
import { drawPlan, type SwarmOptions, type SwarmPlan } from './plan.ts';

export interface SwarmRun {
  readonly plan: SwarmPlan;
  readonly violation: Violation | null;
  readonly steps: number;
  readonly acknowledged: number;
  readonly committed: number;
  readonly elections: number;
  readonly faults: number;
  /** Given by the operator. */
  readonly commands: number;
  /** When the run ended, in virtual time. */
  readonly endUs: number;
  /** Over every step of every core, when asked for. */
  readonly hash: string | null;
  /** Everything that was done, when asked for. */
  readonly actions: readonly Action[];
}

export interface SwarmRunOptions {
  readonly hash?: boolean;
  readonly record?: boolean;
}

/** A sound run takes a tenth of it; beyond it messages multiply and no time passes any more. */
const STEPS_MAX = 400_000;

/** Hash chained over every step: what two runs that are the same have in common. */
export class TraceHash implements WorldObserver {
  #digest: Digest = DIGEST_ZERO;

  stepped(node: SimNode, input: Input, effects: readonly Effect[]): void {
    this.#digest = digestOf([node.id, input, effects], this.#digest);
  }

  get hex(): string {
    return digestHex(this.#digest);
  }
}

class Counter implements WorldObserver {
  steps = 0;

  stepped(): void {
    this.steps += 1;
  }
}

export function runSeed(
  seed: number,
  options: SwarmOptions,
  { hash = false, record = false }: SwarmRunOptions = {},
): SwarmRun {
  const plan = drawPlan(seed, options);
  const simulation = new Simulation(plan.timed);
  const { world } = simulation;
  const checker = new Checker(world);
  world.observe(checker);
  const trace = hash ? new TraceHash() : null;
  if (trace !== null) world.observe(trace);
  const counter = new Counter();
  world.observe(counter);
  if (record) world.record = [];
  const clients = new SimClients(simulation, plan.clients, seed);
  const operator = new Operator(simulation, checker, plan.changes.operator, seed);
  const faults = new FaultMaker(simulation, plan, () => operator.mayLoseDisk());
  const crashes = options.crashPoints === true ? new CrashMaker(simulation, plan) : null;
  simulation.onOwn((event) => {
    const isMine = clients.handle(event) || faults.handle(event) || operator.handle(event);
    if (!isMine) crashes?.handle(event);
  });
  const running = { plan, simulation, checker, counter, clients, faults, crashes, operator };
  const violation = runPhases(running);
  return {
    plan,
    violation,
    steps: counter.steps,
    acknowledged: checker.common.acknowledged,
    committed: checker.common.max,
    elections: checker.common.elections,
    commands: operator.given,
    faults: [...faults.made.values(), crashes?.made ?? 0].reduce((sum, count) => sum + count, 0),
    endUs: Math.round(simulation.nowUs),
    hash: trace?.hex ?? null,
    actions: world.record ?? [],
  };
}

interface Running {
  readonly plan: SwarmPlan;
  readonly simulation: Simulation;
  readonly checker: Checker;
  readonly counter: Counter;
  readonly clients: SimClients;
  readonly faults: FaultMaker;
  readonly crashes: CrashMaker | null;
  readonly operator: Operator;
}

function runPhases(running: Running): Violation | null {
  const { plan, simulation, checker, clients, faults, crashes, operator } = running;
  const isBroken = () => isOver(running);
  try {
    simulation.start();
    clients.start();
    faults.start();
    crashes?.start();
    operator.start();
    simulation.run(plan.safetyUs, isBroken);
    if (isBroken()) return checker.violations[0] ?? storm(running);
    operator.stop();
    crashes?.stop();
    faults.healAll();
    return converge({ ...running, isOver: isBroken }) ?? checker.violations[0] ?? null;
  } catch (error) {
    // A failed assertion of the driver or of a state machine is a finding with a seed, too.
    if (!(error instanceof AssertionError)) throw error;
    return checker.violations[0] ?? { id: 'assertion', node: null, what: error.message };
  }
}

function isOver({ checker, counter }: Running): boolean {
  return checker.violations.length > 0 || counter.steps > STEPS_MAX;
}

function storm({ simulation, counter }: Running): Violation {
  const underWay = simulation.world.network.count;
  const text = `${counter.steps} steps, ${underWay} messages under way: they multiply`;
  return { id: 'storm', node: null, what: text };
}
