/**
 * What the search has been at: a set of operations in the order, and the state after them. The set
 * is exact, and short: all certain operations before the first one left, bits for those between it
 * and the highest one, and how many of each class of optional ones. An operation is put in the
 * order only when it began before the first one left ended, so that the bits are few.
 */

/** An entry of a V8 set and the head of its string. */
const ENTRY_BYTES = 72;
/** A set of V8 takes some sixteen million. */
const ENTRIES_MAX = 16_000_000;
const BITS = 16;

export class Memo {
  readonly #seen = new Set<string>();
  readonly #words: Uint16Array;
  #bytes = 0;

  /** @param count of certain operations */
  constructor(count: number) {
    this.#words = new Uint16Array(Math.floor(count / BITS) + 1);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.#seen.size >= ENTRIES_MAX;
  }

  mark(operation: number): void {
    this.#words[operation >> 4] = (this.#words[operation >> 4] ?? 0) | (1 << (operation & 15));
  }

  unmark(operation: number): void {
    this.#words[operation >> 4] = (this.#words[operation >> 4] ?? 0) & ~(1 << (operation & 15));
  }

  /**
   * @param first the first certain operation that is not in the order
   * @param highest the highest one that is
   * @returns false when it was there already
   */
  add(first: number, highest: number, optional: string, state: string): boolean {
    const bits = highest > first ? this.#bitsText(first >> 4, highest >> 4) : '';
    const key = `${first},${optional},${bits.length},${bits}${state}`;
    const before = this.#seen.size;
    this.#seen.add(key);
    if (this.#seen.size === before) return false;
    this.#bytes += ENTRY_BYTES + key.length * (bits === '' ? 1 : 2);
    return true;
  }

  #bitsText(from: number, to: number): string {
    let text = '';
    for (let at = from; at <= to; at += 1) text += String.fromCharCode(this.#words[at] ?? 0);
    return text;
  }
}
