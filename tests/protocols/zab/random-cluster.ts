/**
 * A whole ZAB cluster under one seeded schedule, with its own small network and disks, checked
 * after every step. Apart from the cores it shares no code with the product's simulator, so that
 * one mistake cannot hide in both.
 *
 * Sessions: each end learns of the end and the start of a session on its own, in order with the
 * messages; any loss ends one. What waits for a barrier when its session ends is lost, or (with a
 * worse host) leaves over the next one. Disks lose what no completed barrier covers, but for any
 * prefix of it.
 */
import { expect } from 'vitest';
import { Prng } from '../../../src-main/base/prng.ts';
import type { Effect, Input } from '../../../src-main/protocols/kernel/core.ts';
import type { PersistOp } from '../../../src-main/protocols/kernel/durable.ts';
import type { ZabEntry } from '../../../src-main/protocols/zab/log.ts';
import type { ZabMessage } from '../../../src-main/protocols/zab/messages.ts';
import { ZabCore } from '../../../src-main/protocols/zab/step.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';
import { ZabChecks, type Disk } from './zab-checks.ts';

type ZabEffect = Effect<ZabMessage, ZabEntry>;
type ZabInput = Input<ZabMessage>;
type Send = Extract<ZabEffect, { kind: 'send' }> & { readonly linkEpoch: number };
type Inbound = Extract<ZabInput, { kind: 'recv' | 'link-up' | 'link-down' }>;

interface TestNode {
  readonly id: string;
  core: ZabCore | null;
  incarnation: number;
  readonly disk: Disk;
  barriers: { token: number; ops: readonly PersistOp<ZabEntry>[] }[];
  durableToken: number;
  gated: Send[];
  frozen: boolean;
  /** Ticks that passed while frozen: told in one. */
  missedTicks: number;
  /** By peer: what will arrive, in order. */
  readonly inbox: Map<string, Inbound[]>;
  readonly asked: Map<number, string>;
}

interface Pair {
  readonly a: string;
  readonly b: string;
  epoch: number;
  open: boolean;
  cut: boolean;
}

export interface RandomClusterSpec {
  readonly nodes: number;
  readonly seed: number;
  readonly options?: { readonly [name: string]: Json };
  readonly mutants?: readonly string[];
  /** What waits for a barrier when its session ends leaves over the next one. */
  readonly leaky?: boolean;
  /** false: record only; true: also replace each core by its restored save after every step. */
  readonly reloads?: boolean;
}

export class RandomCluster {
  readonly nodes: TestNode[] = [];
  readonly checks: ZabChecks;
  readonly transcript: string[] = [];
  readonly #pairs: Pair[] = [];
  readonly #spec: RandomClusterSpec;
  readonly #prng: Prng;
  #requestsMade = 0;
  #lossPerMille = 0;

  constructor(spec: RandomClusterSpec) {
    this.#spec = spec;
    this.#prng = new Prng(spec.seed);
    for (let i = 1; i <= spec.nodes; i += 1) this.nodes.push(newNode(`n${i}`));
    for (const { id: a } of this.nodes) {
      for (const { id: b } of this.nodes) {
        if (a < b) this.#pairs.push({ a, b, epoch: 0, open: false, cut: false });
      }
    }
    this.checks = new ZabChecks(this.nodes);
    for (const node of this.nodes) this.start(node);
    this.#reopen();
  }

  start(node: TestNode): void {
    node.core = new ZabCore();
    node.incarnation += 1;
    const members = this.nodes.map(({ id }) => ({ nodeId: id, storageId: `disk-${id}` }));
    const { acceptedEpoch, currentEpoch, log } = node.disk;
    this.#step(node, {
      kind: 'boot',
      cluster: 'random',
      nodeId: node.id,
      storageId: `disk-${node.id}`,
      incarnation: node.incarnation,
      members,
      durable: { hard: { acceptedEpoch, currentEpoch }, snapshot: null, log: [...log] },
      seed: this.#spec.seed,
      timing: { tickMs: 10, heartbeatTicks: 2, electionTicksMin: 8, electionTicksMax: 16 },
      options: this.#spec.options ?? {},
      mutants: this.#spec.mutants ?? [],
    });
  }

  /** What a power cut leaves: the completed barriers, and maybe a prefix of the later writes. */
  crash(node: TestNode): void {
    if (node.core === null) return;
    if (this.#chance(50)) {
      const later = node.barriers.flatMap((barrier) => barrier.ops);
      for (const op of later.slice(0, this.#prng.nextInt(0, later.length))) write(node.disk, op);
      this.checks.afterBarrier(node, true);
    }
    node.core = null;
    node.barriers = [];
    node.gated = [];
    node.durableToken = 0;
    node.frozen = false;
    node.missedTicks = 0;
    for (const pair of this.#pairs) if (pair.a === node.id || pair.b === node.id) this.#end(pair);
    node.inbox.clear();
  }

  /** One random event. */
  act(): void {
    const draw = this.#prng.nextInt(1, 6000);
    const node = this.#pick(this.nodes);
    // As many messages as a node has peers, so that larger clusters are no slower than their time.
    if (draw < 4200) for (let i = 1; i < this.nodes.length; i += 1) this.#deliverRandom();
    else if (draw < 5200) this.#completeBarriers(node, this.#prng.nextInt(1, 3));
    else if (draw < 5600) this.#tick(node, this.#chance(1) ? this.#prng.nextInt(5, 40) : 1);
    else if (draw < 5800) this.#ask(this.#chance(80) ? this.#anyLeader() : node);
    else if (draw < 5950) this.#reopen();
    else this.#breakOrMend(node, 6000 - draw);
  }

  #breakOrMend(node: TestNode, draw: number): void {
    if (draw < 5) node.frozen = this.#chance(40);
    else if (draw < 10) this.crash(this.#chance(50) ? this.#anyLeader() : node);
    else if (draw < 25) {
      if (node.core === null) this.start(node);
    } else if (draw < 28) this.#partition();
    else if (draw < 36) for (const pair of this.#pairs) pair.cut = false;
    else if (draw < 38) this.#lossPerMille = this.#pick([0, 0, 0, 5, 20]);
    else if (draw < 40) this.#end(this.#pick(this.#pairs));
    else if (draw < 41) this.#powerCut();
    else this.#partitionLeader();
  }

  /** The leader alone or with one more, and with what nobody else has got yet. */
  #partitionLeader(): void {
    if (!this.#chance(20)) return;
    const inside = new Set([this.#anyLeader().id, this.#pick(this.nodes).id]);
    for (const pair of this.#pairs) {
      pair.cut = inside.has(pair.a) !== inside.has(pair.b);
      if (pair.cut) this.#end(pair);
    }
  }

  /** All at once: only what is on disk counts afterwards. */
  #powerCut(): void {
    for (const node of this.nodes) if (this.#chance(80)) this.crash(node);
  }

  /** Everything works again; then everyone must catch up and commit within a bound. */
  healAndSettle(): void {
    this.#lossPerMille = 0;
    for (const pair of this.#pairs) pair.cut = false;
    for (const node of this.nodes) {
      node.frozen = false;
      if (node.core === null) this.start(node);
    }
    let asked = 0;
    for (let round = 0; round < 400; round += 1) {
      this.#calmRound();
      if (round >= 100 && round % 10 === 0) asked += this.#ask(this.#anyLeader());
      if (asked > 0 && this.#isSettled()) return;
    }
    expect.unreachable(`no progress after healing\n${this.summary()}`);
  }

  summary(): string {
    const lines = this.nodes.map(({ id, core }) => `${id} ${JSON.stringify(core?.describe())}`);
    return lines.join('\n');
  }

  #calmRound(): void {
    this.#reopen();
    for (const node of this.nodes) this.#tick(node, 1);
    for (let hop = 0; hop < 8; hop += 1) {
      for (const node of this.nodes) {
        for (const [, box] of [...node.inbox]) {
          const batch = box.splice(0);
          for (const inbound of batch) this.#take(node, inbound);
        }
      }
      for (const node of this.nodes) this.#completeBarriers(node, node.barriers.length);
    }
  }

  #isSettled(): boolean {
    const views = this.nodes.map(({ core }) => core!.describe());
    const leader = views.find((view) => view.role === 'leader' && view.ready);
    if (leader === undefined) return false;
    return views.every((v) => v.applied === leader.lastPos && v.leader === leader.leader);
  }

  #step(node: TestNode, input: ZabInput): void {
    const core = node.core!;
    const effects = core.step(input);
    expect(core.sleepTicks()).toBeGreaterThanOrEqual(1);
    this.checks.afterStep(node, effects);
    if (this.#spec.reloads !== undefined) {
      this.transcript.push(JSON.stringify([node.id, input, effects]));
    }
    if (this.#spec.reloads === true) {
      node.core = ZabCore.restore(JSON.parse(JSON.stringify(core.save())) as Json);
    }
    for (const effect of effects) this.#carryOut(node, effect);
  }

  #carryOut(node: TestNode, effect: ZabEffect): void {
    if (effect.kind === 'persist') {
      node.barriers.push({ token: effect.token, ops: effect.ops });
    } else if (effect.kind === 'send') {
      const send = { ...effect, linkEpoch: this.#pair(node.id, effect.to).epoch };
      if (effect.after > node.durableToken) node.gated.push(send);
      else this.#leave(node, send);
    } else if (effect.kind === 'close-link') {
      const pair = this.#pair(node.id, effect.peer);
      if (pair.epoch === effect.linkEpoch) this.#end(pair);
    }
  }

  #leave(node: TestNode, { to, msg, linkEpoch }: Send): void {
    const pair = this.#pair(node.id, to);
    const isOld = pair.epoch !== linkEpoch && this.#spec.leaky !== true;
    if (!pair.open || isOld) return;
    this.checks.atSend(node, msg);
    if (this.#prng.nextInt(1, 1000) <= this.#lossPerMille) {
      this.#end(pair);
      return;
    }
    this.#arrive(to, node.id, { kind: 'recv', from: node.id, linkEpoch: pair.epoch, msg });
  }

  #arrive(at: string, from: string, inbound: Inbound): void {
    const { core, inbox } = this.#nodeOf(at);
    if (core === null) return;
    const box = inbox.get(from) ?? [];
    inbox.set(from, box);
    box.push(inbound);
  }

  /** Both ends hear of it; what is under way in both directions is lost. */
  #end(pair: Pair): void {
    if (!pair.open) return;
    pair.open = false;
    for (const [at, from] of [
      [pair.a, pair.b],
      [pair.b, pair.a],
    ] as const) {
      const box = this.#nodeOf(at).inbox.get(from) ?? [];
      this.#nodeOf(at).inbox.set(
        from,
        box.filter((inbound) => inbound.kind !== 'recv'),
      );
      this.#arrive(at, from, { kind: 'link-down', peer: from, linkEpoch: pair.epoch });
    }
  }

  #reopen(): void {
    for (const pair of this.#pairs) {
      const isUp = this.#nodeOf(pair.a).core !== null && this.#nodeOf(pair.b).core !== null;
      if (pair.open || pair.cut || !isUp) continue;
      pair.open = true;
      pair.epoch += 1;
      const linkEpoch = pair.epoch;
      this.#arrive(pair.a, pair.b, { kind: 'link-up', peer: pair.b, linkEpoch });
      this.#arrive(pair.b, pair.a, { kind: 'link-up', peer: pair.a, linkEpoch });
    }
  }

  #deliverRandom(): void {
    const waiting = this.nodes.flatMap((node) => {
      if (node.core === null || node.frozen) return [];
      return [...node.inbox.values()].filter((box) => box.length > 0).map((box) => ({ node, box }));
    });
    if (waiting.length === 0) return;
    const { node, box } = this.#pick(waiting);
    this.#take(node, box.shift()!);
  }

  #take(node: TestNode, inbound: Inbound): void {
    if (node.core !== null) this.#step(node, inbound);
  }

  #completeBarriers(node: TestNode, count: number): void {
    if (node.core === null || node.frozen || node.barriers.length === 0) return;
    const done = node.barriers.splice(0, count);
    for (const { ops } of done) for (const op of ops) write(node.disk, op);
    node.durableToken = done.at(-1)!.token;
    this.checks.afterBarrier(node);
    const released = node.gated.filter((send) => send.after <= node.durableToken);
    node.gated = node.gated.filter((send) => send.after > node.durableToken);
    for (const send of released) this.#leave(node, send);
    this.#step(node, { kind: 'persisted', token: node.durableToken });
  }

  #tick(node: TestNode, elapsed: number): void {
    if (node.core === null) return;
    node.missedTicks += elapsed;
    if (node.frozen) return;
    const missed = node.missedTicks;
    node.missedTicks = 0;
    this.#step(node, { kind: 'tick', elapsed: missed });
  }

  #ask(node: TestNode): number {
    if (node.core === null || node.frozen) return 0;
    const requests = Array.from({ length: this.#prng.nextInt(1, 4) }, () => {
      this.#requestsMade += 1;
      const reqId = this.#requestsMade;
      node.asked.set(reqId, `v${reqId}`);
      const op = { kind: 'command', session: 1, seq: reqId, acked: 0, payload: `v${reqId}` };
      return { reqId, op } as const;
    });
    this.#step(node, { kind: 'client', requests: requests as never });
    return requests.length;
  }

  #anyLeader(): TestNode {
    const leaders = this.nodes.filter(({ core }) => core?.describe().role === 'leader');
    return leaders.length === 0 ? this.nodes[0]! : this.#pick(leaders);
  }

  #partition(): void {
    const group = new Map(this.nodes.map(({ id }) => [id, this.#prng.nextInt(0, 1)]));
    const isMesh = this.#chance(30);
    for (const pair of this.#pairs) {
      pair.cut = isMesh ? this.#chance(40) : group.get(pair.a) !== group.get(pair.b);
      if (pair.cut) this.#end(pair);
    }
  }

  #pair(a: string, b: string): Pair {
    return this.#pairs.find((pair) => pair.a === (a < b ? a : b) && pair.b === (a < b ? b : a))!;
  }

  #nodeOf(id: string): TestNode {
    return this.nodes.find((node) => node.id === id)!;
  }

  #chance(percent: number): boolean {
    return percent > 0 && this.#prng.nextInt(1, 100) <= percent;
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#prng.nextInt(0, items.length - 1)]!;
  }
}

function newNode(id: string): TestNode {
  return {
    id,
    core: null,
    incarnation: 0,
    disk: { acceptedEpoch: 0, currentEpoch: 0, log: [] },
    barriers: [],
    durableToken: 0,
    gated: [],
    frozen: false,
    missedTicks: 0,
    inbox: new Map(),
    asked: new Map(),
  };
}

function write(disk: Disk, op: PersistOp<ZabEntry>): void {
  if (op.op === 'hard') {
    Object.assign(disk, op.record);
  } else if (op.op === 'truncate') {
    disk.log.length = Math.min(disk.log.length, op.from - 1);
  } else if (op.op === 'put') {
    for (const entry of op.entries) disk.log[entry.pos - 1] = entry;
  }
}
