/**
 * Runs a scenario on a simulated cluster: the same file, steps, expectations and record as live, on
 * virtual time. The same seed gives the same run.
 */
import { assert } from '../base/assert.ts';
import { deriveSeed, Prng } from '../base/prng.ts';
import type { Violation } from '../contract/model.ts';
import { protocolDefinition } from '../protocols/index.ts';
import { Checker } from '../runtime/simulator/invariants/checker.ts';
import { SimClients } from '../runtime/simulator/timed/clients.ts';
import { Simulation, type OwnEvent } from '../runtime/simulator/timed/simulation.ts';
import type { WorldPorts } from '../runtime/simulator/world/life-maker.ts';
import type { AdminSpec } from '../vocabulary/admin.ts';
import type { NodeId, ProtocolName } from '../vocabulary/ids.ts';
import type { ScenarioAdmin, ScenarioSpec, ScenarioStep } from '../vocabulary/scenario.ts';
import { timingFromMs } from '../vocabulary/timing.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import type { LabEvent } from './ports.ts';
import { ensureMessageTypes } from './message-types.ts';
import { ensureReadLevel } from './read-levels.ts';
import { RecoveryWatch } from './recovery-watch.ts';
import { catchesUpViolation, isLevel } from './scenario-settling.ts';
import { demandsLinearizable, scenarioOf } from './scenario-of-protocol.ts';
import { settingsFor } from './scenario-settings.ts';
import { commandsOf, isAdminAction, joiningIds, lastsMsOf } from './scenario-commands.ts';
import { leaderWaitMs, type ScenarioOutcome } from './scenario-runner.ts';
import { ScenarioSteps } from './scenario-steps.ts';
import { SimulatedCluster } from './simulated-cluster.ts';
import { SimulatedCommands } from './simulated-commands.ts';

export interface SimulatedSink {
  readonly journal: WorldPorts['journal'];
  event(event: LabEvent): void;
  operation(record: OperationRecord): void;
  /** A step was done, or could not be. */
  note(text: string): void;
}

/** A laptop's loopback and disk, as measured (design.md 12). */
const LINK = { delayUsMin: 40, delayUsMax: 120, loss: 0, duplicate: 0 };
const DISK = { latencyUsMin: 120, latencyUsMax: 250 };
const FIRST_LEADER_US_MAX = 15_000_000;
const POLL_MS = 10;
/** Commands that were given before the end may take this long after it. */
const COMMANDS_US_MAX = 20_000_000;
const NO_NEW_LEADER = 'the leader never changed';
const SETTLE_US_MAX = 8_000_000;
const ATTEMPT_US = 100_000;
const GIVE_UP_US = 5_000_000;
const WINDOW = 512;

type StepEvent = OwnEvent & {
  readonly is: 'step';
  readonly step: number;
  readonly waitedMs: number;
};

type UndoEvent = OwnEvent & {
  readonly is: 'undo';
  readonly faults: readonly number[];
  readonly lastsMs: number;
  readonly text: string;
};

export class SimulatedScenario {
  readonly simulation: Simulation;
  readonly #spec: ScenarioSpec;
  readonly #sink: SimulatedSink;
  readonly #cluster: SimulatedCluster;
  readonly #steps: ScenarioSteps;
  readonly #commands: SimulatedCommands;
  readonly #clients: SimClients;
  readonly #open = new Map<ScenarioStep, string>();
  readonly #checker: Checker;
  readonly #prng: Prng;
  readonly #watch: RecoveryWatch | null;
  readonly #undone: string[] = [];
  #leader: string | null = null;
  #began = false;

  constructor(written: ScenarioSpec, protocol: ProtocolName, seed: number, sink: SimulatedSink) {
    const spec = scenarioOf(protocol, written);
    assert(spec.nemesis === null, 'nobody has drawn what the nemesis does');
    this.#spec = spec;
    this.#sink = sink;
    ensureReadLevel(protocol, spec.workload.readLevel);
    ensureMessageTypes(protocol, spec.name, spec.steps);
    const settings = settingsFor(spec, protocol);
    const world = {
      protocol: protocolDefinition(protocol),
      nodes: spec.nodes,
      seed,
      timing: timingFromMs(spec.timing),
      service: spec.service,
      spares: sparesOf(spec),
      eagerSessions: false,
      ...settings,
    };
    const timed = { world, seed, link: LINK, disk: DISK, clockDrift: 0.001 };
    this.simulation = new Simulation(timed, sink.journal);
    this.#checker = new Checker(this.simulation.world);
    this.simulation.world.observe(this.#checker);
    this.#clients = this.#makeClients(seed);
    this.#prng = new Prng(deriveSeed(seed, 'steps'));
    const record = (event: LabEvent): void => sink.event(event);
    this.#cluster = new SimulatedCluster(this.simulation, record);
    this.#cluster.desk.onKilledAtPoint(({ label }) => this.#watch?.noteFault(label));
    this.#steps = new ScenarioSteps(this.#cluster, this.#prng);
    this.#commands = new SimulatedCommands(this.simulation, this.#cluster, record);
    const limit = spec.expect.find((expectation) => expectation.kind === 'recoversWithinMs');
    this.#watch = limit === undefined ? null : new RecoveryWatch(this.#cluster, limit.ms);
    this.simulation.onOwn((event) => this.#handle(event));
  }

  #makeClients(seed: number): SimClients {
    const { clients, ratePerSecond, keys, valueBytes, mix, readLevel } = this.#spec.workload;
    const readLevels = [readLevel ?? 'log'] as const;
    const thinkUs = ratePerSecond === 0 ? 1e12 : (clients / ratePerSecond) * 1e6;
    const load = { count: clients, thinkUs, window: WINDOW, keys, valueBytes, mix, readLevels };
    const times = { attemptUs: ATTEMPT_US, giveUpUs: GIVE_UP_US };
    const made = new SimClients(
      this.simulation,
      { ...load, ...times, delayUs: LINK.delayUsMin, loss: 0 },
      seed,
    );
    made.onOperation = (record) => {
      this.#sink.operation(record);
      this.#watch?.noteOperation(record);
    };
    return made;
  }

  /** Runs to the end: what was violated, expectations and invariants, and what was not done. */
  run(): ScenarioOutcome {
    const { simulation } = this;
    for (const node of this.#cluster.nodeIds) {
      this.#sink.event({ k: 'up', us: 0, node, incarnation: 1 });
    }
    simulation.start();
    simulation.run(FIRST_LEADER_US_MAX, () => this.#cluster.leadership.ready() !== null);
    this.#clients.start();
    this.#leader = this.#leaderKey();
    this.#began = true;
    this.#spec.steps.forEach((step, index) => {
      this.#open.set(step, 'atMs' in step.time ? 'the run ended before' : NO_NEW_LEADER);
      if ('atMs' in step.time) this.#plan(step.time.atMs, index, 0);
    });
    const endUs = simulation.nowUs + this.#spec.durationMs * 1_000;
    simulation.run(endUs, () => this.#noteLeader());
    if (!this.#commands.isIdle) {
      simulation.run(simulation.nowUs + COMMANDS_US_MAX, () => this.#commands.isIdle);
    }
    for (const [step, why] of this.#open) this.#giveUp(step, why);
    const uneven = this.#settle();
    this.#clients.close();
    this.#watch?.finish();
    const failedExpectations = [...(this.#watch?.violations ?? []), ...uneven, ...this.#broken()];
    const demands = demandsLinearizable(this.#spec);
    return { failedExpectations, demandsLinearizable: demands, undone: this.#undone };
  }

  #broken(): Violation[] {
    const us = this.#cluster.nowUs();
    return this.#checker.violations.map(({ id, what, node }) => {
      return { check: id, message: what, us, node };
    });
  }

  #plan(afterMs: number, step: number, waitedMs: number): void {
    this.simulation.plan(afterMs * 1_000, { is: 'step', step, waitedMs } as StepEvent);
  }

  #handle(event: OwnEvent): void {
    if (this.#clients.handle(event) || this.#commands.handle(event)) return;
    if (this.#cluster.handle(event)) return;
    if (event.is === 'undo') return this.#endFaults(event as UndoEvent);
    if (event.is !== 'step') return;
    const { step: index, waitedMs } = event as StepEvent;
    const step = this.#spec.steps[index];
    if (step !== undefined) this.#perform(step, index, waitedMs);
  }

  #leaderKey(): string | null {
    const leader = this.#cluster.leadership.ready();
    const era = leader === null ? undefined : this.simulation.world.describe(leader)?.era;
    return era === undefined ? null : `${leader} ${era.number}`;
  }

  /** Steps that wait for another leader; asked after every event, so cheap. */
  #noteLeader(): boolean {
    if (!this.#began || !this.#spec.steps.some((step) => 'when' in step.time)) return false;
    const key = this.#leaderKey();
    if (key === null || key === this.#leader) return false;
    const isFirst = this.#leader !== null && this.#began;
    this.#leader = key;
    if (!isFirst) return false;
    this.#began = false;
    this.#spec.steps.forEach((step, index) => {
      if (!('when' in step.time)) return;
      this.#open.set(step, 'the run ended before');
      this.#plan(step.time.afterMs, index, 0);
    });
    return false;
  }

  #perform(step: ScenarioStep, index: number, waitedMs: number): void {
    const { action } = step;
    if (isAdminAction(action)) return this.#command(step, action);
    const result = this.#steps.perform(action, step.origin);
    if (result.is === 'waiting' && waitedMs < leaderWaitMs(step)) {
      this.#plan(POLL_MS, index, waitedMs + POLL_MS);
      return;
    }
    this.#open.delete(step);
    if (result.is === 'done' || (result.is === 'refused' && result.changed)) {
      this.#watch?.noteFault(step.text);
      this.#undoLater(step, result.faults);
    }
    if (result.is !== 'done') return this.#giveUp(step, result.why);
    this.#sink.note(step.text);
  }

  /** A fault that lasts ends by itself, if nobody ended it before. */
  #undoLater({ action, text }: ScenarioStep, faults: readonly number[]): void {
    const lastsMs = lastsMsOf(action);
    if (lastsMs === null || faults.length === 0) return;
    const event: UndoEvent = { is: 'undo', faults, lastsMs, text };
    this.simulation.plan(lastsMs * 1_000, event);
  }

  #endFaults({ faults, lastsMs, text }: UndoEvent): void {
    for (const id of faults) this.#cluster.undo(id, `over after ${lastsMs} ms`);
    this.#watch?.noteFault(`the end of "${text}"`);
  }

  #giveUp(step: ScenarioStep, why: string): void {
    this.#open.delete(step);
    if (step.origin !== 'nemesis') this.#undone.push(`${step.text} (${why})`);
    this.#sink.note(`${step.text}: not done: ${why}`);
  }

  #command(step: ScenarioStep, action: ScenarioAdmin): void {
    this.#open.set(step, 'it took too long');
    const meaning = (): readonly AdminSpec[] | null => {
      const specs = commandsOf(action, this.#cluster, this.#prng);
      if (specs !== null && specs.length > 0) this.#watch?.noteFault(step.text);
      return specs;
    };
    this.#commands.perform(meaning, (problem) => {
      this.#watch?.noteFault(`${step.text} (its end)`);
      if (problem !== null) return this.#giveUp(step, problem);
      this.#open.delete(step);
      this.#sink.note(step.text);
    });
  }

  /** Heals, restarts, and lets time pass until all have applied the same. */
  #settle(): readonly Violation[] {
    const hadFaults = this.#cluster.ledger.active.length > 0;
    this.#cluster.undoAll('the scenario ended', true);
    if (hadFaults) this.#watch?.noteFault('the end of the scenario');
    const healedUs = this.#cluster.nowUs();
    const endUs = this.simulation.nowUs + SETTLE_US_MAX;
    let succeeded = !hadFaults;
    const before = this.#clients.onOperation;
    this.#clients.onOperation = (record) => {
      succeeded ||= record.outcome === 'ok';
      before(record);
    };
    if (!succeeded) this.simulation.run(endUs, () => succeeded);
    this.#clients.quiet();
    this.simulation.run(endUs, () => this.#clients.outstanding === 0 && this.#isLevel());
    if (this.#isLevel()) return [];
    const cluster = { memberIds: this.#cluster.memberIds(), nowUs: () => this.#cluster.nowUs() };
    return [catchesUpViolation(cluster, this.#applied(), healedUs)];
  }

  #isLevel(): boolean {
    return isLevel(this.#cluster.memberIds(), this.#applied());
  }

  #applied(): ReadonlyMap<NodeId, { readonly applied: number }> {
    const { world } = this.simulation;
    const applied = new Map<NodeId, { readonly applied: number }>();
    for (const id of world.ids) {
      const driver = world.node(id).life?.driver;
      if (driver !== undefined) applied.set(id, { applied: driver.applied });
    }
    return applied;
  }
}

function sparesOf(spec: ScenarioSpec): number {
  const numbers = joiningIds(spec.steps.map(({ action }) => action)).map(
    (id) => Number(id.slice(1)) - spec.nodes,
  );
  return Math.max(0, ...numbers);
}
