/** Drives one Raft core input by input, as n1 of a cluster, with a disk that obeys the test. */
import type { ClientRequest, Effect } from '../../../src-main/protocols/kernel/core.ts';
import {
  applyPersistOps,
  type DurableState,
  type SnapshotRef,
} from '../../../src-main/protocols/kernel/durable.ts';
import type { RaftEntry } from '../../../src-main/protocols/raft/log.ts';
import type { RaftMessage } from '../../../src-main/protocols/raft/messages.ts';
import { RaftCore } from '../../../src-main/protocols/raft/step.ts';
import { initialConfig, type ClusterConfig } from '../../../src-main/protocols/kernel/config.ts';
import type { AdminOp, ReadRequest } from '../../../src-main/protocols/kernel/core.ts';
import type { Member } from '../../../src-main/vocabulary/ids.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';
import type { TraceEvent } from '../../../src-main/vocabulary/trace.ts';

export type RaftEffect = Effect<RaftMessage, RaftEntry>;

export const ELECTION_TICKS_MIN = 10;
export const ELECTION_TICKS_MAX = 20;

export interface OneNodeSpec {
  readonly nodes?: number;
  readonly term?: number;
  readonly vote?: string | null;
  readonly log?: readonly RaftEntry[];
  readonly snapshot?: SnapshotRef;
  readonly seed?: number;
  readonly storageId?: string;
  readonly options?: { readonly [name: string]: Json };
  readonly mutants?: readonly string[];
}

/** Entries 1, 2, ... with these terms. */
export function logOf(...terms: number[]): RaftEntry[] {
  return terms.map((term, i) => entryAt(i + 1, term));
}

export function entryAt(pos: number, term: number, payload: Json = `${pos}@${term}`): RaftEntry {
  return { pos, term, type: 'command', time: 0, client: null, payload };
}

export function command(reqId: number, payload: Json = `v${reqId}`): ClientRequest {
  return { reqId, op: { kind: 'command', session: 1, seq: reqId, acked: 0, payload } };
}

/** An AppendEntries of `term` after (prevPos, prevTerm) with entries of these terms. */
export function append(
  term: number,
  prev: readonly [pos: number, term: number],
  terms: readonly number[],
  leaderCommit = 0,
): RaftMessage {
  const [prevPos, prevTerm] = prev;
  const entries = terms.map((entryTerm, i) => entryAt(prevPos + 1 + i, entryTerm));
  return { type: 'AppendEntries', term, prevPos, prevTerm, entries, leaderCommit };
}

/** Chunk `chunk` of `chunks` of an image up to (lastPos, lastTerm), by the leader of `term`. */
export function chunkOf(
  term = 1,
  last: readonly [pos: number, term: number] = [3, 1],
  part: readonly [chunk: number, chunks: number] = [0, 1],
  config: ClusterConfig = initialConfig(membersOf(3)),
) {
  const [lastPos, lastTerm] = last;
  const [chunk, chunks] = part;
  const snapId = `own-${lastPos}-1`;
  const meta = { term: lastTerm, time: 0, config, configPos: 0 };
  const image = { handle: snapId, chunk };
  const whole = {
    type: 'InstallSnapshot',
    term,
    snapId,
    lastPos,
    meta,
    chunks,
    bytes: 10,
  } as const;
  return { ...whole, chunk, image };
}

/** n1, n2, ... with their disks. */
export function membersOf(nodes: number): Member[] {
  return Array.from({ length: nodes }, (_, i) => memberOf(`n${i + 1}`));
}

export function memberOf(nodeId: string): Member {
  return { nodeId, storageId: `disk-${nodeId}` };
}

export class OneNode {
  core = new RaftCore();
  disk: DurableState<RaftEntry>;
  /** Effects of the last input. */
  effects: RaftEffect[] = [];
  readonly applied: RaftEntry[] = [];
  #barriers: Extract<RaftEffect, { kind: 'persist' }>[] = [];
  readonly #spec: OneNodeSpec;
  #incarnation = 0;

  constructor(spec: OneNodeSpec = {}) {
    this.#spec = spec;
    const { term = 0, vote = null, log = [], snapshot = null } = spec;
    this.disk = { hard: { term, vote }, snapshot, log };
    this.#boot();
  }

  #boot(): void {
    const { nodes = 3, seed = 1, storageId = 'disk-n1', options = {}, mutants = [] } = this.#spec;
    this.#incarnation += 1;
    this.core = new RaftCore();
    this.#take({
      kind: 'boot',
      cluster: 'test',
      nodeId: 'n1',
      storageId,
      incarnation: this.#incarnation,
      members: membersOf(nodes),
      durable: this.disk,
      seed,
      timing: {
        tickMs: 10,
        heartbeatTicks: 2,
        electionTicksMin: ELECTION_TICKS_MIN,
        electionTicksMax: ELECTION_TICKS_MAX,
      },
      options,
      mutants,
    });
  }

  /** Power cut: only completed barriers remain. */
  restart(): void {
    this.#barriers = [];
    this.applied.length = 0;
    this.#boot();
  }

  recv(from: string, msg: unknown): RaftMessage[] {
    return this.#take({ kind: 'recv', from, linkEpoch: 1, msg: msg as RaftMessage });
  }

  tick(elapsed = 1): RaftMessage[] {
    return this.#take({ kind: 'tick', elapsed });
  }

  client(...requests: ClientRequest[]): RaftMessage[] {
    return this.#take({ kind: 'client', requests });
  }

  admin(reqId: number, op: AdminOp): RaftMessage[] {
    return this.#take({ kind: 'admin', reqId, op });
  }

  read(...requests: ReadRequest[]): RaftMessage[] {
    return this.#take({ kind: 'read', requests });
  }

  /** Effects of the last input of one kind. */
  all<K extends RaftEffect['kind']>(kind: K): Extract<RaftEffect, { kind: K }>[] {
    const found = this.effects.filter((effect) => effect.kind === kind);
    return found as Extract<RaftEffect, { kind: K }>[];
  }

  input(input: Parameters<RaftCore['step']>[0]): RaftMessage[] {
    return this.#take(input);
  }

  /** The disk completes everything. */
  sync(): RaftMessage[] {
    for (const { ops } of this.#barriers) this.disk = applyPersistOps(this.disk, ops);
    const token = this.#barriers.at(-1)?.token;
    this.#barriers = [];
    return token === undefined ? [] : this.#take({ kind: 'persisted', token });
  }

  /** n1 leads `term`, by the vote of n2 (and n3, of five); its no-op is at `lastPos`. */
  lead(term: number): void {
    while (this.word !== 'pre-candidate' && this.word !== 'candidate') this.tick();
    const voters = this.view.voters.length === 5 ? ['n2', 'n3'] : ['n2'];
    if (this.word === 'pre-candidate') {
      const granted = { type: 'PreVoteResp', term, forTerm: term, granted: true };
      for (const voter of voters) this.recv(voter, granted);
    }
    this.sync();
    const granted = { type: 'RequestVoteResp', term, forTerm: term, granted: true };
    for (const voter of voters) this.recv(voter, granted);
  }

  ok(from: string, matchPos: number): RaftMessage[] {
    const { number: term } = this.view.era;
    return this.recv(from, { type: 'AppendEntriesResp', term, ok: true, matchPos });
  }

  get view(): ReturnType<RaftCore['describe']> {
    return this.core.describe();
  }

  get word(): string {
    return this.view.word;
  }

  own(name: string): Json | undefined {
    return this.view.own.find((field) => field.name === name)?.value;
  }

  /** Terms of the log in memory. */
  get terms(): number[] {
    const { entries } = this.core.save() as unknown as { entries: RaftEntry[] };
    return entries.map((entry) => entry.term);
  }

  sends(to?: string): Extract<RaftEffect, { kind: 'send' }>[] {
    const all = this.effects.filter((effect) => effect.kind === 'send');
    return all.filter((send) => to === undefined || send.to === to);
  }

  refusals(): { reqId: number; code: string; hint: string | null }[] {
    return this.effects
      .filter((effect) => effect.kind === 'reply')
      .map(({ reqId, refusal: { code, hint } }) => ({ reqId, code, hint }));
  }

  traces<K extends TraceEvent['kind']>(kind: K): Extract<TraceEvent, { kind: K }>[] {
    const events: TraceEvent[] = [];
    for (const effect of this.effects) if (effect.kind === 'trace') events.push(effect.event);
    return events.filter((event) => event.kind === kind) as Extract<TraceEvent, { kind: K }>[];
  }

  #take(input: Parameters<RaftCore['step']>[0]): RaftMessage[] {
    this.effects = this.core.step(input);
    for (const effect of this.effects) {
      if (effect.kind === 'persist') this.#barriers.push(effect);
      if (effect.kind === 'apply') this.applied.push(...effect.entries);
    }
    return this.sends().map((send) => send.msg);
  }
}
