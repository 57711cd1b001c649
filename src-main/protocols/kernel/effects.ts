/** Collects the effects of one step, in order, and numbers the barriers. */
import type { Member, NodeId, Position } from '../../vocabulary/ids.ts';
import type { Json } from '../../vocabulary/json.ts';
import { refuse, type RefusalCode } from '../../vocabulary/refusal.ts';
import type { TraceEvent } from '../../vocabulary/trace.ts';
import type { Effect, Message, Token } from './core.ts';
import type { PersistOp } from './durable.ts';
import type { Entry } from './entry.ts';

/**
 * Persist operations of one step are merged into one barrier: `persist()` may be called several
 * times and returns the same token until `take()`; the merged effect is put where the first call
 * was, so it stands before every `send` gated on it.
 */
export class EffectList<M extends Message, E extends Entry> {
  #effects: Effect<M, E>[] = [];
  #ops: PersistOp<E>[] = [];
  #persistAt = -1;
  #lastToken: Token;

  constructor(lastToken: Token = 0) {
    this.#lastToken = lastToken;
  }

  /** The newest token handed out in this life, 0 when none. */
  get lastToken(): Token {
    return this.#lastToken;
  }

  /** Adds operations to this step's barrier and returns its token. */
  persist(...ops: PersistOp<E>[]): Token {
    if (this.#persistAt === -1) {
      this.#persistAt = this.#effects.length;
      this.#lastToken += 1;
      this.#effects.push({ kind: 'persist', token: this.#lastToken, ops: this.#ops });
    }
    this.#ops.push(...ops);
    return this.#lastToken;
  }

  send(to: NodeId, msg: M, after: Token = 0): void {
    this.#effects.push({ kind: 'send', to, msg, after });
  }

  apply(entries: readonly E[], waiting: readonly { pos: number; reqId: number }[]): void {
    this.#effects.push({ kind: 'apply', entries, waiting });
  }

  refuse(reqId: number, code: RefusalCode, message: string, hint: NodeId | null = null): void {
    this.#effects.push({ kind: 'reply', reqId, refusal: refuse(code, message, hint) });
  }

  /** Answers a read from the state at `pos` or a later one. */
  read(reqId: number, pos: Position, payload: Json): void {
    this.#effects.push({ kind: 'read', reqId, pos, payload });
  }

  done(reqId: number, result: Json): void {
    this.#effects.push({ kind: 'done', reqId, result });
  }

  members(members: readonly Member[]): void {
    this.#effects.push({ kind: 'members', members });
  }

  takeSnapshot(lastPos: Position, handle: string): void {
    this.#effects.push({ kind: 'take-snapshot', lastPos, handle });
  }

  loadSnapshot(lastPos: Position, handle: string): void {
    this.#effects.push({ kind: 'load-snapshot', lastPos, handle });
  }

  keepChunk(handle: string, chunk: number): void {
    this.#effects.push({ kind: 'keep-chunk', handle, chunk });
  }

  trace(event: TraceEvent): void {
    this.#effects.push({ kind: 'trace', event });
  }

  closeLink(peer: NodeId, linkEpoch: number, why: string): void {
    this.#effects.push({ kind: 'close-link', peer, linkEpoch, why });
  }

  /** The effects so far; the list is empty afterwards. */
  take(): Effect<M, E>[] {
    const effects = this.#effects;
    this.#effects = [];
    this.#ops = [];
    this.#persistAt = -1;
    return effects;
  }
}
