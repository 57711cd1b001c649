/**
 * The replicated state machine: sessions around a service, the service clock, and a digest chained
 * over everything applied. Hosts apply entries through it, in the order of the core's effects.
 */
import { assert } from '../base/assert.ts';
import { DIGEST_ZERO, digestOf, type Digest } from '../protocols/kernel/digest.ts';
import type { ClientRef, Entry } from '../protocols/kernel/entry.ts';
import type { Json } from '../vocabulary/json.ts';
import type { Position } from '../vocabulary/ids.ts';
import { refuse, type Refusal } from '../vocabulary/refusal.ts';
import { SessionTable } from './sessions.ts';
import type { Service } from './service.ts';

/** `effective`: this very entry changed something; false for repeats, refusals and no-ops. */
export type ApplyResult =
  | { readonly ok: true; readonly result: Json; readonly effective: boolean }
  | { readonly ok: false; readonly refusal: Refusal; readonly effective: false };

const NOTHING: ApplyResult = { ok: true, result: null, effective: false };

type Head = {
  readonly position: Position;
  readonly time: number;
  readonly chain: { readonly high: number; readonly low: number };
};

type Saved = Head & {
  readonly sessions: Json;
  readonly service: Json;
};

export class StateMachine {
  readonly #service: Service;
  readonly #sessions = new SessionTable();
  #position: Position = 0;
  /** Service clock T (protocols.md 4.1): never goes back. */
  #time = 0;
  #chain: Digest = DIGEST_ZERO;

  constructor(service: Service) {
    this.#service = service;
  }

  /** Position of the last applied entry, 0 when none. */
  get position(): Position {
    return this.#position;
  }

  get time(): number {
    return this.#time;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** What is wrong with the shape of a command, or null. */
  check(payload: Json): string | null {
    return this.#service.check(payload);
  }

  /** Whether a command can be answered by `read`. */
  isRead(payload: Json): boolean {
    return this.#service.isRead(payload);
  }

  /** Answers a reading command from the state as it is; changes nothing. */
  read(payload: Json): Json {
    return this.#service.read(payload);
  }

  /** Applies the next entry. A `session-open` results in `{ session: <id> }`. */
  apply(entry: Entry): ApplyResult {
    assert(entry.pos === this.#position + 1, `applying ${entry.pos} after ${this.#position}`);
    this.#position = entry.pos;
    if (entry.time > this.#time) this.#time = entry.time;
    switch (entry.type) {
      case 'command':
        return this.#command(entry);
      case 'session-open':
        this.#sessions.open(entry.pos);
        return this.#chained(entry, success({ session: entry.pos }, true));
      case 'session-close':
        return this.#chained(entry, this.#close(entry.client?.session ?? 0));
      default:
        return this.#chained(entry, NOTHING);
    }
  }

  /**
   * Digest chained over every position: equal on two machines that applied the same entries with
   * the same results. A protocol's stamp (term, ballot) does not count: in Paxos it may differ
   * between nodes that chose the same value.
   */
  digest(): Digest {
    return this.#chain;
  }

  save(): Json {
    const { high, low } = this.#chain;
    return {
      position: this.#position,
      time: this.#time,
      chain: { high, low },
      sessions: this.#sessions.save(),
      service: this.#service.save(),
    } satisfies Saved;
  }

  /**
   * The state as it is now, in chunks of text for a snapshot; what is applied while they are read
   * does not show in them. Sessions are part of it: exactly-once survives a snapshot.
   */
  image(): Iterable<string> {
    const { high, low } = this.#chain;
    const head: Head = { position: this.#position, time: this.#time, chain: { high, low } };
    return chunksOf(head, this.#sessions.save(), this.#service.records());
  }

  /**
   * Takes over the next chunk of an image; the first one clears everything. The state is whole
   * again, and `position` that of the image, only after the last one.
   */
  loadChunk(chunk: string): void {
    const [part, ...records] = JSON.parse(chunk) as [ImagePart, ...Json[]];
    if (part === 'sessions') for (const record of records) this.#sessions.place(record);
    else if (part === 'service') for (const record of records) this.#service.place(record);
    else this.#begin(records[0] as unknown as Head);
  }

  #begin(head: Head): void {
    this.#position = head.position;
    this.#time = head.time;
    this.#chain = head.chain;
    this.#sessions.clear();
    this.#service.clear();
  }

  /** Replaces the whole state by a saved one. */
  restore(saved: Json): void {
    const from = saved as Saved;
    this.#position = from.position;
    this.#time = from.time;
    this.#chain = from.chain;
    this.#sessions.restore(from.sessions);
    this.#service.restore(from.service);
  }

  #command(entry: Entry): ApplyResult {
    const { client, payload } = entry;
    const payloadDigest = digestOf(payload);
    if (client === null) {
      const result = this.#service.apply(payload, entry.pos, this.#time);
      return this.#chained(entry, success(result, true), payloadDigest);
    }
    return this.#chained(entry, this.#inSession(client, entry, payloadDigest), payloadDigest);
  }

  #inSession(client: ClientRef, entry: Entry, payloadDigest: Digest): ApplyResult {
    const admission = this.#sessions.admit(client, payloadDigest, entry.pos);
    if (admission.kind === 'repeat') return success(admission.result, false);
    if (admission.kind === 'refused') return failure(admission.code, admission.message);
    const result = this.#service.apply(entry.payload, entry.pos, this.#time);
    this.#sessions.store(client, payloadDigest, result);
    return success(result, true);
  }

  #close(session: Position): ApplyResult {
    if (this.#sessions.close(session)) return success(null, true);
    return failure('session-expired', `no session ${session}`);
  }

  #chained(entry: Entry, outcome: ApplyResult, payloadDigest?: Digest): ApplyResult {
    const { client } = entry;
    const payload = payloadDigest ?? digestOf(entry.payload);
    const service = this.#service.digest();
    // Field by field: whoever rebuilt the reference from a disk may have another order of keys.
    const who = client === null ? null : [client.session, client.seq, client.acked];
    const said = outcome.ok ? outcome.result : outcome.refusal.code;
    this.#chain = digestOf(
      [entry.type, who, payload.high, payload.low, said, service.high, service.low],
      this.#chain,
    );
    return outcome;
  }
}

/** A chunk takes records until it has this many characters; one record always fits. */
const CHUNK_CHARS = 64 * 1024;

type ImagePart = 'head' | 'sessions' | 'service';

function* chunksOf(
  head: Head,
  sessions: Iterable<Json>,
  service: Iterable<Json>,
): Generator<string> {
  yield JSON.stringify(['head', head]);
  yield* partChunks('sessions', sessions);
  yield* partChunks('service', service);
}

function* partChunks(part: ImagePart, records: Iterable<Json>): Generator<string> {
  let text = '';
  for (const record of records) {
    text += `,${JSON.stringify(record)}`;
    if (text.length < CHUNK_CHARS) continue;
    yield `["${part}"${text}]`;
    text = '';
  }
  if (text !== '') yield `["${part}"${text}]`;
}

function success(result: Json, effective: boolean): ApplyResult {
  return { ok: true, result, effective };
}

function failure(code: Refusal['code'], message: string): ApplyResult {
  return { ok: false, refusal: refuse(code, message), effective: false };
}
