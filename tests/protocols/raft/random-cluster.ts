/**
 * A whole Raft cluster under one seeded schedule, with its own small network and disks and with the
 * safety checks of protocols.md 7.1 and 7.2 after every step. Apart from the cores it shares no
 * code with the product's simulator, so that one mistake cannot hide in both.
 *
 * Disks lose what no completed barrier covers, up to any prefix of it. Messages are lost, doubled
 * and overtaken; links are cut in one direction or both; nodes crash, freeze, and are replaced by
 * their own saved state.
 */
import { expect } from 'vitest';
import { Prng } from '../../../src-main/base/prng.ts';
import type { Effect, Input } from '../../../src-main/protocols/kernel/core.ts';
import type { PersistOp } from '../../../src-main/protocols/kernel/durable.ts';
import type { RaftEntry } from '../../../src-main/protocols/raft/log.ts';
import type { RaftMessage } from '../../../src-main/protocols/raft/messages.ts';
import { RaftCore } from '../../../src-main/protocols/raft/step.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';
import { RaftChecks, type Disk } from './raft-checks.ts';

type RaftEffect = Effect<RaftMessage, RaftEntry>;
type Send = Extract<RaftEffect, { kind: 'send' }>;

interface TestNode {
  readonly id: string;
  core: RaftCore | null;
  incarnation: number;
  readonly disk: Disk;
  barriers: { token: number; ops: readonly PersistOp<RaftEntry>[] }[];
  durableToken: number;
  gated: Send[];
  frozen: boolean;
  appliedPos: number;
}

interface Flying {
  readonly from: string;
  readonly to: string;
  readonly msg: RaftMessage;
}

export interface RandomClusterSpec {
  readonly nodes: number;
  readonly seed: number;
  readonly options?: { readonly [name: string]: Json };
  readonly mutants?: readonly string[];
  /** Replace each core by its restored save after every step. */
  readonly reloads?: boolean;
}

export class RandomCluster {
  readonly nodes: TestNode[] = [];
  readonly checks: RaftChecks;
  readonly transcript: string[] = [];
  readonly #spec: RandomClusterSpec;
  readonly #prng: Prng;
  #flying: Flying[] = [];
  readonly #cut = new Set<string>();
  #requestsMade = 0;
  #lossPercent = 0;
  #duplicatePercent = 0;

  constructor(spec: RandomClusterSpec) {
    this.#spec = spec;
    this.#prng = new Prng(spec.seed);
    for (let i = 1; i <= spec.nodes; i += 1) this.nodes.push(newNode(`n${i}`));
    this.checks = new RaftChecks(this.nodes);
    for (const node of this.nodes) this.start(node);
  }

  start(node: TestNode): void {
    node.core = new RaftCore();
    node.incarnation += 1;
    const members = this.nodes.map(({ id }) => ({ nodeId: id, storageId: `disk-${id}` }));
    this.#step(node, {
      kind: 'boot',
      cluster: 'random',
      nodeId: node.id,
      storageId: `disk-${node.id}`,
      incarnation: node.incarnation,
      members,
      durable: {
        hard: { term: node.disk.term, vote: node.disk.vote },
        snapshot: null,
        log: [...node.disk.log],
      },
      seed: this.#spec.seed * 1009 + node.incarnation * 31 + Number(node.id.slice(1)),
      timing: { tickMs: 10, heartbeatTicks: 2, electionTicksMin: 8, electionTicksMax: 16 },
      options: this.#spec.options ?? {},
      mutants: this.#spec.mutants ?? [],
    });
  }

  /** What a power cut leaves: the completed barriers, and maybe a prefix of the later writes. */
  crash(node: TestNode): void {
    if (this.#chance(50)) {
      const later = node.barriers.flatMap((barrier) => barrier.ops);
      for (const op of later.slice(0, this.#prng.nextInt(0, later.length))) write(node.disk, op);
    }
    node.core = null;
    node.barriers = [];
    node.gated = [];
    node.durableToken = 0;
    node.frozen = false;
    node.appliedPos = 0;
  }

  /** One random event. */
  act(): void {
    const draw = this.#prng.nextInt(0, 1999);
    const node = this.#pick(this.nodes);
    if (draw < 1120) this.#deliverRandom();
    else if (draw < 1520) this.#completeBarriers(node, this.#prng.nextInt(1, 3));
    else if (draw < 1840) this.#tick(node, this.#chance(2) ? this.#prng.nextInt(5, 40) : 1);
    else if (draw < 1960) this.#ask(this.#chance(80) ? this.#anyLeader() : node);
    else if (draw < 1965) node.frozen = this.#chance(30);
    else if (draw < 1970) this.crash(node);
    else if (draw < 1986 && node.core === null) this.start(node);
    else if (draw < 1990) this.#partition();
    else if (draw < 1995) this.#cut.clear();
    else if (draw < 1997) this.#setWeather();
    else if (draw < 1999) this.#flapLink(node);
    else this.#powerCut();
  }

  /** All at once: only what is on disk counts afterwards. */
  #powerCut(): void {
    for (const node of this.nodes) if (this.#chance(80)) this.crash(node);
  }

  /** Everything works again; then everyone must catch up and commit within a bound. */
  healAndSettle(): void {
    this.#cut.clear();
    this.#lossPercent = 0;
    this.#duplicatePercent = 0;
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
    expect.unreachable(`seed ${this.#spec.seed}: no progress after healing\n${this.summary()}`);
  }

  summary(): string {
    const lines = this.nodes.map(({ id, core }) => `${id} ${JSON.stringify(core?.describe())}`);
    return lines.join('\n');
  }

  #calmRound(): void {
    for (const node of this.nodes) this.#tick(node, 1);
    for (let hop = 0; hop < 6; hop += 1) {
      const batch = this.#flying;
      this.#flying = [];
      for (const flying of batch) this.#deliver(flying);
      for (const node of this.nodes) this.#completeBarriers(node, node.barriers.length);
    }
  }

  #isSettled(): boolean {
    const views = this.nodes.map(({ core }) => core!.describe());
    const leader = views.find((view) => view.role === 'leader' && view.ready);
    if (leader === undefined) return false;
    return views.every((v) => v.applied === leader.lastPos && v.leader === leader.leader);
  }

  #step(node: TestNode, input: Input<RaftMessage>): void {
    const core = node.core!;
    const effects = core.step(input);
    expect(core.sleepTicks()).toBeGreaterThanOrEqual(1);
    for (const effect of effects) this.#carryOut(node, effect);
    this.checks.afterStep(node, effects);
    if (this.#spec.reloads !== undefined) {
      this.transcript.push(JSON.stringify([node.id, input, effects]));
    }
    if (this.#spec.reloads === true) {
      node.core = RaftCore.restore(JSON.parse(JSON.stringify(core.save())) as Json);
    }
  }

  #carryOut(node: TestNode, effect: RaftEffect): void {
    if (effect.kind === 'persist') {
      node.barriers.push({ token: effect.token, ops: effect.ops });
    } else if (effect.kind === 'send') {
      if (effect.after > node.durableToken) node.gated.push(effect);
      else this.#leave(node, effect);
    }
  }

  #leave(node: TestNode, { to, msg }: Send): void {
    this.checks.atSend(node, to, msg);
    if (this.#cut.has(`${node.id}>${to}`) || this.#chance(this.#lossPercent)) return;
    this.#flying.push({ from: node.id, to, msg });
    if (this.#chance(this.#duplicatePercent)) this.#flying.push({ from: node.id, to, msg });
  }

  #deliverRandom(): void {
    if (this.#flying.length === 0) return;
    // Mostly the oldest ones, so that work gets done; sometimes any.
    const bound = this.#chance(80) ? Math.min(4, this.#flying.length) : this.#flying.length;
    const [flying] = this.#flying.splice(this.#prng.nextInt(0, bound - 1), 1);
    this.#deliver(flying!);
  }

  #deliver(flying: Flying): void {
    const node = this.nodes.find(({ id }) => id === flying.to)!;
    if (node.core === null || this.#cut.has(`${flying.from}>${flying.to}`)) return;
    if (node.frozen) {
      this.#flying.push(flying);
      return;
    }
    this.#step(node, { kind: 'recv', from: flying.from, linkEpoch: 1, msg: flying.msg });
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
    if (node.core === null || node.frozen) return;
    this.#step(node, { kind: 'tick', elapsed });
  }

  #ask(node: TestNode): number {
    if (node.core === null || node.frozen) return 0;
    const requests = Array.from({ length: this.#prng.nextInt(1, 4) }, () => {
      this.#requestsMade += 1;
      const reqId = this.#requestsMade;
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
    this.#cut.clear();
    const oneWay = this.#chance(30);
    const group = new Map(this.nodes.map(({ id }) => [id, this.#prng.nextInt(0, 1)]));
    for (const { id: a } of this.nodes) {
      for (const { id: b } of this.nodes) {
        const crosses = oneWay ? group.get(a)! < group.get(b)! : group.get(a) !== group.get(b);
        if (crosses) this.#cut.add(`${a}>${b}`);
      }
    }
  }

  #setWeather(): void {
    this.#lossPercent = this.#pick([0, 0, 5, 20]);
    this.#duplicatePercent = this.#pick([0, 10, 30]);
  }

  #flapLink(node: TestNode): void {
    if (node.core === null || node.frozen || this.nodes.length === 1) return;
    const peer = this.#pick(this.nodes.filter((other) => other !== node)).id;
    this.#step(node, { kind: this.#pick(['link-up', 'link-down']), peer, linkEpoch: 2 });
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
    disk: { term: 0, vote: null, log: [] },
    barriers: [],
    durableToken: 0,
    gated: [],
    frozen: false,
    appliedPos: 0,
  };
}

function write(disk: Disk, op: PersistOp<RaftEntry>): void {
  if (op.op === 'hard') {
    disk.term = op.record['term'] as number;
    disk.vote = op.record['vote'] as string | null;
  } else if (op.op === 'truncate') {
    disk.log.length = Math.min(disk.log.length, op.from - 1);
  } else if (op.op === 'put') {
    for (const entry of op.entries) disk.log[entry.pos - 1] = entry;
  }
}
