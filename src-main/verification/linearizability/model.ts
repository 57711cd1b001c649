/**
 * What a sequential object does: the model that a history is held against. A model is a value
 * without state of its own; states are immutable.
 */
import type { Operation } from './operation.ts';

export interface Model<State> {
  readonly name: string;
  readonly initial: State;
  /**
   * The state of which nothing is known: any operation that could follow some state follows it.
   * Lets an illegal window be judged without what came before; a model may have none.
   */
  readonly anything?: State;
  /**
   * The state after `operation`, if with its answer it can come next in `state`, else null. The
   * very same `state` when it changes nothing. An operation without an answer answers anything.
   */
  step(state: State, operation: Operation): State | null;
  /** With the answer it had it changes nothing, wherever it takes place. */
  isRead(operation: Operation): boolean;
  /** Equal keys, after the same set of operations, mean equal states. */
  key(state: State): string;
  /** For people. */
  showState(state: State): string;
  showOperation(operation: Operation): string;
  /** Why it cannot come next in `state`: what it would have answered. */
  why(state: State, operation: Operation): string;
  /** What is wrong with it as an operation of this model, null when nothing is. */
  problem(operation: Operation): string | null;
  plan?(operations: readonly Operation[]): Plan<State>;
}

/** What a model knows of all operations on one object; each part only makes the search shorter. */
export interface Plan<State> {
  /**
   * Optional operations of which this is equal are interchangeable: nothing recorded tells which of
   * them took effect. (Call and process by default.)
   */
  sameness?(operation: Operation): string;
  /** An optional operation that can be left out of every legal order that has it. */
  isPointless?(operation: Operation): boolean;
  /**
   * Cannot come next in `state`, nor in any state that follows it.
   * @param placed what is in the order already
   */
  isHopeless?(state: State, operation: Operation, placed: ReadonlySet<Operation>): boolean;
  /** In place of the model's key: equal also for states that nothing left can tell apart. */
  key?(state: State, placed: ReadonlySet<Operation>): string;
  /** Which of the possible next ones to try first, smallest first; ends of operations otherwise. */
  rank?(operation: Operation): number;
}

/** Text of a value for keys and comparisons. */
export function textOf(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}
