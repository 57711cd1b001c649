/** The highest mark as it grew: what was highest at any moment. */
interface Highest<T> {
  readonly moment: number;
  readonly at: number;
  readonly of: T;
}

export class RunningMaximum<T> {
  readonly #growth: Highest<T>[] = [];

  /** In the order of moments. */
  add(moment: number, at: number, of: T): void {
    if (at > (this.#growth.at(-1)?.at ?? -Infinity)) this.#growth.push({ moment, at, of });
  }

  /** The highest that was there before `moment`; null when nothing was. */
  before(moment: number): Highest<T> | null {
    let low = 0;
    let high = this.#growth.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#growth[middle]?.moment ?? 0) < moment) low = middle + 1;
      else high = middle;
    }
    return this.#growth[low - 1] ?? null;
  }
}
