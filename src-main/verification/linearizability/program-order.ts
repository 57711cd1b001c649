/**
 * Precedence where some operations keep only their own client's order (precedence.ts). A strict one
 * may come next when it began before anything left ended, any other one when it began before
 * anything left of its own client ended.
 */
import { EventList } from './event-list.ts';
import type { Operation } from './operation.ts';
import type { Precedence } from './precedence.ts';

interface Own {
  readonly list: EventList;
  /** Number among all certain operations, of each in the list. */
  readonly numbers: readonly number[];
  readonly operations: readonly Operation[];
}

export class ProgramOrder implements Precedence {
  readonly #operations: readonly Operation[];
  readonly #isStrict: (operation: Operation) => boolean;
  readonly #strict: readonly boolean[];
  readonly #all: EventList;
  readonly #own = new Map<string, Own>();
  /** Of each operation: the list of its client, and its number there. */
  readonly #places: readonly (readonly [own: Own, at: number])[];
  readonly #scratch: number[] = [];

  /** @param operations all with an end, in the order of their beginnings */
  constructor(operations: readonly Operation[], isStrict: (operation: Operation) => boolean) {
    this.#operations = operations;
    this.#isStrict = isStrict;
    this.#strict = operations.map(isStrict);
    this.#all = new EventList(operations);
    const numbers = new Map<string, number[]>();
    for (const [number, { process }] of operations.entries()) {
      const known = numbers.get(process);
      if (known === undefined) numbers.set(process, [number]);
      else known.push(number);
    }
    const places: [Own, number][] = [];
    for (const [process, own] of numbers) {
      const each = own.map((number) => operations[number] as Operation);
      const entry = { list: new EventList(each), numbers: own, operations: each };
      this.#own.set(process, entry);
      for (const [at, number] of own.entries()) places[number] = [entry, at];
    }
    this.#places = places;
  }

  get isDone(): boolean {
    return this.#all.isDone;
  }

  get isWide(): boolean {
    return true;
  }

  possibleNext(out: number[]): number {
    out.length = 0;
    const first = this.#all.possibleNext(this.#scratch);
    if (first < 0) return first;
    for (const number of this.#scratch) if (this.#strict[number] === true) out.push(number);
    for (const { list, numbers } of this.#own.values()) {
      list.possibleNext(this.#scratch);
      for (const at of this.#scratch) {
        const number = numbers[at] ?? 0;
        if (this.#strict[number] === false) out.push(number);
      }
    }
    return first;
  }

  /** What its own client did before it is in the order, and of a strict one all that ended. */
  allows(optional: Operation, first: number): boolean {
    if (this.#isStrict(optional)) return optional.invoke <= endOf(this.#operations[first]);
    const own = this.#own.get(optional.process);
    if (own === undefined) return true;
    const ownFirst = own.list.possibleNext(this.#scratch);
    return ownFirst < 0 || optional.invoke <= endOf(own.operations[ownFirst]);
  }

  endPlace(operation: number): number {
    return this.#all.endPlace(operation);
  }

  takeOut(operation: number): void {
    this.#all.takeOut(operation);
    const [own, at] = this.#placeOf(operation);
    own.list.takeOut(at);
  }

  putBack(operation: number): void {
    const [own, at] = this.#placeOf(operation);
    own.list.putBack(at);
    this.#all.putBack(operation);
  }

  placedText(): string {
    let text = '';
    for (const { list } of this.#own.values()) {
      const own = list.placedText();
      text += `${own.length};${own}`;
    }
    return text;
  }

  #placeOf(operation: number): readonly [Own, number] {
    return this.#places[operation] as readonly [Own, number];
  }
}

function endOf(operation: Operation | undefined): number {
  return operation?.return ?? Infinity;
}
