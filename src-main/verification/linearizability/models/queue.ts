/**
 * A first-in-first-out queue: `enqueue v` puts v at the end, `dequeue` takes the first one and
 * answers it, or null when the queue is empty. It begins empty.
 */
import { textOf, type Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import { wordProblem, wordsOf } from './fields.ts';

/** Values from first to last, as text. */
type QueueState = readonly string[];
const EMPTY: QueueState = [];

function isEnqueue(operation: Operation): boolean {
  return wordsOf(operation).f === 'enqueue';
}

function valueOf(operation: Operation): string {
  return textOf(wordsOf(operation).value);
}

/** What a dequeue took; null when that is not known. */
function takenBy(operation: Operation): string | null {
  return operation.answer === null ? null : textOf(operation.answer.value);
}

function step(state: QueueState, operation: Operation): QueueState | null {
  if (isEnqueue(operation)) return [...state, valueOf(operation)];
  const taken = takenBy(operation);
  const first = state[0];
  if (first === undefined) return taken === null || taken === 'null' ? state : null;
  return taken === null || taken === first ? state.slice(1) : null;
}

/** When each value was taken, of those that were seen to be. */
function takenAt(operations: readonly Operation[]): ReadonlyMap<string, number> {
  const at = new Map<string, number>();
  for (const operation of operations) {
    const taken = isEnqueue(operation) ? null : takenBy(operation);
    if (taken === null) continue;
    at.set(taken, Math.min(at.get(taken) ?? Infinity, operation.return ?? operation.invoke));
  }
  return at;
}

export const queueModel: Model<QueueState> = {
  name: 'queue',
  initial: EMPTY,
  step,
  isRead: (operation) => !isEnqueue(operation) && takenBy(operation) === 'null',
  key: (state) => state.join(),
  showState: (state) => `[${state.join(' ')}]`,
  showOperation(operation) {
    if (isEnqueue(operation)) return `enqueue ${valueOf(operation)}`;
    const taken = takenBy(operation);
    return taken === null ? 'dequeue' : `dequeue -> ${taken}`;
  },
  why: ([first]) => (first === undefined ? 'the queue is empty' : `${first} is the first in it`),
  problem: (operation) => wordProblem(operation, ['enqueue', 'dequeue']),
  plan(operations) {
    const at = takenAt(operations);
    const unknownTakes = operations.some((one) => !isEnqueue(one) && one.answer === null);
    const ends = ({ return: end, invoke }: Operation): number => end ?? invoke;
    return {
      sameness: ({ call }) => textOf(call),
      // Never seen to be taken: what took it is of unknown outcome, and can be left out as well.
      isPointless: (one) => isEnqueue(one) && !at.has(valueOf(one)),
      // The first one never leaves the queue, so that nothing behind it does.
      isHopeless: ([first], one) =>
        first !== undefined && !unknownTakes && !isEnqueue(one) && !at.has(first),
      // What was taken earlier went in earlier.
      rank: (one) => (isEnqueue(one) ? (at.get(valueOf(one)) ?? Infinity) : ends(one)),
    };
  },
};
