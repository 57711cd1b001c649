/**
 * Who has to come before whom, and which of the operations left may therefore come next. Three
 * orders are demanded of histories:
 *
 * - `real-time` (linearizability, Herlihy and Wing 1990): what ended before another began.
 * - `program` (sequential consistency, Lamport 1979): the same, of one and the same client only.
 * - `by-level` (ordered sequential consistency, Lev-Ari et al. 2017): real time before everything
 *   that promises linearizability; before a read of a level that promises less only what its own
 *   client did. Such a read may see an old state, but nothing of the future and nothing that its
 *   client had seen replaced.
 */
import { LINEARIZABLE_LEVELS } from '../../vocabulary/read-level.ts';
import type { Operation } from './operation.ts';

export type Ordering = 'real-time' | 'by-level' | 'program';

/** The certain operations by number, in the order of their beginnings. */
export interface Precedence {
  readonly isDone: boolean;
  /** Whether `placedText` has other than Latin letters now. */
  readonly isWide: boolean;
  /** Fills `out` with those that may come next.
   *  @returns the one left that ended first, which is one of them; -1 when nothing is left */
  possibleNext(out: number[]): number;
  /** Whether an operation of unknown outcome may come next.
   *  @param first as `possibleNext` gave it */
  allows(optional: Operation, first: number): boolean;
  /** Place of the end of an operation among all ends and beginnings. */
  endPlace(operation: number): number;
  takeOut(operation: number): void;
  /** Undoes the newest `takeOut` that was not undone, which was of this operation. */
  putBack(operation: number): void;
  /** Equal texts, equal sets of operations taken out. */
  placedText(): string;
}

/** Whether nothing less than linearizability is promised of it. */
export function isLinearizable({ level = 'log' }: Operation): boolean {
  return LINEARIZABLE_LEVELS.has(level);
}
