/**
 * When operations succeeded, to the microsecond at the edges of every millisecond: enough for exact
 * gaps, whatever the order in which they are told, in four bytes a millisecond.
 */

const PAGE_MS = 65_536;

interface Page {
  /** Microseconds within the millisecond, plus one; 0: none. */
  readonly first: Uint16Array;
  readonly last: Uint16Array;
}

export class SuccessTimes {
  readonly #pages = new Map<number, Page>();
  #msMin = Number.POSITIVE_INFINITY;
  #msMax = -1;
  #lastUs = -1;

  add(us: number): void {
    const whole = Math.max(0, Math.round(us));
    const ms = Math.floor(whole / 1_000);
    const page = this.#page(Math.floor(ms / PAGE_MS));
    const at = ms % PAGE_MS;
    const mark = (whole % 1_000) + 1;
    const first = page.first[at] ?? 0;
    if (first === 0 || mark < first) page.first[at] = mark;
    if (mark > (page.last[at] ?? 0)) page.last[at] = mark;
    if (ms < this.#msMin) this.#msMin = ms;
    if (ms > this.#msMax) this.#msMax = ms;
    if (whole > this.#lastUs) this.#lastUs = whole;
  }

  /** Time of the newest success; null when there was none. */
  get lastUs(): number | null {
    return this.#lastUs < 0 ? null : this.#lastUs;
  }

  /** Longest time between two successes that follow one another; null with fewer than two. */
  longestGapUs(): number | null {
    let longest: number | null = null;
    let before = -1;
    for (let ms = this.#msMin; ms <= this.#msMax; ms += 1) {
      const page = this.#pages.get(Math.floor(ms / PAGE_MS));
      if (page === undefined) {
        ms = (Math.floor(ms / PAGE_MS) + 1) * PAGE_MS - 1;
        continue;
      }
      const first = page.first[ms % PAGE_MS] ?? 0;
      if (first === 0) continue;
      if (before >= 0) longest = Math.max(longest ?? 0, ms * 1_000 + first - 1 - before);
      before = ms * 1_000 + (page.last[ms % PAGE_MS] ?? 0) - 1;
    }
    return longest;
  }

  /** Every stretch between two successes that follow one another, ascending; those within one
   *  millisecond are left out. */
  *gaps(): Generator<{ readonly fromUs: number; readonly toUs: number }> {
    let before = -1;
    for (const number of [...this.#pages.keys()].sort((a, b) => a - b)) {
      const { first, last } = this.#page(number);
      for (let at = 0; at < PAGE_MS; at += 1) {
        const mark = first[at] ?? 0;
        if (mark === 0) continue;
        const us = (number * PAGE_MS + at) * 1_000;
        if (before >= 0) yield { fromUs: before, toUs: us + mark - 1 };
        before = us + (last[at] ?? 0) - 1;
      }
    }
  }

  #page(number: number): Page {
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = { first: new Uint16Array(PAGE_MS), last: new Uint16Array(PAGE_MS) };
      this.#pages.set(number, page);
    }
    return page;
  }
}
