/** Drives one Multi-Paxos core input by input, as n1 of a cluster, with a disk that obeys the
 *  test. */
import type { ClientRequest, Effect, Input } from '../../../src-main/protocols/kernel/core.ts';
import { applyPersistOps, type DurableState } from '../../../src-main/protocols/kernel/durable.ts';
import type { Ballot, PaxosEntry } from '../../../src-main/protocols/paxos/ballot.ts';
import type { PaxosMessage } from '../../../src-main/protocols/paxos/messages.ts';
import { PaxosCore } from '../../../src-main/protocols/paxos/step.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';
import type { TraceEvent } from '../../../src-main/vocabulary/trace.ts';

export type PaxosEffect = Effect<PaxosMessage, PaxosEntry>;

export const ELECTION_TICKS_MIN = 10;
export const ELECTION_TICKS_MAX = 20;

export interface OneNodeSpec {
  readonly nodes?: number;
  readonly promised?: Ballot;
  readonly log?: readonly PaxosEntry[];
  readonly storageId?: string;
  readonly options?: { readonly [name: string]: Json };
  readonly mutants?: readonly string[];
}

export function ballot(round: number, node: string): Ballot {
  return { round, node };
}

/** A command in `pos`, accepted in `stamp`; its value is `payload`. */
export function entryAt(pos: number, stamp: Ballot, payload: Json = `v${pos}`): PaxosEntry {
  return { pos, type: 'command', time: 0, client: null, payload, ballot: stamp };
}

export function command(reqId: number, payload: Json = `v${reqId}`): ClientRequest {
  return { reqId, op: { kind: 'command', session: 1, seq: reqId, acked: 0, payload } };
}

/** An Accept of `stamp` for the values of `items`. */
export function accept(
  stamp: Ballot,
  items: readonly (readonly [pos: number, payload: Json])[],
  commitUpTo = 0,
  seq = 1,
): PaxosMessage {
  const entries = items.map(([pos, payload]) => entryAt(pos, stamp, payload));
  return { type: 'Accept', ballot: stamp, seq, commitUpTo, items: entries };
}

/** A full Promise of `stamp` with these reports. */
export function promise(
  stamp: Ballot,
  reports: readonly PaxosEntry[] = [],
  rest: { fromSlot?: number; chosenPrefix?: number; chosen?: number[] } = {},
): PaxosMessage {
  const fromSlot = rest.fromSlot ?? 1;
  const upTo = reports.at(-1)?.pos ?? fromSlot - 1;
  const { chosenPrefix = 0, chosen = [] } = rest;
  const more = false;
  return {
    type: 'Promise',
    ballot: stamp,
    fromSlot,
    upTo,
    more,
    floor: 1,
    chosenPrefix,
    chosen,
    reports,
  };
}

export class OneNode {
  core = new PaxosCore();
  disk: DurableState<PaxosEntry>;
  /** Effects of the last input. */
  effects: PaxosEffect[] = [];
  readonly applied: PaxosEntry[] = [];
  #barriers: Extract<PaxosEffect, { kind: 'persist' }>[] = [];
  readonly #spec: OneNodeSpec;
  #incarnation = 0;

  constructor(spec: OneNodeSpec = {}) {
    this.#spec = spec;
    const { promised, log = [] } = spec;
    this.disk = {
      hard: promised === undefined ? {} : { promised: { ...promised } },
      snapshot: null,
      log,
    };
    this.boot();
  }

  boot(): void {
    this.core = new PaxosCore();
    this.#incarnation += 1;
    this.#barriers = [];
    this.applied.length = 0;
    const { nodes = 3, storageId = 's1', options = {}, mutants = [] } = this.#spec;
    const members = Array.from({ length: nodes }, (_, i) => ({
      nodeId: `n${i + 1}`,
      storageId: `s${i + 1}`,
    }));
    this.step({
      kind: 'boot',
      cluster: 'c',
      nodeId: 'n1',
      storageId,
      incarnation: this.#incarnation,
      members,
      durable: this.disk,
      seed: 1,
      timing: {
        tickMs: 10,
        heartbeatTicks: 1,
        electionTicksMin: ELECTION_TICKS_MIN,
        electionTicksMax: ELECTION_TICKS_MAX,
      },
      options,
      mutants,
    });
  }

  step(input: Input<PaxosMessage>): PaxosEffect[] {
    this.effects = this.core.step(input);
    for (const effect of this.effects) {
      if (effect.kind === 'persist') this.#barriers.push(effect);
      else if (effect.kind === 'apply') this.applied.push(...effect.entries);
    }
    return this.effects;
  }

  recv(from: string, msg: PaxosMessage | object): PaxosEffect[] {
    return this.step({ kind: 'recv', from, linkEpoch: 1, msg: msg as PaxosMessage });
  }

  tick(elapsed = 1): PaxosEffect[] {
    return this.step({ kind: 'tick', elapsed });
  }

  client(...requests: ClientRequest[]): PaxosEffect[] {
    return this.step({ kind: 'client', requests });
  }

  /** Completes every barrier, in one `persisted`. */
  sync(): PaxosEffect[] {
    const last = this.#barriers.at(-1);
    if (last === undefined) return [];
    for (const { ops } of this.#barriers) this.disk = applyPersistOps(this.disk, ops);
    this.#barriers = [];
    return this.step({ kind: 'persisted', token: last.token });
  }

  /** Loses what is not synced, and comes back. */
  crash(): void {
    this.boot();
  }

  /** Times out and passes PrePrepare, up to its own durable promise. @returns its ballot. */
  prepare(): Ballot {
    this.tick(ELECTION_TICKS_MAX);
    if (this.view.word === 'pre-preparing') {
      const [ask] = this.sent('PrePrepare');
      const { ballot: asked } = ask as { ballot: Ballot };
      const ok = { type: 'PrePrepareResp', ballot: asked, ok: true, promised: ballot(0, '') };
      this.recv('n2', ok);
      if (this.view.word === 'pre-preparing') this.recv('n3', ok);
    }
    const [prepare] = this.sent('Prepare');
    this.sync();
    return (prepare as { ballot: Ballot }).ballot;
  }

  /** Leads with nothing to recover. */
  lead(): Ballot {
    const stamp = this.prepare();
    this.recv('n2', promise(stamp));
    return stamp;
  }

  accepted(from: string, stamp: Ballot, ranges: readonly number[], seq = 1): PaxosEffect[] {
    return this.recv(from, { type: 'Accepted', ballot: stamp, seq, ranges, chosenPrefix: 0 });
  }

  /** Messages of the last input, of one type. */
  sent(type: PaxosMessage['type']): PaxosMessage[] {
    return this.sends(type).map((send) => send.msg);
  }

  sends(type: PaxosMessage['type']): Extract<PaxosEffect, { kind: 'send' }>[] {
    return this.effects.filter(
      (effect) => effect.kind === 'send' && effect.msg.type === type,
    ) as Extract<PaxosEffect, { kind: 'send' }>[];
  }

  traces(kind: TraceEvent['kind']): TraceEvent[] {
    const events = this.effects.flatMap((effect) =>
      effect.kind === 'trace' ? [effect.event] : [],
    );
    return events.filter((event) => event.kind === kind);
  }

  refusals(): [reqId: number, code: string, hint: string | null][] {
    return this.effects.flatMap((effect) =>
      effect.kind === 'reply'
        ? [[effect.reqId, effect.refusal.code, effect.refusal.hint] as [number, string, string]]
        : [],
    );
  }

  /** Payload and ballot round of a slot on the disk. */
  onDisk(pos: number): [payload: Json, round: number] | null {
    const entry = this.disk.log.find((held) => held.pos === pos);
    return entry === undefined ? null : [entry.payload, entry.ballot.round];
  }

  get view() {
    return this.core.describe();
  }
}
