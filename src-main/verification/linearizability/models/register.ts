/**
 * A register: `read` gives its value, `write v` sets it, `cas [old new]` sets it to new if it is
 * old. It begins as null. A compare-and-set that was answered was carried out: one that did not
 * match is a failed operation and not in the history.
 */
import { textOf, type Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import { isPair, wordProblem, wordsOf } from './fields.ts';

/** The value as text; empty: any value. */
type RegisterState = string;
const ANYTHING: RegisterState = '';

/** Old and new value of a compare-and-set. */
function swapOf(operation: Operation): readonly [old: string, next: string] {
  const { value } = wordsOf(operation);
  return isPair(value) ? [textOf(value[0]), textOf(value[1])] : ['', ''];
}

function step(state: RegisterState, operation: Operation): RegisterState | null {
  const { f, value } = wordsOf(operation);
  if (f === 'write') return textOf(value);
  if (f === 'cas') {
    const [old, next] = swapOf(operation);
    return state === old || state === ANYTHING ? next : null;
  }
  if (operation.answer === null) return state;
  const seen = textOf(operation.answer.value);
  return state === ANYTHING || state === seen ? seen : null;
}

/** Values that an answered read or any compare-and-set needs to find. */
function wantedValues(operations: readonly Operation[]): ReadonlySet<string> {
  const wanted = new Set<string>();
  for (const operation of operations) {
    const { f } = wordsOf(operation);
    if (f === 'cas') wanted.add(swapOf(operation)[0]);
    else if (f === 'read' && operation.answer !== null) wanted.add(textOf(operation.answer.value));
  }
  return wanted;
}

export const registerModel: Model<RegisterState> = {
  name: 'register',
  initial: 'null',
  anything: ANYTHING,
  step,
  isRead(operation) {
    const [old, next] = swapOf(operation);
    return wordsOf(operation).f === 'read' || (wordsOf(operation).f === 'cas' && old === next);
  },
  key: (state) => state,
  showState: (state) => (state === ANYTHING ? 'any value' : state),
  showOperation(operation) {
    const { f, value } = wordsOf(operation);
    if (f === 'read') {
      return operation.answer === null ? 'read' : `read -> ${textOf(operation.answer.value)}`;
    }
    return `${f} ${textOf(value)}`;
  },
  why(state, operation) {
    const { f } = wordsOf(operation);
    if (f === 'cas') return `the value is ${state}, not ${swapOf(operation)[0]}`;
    return `the value is ${state}`;
  },
  problem(operation) {
    const { f, value } = wordsOf(operation);
    if (f === 'cas' && !isPair(value)) return 'cas needs the value [old new]';
    return wordProblem(operation, ['read', 'write', 'cas']);
  },
  plan(operations) {
    const wanted = wantedValues(operations);
    return {
      sameness: ({ call }) => textOf(call),
      isPointless(operation) {
        const { f, value } = wordsOf(operation);
        if (f === 'read') return true;
        // Nobody needs what it sets: whatever comes after it can do without.
        return !wanted.has(f === 'cas' ? swapOf(operation)[1] : textOf(value));
      },
    };
  },
};
