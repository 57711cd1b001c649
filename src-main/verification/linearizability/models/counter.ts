/** A counter from 0: `add n` adds n, which may be negative; `read` gives the sum. */
import { textOf, type Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import { wordProblem, wordsOf } from './fields.ts';

/** null: any sum. */
type CounterState = number | null;

function amountOf(operation: Operation): number {
  const { value } = wordsOf(operation);
  return typeof value === 'number' ? value : 0;
}

function step(state: CounterState, operation: Operation): CounterState | undefined {
  if (wordsOf(operation).f === 'add') return state === null ? null : state + amountOf(operation);
  if (operation.answer === null) return state;
  const seen = operation.answer.value;
  if (typeof seen !== 'number') return undefined;
  return state === null || state === seen ? seen : undefined;
}

/** A sum in a box, because null means "cannot come next" to a search. */
interface Boxed {
  readonly sum: CounterState;
}

const ZERO: Boxed = { sum: 0 };
const ANYTHING: Boxed = { sum: null };

export const counterModel: Model<Boxed> = {
  name: 'counter',
  initial: ZERO,
  anything: ANYTHING,
  step(state, operation) {
    const sum = step(state.sum, operation);
    if (sum === undefined) return null;
    return sum === state.sum ? state : { sum };
  },
  isRead: (operation) => wordsOf(operation).f === 'read',
  key: ({ sum }) => String(sum),
  showState: ({ sum }) => (sum === null ? 'any sum' : String(sum)),
  showOperation(operation) {
    if (wordsOf(operation).f === 'add') return `add ${amountOf(operation)}`;
    return operation.answer === null ? 'read' : `read -> ${textOf(operation.answer.value)}`;
  },
  why: ({ sum }) => `the sum is ${sum}`,
  problem(operation) {
    const { f, value } = wordsOf(operation);
    if (f === 'add' && !Number.isSafeInteger(value)) return 'add needs a whole number';
    return wordProblem(operation, ['read', 'add']);
  },
  plan(operations) {
    const adds = operations.filter((operation) => wordsOf(operation).f === 'add');
    const grows = adds.every((operation) => amountOf(operation) >= 0);
    return {
      sameness: ({ call }) => textOf(call),
      isPointless: (operation) => wordsOf(operation).f === 'read',
      // A sum that never falls is past what this read saw.
      isHopeless({ sum }, operation) {
        const seen = operation.answer?.value;
        return grows && sum !== null && typeof seen === 'number' && seen < sum;
      },
    };
  },
};
