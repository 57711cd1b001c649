/** Answered operations over time, counted in buckets, and the gaps between answers. */

import type { ViewEvent } from '../../src-main/contract/events.ts';

export type OpsBucket = Omit<Extract<ViewEvent, { k: 'ops' }>, 'k'>;

/** Index of the first bucket that ends after `us`. */
export function bucketIndexAt(ops: readonly OpsBucket[], us: number): number {
  let low = 0;
  let high = ops.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ops[middle] as OpsBucket).us <= us) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Gap {
  readonly fromUs: number;
  readonly toUs: number;
  /** Nobody was answered since. */
  readonly open: boolean;
}

/** Stretches of at least `minUs` without a successful answer, within [fromUs, toUs]. */
export function findGaps(
  ops: readonly OpsBucket[],
  fromUs: number,
  toUs: number,
  minUs: number,
): Gap[] {
  const gaps: Gap[] = [];
  let start = Math.max(0, bucketIndexAt(ops, fromUs) - 1);
  while (start > 0 && (ops[start] as OpsBucket).ok === 0) start -= 1;
  let lastOkUs: number | null = null;
  for (let i = start; i < ops.length; i += 1) {
    const bucket = ops[i] as OpsBucket;
    if (bucket.ok === 0) continue;
    const gapEnd = bucket.us - bucket.spanUs;
    if (lastOkUs !== null && gapEnd - lastOkUs >= minUs) {
      gaps.push({ fromUs: lastOkUs, toUs: gapEnd, open: false });
    }
    // A gap that reaches out of sight is as long as it is.
    if (bucket.us > toUs) return gaps;
    lastOkUs = bucket.us;
  }
  const known = ops[ops.length - 1]?.us ?? 0;
  if (lastOkUs !== null && known - lastOkUs >= minUs) {
    gaps.push({ fromUs: lastOkUs, toUs: known, open: true });
  }
  return gaps;
}

/** Joins the older half by pairs: a long run keeps its beginning, only coarser. */
export function joinOlderOps(ops: OpsBucket[]): void {
  const half = Math.floor(ops.length / 4) * 2;
  const joined: OpsBucket[] = [];
  for (let i = 0; i < half; i += 2) {
    const a = ops[i] as OpsBucket;
    const b = ops[i + 1] as OpsBucket;
    joined.push({
      us: b.us,
      spanUs: b.us - a.us + a.spanUs,
      ok: a.ok + b.ok,
      failed: a.failed + b.failed,
      unknown: a.unknown + b.unknown,
      p50Us: b.p50Us ?? a.p50Us,
    });
  }
  ops.splice(0, half, ...joined);
}
