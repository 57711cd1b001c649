/**
 * A whole Multi-Paxos cluster in memory, driven by one seed: a network that loses, duplicates and
 * reorders, disks that lose what no barrier completed, crashes and restarts. Checks at every event
 * what must never be false; the tests only choose the weather.
 */
import { expect } from 'vitest';
import { assert } from '../../../src-main/base/assert.ts';
import { Prng } from '../../../src-main/base/prng.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';
import type { NodeId } from '../../../src-main/vocabulary/ids.ts';
import type { Timing } from '../../../src-main/vocabulary/timing.ts';
import type { Effect, Input } from '../../../src-main/protocols/kernel/core.ts';
import {
  applyPersistOps,
  type DurableState,
  type PersistOp,
} from '../../../src-main/protocols/kernel/durable.ts';
import {
  ballotLabel,
  BALLOT_ZERO,
  compareBallots,
  type Ballot,
  type PaxosEntry,
} from '../../../src-main/protocols/paxos/ballot.ts';
import type { PaxosMessage } from '../../../src-main/protocols/paxos/messages.ts';
import { PaxosCore } from '../../../src-main/protocols/paxos/step.ts';

export const TIMING: Timing = {
  tickMs: 10,
  heartbeatTicks: 1,
  electionTicksMin: 10,
  electionTicksMax: 20,
};

/** Units of simulated time in a tick. */
const TICK = 10;

export interface Weather {
  loss: number;
  duplication: number;
  delayMax: number;
  syncMax: number;
}

export const FAIR: Weather = { loss: 0, duplication: 0, delayMax: 3, syncMax: 3 };

type PaxosEffect = Effect<PaxosMessage, PaxosEntry>;

interface Barrier {
  readonly token: number;
  readonly ops: readonly PersistOp<PaxosEntry>[];
}

interface Host {
  readonly id: NodeId;
  core: PaxosCore | null;
  incarnation: number;
  durable: DurableState<PaxosEntry>;
  /** Written, but no barrier completed yet. */
  barriers: Barrier[];
  durableToken: number;
  gated: { to: NodeId; msg: PaxosMessage; after: number }[];
  applied: number;
  phase: number;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class PaxosCluster {
  readonly hosts: Host[];
  readonly ids: readonly NodeId[];
  readonly prng: Prng;
  weather: Weather = { ...FAIR };
  now = 0;
  /** Values by slot, as the first node applied them. */
  readonly committed = new Map<number, string>();
  readonly acked = new Map<number, number>();
  readonly cut = new Set<string>();
  /** Every so often a core is replaced by its own restored copy. */
  restoreOdds = 0;
  ignoredCount = 0;
  readonly options: { readonly [name: string]: Json };
  readonly mutants: readonly string[];
  #queue: Event[] = [];
  #order = 0;
  #leaders = new Map<string, string>();
  #proposed = new Map<string, string>();
  #reqId = 0;

  constructor(
    size: number,
    seed: number,
    options: { readonly [name: string]: Json } = {},
    mutants: readonly string[] = [],
  ) {
    this.prng = new Prng(seed);
    this.options = options;
    this.mutants = mutants;
    this.ids = Array.from({ length: size }, (_, i) => `n${i + 1}`);
    this.hosts = this.ids.map((id, i) => ({
      id,
      core: null,
      incarnation: 0,
      durable: { hard: {}, snapshot: null, log: [] },
      barriers: [],
      durableToken: 0,
      gated: [],
      applied: 0,
      phase: (i * 3) % TICK,
    }));
    for (const host of this.hosts) this.start(host);
  }

  start(host: Host): void {
    host.core = new PaxosCore();
    host.incarnation += 1;
    host.durableToken = 0;
    host.applied = 0;
    const { incarnation } = host;
    this.#step(host, {
      kind: 'boot',
      cluster: 'c',
      nodeId: host.id,
      storageId: `s-${host.id}`,
      incarnation,
      members: this.ids.map((nodeId) => ({ nodeId, storageId: `s-${nodeId}` })),
      durable: host.durable,
      seed: this.prng.nextInt(0, 0x7fffffff),
      timing: TIMING,
      options: this.options,
      mutants: this.mutants,
    });
    this.#scheduleTick(host, incarnation, host.phase + 1);
  }

  /** Loses everything after the last completed barrier, but for a prefix of the later writes, or,
   *  on a disk that reorders them, for any part. */
  crash(host: Host): void {
    const writes = host.barriers.flatMap((barrier) => barrier.ops.flatMap(singleWrites));
    const fate = this.prng.nextInt(0, 3);
    const kept = this.prng.nextInt(0, writes.length);
    if (fate === 1) host.durable = applyPersistOps(host.durable, writes.slice(0, kept));
    if (fate === 2) {
      const some = writes.filter(() => this.prng.nextInt(0, 1) === 1);
      host.durable = applyPersistOps(host.durable, some);
    }
    host.core = null;
    host.barriers = [];
    host.gated = [];
  }

  host(id: NodeId): Host {
    return this.hosts.find((host) => host.id === id) as Host;
  }

  alive(): Host[] {
    return this.hosts.filter((host) => host.core !== null);
  }

  /** The ready leader of the highest ballot, if any. */
  leader(): Host | null {
    let best: Host | null = null;
    let round = -1;
    for (const host of this.alive()) {
      const view = host.core?.describe();
      if (view?.ready !== true || view.era.number <= round) continue;
      best = host;
      round = view.era.number;
    }
    return best;
  }

  /** Runs the event queue up to `units` from now. */
  run(units: number): void {
    const end = this.now + units;
    for (let next = this.#queue[0]; next !== undefined && next.at <= end; next = this.#queue[0]) {
      this.#queue.shift();
      this.now = next.at;
      next.run();
    }
    this.now = end;
  }

  /** Runs until `done` or for `units`; says whether it was done. */
  runUntil(done: () => boolean, units: number): boolean {
    for (let passed = 0; passed < units; passed += TICK) {
      if (done()) return true;
      this.run(TICK);
    }
    return done();
  }

  request(host: Host, count = 1): number[] {
    const reqIds: number[] = [];
    for (let i = 0; i < count; i += 1) reqIds.push((this.#reqId += 1));
    this.#step(host, {
      kind: 'client',
      requests: reqIds.map((reqId) => ({
        reqId,
        op: { kind: 'command', session: 1, seq: reqId, acked: 0, payload: `c${reqId}` },
      })),
    });
    return reqIds;
  }

  deliver(from: NodeId, to: NodeId, msg: PaxosMessage): void {
    const host = this.host(to);
    if (host.core !== null) this.#step(host, { kind: 'recv', from, linkEpoch: 1, msg });
  }

  #scheduleTick(host: Host, incarnation: number, delay: number): void {
    this.#at(delay, () => {
      if (host.core === null || host.incarnation !== incarnation) return;
      const ticks = this.prng.nextInt(0, 39) === 0 ? this.prng.nextInt(2, 6) : 1;
      this.#step(host, { kind: 'tick', elapsed: ticks });
      this.#scheduleTick(host, incarnation, ticks * TICK);
    });
  }

  #at(delay: number, run: () => void): void {
    this.#order += 1;
    const event = { at: this.now + delay, order: this.#order, run };
    let i = this.#queue.length;
    while (i > 0 && (this.#queue[i - 1] as Event).at > event.at) i -= 1;
    this.#queue.splice(i, 0, event);
  }

  #step(host: Host, input: Input<PaxosMessage>): void {
    const core = host.core as PaxosCore;
    const twin =
      this.restoreOdds > 0 && this.prng.nextUnit() < this.restoreOdds
        ? PaxosCore.restore(JSON.parse(JSON.stringify(core.save())) as Json)
        : null;
    const effects = core.step(input);
    if (twin !== null) {
      expect(twin.step(input)).toEqual(effects);
      expect(twin.save()).toEqual(core.save());
      host.core = twin;
    }
    assert((host.core as PaxosCore).sleepTicks() >= 1, `${host.id} sleeps less than a tick`);
    for (const effect of effects) this.#carryOut(host, effect);
  }

  #carryOut(host: Host, effect: PaxosEffect): void {
    switch (effect.kind) {
      case 'persist':
        this.#persist(host, effect.token, effect.ops);
        return;
      case 'send':
        if (effect.after > host.durableToken) host.gated.push(effect);
        else this.#send(host, effect.to, effect.msg);
        return;
      case 'apply':
        this.#apply(host, effect.entries, effect.waiting);
        return;
      case 'trace':
        this.#observe(host, effect.event);
        return;
      default:
        return;
    }
  }

  #persist(host: Host, token: number, ops: readonly PersistOp<PaxosEntry>[]): void {
    host.barriers.push({ token, ops });
    const { incarnation } = host;
    this.#at(this.prng.nextInt(0, this.weather.syncMax), () => {
      if (host.core === null || host.incarnation !== incarnation) return;
      if (token <= host.durableToken) return;
      while (host.barriers[0] !== undefined && host.barriers[0].token <= token) {
        this.#complete(host, (host.barriers.shift() as Barrier).ops);
      }
      host.durableToken = token;
      const due = host.gated.filter((send) => send.after <= token);
      host.gated = host.gated.filter((send) => send.after > token);
      for (const send of due) this.#send(host, send.to, send.msg);
      this.#step(host, { kind: 'persisted', token });
    });
  }

  /** X6 and P1 over what is durable: promises never fall, votes never stand below them. */
  #complete(host: Host, ops: readonly PersistOp<PaxosEntry>[]): void {
    if (this.mutants.length === 0) {
      let promised = (host.durable.hard['promised'] ?? BALLOT_ZERO) as unknown as Ballot;
      for (const op of ops) {
        if (op.op === 'hard' && op.record['promised'] !== undefined) {
          const next = op.record['promised'] as unknown as Ballot;
          assert(compareBallots(next, promised) > 0, `${host.id} lowers its promise`);
          promised = next;
        } else if (op.op === 'put') {
          for (const entry of op.entries) {
            const what = `${host.id} votes ${ballotLabel(entry.ballot)} at ${entry.pos}`;
            assert(compareBallots(entry.ballot, promised) === 0, what);
          }
        }
      }
    }
    host.durable = applyPersistOps(host.durable, ops);
  }

  #send(host: Host, to: NodeId, msg: PaxosMessage): void {
    if (msg.type === 'Accept') this.#checkProposals(msg.items);
    if (this.cut.has(`${host.id}>${to}`)) return;
    if (this.prng.nextUnit() < this.weather.loss) return;
    const copies = this.prng.nextUnit() < this.weather.duplication ? 2 : 1;
    const wire = JSON.parse(JSON.stringify(msg)) as PaxosMessage;
    for (let i = 0; i < copies; i += 1) {
      this.#at(this.prng.nextInt(1, this.weather.delayMax), () => {
        if (!this.cut.has(`${host.id}>${to}`)) this.deliver(host.id, to, wire);
      });
    }
  }

  /** P2: one value per ballot and slot, ever. */
  #checkProposals(items: readonly PaxosEntry[]): void {
    for (const entry of items) {
      const key = `${ballotLabel(entry.ballot)}/${entry.pos}`;
      const known = this.#proposed.get(key);
      if (known === undefined) this.#proposed.set(key, valueOf(entry));
      else assert(known === valueOf(entry), `proposal ${key} has two values`);
    }
  }

  /** X1, X2, X3: the same value everywhere and for ever, durable at a quorum when first seen. */
  #apply(
    host: Host,
    entries: readonly PaxosEntry[],
    waiting: readonly { pos: number; reqId: number }[],
  ): void {
    for (const entry of entries) {
      assert(entry.pos === host.applied + 1, `${host.id} applies ${entry.pos} out of order`);
      host.applied = entry.pos;
      const known = this.committed.get(entry.pos);
      if (known === undefined) {
        this.committed.set(entry.pos, valueOf(entry));
        this.#checkQuorum(entry);
      } else assert(known === valueOf(entry), `${host.id} applies another ${entry.pos}`);
    }
    for (const { pos, reqId } of waiting) {
      assert(!this.acked.has(reqId), `request ${reqId} is answered twice`);
      this.acked.set(reqId, pos);
      assert(this.committed.get(pos)?.includes(`"c${reqId}"`), `request ${reqId} is lost`);
    }
  }

  #checkQuorum(entry: PaxosEntry): void {
    const value = valueOf(entry);
    const holders = this.hosts.filter(({ durable }) => {
      const held = durable.log.findLast(({ pos }) => pos === entry.pos);
      return held !== undefined && valueOf(held) === value;
    });
    assert(holders.length > this.ids.length / 2, `slot ${entry.pos} is chosen without a quorum`);
  }

  #observe(host: Host, event: Extract<PaxosEffect, { kind: 'trace' }>['event']): void {
    if (event.kind === 'ignored') this.ignoredCount += 1;
    if (event.kind !== 'role' || event.role !== 'leader') return;
    // X8, P8: one leader per ballot, and a ballot in one life only.
    const key = `${event.era.number}.${event.era.owner}`;
    const life = `${host.id}#${host.incarnation}`;
    assert(event.era.owner === host.id, `${host.id} leads the ballot of ${event.era.owner}`);
    assert((this.#leaders.get(key) ?? life) === life, `${key} has two leaders`);
    this.#leaders.set(key, life);
  }
}

function singleWrites(op: PersistOp<PaxosEntry>): PersistOp<PaxosEntry>[] {
  return op.op === 'put' ? op.entries.map((entry) => ({ op: 'put', entries: [entry] })) : [op];
}

/** The value of an entry: everything but its ballot. */
export function valueOf(entry: PaxosEntry): string {
  return JSON.stringify([entry.pos, entry.type, entry.time, entry.client, entry.payload]);
}
