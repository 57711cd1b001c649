/**
 * Why a history is illegal: the operation that no legal order reaches the end of, the longest order
 * that is legal, why none of the others could come next in it, and the smallest window of
 * operations that contradict one another by themselves.
 */
import { firstIllegal } from './first-illegal.ts';
import type { Model } from './model.ts';
import type { Operation } from './operation.ts';
import type { Ordering } from './precedence.ts';
import { orderOf, type Furthest, type SearchLimits } from './search.ts';
import { smallestWindow } from './window.ts';

/** One operation in a legal order, and the state after it. */
export interface LegalStep {
  readonly operation: Operation;
  readonly text: string;
  readonly state: string;
}

/** One that could not come next. */
export interface Stuck {
  readonly operation: Operation;
  readonly text: string;
  readonly why: string;
}

export interface IllegalWindow {
  /** In the order in which they were asked. */
  readonly operations: readonly Operation[];
  readonly texts: readonly string[];
  /** They contradict one another whatever the state before them was. */
  readonly fromAnyState: boolean;
}

export interface Illegal {
  readonly key: string | null;
  /** The first end that no legal order reaches: up to just before it the history is legal. */
  readonly blocked: Operation;
  readonly text: string;
  /** The longest legal order; of a long one the end, and how many came before. */
  readonly prefix: readonly LegalStep[];
  readonly prefixLength: number;
  readonly state: string;
  readonly stuck: readonly Stuck[];
  /** null when none smaller than the history was found within the limits. */
  readonly window: IllegalWindow | null;
}

const PREFIX_MAX = 1_000;
const STUCK_MAX = 20;

export function explained<State>(
  model: Model<State>,
  key: string | null,
  operations: readonly Operation[],
  reached: Furthest<State>,
  limits: SearchLimits,
  ordering: Ordering = 'real-time',
): Illegal {
  const furthest = firstIllegal(model, operations, reached, limits, ordering);
  const { blocked, state } = furthest;
  const order = orderOf(furthest.order);
  const placed = new Set(order.map(({ operation }) => operation));
  const steps = order.slice(-PREFIX_MAX).map((one) => ({
    operation: one.operation,
    text: model.showOperation(one.operation),
    state: model.showState(one.state),
  }));
  const remaining = operations.filter((operation) => !placed.has(operation));
  return {
    key,
    blocked,
    text: model.showOperation(blocked),
    prefix: steps,
    prefixLength: order.length,
    state: model.showState(state),
    stuck: stuckOnes(model, furthest, remaining),
    window: windowOf(model, operations, blocked, limits, ordering),
  };
}

/** The blocked one first; then those that could have come before it, had they been legal. */
function stuckOnes<State>(
  model: Model<State>,
  { blocked, state }: Furthest<State>,
  remaining: readonly Operation[],
): Stuck[] {
  const end = blocked.return ?? Infinity;
  const others = remaining.filter((one) => one !== blocked && one.invoke <= end);
  return [blocked, ...others].slice(0, STUCK_MAX).map((operation) => {
    const text = model.showOperation(operation);
    if (model.step(state, operation) === null) {
      return { operation, text, why: model.why(state, operation) };
    }
    const why = `it could, but then ${model.showOperation(blocked)} still cannot`;
    return { operation, text, why };
  });
}

function windowOf<State>(
  model: Model<State>,
  operations: readonly Operation[],
  blocked: Operation,
  limits: SearchLimits,
  ordering: Ordering,
): IllegalWindow | null {
  const window = smallestWindow(model, operations, blocked, limits, ordering);
  if (window === null) return null;
  const texts = window.operations.map((operation) => model.showOperation(operation));
  return { ...window, texts };
}
