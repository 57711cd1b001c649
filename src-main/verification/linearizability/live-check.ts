/**
 * Linearizability of a history that is still going on, key by key (Lowe's just-in-time
 * linearization): beginnings and ends are taken in the order of time, and what is carried on are
 * all states the object may be in, each with the operations under way that it takes for done. An
 * end leaves those in which its operation is done; where none is left, no order is legal, whatever
 * comes later.
 *
 * Nothing is judged before all that was asked until then is known (`closedUs`): an operation that
 * nobody has told of yet may be what another one saw. A key that would take too much is given up.
 */
import type { AnyModel } from './models/by-name.ts';
import type { IllegalWindow } from './explain.ts';
import { KeyFrontier, type FrontierLimits } from './key-frontier.ts';
import type { Operation } from './operation.ts';
import { smallestWindow } from './window.ts';

export interface LiveViolation {
  readonly key: string | null;
  /** The operation whose end no legal order reaches. */
  readonly blocked: Operation;
  readonly text: string;
  /** What the object may have been before it ended. */
  readonly states: readonly string[];
  /** Operations that contradict one another; null when more than the newest ones are needed. */
  readonly window: IllegalWindow | null;
}

const WINDOW_LIMITS = { steps: 200_000, memoBytes: 16 * 1024 * 1024 };

interface Moment {
  readonly at: number;
  readonly isEnd: boolean;
  readonly operation: Operation;
}

export class LiveCheck {
  readonly #model: AnyModel;
  readonly #limits: FrontierLimits;
  /** null: judged no more. */
  readonly #keys = new Map<string | null, KeyFrontier | null>();
  readonly #givenUp: (string | null)[] = [];
  #moments: Moment[] = [];
  #closed = -Infinity;

  constructor(model: AnyModel, limits: FrontierLimits) {
    this.#model = model;
    this.#limits = limits;
  }

  /** Keys that were too hard: of these nothing more is said. */
  get givenUp(): readonly (string | null)[] {
    return this.#givenUp;
  }

  /** Operations that have ended, however they did; those that certainly did not happen, and reads
   *  that may be stale, are left out by the caller. */
  add(operations: readonly Operation[]): void {
    for (const operation of operations) {
      if (operation.invoke < this.#closed) this.#giveUp(operation.key);
      this.#moments.push({ at: operation.invoke, isEnd: false, operation });
      if (operation.return === null) continue;
      this.#moments.push({ at: operation.return, isEnd: true, operation });
    }
  }

  /** @param closed all operations that were asked before this moment were added */
  advance(closed: number): LiveViolation[] {
    if (closed <= this.#closed) return [];
    this.#closed = closed;
    // At equal moments a beginning comes first: they are concurrent.
    this.#moments.sort((a, b) => a.at - b.at || Number(a.isEnd) - Number(b.isEnd));
    const count = this.#moments.findIndex(({ at }) => at >= closed);
    const due = this.#moments.splice(0, count < 0 ? this.#moments.length : count);
    return due.flatMap((moment) => this.#handle(moment) ?? []);
  }

  #handle({ operation, isEnd }: Moment): LiveViolation | null {
    const { key } = operation;
    let frontier = this.#keys.get(key);
    if (frontier === null) return null;
    if (frontier === undefined) {
      frontier = new KeyFrontier(this.#model, this.#limits);
      this.#keys.set(key, frontier);
    }
    if (!isEnd) {
      frontier.begin(operation);
      return null;
    }
    const before = frontier.states;
    const result = frontier.end(operation);
    if (result === 'legal') return null;
    if (result === 'too-hard') {
      this.#giveUp(key);
      return null;
    }
    this.#keys.set(key, null);
    const states = before.map((state) => this.#model.showState(state));
    const window = this.#windowOf(frontier, operation);
    return { key, blocked: operation, text: this.#model.showOperation(operation), states, window };
  }

  #windowOf(frontier: KeyFrontier, blocked: Operation): IllegalWindow | null {
    const window = smallestWindow(this.#model, frontier.known, blocked, WINDOW_LIMITS);
    // From the beginning the newest ones prove nothing.
    if (window === null || !window.fromAnyState) return null;
    const texts = window.operations.map((operation) => this.#model.showOperation(operation));
    return { ...window, texts };
  }

  #giveUp(key: string | null): void {
    if (this.#keys.get(key) === null) return;
    this.#keys.set(key, null);
    this.#givenUp.push(key);
  }
}
