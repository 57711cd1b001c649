/**
 * The log of one Raft node: entries by position above a base (what the snapshot took over), in an
 * array so that every access is one subtraction. Terms never decrease along it (Raft 5.3), which
 * lets the conflict hints search it by halves.
 */
import { assert } from '../../base/assert.ts';
import type { Position } from '../../vocabulary/ids.ts';
import type { Entry } from '../kernel/entry.ts';

export interface RaftEntry extends Entry {
  readonly term: number;
}

/** What stands just below the first entry; it still answers for its term (1.8). */
export interface LogBase {
  readonly pos: Position;
  readonly term: number;
  /** Service time. */
  readonly time: number;
}

export const LOG_START: LogBase = { pos: 0, term: 0, time: 0 };

export class RaftLog {
  #base: LogBase;
  #entries: RaftEntry[] = [];

  constructor(base: LogBase, entries: readonly RaftEntry[]) {
    this.#base = base;
    for (const entry of entries) this.append(entry);
  }

  get base(): LogBase {
    return this.#base;
  }

  get lastPos(): Position {
    return this.#base.pos + this.#entries.length;
  }

  get lastTerm(): number {
    return this.#entries.at(-1)?.term ?? this.#base.term;
  }

  /** Service time of the last entry. */
  get lastTime(): number {
    return this.#entries.at(-1)?.time ?? this.#base.time;
  }

  /** Term at `pos`; the base counts as an entry; null where nothing is known. */
  termAt(pos: Position): number | null {
    if (pos === this.#base.pos) return this.#base.term;
    return this.#entries[pos - this.#base.pos - 1]?.term ?? null;
  }

  at(pos: Position): RaftEntry {
    const entry = this.#entries[pos - this.#base.pos - 1];
    if (entry === undefined)
      assert(false, `no entry ${pos} in (${this.#base.pos}, ${this.lastPos}]`);
    return entry;
  }

  /** The entry at `pos` as a base; `pos` may be the base itself. */
  asBase(pos: Position): LogBase {
    if (pos === this.#base.pos) return this.#base;
    const { term, time } = this.at(pos);
    return { pos, term, time };
  }

  append(entry: RaftEntry): void {
    if (entry.pos !== this.lastPos + 1) {
      assert(false, `hole in the log: entry ${entry.pos} after ${this.lastPos}`);
    }
    if (entry.term < this.lastTerm) {
      assert(false, `term ${entry.term} at ${entry.pos} after term ${this.lastTerm}`);
    }
    this.#entries.push(entry);
  }

  /** Removes everything at or after `from`. */
  truncate(from: Position): void {
    assert(from > this.#base.pos, `truncation at ${from}, base ${this.#base.pos}`);
    this.#entries.length = Math.min(this.#entries.length, from - this.#base.pos - 1);
  }

  /** Removes everything at or before `upTo`, which becomes the base. */
  compact(upTo: Position): void {
    const base = this.asBase(upTo);
    this.#entries = this.#entries.slice(upTo - this.#base.pos);
    this.#base = base;
  }

  /** Begins anew above `base`. */
  reset(base: LogBase): void {
    this.#entries = [];
    this.#base = base;
  }

  /** Entries [from, to], both inclusive. */
  range(from: Position, to: Position): RaftEntry[] {
    return this.#entries.slice(from - this.#base.pos - 1, to - this.#base.pos);
  }

  /** Largest position <= `pos` whose term is <= `term`; the base when there is none. */
  lastWithTermAtMost(pos: Position, term: number): Position {
    let low = this.#base.pos;
    let high = Math.max(low, Math.min(pos, this.lastPos));
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.at(middle).term <= term) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
