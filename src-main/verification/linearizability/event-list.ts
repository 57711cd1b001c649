/**
 * Beginnings and ends of the operations that have an end and are not yet in the order, in the order
 * of time: the doubly linked list of Wing and Gong, in which an operation is taken out and put back
 * in constant time. At equal moments a beginning comes before an end: what is not certainly one
 * after the other is concurrent.
 */
import type { Operation } from './operation.ts';
import { PlacedBits } from './placed-bits.ts';
import type { Precedence } from './precedence.ts';

const NONE = -1;

export class EventList implements Precedence {
  readonly #operations: readonly Operation[];
  readonly #placed: PlacedBits;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #beginOf: Int32Array;
  readonly #endOf: Int32Array;
  /** The operation of each event; of an end minus one less than that. */
  readonly #events: Int32Array;
  readonly #head: number;

  /** @param operations all with an end, in the order of their beginnings */
  constructor(operations: readonly Operation[]) {
    const count = operations.length;
    this.#operations = operations;
    this.#placed = new PlacedBits(count);
    this.#events = orderedEvents(operations);
    this.#head = count * 2;
    this.#next = new Int32Array(count * 2 + 1);
    this.#previous = new Int32Array(count * 2 + 1);
    this.#beginOf = new Int32Array(count);
    this.#endOf = new Int32Array(count);
    this.#next[this.#head] = count === 0 ? NONE : 0;
    for (const [at, event] of this.#events.entries()) {
      this.#next[at] = at + 1 < this.#head ? at + 1 : NONE;
      this.#previous[at] = at === 0 ? this.#head : at - 1;
      if (event < 0) this.#endOf[-event - 1] = at;
      else this.#beginOf[event] = at;
    }
  }

  get isDone(): boolean {
    return this.#first === NONE;
  }

  get isWide(): boolean {
    return this.#placed.count > this.#first;
  }

  /** The first operation left in the order of beginnings; -1 when none is. */
  get #first(): number {
    const at = this.#next[this.#head] ?? NONE;
    return at === NONE ? NONE : (this.#events[at] ?? NONE);
  }

  /** Fills `out` with those that began before anything left here ended.
   *  @returns the one that ends first, which is one of them; -1 when nothing is left */
  possibleNext(out: number[]): number {
    out.length = 0;
    for (let at = this.#next[this.#head] ?? NONE; at !== NONE; at = this.#next[at] ?? NONE) {
      const event = this.#events[at] ?? 0;
      if (event < 0) return -event - 1;
      out.push(event);
    }
    return NONE;
  }

  /** What is left of those that ended before it began has to come first. */
  allows(optional: Operation, first: number): boolean {
    return optional.invoke <= (this.#operations[first]?.return ?? 0);
  }

  /** Place of the end of an operation among all events. */
  endPlace(operation: number): number {
    return this.#endOf[operation] ?? NONE;
  }

  takeOut(operation: number): void {
    this.#placed.mark(operation);
    this.#unlink(this.#beginOf[operation] ?? NONE);
    this.#unlink(this.#endOf[operation] ?? NONE);
  }

  /** Undoes the newest `takeOut` that was not undone, which was of this operation. */
  putBack(operation: number): void {
    this.#placed.unmark(operation);
    this.#link(this.#endOf[operation] ?? NONE);
    this.#link(this.#beginOf[operation] ?? NONE);
  }

  placedText(): string {
    return this.#placed.text(this.#first);
  }

  #unlink(at: number): void {
    const [previous, next] = [this.#previous[at] ?? NONE, this.#next[at] ?? NONE];
    this.#next[previous] = next;
    if (next !== NONE) this.#previous[next] = previous;
  }

  #link(at: number): void {
    const [previous, next] = [this.#previous[at] ?? NONE, this.#next[at] ?? NONE];
    this.#next[previous] = at;
    if (next !== NONE) this.#previous[next] = at;
  }
}

function orderedEvents(operations: readonly Operation[]): Int32Array {
  const moment = (event: number): number =>
    event < 0 ? (operations[-event - 1]?.return ?? 0) : (operations[event]?.invoke ?? 0);
  const events = operations.flatMap((_, at) => [at, -at - 1]);
  // The order of beginnings is given; among equal moments ends come last.
  events.sort(
    (a, b) => moment(a) - moment(b) || Number(a < 0) - Number(b < 0) || Math.abs(a) - Math.abs(b),
  );
  return Int32Array.from(events);
}
