/**
 * A set that only grows: `add x` puts x in it, `read` gives all its members, in any order. It
 * begins empty.
 */
import type { Json } from '../../../vocabulary/json.ts';
import { textOf, type Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import { wordProblem, wordsOf } from './fields.ts';

/** Members as a list that shares its tail with the set before. */
interface Members {
  readonly first: string;
  readonly rest: Members | null;
}

interface SetState {
  readonly members: Members | null;
  readonly size: number;
  /** There may be other members: nothing is known of the time before. */
  readonly isOpen: boolean;
}

const EMPTY: SetState = { members: null, size: 0, isOpen: false };
const ANYTHING: SetState = { members: null, size: 0, isOpen: true };

/** What each read saw, taken apart once. */
const seenSets = new WeakMap<Operation, ReadonlySet<string>>();

function seenBy(operation: Operation): ReadonlySet<string> {
  let seen = seenSets.get(operation);
  if (seen === undefined) {
    const value = operation.answer?.value;
    seen = new Set(Array.isArray(value) ? value.map((member: Json) => textOf(member)) : []);
    seenSets.set(operation, seen);
  }
  return seen;
}

function* membersOf(state: SetState): Generator<string> {
  for (let at = state.members; at !== null; at = at.rest) yield at.first;
}

function has(state: SetState, member: string): boolean {
  for (let at = state.members; at !== null; at = at.rest) if (at.first === member) return true;
  return false;
}

/** The first member that a read did not see. */
function unseenMember(state: SetState, seen: ReadonlySet<string>): string | null {
  for (let at = state.members; at !== null; at = at.rest) if (!seen.has(at.first)) return at.first;
  return null;
}

function setOf(members: Iterable<string>): SetState {
  let state = EMPTY;
  for (const first of members) {
    state = { members: { first, rest: state.members }, size: state.size + 1, isOpen: false };
  }
  return state;
}

function step(state: SetState, operation: Operation): SetState | null {
  const { f, value } = wordsOf(operation);
  if (f === 'add') {
    const first = textOf(value);
    if (has(state, first)) return state;
    return { ...state, members: { first, rest: state.members }, size: state.size + 1 };
  }
  if (operation.answer === null) return state;
  const seen = seenBy(operation);
  if (unseenMember(state, seen) !== null) return null;
  if (state.size === seen.size) return state.isOpen ? { ...state, isOpen: false } : state;
  return state.isOpen ? setOf(seen) : null;
}

function why(state: SetState, operation: Operation): string {
  const seen = seenBy(operation);
  const unseen = unseenMember(state, seen);
  if (unseen !== null) return `${unseen} is in the set, and it did not see it`;
  const extra = [...seen].find((member) => !has(state, member));
  return `it saw ${extra ?? '?'}, which is not in the set`;
}

/** When each member was first seen for certain: it has to be in by then. */
function firstSeen(operations: readonly Operation[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const operation of operations) {
    if (wordsOf(operation).f !== 'read' || operation.return === null) continue;
    for (const member of seenBy(operation)) {
      first.set(member, Math.min(first.get(member) ?? Infinity, operation.return));
    }
  }
  return first;
}

export const setModel: Model<SetState> = {
  name: 'set',
  initial: EMPTY,
  anything: ANYTHING,
  step,
  isRead: (operation) => wordsOf(operation).f === 'read',
  // Without removal the operations that took effect say what is in it.
  key: ({ isOpen }) => (isOpen ? '?' : ''),
  showState: (state) =>
    `{${[...membersOf(state)].reverse().join(' ')}${state.isOpen ? ' ...' : ''}}`,
  showOperation(operation) {
    const { f, value } = wordsOf(operation);
    if (f === 'add') return `add ${textOf(value)}`;
    return operation.answer === null ? 'read' : `read -> {${[...seenBy(operation)].join(' ')}}`;
  },
  why,
  problem(operation) {
    const isRead = wordsOf(operation).f === 'read';
    if (isRead && operation.answer !== null && !Array.isArray(operation.answer.value)) {
      return 'read needs the members as a set or a list';
    }
    return wordProblem(operation, ['read', 'add']);
  },
  plan(operations) {
    const first = firstSeen(operations);
    const seenAt = ({ call }: Operation): number =>
      first.get(textOf((call as { value?: Json }).value ?? null)) ?? Infinity;
    return {
      sameness: ({ call }) => textOf(call),
      isPointless: (one) => wordsOf(one).f === 'read' || seenAt(one) === Infinity,
      isHopeless: (state, one) =>
        wordsOf(one).f === 'read' && unseenMember(state, seenBy(one)) !== null,
      rank: (one) => (wordsOf(one).f === 'add' ? seenAt(one) : (one.return ?? Infinity)),
    };
  },
};
