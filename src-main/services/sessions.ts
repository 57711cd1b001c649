/**
 * Client sessions: every command takes effect at most once, however often it is sent
 * (protocols.md 4.2). Part of the replicated state: decided by log positions alone.
 */
import { assert } from '../base/assert.ts';
import type { Digest } from '../protocols/kernel/digest.ts';
import type { ClientRef } from '../protocols/kernel/entry.ts';
import type { Json } from '../vocabulary/json.ts';
import type { Position } from '../vocabulary/ids.ts';
import type { RefusalCode } from '../vocabulary/refusal.ts';

/** Beyond this the session renewed longest ago ends. */
export const SESSIONS_MAX = 10_000;
/** Beyond this the answer with the lowest number is dropped, as if it were acknowledged. */
export const RESPONSES_MAX = 1_024;

interface Response {
  /** Of the payload, to tell a retry from another command under the same number. */
  readonly digest: Digest;
  readonly result: Json;
}

interface Session {
  lastSeq: number;
  /** Nothing up to here is answered or carried out any more; never falls. */
  ackedUpTo: number;
  /** Position of the last command; no two sessions have the same. */
  renewPos: Position;
  /** Only numbers above `ackedUpTo`. */
  readonly responses: Map<number, Response>;
}

/** `new`: carry it out, then `store` its result. */
export type Admission =
  | { readonly kind: 'new' }
  | { readonly kind: 'repeat'; readonly result: Json }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly message: string };

const NEW: Admission = { kind: 'new' };

function refused(code: RefusalCode, message: string): Admission {
  return { kind: 'refused', code, message };
}

export class SessionTable {
  readonly #sessions = new Map<Position, Session>();

  get size(): number {
    return this.#sessions.size;
  }

  has(id: Position): boolean {
    return this.#sessions.has(id);
  }

  /** Opens the session that `position` names, for ever unique. */
  open(position: Position): void {
    if (this.#sessions.size >= SESSIONS_MAX) this.#evictOldest();
    this.#sessions.set(position, {
      lastSeq: 0,
      ackedUpTo: 0,
      renewPos: position,
      responses: new Map(),
    });
  }

  /** @returns whether there was such a session. */
  close(id: Position): boolean {
    return this.#sessions.delete(id);
  }

  /** Decides what to do with a command that stands at `position`; renews its session. */
  admit(client: ClientRef, payloadDigest: Digest, position: Position): Admission {
    const { seq, acked } = client;
    const session = this.#sessions.get(client.session);
    if (session === undefined) return refused('session-expired', `no session ${client.session}`);
    if (!Number.isSafeInteger(seq) || seq < 1 || !Number.isSafeInteger(acked) || acked < 0) {
      return refused('bad-request', 'seq must be an integer from 1, acked an integer from 0');
    }
    session.renewPos = position;
    dropAcknowledged(session, acked);
    if (seq <= session.ackedUpTo) {
      return refused('stale-seq', `${seq} is not above ${session.ackedUpTo}`);
    }
    const response = session.responses.get(seq);
    if (response === undefined) return NEW;
    if (response.digest.high !== payloadDigest.high || response.digest.low !== payloadDigest.low) {
      return refused('payload-mismatch', `${seq} was used for another command`);
    }
    return { kind: 'repeat', result: response.result };
  }

  /** Keeps the result of a command that was admitted as new. */
  store(client: ClientRef, payloadDigest: Digest, result: Json): void {
    const session = this.#sessions.get(client.session);
    assert(session !== undefined, `session ${client.session} ended while its command ran`);
    if (client.seq > session.lastSeq) session.lastSeq = client.seq;
    session.responses.set(client.seq, { digest: payloadDigest, result });
    if (session.responses.size > RESPONSES_MAX) dropAcknowledged(session, lowestSeq(session));
  }

  clear(): void {
    this.#sessions.clear();
  }

  /** Puts back one session as `save` gave it. */
  place(record: Json): void {
    const [id, session] = record as unknown as readonly [Position, SavedSession];
    const { lastSeq, ackedUpTo, renewPos } = session;
    const responses = new Map<number, Response>();
    for (const [seq, high, low, result] of session.responses) {
      responses.set(seq, { digest: { high, low }, result });
    }
    this.#sessions.set(id, { lastSeq, ackedUpTo, renewPos, responses });
  }

  /** Plain data, sessions in the order of their ids, responses in the order of their numbers. */
  save(): Json[] {
    const ids = [...this.#sessions.keys()].sort((a, b) => a - b);
    return ids.map((id) => [id, saveSession(this.#sessions.get(id) as Session)]);
  }

  restore(saved: Json): void {
    assert(Array.isArray(saved), 'saved sessions must be an array');
    this.clear();
    for (const record of saved as readonly Json[]) this.place(record);
  }

  #evictOldest(): void {
    let oldestId = -1;
    let oldestPos = Number.POSITIVE_INFINITY;
    for (const [id, session] of this.#sessions) {
      if (session.renewPos >= oldestPos) continue;
      oldestId = id;
      oldestPos = session.renewPos;
    }
    this.#sessions.delete(oldestId);
  }
}

type SavedSession = {
  readonly lastSeq: number;
  readonly ackedUpTo: number;
  readonly renewPos: Position;
  readonly responses: readonly (readonly [seq: number, high: number, low: number, Json])[];
};

function saveSession(session: Session): SavedSession {
  const { lastSeq, ackedUpTo, renewPos } = session;
  const responses = [...session.responses]
    .sort(([a], [b]) => a - b)
    .map(([seq, { digest, result }]) => [seq, digest.high, digest.low, result] as const);
  return { lastSeq, ackedUpTo, renewPos, responses };
}

/** `acked` comes from a client and may be any number: never loop up to it. */
function dropAcknowledged(session: Session, acked: number): void {
  if (acked <= session.ackedUpTo) return;
  const { responses } = session;
  if (acked - session.ackedUpTo <= responses.size) {
    for (let seq = session.ackedUpTo + 1; seq <= acked; seq += 1) responses.delete(seq);
  } else {
    for (const seq of responses.keys()) if (seq <= acked) responses.delete(seq);
  }
  session.ackedUpTo = acked;
}

function lowestSeq(session: Session): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (const seq of session.responses.keys()) if (seq < lowest) lowest = seq;
  return lowest;
}
