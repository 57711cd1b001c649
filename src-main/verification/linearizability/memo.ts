/**
 * What the search has been at: a set of operations in the order (as `precedence.ts` writes it down,
 * exactly), and the state after them.
 */

/** An entry of a V8 set and the head of its string. */
const ENTRY_BYTES = 72;
/** A set of V8 takes some sixteen million. */
const ENTRIES_MAX = 16_000_000;

export class Memo {
  readonly #seen = new Set<string>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.#seen.size >= ENTRIES_MAX;
  }

  /**
   * @param placed the certain operations in the order
   * @param isWide it has other than Latin letters
   * @param optional how many of each class of optional ones are
   * @returns false when it was there already
   */
  add(placed: string, isWide: boolean, optional: string, state: string): boolean {
    const key = `${placed.length},${placed}${optional};${state}`;
    const before = this.#seen.size;
    this.#seen.add(key);
    if (this.#seen.size === before) return false;
    this.#bytes += ENTRY_BYTES + key.length * (isWide ? 2 : 1);
    return true;
  }
}
