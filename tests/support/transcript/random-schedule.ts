/**
 * One seeded schedule: ticks at different rates, messages in any order the network allows, loss,
 * doubles, held disks, crashes, cuts, and a client that goes on; then everything heals. Knows
 * nothing of any protocol. TestCluster throws on a violation.
 */
import { Prng } from '../../../src-main/base/prng.ts';
import type { ClientOp, ProtocolDefinition } from '../../../src-main/protocols/kernel/core.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';
import type { NodeId } from '../../../src-main/vocabulary/ids.ts';
import type { InFlight } from './test-network.ts';
import { TestCluster } from './test-cluster.ts';

export interface ScheduleSpec {
  readonly protocol: ProtocolDefinition;
  readonly nodes: number;
  readonly seed: number;
  readonly steps: number;
  readonly mutants?: readonly string[];
  readonly options?: { readonly [name: string]: Json };
  readonly reloadEveryStep?: boolean;
}

/** Ticks after the heal within which one leader must serve and everybody must have everything. */
const RECOVERY_TICKS_MAX = 600;

type Action = (schedule: RandomSchedule) => void;

/** Weights; the first action whose weights sum up beyond the draw is taken. */
const ACTIONS: readonly (readonly [weight: number, action: Action])[] = [
  [250, (s) => s.cluster.tick(s.anyNode(), s.draw(1, 3))],
  [480, (s) => s.deliverAny()],
  [100, (s) => s.request()],
  [20, (s) => s.duplicateAny()],
  [10, (s) => s.cluster.drop({ from: s.anyNode(), to: s.anyNode() }, 1)],
  [20, (s) => s.cluster.holdDisk(s.anyNode())],
  [60, (s) => s.cluster.releaseDisk(s.anyNode(), s.draw(1, 3))],
  [15, (s) => s.cluster.crash(s.anyNode(), s.draw(0, 2))],
  [25, (s) => s.restartAny()],
  [5, (s) => s.cluster.linkDown(...s.anyPair())],
  [10, (s) => s.cluster.linkUp(...s.anyPair())],
  [5, (s) => s.cluster.heal()],
];

const WEIGHT_SUM = ACTIONS.reduce((sum, [weight]) => sum + weight, 0);

/** @returns the cluster after the schedule, and whether it recovered after the heal. */
export function runRandomSchedule(spec: ScheduleSpec): {
  readonly cluster: TestCluster;
  readonly recovered: boolean;
} {
  const schedule = new RandomSchedule(spec);
  try {
    schedule.cluster.start();
    for (let i = 0; i < spec.steps; i += 1) schedule.act();
    return { cluster: schedule.cluster, recovered: schedule.recover() };
  } catch (error) {
    const { protocol, nodes, seed, steps } = spec;
    const what = `${protocol.name}, ${nodes} nodes, seed ${seed}, ${steps} steps`;
    throw new Error(`${what}: ${String(error)}`, { cause: error });
  }
}

class RandomSchedule {
  readonly cluster: TestCluster;
  readonly #prng: Prng;
  #openReqId: number | null = null;
  #session = 0;
  #seq = 0;

  constructor(spec: ScheduleSpec) {
    this.cluster = new TestCluster(spec);
    this.#prng = new Prng(spec.seed);
  }

  act(): void {
    let left = this.draw(1, WEIGHT_SUM);
    for (const [weight, action] of ACTIONS) {
      left -= weight;
      if (left <= 0) {
        action(this);
        return;
      }
    }
  }

  recover(): boolean {
    const { cluster } = this;
    cluster.heal();
    for (const id of cluster.ids) {
      cluster.releaseDisk(id);
      if (!cluster.node(id).running) cluster.restart(id);
    }
    return cluster.runUntil(() => this.#agreed(), RECOVERY_TICKS_MAX);
  }

  draw(from: number, to: number): number {
    return this.#prng.nextInt(from, to);
  }

  anyNode(): NodeId {
    return this.#anyOf(this.cluster.ids) ?? 'n1';
  }

  anyPair(): [NodeId, NodeId] {
    const a = this.anyNode();
    const b = this.#anyOf(this.cluster.ids.filter((id) => id !== a)) ?? a;
    return [a, b];
  }

  /** Datagrams in any order; of a session only the next one. */
  deliverAny(): void {
    const message = this.#anyMessage();
    if (message !== undefined) this.cluster.deliverOne(message);
  }

  duplicateAny(): void {
    if (this.cluster.network.overSessions) return;
    const message = this.#anyMessage();
    if (message !== undefined) this.cluster.network.duplicate(message);
  }

  restartAny(): void {
    const id = this.anyNode();
    if (!this.cluster.node(id).running) this.cluster.restart(id);
  }

  /** A command, or before that a session; now and then an old command again. */
  request(): void {
    const leader = this.#anyOf(this.cluster.leaders());
    if (leader === undefined) return;
    if (this.#session === 0 && !this.#maybeTakeSession()) {
      [this.#openReqId] = this.cluster.client(leader, [{ kind: 'open-session' }]) as [number];
      return;
    }
    const again = this.#seq > 0 && this.draw(1, 5) === 1;
    const seq = again ? this.draw(1, this.#seq) : (this.#seq += 1);
    this.cluster.client(leader, [this.#command(seq)]);
  }

  #command(seq: number): ClientOp {
    const payload = { op: 'incr', key: `k${seq % 3}` };
    return { kind: 'command', session: this.#session, seq, acked: 0, payload };
  }

  #maybeTakeSession(): boolean {
    const outcome = this.cluster.answers.get(this.#openReqId ?? 0)?.outcome;
    if (outcome?.ok !== true || outcome.result === undefined) return false;
    this.#session = (outcome.result as { readonly session: number }).session;
    return true;
  }

  #anyMessage(): InFlight | undefined {
    const message = this.#anyOf(this.cluster.messages());
    if (message === undefined || !this.cluster.network.overSessions) return message;
    return this.cluster.messages({ from: message.from, to: message.to })[0];
  }

  #anyOf<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : items[this.draw(0, items.length - 1)];
  }

  #agreed(): boolean {
    const [leader, other] = this.cluster.leaders();
    if (leader === undefined || other !== undefined) return false;
    const { lastPos } = this.cluster.describe(leader);
    return this.cluster.ids.every((id) => this.cluster.describe(id).applied === lastPos);
  }
}
