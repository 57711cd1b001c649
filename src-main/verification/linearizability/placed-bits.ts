/**
 * Which of the operations of a list are in the order. An operation is put there only when it began
 * before the first one left ended, so that all before the first one left are, and few beyond it.
 */
const BITS = 16;

export class PlacedBits {
  readonly #words: Uint16Array;
  #count = 0;

  /** @param count of operations */
  constructor(count: number) {
    this.#words = new Uint16Array(Math.floor(count / BITS) + 1);
  }

  /** Of operations that are in the order. */
  get count(): number {
    return this.#count;
  }

  mark(operation: number): void {
    this.#words[operation >> 4] = (this.#words[operation >> 4] ?? 0) | (1 << (operation & 15));
    this.#count += 1;
  }

  unmark(operation: number): void {
    this.#words[operation >> 4] = (this.#words[operation >> 4] ?? 0) & ~(1 << (operation & 15));
    this.#count -= 1;
  }

  /** Equal texts, equal sets. @param first the first operation that is not marked, -1 for none */
  text(first: number): string {
    if (first < 0) return '.';
    let beyond = this.#count - first;
    let text = `${first}:`;
    // Those below `first` in its own word are marked, too, and not counted.
    for (let at = first >> 4; beyond > 0; at += 1) {
      const word = this.#words[at] ?? 0;
      beyond -= onesIn(at === first >> 4 ? word >> (first & 15) : word);
      text += String.fromCharCode(word);
    }
    return text;
  }
}

function onesIn(word: number): number {
  let left = word;
  let ones = 0;
  for (; left !== 0; ones += 1) left &= left - 1;
  return ones;
}
