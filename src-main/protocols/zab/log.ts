/**
 * The history of a node: entries in an array (index = pos - first) and, beside them, one run per
 * epoch. Counters are dense inside an epoch, so the runs alone turn a zxid into a position and
 * find the common point of two histories, without looking at entries.
 */
import { assert, ensure } from '../../base/assert.ts';
import type { Position } from '../../vocabulary/ids.ts';
import type { Entry } from '../kernel/entry.ts';
import { isSuccessor, zxidLabel, ZXID_ZERO, type Zxid } from './zxid.ts';

export interface ZabEntry extends Entry {
  readonly epoch: number;
  readonly counter: number;
}

/** Neighbouring entries of one epoch. */
interface EpochRun {
  readonly epoch: number;
  readonly firstPos: Position;
  readonly firstCounter: number;
}

/** Last counter a history has of an epoch; what a learner tells of its history in AckEpoch. */
export type EpochEnd = readonly [epoch: number, lastCounter: number];

export interface SavedLog {
  readonly first: Position;
  readonly floor: Zxid;
  readonly entries: readonly ZabEntry[];
}

export class ZabLog {
  /** Position of the first retained entry; above 1 once snapshots exist. */
  readonly first: Position;
  /** Zxid just before the first retained entry. */
  readonly floor: Zxid;
  readonly #entries: ZabEntry[] = [];
  readonly #runs: EpochRun[] = [];

  constructor(entries: readonly ZabEntry[] = [], first: Position = 1, floor: Zxid = ZXID_ZERO) {
    this.first = first;
    this.floor = floor;
    this.append(entries);
  }

  get lastPos(): Position {
    return this.first + this.#entries.length - 1;
  }

  get lastZxid(): Zxid {
    return this.#entries.at(-1) ?? this.floor;
  }

  /** Service time of the newest entry, 0 when there is none. */
  get lastTime(): number {
    return this.#entries.at(-1)?.time ?? 0;
  }

  entryAt(pos: Position): ZabEntry | undefined {
    return this.#entries[pos - this.first];
  }

  /** Zxid at a position of the log; the floor for the position before the first. */
  zxidAt(pos: Position): Zxid {
    if (pos === this.first - 1) return this.floor;
    const entry = ensure(this.entryAt(pos), `no entry at ${pos}, log ends at ${this.lastPos}`);
    return { epoch: entry.epoch, counter: entry.counter };
  }

  /** Entries [from, to], as a new array of the shared entries. */
  slice(from: Position, to: Position): ZabEntry[] {
    assert(from >= this.first && to <= this.lastPos, `slice ${from}..${to} of ..${this.lastPos}`);
    return this.#entries.slice(from - this.first, to - this.first + 1);
  }

  /** Appends entries that follow the last one without a gap, in position and in zxid. */
  append(entries: readonly ZabEntry[]): void {
    for (const entry of entries) {
      const last = this.lastZxid;
      if (entry.pos !== this.lastPos + 1 || !isSuccessor(last, entry)) {
        const text = `${zxidLabel(entry)} at ${entry.pos}`;
        assert(false, `append ${text} after ${zxidLabel(last)} at ${this.lastPos}`);
      }
      if (this.#runs.at(-1)?.epoch !== entry.epoch) {
        const { epoch, pos, counter } = entry;
        this.#runs.push({ epoch, firstPos: pos, firstCounter: counter });
      }
      this.#entries.push(entry);
    }
  }

  /** Removes everything after `pos`. */
  truncateAfter(pos: Position): void {
    assert(pos >= this.first - 1 && pos <= this.lastPos, `truncate to ${pos} of ${this.lastPos}`);
    this.#entries.length = pos - this.first + 1;
    while ((this.#runs.at(-1)?.firstPos ?? 0) > pos) this.#runs.pop();
  }

  /** Position of a zxid, null when this history does not hold it. The floor counts as held. */
  positionOf(zxid: Zxid): Position | null {
    if (zxid.epoch === this.floor.epoch && zxid.counter === this.floor.counter) {
      return this.first - 1;
    }
    for (let i = this.#runs.length - 1; i >= 0; i -= 1) {
      const run = this.#runs[i] as EpochRun;
      if (run.epoch > zxid.epoch) continue;
      if (run.epoch < zxid.epoch || zxid.counter < run.firstCounter) return null;
      const pos = run.firstPos + zxid.counter - run.firstCounter;
      return pos <= this.#runEnd(i) ? pos : null;
    }
    return null;
  }

  /** The runs as (epoch, last counter), newest first. */
  epochEnds(): EpochEnd[] {
    const ends: EpochEnd[] = [];
    for (let i = this.#runs.length - 1; i >= 0; i -= 1) {
      const run = this.#runs[i] as EpochRun;
      ends.push([run.epoch, run.firstCounter + this.#runEnd(i) - run.firstPos]);
    }
    return ends;
  }

  /**
   * The last position both histories hold. A zxid names one transaction for ever, and whoever holds
   * it holds everything before it, so the newest epoch both know something of decides.
   * @param ends the other history, newest first.
   */
  commonPosition(ends: readonly EpochEnd[]): Position {
    for (const [epoch, lastCounter] of ends) {
      const end = this.#endOf(epoch);
      if (end === null) continue;
      const pos = this.positionOf({ epoch, counter: Math.min(end, lastCounter) });
      if (pos !== null) return pos;
    }
    return this.first - 1;
  }

  /** Entries of [from, to] grouped by epoch and kind, as the trace shows them. */
  *runsIn(
    from: Position,
    to: Position,
  ): Generator<{ from: Position; to: Position; epoch: number; counter: number; noop: boolean }> {
    let start = from;
    for (let pos = from; pos <= to; pos += 1) {
      const head = ensure(this.entryAt(start), `no entry at ${start}`);
      const next = pos === to ? undefined : this.entryAt(pos + 1);
      const noop = head.type === 'noop';
      if (next?.epoch === head.epoch && (next.type === 'noop') === noop) continue;
      yield { from: start, to: pos, epoch: head.epoch, counter: head.counter, noop };
      start = pos + 1;
    }
  }

  save(): SavedLog {
    return { first: this.first, floor: this.floor, entries: this.#entries.slice() };
  }

  #runEnd(index: number): Position {
    const next = this.#runs[index + 1];
    return next === undefined ? this.lastPos : next.firstPos - 1;
  }

  #endOf(epoch: number): number | null {
    for (let i = this.#runs.length - 1; i >= 0; i -= 1) {
      const run = this.#runs[i] as EpochRun;
      if (run.epoch === epoch) return run.firstCounter + this.#runEnd(i) - run.firstPos;
      if (run.epoch < epoch) return null;
    }
    return null;
  }
}
