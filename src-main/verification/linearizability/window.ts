/**
 * The smallest set of operations that contradict one another. First the latest moment is looked for
 * from which the history is illegal whatever the state was: what ended before it is left out, what
 * was under way then may have happened before or after or not at all. Then each operation of that
 * window is allowed to be of unknown outcome; those without which it stays illegal are not shown.
 * Where something may be seen long after it was replaced there is no such moment, and only the
 * second is done.
 */
import { knownAt, unknownOutcome } from './first-illegal.ts';
import type { Model } from './model.ts';
import type { Operation } from './operation.ts';
import type { Ordering } from './precedence.ts';
import { searchOrder, type SearchLimits } from './search.ts';

/** A window is judged many times: each time with little. */
const WINDOW_STEPS = 200_000;
const WINDOW_MEMO_BYTES = 64 * 1024 * 1024;
/** Larger ones are not cut down one by one. */
const RELAXED_MAX = 200;
/** Pieces of a whole history that are tried, and steps for each. */
const PIECES_MAX = 400;
const PIECE_STEPS = 20_000;

interface Window {
  readonly operations: readonly Operation[];
  readonly fromAnyState: boolean;
}

/** @returns null when nothing smaller than all operations was found illegal. */
export function smallestWindow<State>(
  model: Model<State>,
  operations: readonly Operation[],
  blocked: Operation,
  { shouldStop }: SearchLimits,
  ordering: Ordering = 'real-time',
): Window | null {
  const limits: SearchLimits = {
    steps: WINDOW_STEPS,
    memoBytes: WINDOW_MEMO_BYTES,
    ...(shouldStop === undefined ? {} : { shouldStop }),
  };
  const known = knownAt(operations, blocked.return ?? Infinity, ordering);
  if (ordering !== 'real-time') {
    const isIllegal = (part: readonly Operation[]): boolean =>
      searchOrder(model, part, { ...limits, steps: PIECE_STEPS }, { ordering }).verdict ===
      'invalid';
    return isIllegal(known) ? asWindow(operations, relaxedInPieces(known, isIllegal), false) : null;
  }
  const { anything } = model;
  if (anything !== undefined) {
    const isIllegal = (part: readonly Operation[]): boolean =>
      searchOrder(model, part, limits, { initial: anything }).verdict === 'invalid';
    const window = latestWindow(known, isIllegal);
    if (window !== null) return asWindow(operations, relaxed(window, isIllegal), true);
  }
  const isIllegal = (part: readonly Operation[]): boolean =>
    searchOrder(model, part, limits).verdict === 'invalid';
  if (!isIllegal(known)) return null;
  return asWindow(operations, relaxed(known, isIllegal), false);
}

type IsIllegal = (operations: readonly Operation[]) => boolean;

/** The window with the fewest ends in it that is illegal; null when there is none. */
function latestWindow(known: readonly Operation[], isIllegal: IsIllegal): Operation[] | null {
  const ends = known.flatMap((one) => (one.return === null ? [] : [one.return]));
  ends.sort((a, b) => b - a);
  const windowOf = (count: number): Operation[] => since(known, ends[count] ?? -Infinity);
  let high = 1;
  while (!isIllegal(windowOf(high))) {
    if (high >= ends.length) return null;
    high = Math.min(high * 2, ends.length);
  }
  let low = high >> 1;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (isIllegal(windowOf(middle))) high = middle;
    else low = middle;
  }
  return windowOf(high);
}

/** What is left when nothing is known of the time up to `moment`. */
function since(known: readonly Operation[], moment: number): Operation[] {
  return known
    .filter((operation) => operation.return === null || operation.return > moment)
    .map((one) => (one.invoke > moment ? one : unknownOutcome(one)));
}

/** Certain operations become uncertain, one by one, while what is left stays illegal. */
function relaxed(window: readonly Operation[], isIllegal: IsIllegal): readonly Operation[] {
  let left = window;
  if (left.filter((one) => one.return !== null).length > RELAXED_MAX) return left;
  for (const [at, operation] of window.entries()) {
    if (operation.return === null) continue;
    const next = left.with(at, unknownOutcome(operation));
    if (isIllegal(next)) left = next;
  }
  return left;
}

/** The same by halves, quarters and so on: of a long history most is left out at once. */
function relaxedInPieces(
  operations: readonly Operation[],
  isIllegal: IsIllegal,
): readonly Operation[] {
  let left = operations;
  let tried = 0;
  for (let size = Math.ceil(left.length / 2); size >= 1; size = nextSize(size)) {
    for (let from = 0; from < left.length && tried < PIECES_MAX; from += size) {
      const piece = left.slice(from, from + size);
      if (piece.every((one) => one.return === null)) continue;
      const next = left.toSpliced(from, piece.length, ...piece.map(unknownOutcome));
      tried += 1;
      if (isIllegal(next)) left = next;
    }
  }
  return left;
}

function nextSize(size: number): number {
  return size === 1 ? 0 : Math.ceil(size / 2);
}

/** The certain ones, as they were. */
function asWindow(
  operations: readonly Operation[],
  window: readonly Operation[],
  fromAnyState: boolean,
): Window {
  const certain = new Set(window.filter((one) => one.return !== null).map(({ id }) => id));
  const shown = operations.filter(({ id }) => certain.has(id));
  return { operations: shown.sort((a, b) => a.invoke - b.invoke || a.id - b.id), fromAnyState };
}
