/** Order of keys by their UTF-8 bytes, which is the order of code points (protocols.md 4.3). */

const SURROGATES_FROM = 0xd800;

/**
 * Negative, zero or positive. UTF-16 code units order the same as UTF-8 bytes, except that
 * surrogates (code points above 0xffff) must come after 0xe000 to 0xffff.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rankOf(left) - rankOf(right);
  }
  return a.length - b.length;
}

function rankOf(unit: number): number {
  if (unit < SURROGATES_FROM) return unit;
  return unit < 0xe000 ? unit + 0x10000 : unit;
}

/** First index of the ascending `keys` that is not before `key`. */
export function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareUtf8(keys[middle] ?? '', key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The keys of a map in order, for listing. Sorting happens only when somebody lists; keys that came
 * since then stand behind the sorted ones, which is what the engine's merge sort is fast on.
 */
export class KeyOrder {
  /** null: nobody listed since the last rebuild. May hold removed keys and keys twice. */
  #keys: string[] | null = null;
  #sorted = false;

  /** @param size number of keys in the map: the bound on what is kept for a list to come. */
  added(key: string, size: number): void {
    if (this.#keys === null) return;
    if (this.#keys.length > 2 * size + 64) this.#keys = null;
    else this.#keys.push(key);
    this.#sorted = false;
  }

  removed(): void {
    this.#sorted = false;
  }

  /** The keys of `items`, ascending. The array belongs to this object. */
  sorted(items: ReadonlyMap<string, unknown>): readonly string[] {
    if (this.#keys !== null && this.#sorted) return this.#keys;
    const keys = this.#keys === null ? [...items.keys()] : this.#keys.filter((k) => items.has(k));
    keys.sort(compareUtf8);
    this.#keys = keys.filter((key, i) => i === 0 || keys[i - 1] !== key);
    this.#sorted = true;
    return this.#keys;
  }
}
