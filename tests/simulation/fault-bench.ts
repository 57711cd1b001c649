/** A simulated cluster under load, whose fault desk tests use and whose every message they see. */
import { ensure } from '../../src-main/base/assert.ts';
import type { ViewEvent } from '../../src-main/contract/events.ts';
import type { LabEvent } from '../../src-main/lab/ports.ts';
import { SimulatedCluster } from '../../src-main/lab/simulated-cluster.ts';
import { protocolDefinition } from '../../src-main/protocols/index.ts';
import { Checker } from '../../src-main/runtime/simulator/invariants/checker.ts';
import { SimClients } from '../../src-main/runtime/simulator/timed/clients.ts';
import { Simulation, type TimedSpec } from '../../src-main/runtime/simulator/timed/simulation.ts';
import type { FaultRecord, FaultSpec } from '../../src-main/vocabulary/fault.ts';
import type { NodeId, ProtocolName } from '../../src-main/vocabulary/ids.ts';

export interface Arrival {
  readonly us: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly type: string;
  readonly text: string;
}

const LOAD = {
  count: 3,
  thinkUs: 15_000,
  window: 8,
  keys: 4,
  valueBytes: 20,
  mix: { read: 0.2, write: 0.8, cas: 0, incr: 0, delete: 0 },
  readLevels: ['log'] as const,
  attemptUs: 100_000,
  giveUpUs: 5_000_000,
  delayUs: 40,
  loss: 0,
};

export function timedSpec(protocol: ProtocolName, seed: number, nodes = 3): TimedSpec {
  return {
    world: {
      protocol: protocolDefinition(protocol),
      nodes,
      spares: 0,
      seed,
      timing: { tickMs: 10, heartbeatTicks: 5, electionTicksMin: 15, electionTicksMax: 30 },
      options: {},
      mutants: [],
      service: 'kv',
      eagerSessions: false,
    },
    seed,
    link: { delayUsMin: 40, delayUsMax: 120, loss: 0, duplicate: 0 },
    disk: { latencyUsMin: 120, latencyUsMax: 250 },
    clockDrift: 0.001,
  };
}

export class FaultBench {
  readonly simulation: Simulation;
  readonly cluster: SimulatedCluster;
  readonly checker: Checker;
  readonly events: LabEvent[] = [];
  /** Messages that cores were given, and those that got lost on their way. */
  readonly arrivals: Arrival[] = [];
  readonly losses: Arrival[] = [];
  /** Ticks that each node was told of. */
  readonly ticks = new Map<NodeId, number>();
  readonly #clients: SimClients;
  acknowledged = 0;

  constructor(protocol: ProtocolName, seed = 1, nodes = 3) {
    this.simulation = new Simulation(timedSpec(protocol, seed, nodes));
    const { world } = this.simulation;
    this.checker = new Checker(world);
    world.observe(this.checker);
    this.#observe();
    this.#clients = new SimClients(this.simulation, LOAD, seed);
    this.#clients.onOperation = ({ outcome }) => {
      if (outcome === 'ok') this.acknowledged += 1;
    };
    this.cluster = new SimulatedCluster(this.simulation, (event) => void this.events.push(event));
    this.simulation.onOwn(
      (event) => void (this.#clients.handle(event) || this.cluster.handle(event)),
    );
    this.simulation.start();
    this.until('a leader', () => this.cluster.leader() !== null);
    this.#clients.start();
    this.run(300);
  }

  #observe(): void {
    const us = (): number => this.simulation.nowUs;
    this.simulation.world.observe({
      stepped: ({ id }, input) => {
        if (input.kind === 'tick') this.ticks.set(id, this.ticksOf(id) + input.elapsed);
        if (input.kind !== 'recv') return;
        const { from, msg } = input;
        this.arrivals.push({ us: us(), from, to: id, type: msg.type, text: JSON.stringify(msg) });
      },
      lost: (from, to, msg) => {
        this.losses.push({ us: us(), from, to, type: msg.type, text: JSON.stringify(msg) });
      },
    });
  }

  run(ms: number): void {
    this.simulation.run(this.simulation.nowUs + ms * 1_000, () => false);
  }

  /** Runs until that is so, ten seconds at most. */
  until(what: string, isSo: () => boolean): void {
    this.simulation.run(this.simulation.nowUs + 10_000_000, isSo);
    ensure(isSo() ? true : undefined, `never: ${what}`);
  }

  /** Runs until every node has applied the same; the clients rest meanwhile. */
  untilLevel(): void {
    this.#clients.quiet();
    this.until('all nodes are level', () => new Set(this.applied().values()).size === 1);
    this.#clients.start();
  }

  begin(spec: FaultSpec): FaultRecord {
    return this.cluster.begin(spec, 'hand', null);
  }

  undo(fault: FaultRecord): void {
    ensure(this.cluster.undo(fault.id, 'undone') ? true : undefined, `${fault.label} is not on`);
  }

  isOn({ id }: FaultRecord): boolean {
    return this.cluster.ledger.find(id) !== null;
  }

  get leader(): NodeId {
    return ensure(this.cluster.leader() ?? undefined, 'no leader');
  }

  /** One that does not lead. */
  get follower(): NodeId {
    return ensure(
      this.cluster.nodeIds.find((node) => node !== this.leader),
      'no follower',
    );
  }

  node(id: NodeId) {
    return this.simulation.world.node(id);
  }

  isUp(id: NodeId): boolean {
    return this.node(id).life !== null;
  }

  ticksOf(id: NodeId): number {
    return this.ticks.get(id) ?? 0;
  }

  /** How far each node that is up has applied. */
  applied(): ReadonlyMap<NodeId, number> {
    const up = this.cluster.nodeIds.filter((id) => this.isUp(id));
    return new Map(up.map((id) => [id, this.node(id).life?.driver.applied ?? 0]));
  }

  appliedOf(id: NodeId): number {
    return this.applied().get(id) ?? 0;
  }

  arrived(from: NodeId, to: NodeId): readonly Arrival[] {
    return this.arrivals.filter((arrival) => arrival.from === from && arrival.to === to);
  }

  lost(from: NodeId, to: NodeId): readonly Arrival[] {
    return this.losses.filter((loss) => loss.from === from && loss.to === to);
  }

  forgetMessages(): void {
    this.arrivals.length = 0;
    this.losses.length = 0;
  }

  /** Ends of processes, oldest first. */
  ends(): readonly Extract<ViewEvent, { k: 'down' }>[] {
    return this.events.flatMap((event) => (event.k === 'down' ? [event] : []));
  }
}
