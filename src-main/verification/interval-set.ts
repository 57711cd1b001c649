/** A set of whole numbers as disjoint ranges: small as long as the numbers are nearly dense. */

export class IntervalSet {
  /** Ascending, disjoint, not adjoining; both ends inclusive. */
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  get isEmpty(): boolean {
    return this.#from.length === 0;
  }

  /** The largest member, 0 when empty. */
  get max(): number {
    return this.#to.at(-1) ?? 0;
  }

  /** Adds [from, to] and returns the first number that was in the set already, or null. */
  add(from: number, to: number): number | null {
    const last = this.#to.length - 1;
    const lastTo = this.#to[last];
    if (lastTo === undefined || from > lastTo + 1) {
      this.#from.push(from);
      this.#to.push(to);
      return null;
    }
    if (from === lastTo + 1) {
      this.#to[last] = to;
      return null;
    }
    return this.#insert(from, to);
  }

  has(value: number): boolean {
    return this.covers(value, value);
  }

  covers(from: number, to: number): boolean {
    const at = this.#find(from);
    const start = this.#from[at];
    const end = this.#to[at];
    return start !== undefined && end !== undefined && start <= from && to <= end;
  }

  /** The first number of `other` that is not in this set, or null. */
  firstMissing(other: IntervalSet): number | null {
    for (let i = 0; i < other.#from.length; i += 1) {
      const from = other.#from[i] ?? 0;
      const to = other.#to[i] ?? 0;
      const at = this.#find(from);
      if ((this.#from[at] ?? Infinity) > from) return from;
      const end = this.#to[at] ?? 0;
      if (end < to) return end + 1;
    }
    return null;
  }

  /** Index of the first range that ends at or after `value`. */
  #find(value: number): number {
    let low = 0;
    let high = this.#to.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#to[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #insert(from: number, to: number): number | null {
    const first = this.#find(from - 1);
    let start = from;
    let end = to;
    let overlap: number | null = null;
    let next = first;
    for (; next < this.#from.length && (this.#from[next] ?? 0) <= to + 1; next += 1) {
      const rangeFrom = this.#from[next] ?? 0;
      const rangeTo = this.#to[next] ?? 0;
      const common = Math.max(from, rangeFrom);
      if (overlap === null && common <= Math.min(to, rangeTo)) overlap = common;
      start = Math.min(start, rangeFrom);
      end = Math.max(end, rangeTo);
    }
    this.#from.splice(first, next - first, start);
    this.#to.splice(first, next - first, end);
    return overlap;
  }
}
