/**
 * The order that the answers themselves tell: by position, where each has one. If it keeps what is
 * demanded, a history needs no search across its keys: what is left is to find places in it for the
 * operations of unknown outcome, key by key.
 */
import type { AnyModel } from './models/by-name.ts';
import type { Operation } from './operation.ts';
import { isLinearizable, type Ordering } from './precedence.ts';
import { RunningMaximum } from './running-maximum.ts';

/** Each operation ends before the next one in the order begins. */
const SPAN = 2;

/**
 * The operations with moments that say their places in that order; null when some answer has no
 * position, or when the order is not one that `ordering` allows.
 */
export function orderedByPosition(
  model: AnyModel,
  operations: readonly Operation[],
  ordering: Ordering,
): Operation[] | null {
  const certain = operations.filter((one) => one.return !== null);
  if (certain.some(({ pos }) => pos === undefined)) return null;
  const isWrite = (one: Operation): number => (model.isRead(one) ? 1 : 0);
  certain.sort(
    (a, b) =>
      (a.pos ?? 0) - (b.pos ?? 0) ||
      isWrite(a) - isWrite(b) ||
      (a.return ?? 0) - (b.return ?? 0) ||
      a.id - b.id,
  );
  const scopeOf = scopesOf(ordering);
  if (!isKept(certain, scopeOf)) return null;
  const placed = certain.map((one, at) => ({ ...one, invoke: at * SPAN, return: at * SPAN + 1 }));
  const firstPlace = firstPlaces(certain, scopeOf);
  const optional = operations.filter((one) => one.return === null);
  return [...placed, ...optional.map((one) => ({ ...one, invoke: firstPlace(one) * SPAN }))];
}

/** Among whose operations real time counts: `null` for all, else those of one client. */
type ScopeOf = (operation: Operation) => string | null;

function scopesOf(ordering: Ordering): ScopeOf {
  return (operation) => {
    const isFree =
      ordering === 'program' || (ordering === 'by-level' && !isLinearizable(operation));
    return isFree ? operation.process : null;
  };
}

/** Nothing that comes later in the order had ended before it began. */
function isKept(order: readonly Operation[], scopeOf: ScopeOf): boolean {
  const earliestEnd = new Map<string | null, number>();
  for (const operation of order.toReversed()) {
    if ((earliestEnd.get(scopeOf(operation)) ?? Infinity) < operation.invoke) return false;
    const end = operation.return ?? Infinity;
    for (const scope of [null, operation.process]) {
      earliestEnd.set(scope, Math.min(earliestEnd.get(scope) ?? Infinity, end));
    }
  }
  return true;
}

/** Of an operation of unknown outcome: the first place that it may have in the order. */
function firstPlaces(order: readonly Operation[], scopeOf: ScopeOf): (one: Operation) => number {
  const last = new Map<string | null, RunningMaximum<Operation>>();
  const byEnd = [...order.entries()].sort(([, a], [, b]) => (a.return ?? 0) - (b.return ?? 0));
  for (const [at, operation] of byEnd) {
    for (const scope of [null, operation.process]) {
      const known = last.get(scope) ?? new RunningMaximum<Operation>();
      last.set(scope, known);
      known.add(operation.return ?? 0, at, operation);
    }
  }
  return (one) => (last.get(scopeOf(one))?.before(one.invoke)?.at ?? -1) + 1;
}
