/**
 * Client operations as the time axis shows them: counts and a median per tenth of a second. A
 * bucket is closed when time has moved on well beyond it; a late operation counts in the oldest
 * one that is still open.
 */
import type { OperationRecord } from '../vocabulary/workload.ts';

export const RATE_SPAN_US = 100_000;
const LATE_US = 200_000;

export interface OperationRate {
  /** End of the bucket. */
  readonly us: number;
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
  readonly p50Us: number | null;
}

interface Bucket {
  ok: number;
  failed: number;
  unknown: number;
  readonly latencies: number[];
}

export class OperationRates {
  readonly #open = new Map<number, Bucket>();
  #closedBefore = 0;

  add(operation: OperationRecord): void {
    const number = Math.max(this.#closedBefore, Math.floor(operation.returnUs / RATE_SPAN_US));
    let bucket = this.#open.get(number);
    if (bucket === undefined) {
      bucket = { ok: 0, failed: 0, unknown: 0, latencies: [] };
      this.#open.set(number, bucket);
    }
    bucket[operation.outcome] += 1;
    if (operation.outcome === 'ok') bucket.latencies.push(operation.returnUs - operation.invokeUs);
  }

  /** Closes what lies well before `us`, or everything, in the order of time. */
  takeClosed(us: number): OperationRate[] {
    const before = us === Infinity ? Infinity : Math.floor((us - LATE_US) / RATE_SPAN_US);
    if (before <= this.#closedBefore) return [];
    const numbers = [...this.#open.keys()].filter((number) => number < before);
    this.#closedBefore = before;
    return numbers.sort((a, b) => a - b).map((number) => this.#close(number));
  }

  #close(number: number): OperationRate {
    const bucket = this.#open.get(number) as Bucket;
    this.#open.delete(number);
    const { ok, failed, unknown, latencies } = bucket;
    latencies.sort((a, b) => a - b);
    const p50Us = latencies[(latencies.length - 1) >> 1] ?? null;
    return { us: (number + 1) * RATE_SPAN_US, ok, failed, unknown, p50Us };
  }
}
