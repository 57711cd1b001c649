/**
 * The first illegal moment of a history. A search that ends without an order has looked at some
 * operations before their ends and given up at the first that can never be legal; the history may
 * still be legal when the operation ends at which the search stood. What was known at a moment is
 * judged by itself: what had not ended is of unknown outcome.
 */
import type { Model } from './model.ts';
import type { Operation } from './operation.ts';
import type { Ordering } from './precedence.ts';
import { searchOrder, type Furthest, type SearchLimits, type SearchResult } from './search.ts';

/** Part of the history is judged a dozen times: each time with little. */
const STEPS = 300_000;

/** The history as it was known at `moment`. */
export function knownAt(
  operations: readonly Operation[],
  moment: number,
  ordering: Ordering,
): Operation[] {
  // By the order of programs alone, something may be seen before it was asked.
  const begun = operations.filter(({ invoke }) => ordering === 'program' || invoke <= moment);
  return begun
    .map((one) => (one.return !== null && one.return > moment ? unknownOutcome(one) : one))
    .sort((a, b) => a.invoke - b.invoke || a.id - b.id);
}

/** The same, but nobody knows whether it took effect. */
export function unknownOutcome(operation: Operation): Operation {
  return { ...operation, return: null, answer: null };
}

/**
 * @param furthest of an illegal history: legal up to just before `furthest.blocked` ended
 * @returns the same for the first end with which it is illegal, as far as the limits allow
 */
export function firstIllegal<State>(
  model: Model<State>,
  operations: readonly Operation[],
  furthest: Furthest<State>,
  limits: SearchLimits,
  ordering: Ordering,
): Furthest<State> {
  const from = furthest.blocked.return ?? 0;
  const ending = operations
    .filter((one) => one.return !== null && one.return >= from)
    .sort((a, b) => (a.return ?? 0) - (b.return ?? 0) || a.id - b.id);
  const judge = (one: Operation): SearchResult<State> => {
    const known = knownAt(operations, one.return ?? 0, ordering);
    const steps = Math.min(limits.steps, STEPS);
    return searchOrder(model, known, { ...limits, steps }, { ordering });
  };
  let low = 0;
  let high = ending.length - 1;
  let found: Furthest<State> | null = null;
  while (low <= high) {
    // The first one is it, nearly always.
    const isFirst = low === 0 && high === ending.length - 1;
    const middle = isFirst ? 0 : (low + high) >> 1;
    const blocked = ending[middle] ?? furthest.blocked;
    const result = judge(blocked);
    if (result.verdict === 'unknown') break;
    if (result.verdict === 'invalid') {
      found = { ...result.furthest, blocked };
      high = middle - 1;
    } else low = middle + 1;
  }
  return found ?? furthest;
}
