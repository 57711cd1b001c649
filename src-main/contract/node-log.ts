/**
 * What the screen knows of one node's log: runs of entries of one era instead of single entries, so
 * that a million entries of one leader are one small object. Bounded: the oldest runs are forgotten
 * first, because the screen shows the newest positions.
 */
import type { Era } from '../vocabulary/era.ts';
import type { Position } from '../vocabulary/ids.ts';

/** Entries [from, to] of one era. `counter`: ZAB counter of the first one, else null. */
export interface LogRun {
  from: Position;
  to: Position;
  era: Era;
  noop: boolean;
  counter: number | null;
}

export interface PositionRange {
  from: Position;
  to: Position;
}

export const LOG_RUNS_MAX = 48;
const COMMITTED_RANGES_MAX = 48;

/** Entries [from, to] now stand in the log; what stood there before is overwritten. Mutates. */
export function recordAppend(log: LogRun[], run: LogRun): void {
  const last = log[log.length - 1];
  if (last !== undefined && last.to >= run.from) cutOut(log, run.from, run.to);
  let at = log.length;
  while (at > 0 && (log[at - 1] as LogRun).from > run.from) at -= 1;
  const before = log[at - 1];
  if (before !== undefined && continues(before, run)) {
    before.to = run.to;
    joinNext(log, at - 1);
  } else {
    log.splice(at, 0, { ...run });
    joinNext(log, at);
  }
  if (log.length > LOG_RUNS_MAX) log.splice(0, log.length - LOG_RUNS_MAX);
}

/** Entries >= from left the log. Mutates. */
export function recordTruncate(log: LogRun[], from: Position): void {
  while (log.length > 0) {
    const last = log[log.length - 1] as LogRun;
    if (last.to < from) return;
    if (last.from < from) {
      last.to = from - 1;
      return;
    }
    log.pop();
  }
}

/** Entries <= upTo left the log; a snapshot has them. Mutates. */
export function recordCompaction(log: LogRun[], upTo: Position): void {
  while (log[0] !== undefined && log[0].to <= upTo) log.shift();
  const first = log[0];
  if (first === undefined || first.from > upTo) return;
  if (first.counter !== null) first.counter += upTo + 1 - first.from;
  first.from = upTo + 1;
}

/** Positions [from, to] are known to be committed. Mutates. */
export function recordCommit(ranges: PositionRange[], from: Position, to: Position): void {
  const last = ranges[ranges.length - 1];
  if (last !== undefined && from >= last.from && from <= last.to + 1) {
    if (to > last.to) last.to = to;
    return;
  }
  let at = ranges.length;
  while (at > 0 && (ranges[at - 1] as PositionRange).from > from) at -= 1;
  ranges.splice(at, 0, { from, to });
  mergeAround(ranges, at);
  if (ranges.length > COMMITTED_RANGES_MAX) ranges.shift();
}

/** The run that holds `pos`, or null for a hole or an end. */
export function runAt(log: readonly LogRun[], pos: Position): LogRun | null {
  for (let i = log.length - 1; i >= 0; i -= 1) {
    const run = log[i] as LogRun;
    if (run.to < pos) return null;
    if (run.from <= pos) return run;
  }
  return null;
}

export function isCommitted(ranges: readonly PositionRange[], pos: Position): boolean {
  for (let i = ranges.length - 1; i >= 0; i -= 1) {
    const range = ranges[i] as PositionRange;
    if (range.to < pos) return false;
    if (range.from <= pos) return true;
  }
  return false;
}

/** The newest position in the log, 0 when it is empty. */
export function lastPosition(log: readonly LogRun[]): Position {
  return log[log.length - 1]?.to ?? 0;
}

/** The newest position known to be committed, 0 when none is. */
export function lastCommitted(ranges: readonly PositionRange[]): Position {
  return ranges[ranges.length - 1]?.to ?? 0;
}

function continues(before: LogRun, run: LogRun): boolean {
  return (
    before.to + 1 === run.from &&
    before.era.number === run.era.number &&
    before.era.owner === run.era.owner &&
    before.noop === run.noop &&
    (before.counter === null
      ? run.counter === null
      : run.counter === before.counter + (run.from - before.from))
  );
}

function joinNext(log: LogRun[], at: number): void {
  const run = log[at];
  const next = log[at + 1];
  if (run === undefined || next === undefined || !continues(run, next)) return;
  run.to = next.to;
  log.splice(at + 1, 1);
}

/** Makes room for [from, to]; a run that reaches over both ends is split. */
function cutOut(log: LogRun[], from: Position, to: Position): void {
  for (let i = log.length - 1; i >= 0; i -= 1) {
    const run = log[i] as LogRun;
    if (run.to < from) return;
    if (run.from > to) continue;
    const rest: LogRun[] = [];
    if (run.from < from) rest.push({ ...run, to: from - 1 });
    if (run.to > to) {
      const counter = run.counter === null ? null : run.counter + (to + 1 - run.from);
      rest.push({ ...run, from: to + 1, counter });
    }
    log.splice(i, 1, ...rest);
  }
}

/** Joins the range that was put at `at` with the one before it and with those it reaches. */
function mergeAround(ranges: PositionRange[], at: number): void {
  const before = ranges[at - 1];
  const joinsBefore = before !== undefined && before.to + 1 >= (ranges[at] as PositionRange).from;
  const start = joinsBefore ? at - 1 : at;
  const here = ranges[start] as PositionRange;
  let end = start + 1;
  while (end < ranges.length && (ranges[end] as PositionRange).from <= here.to + 1) {
    here.to = Math.max(here.to, (ranges[end] as PositionRange).to);
    end += 1;
  }
  ranges.splice(start + 1, end - start - 1);
}
