/**
 * Operations that may take effect or not: their outcome is unknown. They stand in classes of
 * interchangeable ones; of a class the one that was asked first is used first.
 */
import type { Operation } from './operation.ts';

export class OptionalOperations {
  readonly #classes: readonly (readonly Operation[])[];
  readonly #used: number[];
  #usedText = '';

  /** @param operations in the order of their beginnings */
  constructor(operations: readonly Operation[], sameness: (operation: Operation) => string) {
    const classes = new Map<string, Operation[]>();
    for (const operation of operations) {
      const name = sameness(operation);
      const known = classes.get(name);
      if (known === undefined) classes.set(name, [operation]);
      else known.push(operation);
    }
    this.#classes = [...classes.values()];
    this.#used = this.#classes.map(() => 0);
  }

  get classes(): number {
    return this.#classes.length;
  }

  /** How many of each class were used; equal texts, equal sets. */
  get usedText(): string {
    return this.#usedText;
  }

  /** The next one of a class; null when all are used. */
  nextOf(number: number): Operation | null {
    return this.#classes[number]?.[this.#used[number] ?? 0] ?? null;
  }

  use(number: number): Operation {
    const operation = this.nextOf(number) as Operation;
    this.#change(number, 1);
    return operation;
  }

  /** @returns the one that was used last */
  giveBack(number: number): Operation {
    this.#change(number, -1);
    return this.nextOf(number) as Operation;
  }

  #change(number: number, by: number): void {
    this.#used[number] = (this.#used[number] ?? 0) + by;
    this.#usedText = this.#used.flatMap((used, at) => (used > 0 ? [`${at}:${used}`] : [])).join();
  }
}
