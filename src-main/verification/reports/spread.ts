/** A distribution of durations as a report tells it: exact count and maximum, quantiles within
 *  1.6 %. */
import type { SpreadReport } from '../../contract/report.ts';
import { LatencyHistogram } from '../latency-histogram.ts';

export class Spread {
  readonly #histogram = new LatencyHistogram();
  #count = 0;
  #maxUs = 0;

  add(us: number): void {
    this.#histogram.add(us);
    this.#count += 1;
    if (us > this.#maxUs) this.#maxUs = us;
  }

  /** Milliseconds; null when nothing was added. */
  quantile(share: number): number | null {
    const us = this.#histogram.quantile(share);
    // The middle of the last bucket may lie above what was ever added.
    return us === null ? null : Math.min(us, this.#maxUs) / 1_000;
  }

  report(): SpreadReport {
    return {
      count: this.#count,
      p50Ms: this.quantile(0.5),
      p95Ms: this.quantile(0.95),
      p99Ms: this.quantile(0.99),
      maxMs: this.#count === 0 ? null : this.#maxUs / 1_000,
    };
  }
}
