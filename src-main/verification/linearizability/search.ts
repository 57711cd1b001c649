/**
 * Looks for a legal order of the operations on one object: Wing and Gong's search with Lowe's
 * memory of (operations in the order, state), and his just-in-time choice: what ends first is tried
 * first, and another operation is put before it only when that is needed. Two rules make it short:
 * a read that is legal now is taken at once (moving it here from a later place breaks nothing), and
 * of interchangeable optional ones only the first is tried.
 *
 * It does not recurse; it counts its steps, and gives up at a limit instead of hanging.
 */
import type { Model, Plan } from './model.ts';
import { textOf } from './model.ts';
import type { Operation } from './operation.ts';
import { EventList } from './event-list.ts';
import { Memo } from './memo.ts';
import { OptionalOperations } from './optional-operations.ts';
import { isLinearizable, type Ordering, type Precedence } from './precedence.ts';
import { ProgramOrder } from './program-order.ts';

/** One place of an order, with what came before it. */
export interface Placed<State> {
  readonly operation: Operation;
  /** After the operation. */
  readonly state: State;
  readonly before: Placed<State> | null;
}

export interface SearchLimits {
  /** Operations tried. */
  readonly steps: number;
  /** Bytes that the memory of what was tried may take, roughly. */
  readonly memoBytes: number;
  /** Asked now and then: true gives up. */
  readonly shouldStop?: () => boolean;
}

export type GaveUp = 'steps' | 'memory' | 'stopped';

/** How far an order got that could not be finished. */
export interface Furthest<State> {
  /** The operation whose end no legal order reaches. */
  readonly blocked: Operation;
  readonly order: Placed<State> | null;
  readonly state: State;
}

export type SearchResult<State> =
  | { readonly verdict: 'valid'; readonly order: Placed<State> | null; readonly steps: number }
  | { readonly verdict: 'invalid'; readonly furthest: Furthest<State>; readonly steps: number }
  | {
      readonly verdict: 'unknown';
      readonly why: GaveUp;
      readonly furthest: Furthest<State> | null;
      readonly steps: number;
    };

/** A number of a certain operation, or minus one less than that of a class of optional ones. */
type Choice = number;

interface Frame<State> {
  readonly placed: Placed<State> | null;
  readonly state: State;
  /** What led here. */
  readonly choice: Choice;
  readonly choices: readonly Choice[];
  readonly states: readonly State[];
  next: number;
}

const STOP_EVERY = 1_024;
const NO_CHOICE: Choice = Number.MIN_SAFE_INTEGER;

/** @param initial where it begins, when that is not the model's beginning */
export function searchOrder<State>(
  model: Model<State>,
  operations: readonly Operation[],
  limits: SearchLimits,
  { initial = model.initial, ordering = 'real-time' }: SearchOptions<State> = {},
): SearchResult<State> {
  return new Search(model, operations, limits, ordering).run(initial);
}

interface SearchOptions<State> {
  readonly initial?: State;
  /** Which order is demanded of the operations. */
  readonly ordering?: Ordering;
}

class Search<State> {
  readonly #model: Model<State>;
  readonly #limits: SearchLimits;
  readonly #plan: Plan<State>;
  readonly #certain: readonly Operation[];
  readonly #ranks: readonly number[];
  readonly #optional: OptionalOperations;
  readonly #left: Precedence;
  readonly #memo = new Memo();
  readonly #placed = new Set<Operation>();
  readonly #candidates: number[] = [];
  readonly #stack: Frame<State>[] = [];
  #steps = 0;
  #nextAsk = STOP_EVERY;
  #furthest: Furthest<State> | null = null;
  #furthestPlace = -1;
  #furthestDepth = -1;
  /** Certain operations in the order. */
  #depth = 0;

  constructor(
    model: Model<State>,
    operations: readonly Operation[],
    limits: SearchLimits,
    ordering: Ordering,
  ) {
    this.#model = model;
    this.#limits = limits;
    const plan = model.plan?.(operations) ?? {};
    this.#plan = plan;
    const ordered = [...operations].sort((a, b) => a.invoke - b.invoke || a.id - b.id);
    this.#certain = ordered.filter((operation) => operation.return !== null);
    this.#ranks = this.#certain.map((one) => plan.rank?.(one) ?? one.return ?? 0);
    const optional = ordered.filter(
      (one) => one.return === null && plan.isPointless?.(one) !== true,
    );
    this.#optional = new OptionalOperations(optional, samenessOf(plan, ordering));
    this.#left = precedenceOf(ordering, this.#certain);
  }

  run(initial: State): SearchResult<State> {
    let frame: Frame<State> | undefined = this.#open(null, initial, NO_CHOICE);
    while (frame !== undefined) {
      if (this.#left.isDone) {
        return { verdict: 'valid', order: frame.placed, steps: this.#steps };
      }
      const why = this.#limitReached();
      if (why !== null) {
        return { verdict: 'unknown', why, furthest: this.#furthest, steps: this.#steps };
      }
      frame = this.#advance(frame);
    }
    const furthest = this.#furthest;
    if (furthest === null) return { verdict: 'valid', order: null, steps: this.#steps };
    return { verdict: 'invalid', furthest, steps: this.#steps };
  }

  /** The next frame to look at; undefined when everything was tried. */
  #advance(frame: Frame<State>): Frame<State> | undefined {
    const choice = frame.choices[frame.next];
    const state = frame.states[frame.next];
    frame.next += 1;
    if (choice === undefined || state === undefined) {
      this.#undo(frame.choice);
      return this.#stack.pop();
    }
    const operation = this.#apply(choice);
    const optional = this.#optional.usedText;
    const key = this.#plan.key?.(state, this.#placed) ?? this.#model.key(state);
    if (!this.#memo.add(this.#left.placedText(), this.#left.isWide, optional, key)) {
      this.#undo(choice);
      return frame;
    }
    this.#stack.push(frame);
    return this.#open({ operation, state, before: frame.placed }, state, choice);
  }

  #apply(choice: Choice): Operation {
    const operation = choice < 0 ? this.#optional.use(-choice - 1) : this.#operation(choice);
    this.#placed.add(operation);
    if (choice < 0) return operation;
    this.#depth += 1;
    this.#left.takeOut(choice);
    return operation;
  }

  #undo(choice: Choice): void {
    if (choice === NO_CHOICE) return;
    if (choice < 0) {
      this.#placed.delete(this.#optional.giveBack(-choice - 1));
      return;
    }
    this.#placed.delete(this.#operation(choice));
    this.#depth -= 1;
    this.#left.putBack(choice);
  }

  #operation(number: number): Operation {
    return this.#certain[number] as Operation;
  }

  /** Everything that can come next here. */
  #open(placed: Placed<State> | null, state: State, choice: Choice): Frame<State> {
    const frame = { placed, state, choice, next: 0 };
    const first = this.#left.possibleNext(this.#candidates);
    if (first < 0) return { ...frame, choices: [], states: [] };
    this.#noteFurthest(placed, state, first);
    const choices: Choice[] = [];
    const states: State[] = [];
    const ranks = this.#ranks;
    if (this.#candidates.length > 1) {
      this.#candidates.sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0) || a - b);
    }
    for (const number of this.#candidates) {
      this.#steps += 1;
      const operation = this.#operation(number);
      const after = this.#model.step(state, operation);
      if (after === state && this.#model.isRead(operation)) {
        return { ...frame, choices: [number], states: [state] };
      }
      if (after !== null) {
        choices.push(number);
        states.push(after);
      } else if (this.#plan.isHopeless?.(state, operation, this.#placed) === true) {
        return { ...frame, choices: [], states: [] };
      }
    }
    this.#addOptional(state, first, choices, states);
    return { ...frame, choices, states };
  }

  /** Those that change nothing are left out: they need not happen. */
  #addOptional(state: State, first: number, choices: Choice[], states: State[]): void {
    for (let number = 0; number < this.#optional.classes; number += 1) {
      const operation = this.#optional.nextOf(number);
      if (operation === null || !this.#left.allows(operation, first)) continue;
      this.#steps += 1;
      const after = this.#model.step(state, operation);
      if (after === null || after === state) continue;
      choices.push(-number - 1);
      states.push(after);
    }
  }

  #noteFurthest(placed: Placed<State> | null, state: State, first: number): void {
    const place = this.#left.endPlace(first);
    if (place < this.#furthestPlace) return;
    if (place === this.#furthestPlace && this.#depth <= this.#furthestDepth) return;
    this.#furthestPlace = place;
    this.#furthestDepth = this.#depth;
    this.#furthest = { blocked: this.#operation(first), order: placed, state };
  }

  #limitReached(): GaveUp | null {
    if (this.#steps > this.#limits.steps) return 'steps';
    if (this.#memo.bytes > this.#limits.memoBytes || this.#memo.isFull) return 'memory';
    if (this.#steps < this.#nextAsk) return null;
    this.#nextAsk = this.#steps + STOP_EVERY;
    return this.#limits.shouldStop?.() === true ? 'stopped' : null;
  }
}

function precedenceOf(ordering: Ordering, operations: readonly Operation[]): Precedence {
  if (ordering === 'real-time') return new EventList(operations);
  return new ProgramOrder(operations, ordering === 'program' ? () => false : isLinearizable);
}

/** Interchangeable ones may come next from some moment on; that of a client differs from others'
 *  where only its own order counts. */
function samenessOf<State>(
  plan: Plan<State>,
  ordering: Ordering,
): (operation: Operation) => string {
  const { sameness } = plan;
  return (operation) => {
    const { process, call, answer } = operation;
    if (sameness === undefined) return textOf([process, call, answer]);
    const isOwn =
      ordering !== 'real-time' && (ordering === 'program' || !isLinearizable(operation));
    return isOwn ? textOf([process, sameness(operation)]) : sameness(operation);
  };
}

/** An order as a list, first operation first. */
export function orderOf<State>(last: Placed<State> | null): Placed<State>[] {
  const order: Placed<State>[] = [];
  for (let placed = last; placed !== null; placed = placed.before) order.push(placed);
  return order.reverse();
}
