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

/** The transaction just before the first retained one; a log without any retained ends there. */
export interface Floor {
  readonly pos: Position;
  readonly zxid: Zxid;
  /** Its service time. */
  readonly time: number;
}

export const FLOOR_ZERO: Floor = { pos: 0, zxid: ZXID_ZERO, time: 0 };

export interface SavedLog {
  readonly floor: Floor;
  readonly entries: readonly ZabEntry[];
}

export class ZabLog {
  #floor: Floor;
  #entries: ZabEntry[] = [];
  #runs: EpochRun[] = [];

  constructor(entries: readonly ZabEntry[] = [], floor: Floor = FLOOR_ZERO) {
    this.#floor = floor;
    this.append(entries);
  }

  get floor(): Floor {
    return this.#floor;
  }

  /** Position of the first retained entry. */
  get first(): Position {
    return this.#floor.pos + 1;
  }

  get lastPos(): Position {
    return this.first + this.#entries.length - 1;
  }

  get lastZxid(): Zxid {
    return this.#entries.at(-1) ?? this.#floor.zxid;
  }

  /** Service time of the newest entry, 0 when there was none. */
  get lastTime(): number {
    return this.#entries.at(-1)?.time ?? this.#floor.time;
  }

  entryAt(pos: Position): ZabEntry | undefined {
    return this.#entries[pos - this.first];
  }

  /** Zxid at a position of the log; the floor for the position before the first. */
  zxidAt(pos: Position): Zxid {
    if (pos === this.#floor.pos) return this.#floor.zxid;
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
    assert(pos >= this.#floor.pos && pos <= this.lastPos, `truncate to ${pos} of ${this.lastPos}`);
    this.#entries.length = pos - this.first + 1;
    while ((this.#runs.at(-1)?.firstPos ?? 0) > pos) this.#runs.pop();
  }

  /** Forgets everything up to `pos`, which a snapshot holds. */
  compactTo(pos: Position): void {
    const entry = ensure(this.entryAt(pos), `compact to ${pos} of ${this.first}..${this.lastPos}`);
    const { epoch, counter, time } = entry;
    this.#entries = this.#entries.slice(pos - this.#floor.pos);
    this.#floor = { pos, zxid: { epoch, counter }, time };
    this.#runs = this.#runs.flatMap((run, i) => {
      const next = this.#runs[i + 1];
      const end = next === undefined ? this.lastPos : next.firstPos - 1;
      if (end <= pos) return [];
      if (run.firstPos > pos) return [run];
      return [{ epoch, firstPos: pos + 1, firstCounter: counter + 1 }];
    });
  }

  /** A snapshot takes the place of everything. */
  startFrom(floor: Floor): void {
    this.#floor = floor;
    this.#entries = [];
    this.#runs = [];
  }

  /** Position of a zxid, null when this history does not hold it. The floor counts as held. */
  positionOf(zxid: Zxid): Position | null {
    const { zxid: floor } = this.#floor;
    if (zxid.epoch === floor.epoch && zxid.counter === floor.counter) return this.#floor.pos;
    for (let i = this.#runs.length - 1; i >= 0; i -= 1) {
      const run = this.#runs[i] as EpochRun;
      if (run.epoch > zxid.epoch) continue;
      if (run.epoch < zxid.epoch || zxid.counter < run.firstCounter) return null;
      const pos = run.firstPos + zxid.counter - run.firstCounter;
      return pos <= this.#runEnd(i) ? pos : null;
    }
    return null;
  }

  /** The runs as (epoch, last counter), newest first; the floor is the oldest known. */
  epochEnds(): EpochEnd[] {
    const ends: EpochEnd[] = [];
    for (let i = this.#runs.length - 1; i >= 0; i -= 1) {
      const run = this.#runs[i] as EpochRun;
      ends.push([run.epoch, run.firstCounter + this.#runEnd(i) - run.firstPos]);
    }
    const { epoch, counter } = this.#floor.zxid;
    if (counter > 0 && this.#runs[0]?.epoch !== epoch) ends.push([epoch, counter]);
    return ends;
  }

  /**
   * The last position both histories hold. A zxid names one transaction for ever, and whoever holds
   * it holds everything before it, so the newest epoch both know something of decides.
   * @param ends the other history, newest first.
   * @returns null when that is before the floor, or may be: only a snapshot helps.
   */
  commonPosition(ends: readonly EpochEnd[]): Position | null {
    for (const [epoch, lastCounter] of ends) {
      const end = this.#endOf(epoch);
      if (end === null) continue;
      return this.positionOf({ epoch, counter: Math.min(end, lastCounter) });
    }
    return this.#floor.pos === 0 ? 0 : null;
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
    return { floor: this.#floor, entries: this.#entries.slice() };
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
    const { epoch: floorEpoch, counter } = this.#floor.zxid;
    return epoch === floorEpoch && counter > 0 ? counter : null;
  }
}
