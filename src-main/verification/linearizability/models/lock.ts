/**
 * A lock: a process gets it with `acquire` when nobody has it, and gives it back with `release`,
 * which only its holder can do. It begins free.
 */
import type { Model } from '../model.ts';
import { textOf } from '../model.ts';
import { wordProblem, wordsOf } from './fields.ts';

/** `free`, `?` when nothing is known, or `held by` a process. */
type LockState = string;
const FREE: LockState = 'free';
const ANYTHING: LockState = '?';

function heldBy(process: string): LockState {
  return `held by ${process}`;
}

export const lockModel: Model<LockState> = {
  name: 'lock',
  initial: FREE,
  anything: ANYTHING,
  step(state, operation) {
    const held = heldBy(operation.process);
    if (wordsOf(operation).f === 'acquire')
      return state === FREE || state === ANYTHING ? held : null;
    return state === held || state === ANYTHING ? FREE : null;
  },
  isRead: () => false,
  key: (state) => state,
  showState: (state) => (state === ANYTHING ? 'free or held' : state),
  showOperation: (operation) => wordsOf(operation).f,
  why: (state) => (state === FREE ? 'the lock is free' : `the lock is ${state}`),
  problem: (operation) => wordProblem(operation, ['acquire', 'release']),
  plan: () => ({ sameness: ({ process, call }) => textOf([process, call]) }),
};
