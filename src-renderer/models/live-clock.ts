/**
 * Run time on this screen: events arrive in batches, the picture moves evenly. The clock follows
 * the fastest delivery seen, a little behind, and never runs backwards.
 */

const BEHIND_US = 120_000;
/** Lets the anchor creep back, should the two clocks drift apart. */
const CREEP_US = 200;
/** A running cluster is never silent for so long: the connection is gone, and time is not known. */
const SILENCE_US_MAX = 1_500_000;

export class LiveClock {
  #offsetUs: number | null = null;
  #lastUs = 0;
  #heardUs = 0;

  /** An event of time `eventUs` arrived at `nowMs` of this page's clock. */
  observe(eventUs: number, nowMs: number): void {
    const offsetUs = nowMs * 1_000 - eventUs;
    this.#heardUs = Math.max(this.#heardUs, eventUs);
    if (this.#offsetUs === null || offsetUs < this.#offsetUs) this.#offsetUs = offsetUs;
    else this.#offsetUs += CREEP_US;
  }

  /** The run time to draw at `nowMs`. */
  read(nowMs: number): number {
    if (this.#offsetUs === null) return this.#lastUs;
    const wanted = nowMs * 1_000 - this.#offsetUs - BEHIND_US;
    const us = Math.min(wanted, this.#heardUs + SILENCE_US_MAX);
    if (us > this.#lastUs) this.#lastUs = us;
    return this.#lastUs;
  }
}
