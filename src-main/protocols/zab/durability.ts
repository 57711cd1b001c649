/**
 * What of the log is on disk. Every barrier notes the last position it covers. A truncation lowers
 * the notes of barriers still under way: their completion speaks of entries that are gone, and the
 * new ones at the same positions must not be taken for durable (protocols.md 1.16-7).
 */
import type { Position } from '../../vocabulary/ids.ts';
import type { Token } from '../kernel/core.ts';

interface Cover {
  readonly token: Token;
  pos: Position;
}

export interface SavedDurability {
  readonly token: Token;
  readonly pos: Position;
  readonly covers: readonly { readonly token: Token; readonly pos: Position }[];
}

export class Durability {
  /** The newest completed barrier. */
  token: Token;
  /** Everything in the log up to here is durable. */
  pos: Position;
  readonly #covers: Cover[];

  constructor(saved: SavedDurability) {
    this.token = saved.token;
    this.pos = saved.pos;
    this.#covers = saved.covers.map((cover) => ({ ...cover }));
  }

  /** The log up to `pos` is durable once `token` is. */
  note(token: Token, pos: Position): void {
    this.#covers.push({ token, pos });
  }

  /** The log now ends at `pos`. */
  truncateAfter(pos: Position): void {
    this.pos = Math.min(this.pos, pos);
    for (const cover of this.#covers) cover.pos = Math.min(cover.pos, pos);
  }

  /** Barriers up to `token` are complete. @returns whether more of the log is durable now. */
  complete(token: Token): boolean {
    if (token <= this.token) return false;
    this.token = token;
    const before = this.pos;
    let done = 0;
    for (const cover of this.#covers) {
      if (cover.token > token) break;
      this.pos = Math.max(this.pos, cover.pos);
      done += 1;
    }
    this.#covers.splice(0, done);
    return this.pos > before;
  }

  save(): SavedDurability {
    return {
      token: this.token,
      pos: this.pos,
      covers: this.#covers.map((cover) => ({ ...cover })),
    };
  }
}
