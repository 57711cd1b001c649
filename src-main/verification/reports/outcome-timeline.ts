/** Answers over time: counts and latency quantiles per bucket, about three hundred of them however
 *  long the run is. */
import type { TimelineReport } from '../../contract/report.ts';
import type { OperationRecord } from '../../vocabulary/workload.ts';
import type { Span } from './spans.ts';
import { Spread } from './spread.ts';

interface Bucket {
  ok: number;
  failed: number;
  unknown: number;
  readonly latency: Spread;
}

const BUCKETS_MAX = 300;
const STEPS_MS = [10, 20, 50, 100, 200, 500];

export class OutcomeTimeline {
  readonly #bucketMs: number;
  readonly #buckets: Bucket[] = [];
  readonly #count: number;

  constructor(endUs: number) {
    this.#bucketMs = bucketMsOf(endUs / 1_000);
    this.#count = Math.max(1, Math.ceil(endUs / 1_000 / this.#bucketMs));
  }

  add({ outcome, invokeUs, returnUs }: OperationRecord): void {
    const at = Math.max(0, Math.floor(returnUs / 1_000 / this.#bucketMs));
    const bucket = this.#bucket(Math.min(at, this.#count - 1));
    bucket[outcome] += 1;
    if (outcome === 'ok') bucket.latency.add(returnUs - invokeUs);
  }

  report(): TimelineReport {
    const all = Array.from({ length: this.#count }, (_, at) => this.#buckets[at]);
    const counts = (outcome: 'ok' | 'failed' | 'unknown') => all.map((one) => one?.[outcome] ?? 0);
    const quantiles = (share: number) => all.map((one) => one?.latency.quantile(share) ?? null);
    return {
      bucketMs: this.#bucketMs,
      ok: counts('ok'),
      failed: counts('failed'),
      unknown: counts('unknown'),
      p50Ms: quantiles(0.5),
      p95Ms: quantiles(0.95),
      p99Ms: quantiles(0.99),
    };
  }

  /**
   * Median latency of the operations answered in buckets that lie within these spans: of their
   * medians, each weighed by its answers. Null when there were none.
   */
  medianIn(spans: readonly Span[]): number | null {
    const medians: { ms: number; answers: number }[] = [];
    for (const { fromUs, toUs } of spans) {
      const first = Math.ceil(fromUs / 1_000 / this.#bucketMs);
      const end = Math.min(this.#count, Math.floor(toUs / 1_000 / this.#bucketMs));
      for (let at = first; at < end; at += 1) {
        const bucket = this.#buckets[at];
        const ms = bucket?.latency.quantile(0.5) ?? null;
        if (bucket !== undefined && ms !== null) medians.push({ ms, answers: bucket.ok });
      }
    }
    return weighedMedian(medians);
  }

  #bucket(at: number): Bucket {
    let bucket = this.#buckets[at];
    if (bucket === undefined) {
      bucket = { ok: 0, failed: 0, unknown: 0, latency: new Spread() };
      this.#buckets[at] = bucket;
    }
    return bucket;
  }
}

function weighedMedian(items: readonly { ms: number; answers: number }[]): number | null {
  const sorted = [...items].sort((a, b) => a.ms - b.ms);
  let rest = sorted.reduce((sum, { answers }) => sum + answers, 0) / 2;
  for (const { ms, answers } of sorted) {
    rest -= answers;
    if (rest <= 0) return ms;
  }
  return null;
}

/** The shortest round width with which there are not too many. */
function bucketMsOf(durationMs: number): number {
  const least = durationMs / BUCKETS_MAX;
  const step = STEPS_MS.find((ms) => ms >= least);
  if (step !== undefined) return step;
  return Math.ceil(least / 1_000) * 1_000;
}
