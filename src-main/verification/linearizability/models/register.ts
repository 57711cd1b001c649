/**
 * A register: `read` gives its value, `write v` sets it, `cas [old new]` sets it to new if it is
 * old. It begins as null. A compare-and-set that was answered was carried out: one that did not
 * match is a failed operation and not in the history.
 */
import { textOf, type Model, type Plan } from '../model.ts';
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

/** The value that an operation needs to find, null when any will do. */
function neededBy(operation: Operation): string | null {
  const { f } = wordsOf(operation);
  if (f === 'cas') return swapOf(operation)[0];
  return f === 'read' && operation.answer !== null ? textOf(operation.answer.value) : null;
}

/** The value that an operation sets, null when it sets none. */
function setBy(operation: Operation): string | null {
  const { f, value } = wordsOf(operation);
  if (f === 'read') return null;
  return f === 'cas' ? swapOf(operation)[1] : textOf(value);
}

/** Who sets a value, who needs to find it, and when those end, first end first. */
interface Value {
  readonly setters: Operation[];
  readonly needers: Operation[];
  readonly neededUntil: number[];
}

const NOBODY: Value = { setters: [], needers: [], neededUntil: [] };
/** A value that nobody left needs to find; no value's text. */
const UNNEEDED = '*';

function valuesOf(operations: readonly Operation[]): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  const valueOf = (text: string): Value => {
    const known = values.get(text) ?? { setters: [], needers: [], neededUntil: [] };
    values.set(text, known);
    return known;
  };
  for (const operation of operations) {
    const [needed, set] = [neededBy(operation), setBy(operation)];
    if (needed !== null) {
      valueOf(needed).needers.push(operation);
      valueOf(needed).neededUntil.push(operation.return ?? Infinity);
    }
    if (set !== null) valueOf(set).setters.push(operation);
  }
  for (const { neededUntil } of values.values()) neededUntil.sort((a, b) => a - b);
  return values;
}

/** From the end: what is asked last is placed last, so that the answer is often found at once. */
function areAllPlaced(operations: readonly Operation[], placed: ReadonlySet<Operation>): boolean {
  return operations.findLast((operation) => !placed.has(operation)) === undefined;
}

function planOf(operations: readonly Operation[]): Plan<RegisterState> {
  const values = valuesOf(operations);
  return {
    sameness: ({ call }) => textOf(call),
    // Nobody needs what it sets: whatever comes after it can do without.
    isPointless(operation) {
      const set = setBy(operation);
      return set === null || values.get(set)?.neededUntil.length === 0;
    },
    // The value was overwritten, and nobody is left to set it again.
    isHopeless(state, operation, placed) {
      const needed = neededBy(operation);
      if (needed === null || needed === state || state === ANYTHING) return false;
      return areAllPlaced((values.get(needed) ?? NOBODY).setters, placed);
    },
    key(state, placed) {
      if (state === ANYTHING) return state;
      return areAllPlaced((values.get(state) ?? NOBODY).needers, placed) ? UNNEEDED : state;
    },
    // A value has to be set before the first operation ends that found it.
    rank(operation) {
      const set = setBy(operation);
      const until = set === null ? [] : (values.get(set)?.neededUntil ?? []);
      const first = until.find((end) => end >= operation.invoke) ?? Infinity;
      return Math.min(first, operation.return ?? Infinity);
    },
  };
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
  plan: planOf,
};
