/**
 * Runs a scenario on a simulated cluster: the same file, steps, expectations and record as live, on
 * virtual time. The same seed gives the same run.
 */
import { deriveSeed, Prng } from '../base/prng.ts';
import type { Violation } from '../contract/model.ts';
import { linksBetween } from '../faults/index.ts';
import { protocolDefinition } from '../protocols/index.ts';
import { Checker } from '../runtime/simulator/invariants/checker.ts';
import { SimClients } from '../runtime/simulator/timed/clients.ts';
import { Simulation, type OwnEvent } from '../runtime/simulator/timed/simulation.ts';
import type { WorldPorts } from '../runtime/simulator/world/life-maker.ts';
import type { NodeId, ProtocolName } from '../vocabulary/ids.ts';
import type { ScenarioSpec, ScenarioStep, Selector, StepAction } from '../vocabulary/scenario.ts';
import { timingFromMs } from '../vocabulary/timing.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import type { LabEvent } from './ports.ts';
import { RecoveryWatch } from './recovery-watch.ts';
import { settingsFor } from './scenario-settings.ts';
import { resolveGroups, resolveNodes } from './selectors.ts';
import { SimulatedCluster } from './simulated-cluster.ts';

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
const LEADER_WAIT_MS_MAX = 3_000;
const POLL_MS = 10;
const SETTLE_US_MAX = 8_000_000;
const ATTEMPT_US = 100_000;
const GIVE_UP_US = 5_000_000;
const WINDOW = 512;

type StepEvent = OwnEvent & {
  readonly is: 'step';
  readonly step: number;
  readonly waitedMs: number;
};

export class SimulatedScenario {
  readonly simulation: Simulation;
  readonly #spec: ScenarioSpec;
  readonly #sink: SimulatedSink;
  readonly #cluster: SimulatedCluster;
  readonly #clients: SimClients;
  readonly #checker: Checker;
  readonly #prng: Prng;
  readonly #watch: RecoveryWatch | null;
  #leader: string | null = null;
  #began = false;

  constructor(spec: ScenarioSpec, protocol: ProtocolName, seed: number, sink: SimulatedSink) {
    this.#spec = spec;
    this.#sink = sink;
    const settings = settingsFor(spec, protocol);
    const world = {
      protocol: protocolDefinition(protocol),
      nodes: spec.nodes,
      seed,
      timing: timingFromMs(spec.timing),
      service: spec.service,
      spares: 0,
      eagerSessions: false,
      ...settings,
    };
    const timed = { world, seed, link: LINK, disk: DISK, clockDrift: 0.001 };
    this.simulation = new Simulation(timed, sink.journal);
    this.#checker = new Checker(this.simulation.world);
    this.simulation.world.observe(this.#checker);
    this.#clients = this.#makeClients(seed);
    this.#prng = new Prng(deriveSeed(seed, 'steps'));
    this.#cluster = new SimulatedCluster(this.simulation, (event) => sink.event(event));
    const limit = spec.expect.find((expectation) => expectation.kind === 'recoversWithinMs');
    this.#watch = limit === undefined ? null : new RecoveryWatch(this.#cluster, limit.ms);
    this.simulation.onOwn((event) => this.#handle(event));
  }

  #makeClients(seed: number): SimClients {
    const { clients, ratePerSecond, keys, valueBytes, mix } = this.#spec.workload;
    const thinkUs = ratePerSecond === 0 ? 1e12 : (clients / ratePerSecond) * 1e6;
    const load = { count: clients, thinkUs, window: WINDOW, keys, valueBytes, mix };
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

  /** Runs to the end. @returns what was violated: expectations and invariants. */
  run(): readonly Violation[] {
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
      if ('atMs' in step.time) this.#plan(step.time.atMs, index, 0);
    });
    const endUs = simulation.nowUs + this.#spec.durationMs * 1_000;
    simulation.run(endUs, () => this.#noteLeader());
    this.#settle();
    this.#clients.close();
    this.#watch?.finish();
    return [...(this.#watch?.violations ?? []), ...this.#broken()];
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
    if (this.#clients.handle(event) || event.is !== 'step') return;
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
      if ('when' in step.time) this.#plan(step.time.afterMs, index, 0);
    });
    return false;
  }

  #perform(step: ScenarioStep, index: number, waitedMs: number): void {
    if (this.#tryPerform(step.action)) {
      this.#sink.note(step.text);
      this.#watch?.noteFault(step.text);
    } else if (waitedMs < LEADER_WAIT_MS_MAX) {
      this.#plan(POLL_MS, index, waitedMs + POLL_MS);
    } else {
      this.#sink.note(`${step.text}: not done, there is no leader`);
    }
  }

  /** false: a selector stands for nobody now. */
  #tryPerform(action: StepAction): boolean {
    const cluster = this.#cluster;
    switch (action.do) {
      case 'heal':
        cluster.heal();
        return true;
      case 'partition': {
        const groups = resolveGroups(action.groups, cluster, this.#prng);
        if (groups === null) return false;
        const label = `partition ${groups.map((group) => group.join(' ')).join(' | ')}`;
        this.#note(cluster.begin({ kind: 'cut', links: linksBetween(groups) }, label));
        return true;
      }
      case 'cut':
      case 'delay':
      case 'loss':
        return this.#performOnLinks(action);
      default:
        return this.#performOnNodes(action);
    }
  }

  #note(problem: string | null): void {
    if (problem !== null) this.#sink.note(problem);
  }

  #performOnLinks(action: Extract<StepAction, { from: readonly Selector[] }>): boolean {
    const from = resolveNodes(action.from, this.#cluster, this.#prng);
    const to = resolveNodes(action.to, this.#cluster, this.#prng);
    if (from === null || to === null) return false;
    const links = from.flatMap((source) =>
      to.filter((target) => target !== source).map((target) => ({ from: source, to: target })),
    );
    const cluster = this.#cluster;
    if (action.do === 'cut') this.#note(cluster.begin({ kind: 'cut', links }, null));
    else if (action.do === 'delay') {
      const { ms: delayMs, jitterMs } = action;
      this.#note(cluster.begin({ kind: 'delay', links, delayMs, jitterMs }, null));
    } else {
      const { probability } = action;
      this.#note(cluster.begin({ kind: 'loss', links, probability }, null));
    }
    return true;
  }

  #performOnNodes(action: Extract<StepAction, { node: readonly Selector[] }>): boolean {
    const nodes = resolveNodes(action.node, this.#cluster, this.#prng);
    if (nodes === null) return false;
    for (const node of nodes) this.#performOn(action.do, node);
    return true;
  }

  #performOn(verb: Extract<StepAction, { node: readonly Selector[] }>['do'], node: NodeId): void {
    const cluster = this.#cluster;
    if (verb === 'start') cluster.startNode(node);
    else if (verb === 'resume') cluster.resumeNode(node);
    else if (verb === 'isolate') {
      const others = cluster.nodeIds.filter((other) => other !== node);
      const links = linksBetween([[node], others]);
      this.#note(cluster.begin({ kind: 'cut', links }, `isolate ${node}`));
    } else this.#note(cluster.begin({ kind: verb, node }, null));
  }

  /** Heals, restarts, and lets time pass until all have applied the same. */
  #settle(): void {
    const { world } = this.simulation;
    const hadFaults = this.#cluster.ledger.active.length > 0;
    this.#cluster.undoAll('the scenario ended');
    if (hadFaults) this.#watch?.noteFault('the end of the scenario');
    const endUs = this.simulation.nowUs + SETTLE_US_MAX;
    let succeeded = !hadFaults;
    const before = this.#clients.onOperation;
    this.#clients.onOperation = (record) => {
      succeeded ||= record.outcome === 'ok';
      before(record);
    };
    this.simulation.run(endUs, () => succeeded);
    this.#clients.quiet();
    const isLevel = () =>
      this.#clients.outstanding === 0 &&
      world.ids.every((id) => world.node(id).life?.driver.applied === this.#checker.common.max);
    this.simulation.run(endUs, isLevel);
  }
}
