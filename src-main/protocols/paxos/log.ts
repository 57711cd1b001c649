/**
 * The slots of one node: what it accepted in each (a hole is null) and which it knows chosen.
 *
 * Invariants
 * - A stored ballot never falls, and never exceeds the node's promise.
 * - Two entries with the same slot and ballot hold the same value, on all nodes.
 * - An entry known chosen carries a ballot at or above the one its value was chosen in. That is
 *   what makes it safe to hand it on to a learner, see learning.ts.
 */
import { assert, ensure } from '../../base/assert.ts';
import type { Position } from '../../vocabulary/ids.ts';
import { ballotLabel, compareBallots, sameValue, type PaxosEntry } from './ballot.ts';

/** Longest hole a message may tear; a node further behind learns what is chosen instead. */
const HOLE_MAX = 2 ** 18;

export interface SavedLog {
  readonly first: Position;
  readonly slots: readonly (PaxosEntry | null)[];
  readonly prefix: Position;
  readonly ahead: readonly Position[];
}

export class SlotLog {
  /** Slot of `#slots[0]`. */
  #first: Position;
  #slots: (PaxosEntry | null)[];
  #prefix: Position;
  /** Known chosen above the prefix; asked, never iterated in this order. */
  #ahead: Set<Position>;

  constructor(saved: SavedLog) {
    this.#first = saved.first;
    this.#slots = [...saved.slots];
    this.#prefix = saved.prefix;
    this.#ahead = new Set(saved.ahead);
  }

  /** The floor: slots below are chosen, and only the snapshot has them. */
  get first(): Position {
    return this.#first;
  }

  /** Highest slot with a value, or the one before the first. */
  get last(): Position {
    return this.first + this.#slots.length - 1;
  }

  /** Largest p such that every slot up to p is known chosen. */
  get chosenPrefix(): Position {
    return this.#prefix;
  }

  at(pos: Position): PaxosEntry | null {
    return this.#slots[pos - this.first] ?? null;
  }

  isChosen(pos: Position): boolean {
    return pos <= this.#prefix || this.#ahead.has(pos);
  }

  /** Whether `pos` is a slot this log, once it goes up to `last`, can hold without an absurd
   *  hole. */
  reaches(pos: Position, last: Position = this.last): boolean {
    return pos >= this.first && pos <= last + HOLE_MAX;
  }

  /** Stores `entry` in its slot; whatever is replaced has a lower ballot, or is the same. */
  put(entry: PaxosEntry): void {
    const { pos } = entry;
    assert(pos >= this.first, `slot ${pos} lies below the log, which starts at ${this.first}`);
    const held = this.at(pos);
    if (held !== null) this.#assertReplaceable(held, entry);
    while (this.last < pos) this.#slots.push(null);
    this.#slots[pos - this.first] = entry;
  }

  #assertReplaceable(held: PaxosEntry, entry: PaxosEntry): void {
    const { pos } = entry;
    if (this.isChosen(pos)) {
      assert(
        sameValue(held, entry),
        `slot ${pos} is chosen; ballot ${ballotLabel(entry.ballot)} brings another value`,
      );
    }
  }

  /** Marks `pos`, which must hold its chosen value, and moves the prefix over what it joins. */
  markChosen(pos: Position): void {
    assert(this.at(pos) !== null || pos < this.first, `slot ${pos} is chosen but holds no value`);
    if (pos !== this.#prefix + 1) {
      if (pos > this.#prefix) this.#ahead.add(pos);
      return;
    }
    this.#prefix = pos;
    if (this.#ahead.size === 0) return;
    while (this.#ahead.delete(this.#prefix + 1)) this.#prefix += 1;
  }

  /** Drops the slots below `first`, all of them known chosen and covered by a snapshot. */
  compact(first: Position): void {
    assert(first <= this.#prefix + 1, `compacting below ${first}, chosen up to ${this.#prefix}`);
    if (first <= this.#first) return;
    this.#slots = this.#slots.slice(first - this.#first);
    this.#first = first;
  }

  /** A snapshot up to `lastPos` replaces whatever stood there, chosen or not. */
  install(lastPos: Position): void {
    assert(lastPos > this.#prefix, `snapshot of ${lastPos}, chosen up to ${this.#prefix}`);
    for (let pos = this.#prefix + 1; pos <= lastPos; pos += 1) this.#ahead.delete(pos);
    this.#prefix = lastPos;
    this.compact(lastPos + 1);
    while (this.#ahead.delete(this.#prefix + 1)) this.#prefix += 1;
  }

  /** The entries of [from, to], none of which may be a hole. */
  filled(from: Position, to: Position): PaxosEntry[] {
    const entries: PaxosEntry[] = [];
    for (let pos = from; pos <= to; pos += 1) {
      entries.push(ensure(this.at(pos), `slot ${pos} of [${from}, ${to}] is a hole`));
    }
    return entries;
  }

  save(): SavedLog {
    return {
      first: this.#first,
      slots: [...this.#slots],
      prefix: this.#prefix,
      ahead: [...this.#ahead].sort((a, b) => a - b),
    };
  }
}

/** Whether `entry` may replace what a slot holds: an acceptor's ballots only grow. */
export function outranks(entry: PaxosEntry, held: PaxosEntry | null): boolean {
  return held === null || compareBallots(entry.ballot, held.ballot) > 0;
}
