/** Durations in buckets that grow with them: quantiles within 1.6 %, in a few kilobytes. */

/** Buckets per doubling. */
const STEPS = 64;
const STEP_BITS = 6;
/** 2^31 microseconds are 36 minutes. */
const DOUBLINGS = 32;

export class LatencyHistogram {
  readonly #counts = new Float64Array(STEPS * DOUBLINGS);
  #total = 0;

  add(us: number): void {
    this.#counts[bucketOf(us)]! += 1;
    this.#total += 1;
  }

  /** @param share 0.5 for the median. @returns microseconds, null when nothing was added. */
  quantile(share: number): number | null {
    if (this.#total === 0) return null;
    const rank = Math.max(1, Math.ceil(share * this.#total));
    let seen = 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket += 1) {
      seen += this.#counts[bucket] ?? 0;
      if (seen >= rank) return middleOf(bucket);
    }
    return null;
  }
}

/** Below STEPS each microsecond has a bucket; above, each doubling has STEPS of them. */
function bucketOf(us: number): number {
  const value = Math.min(0x7fffffff, Math.max(0, Math.round(us)));
  if (value < STEPS) return value;
  const shift = 31 - Math.clz32(value) - STEP_BITS;
  return (shift + 1) * STEPS + (value >> shift) - STEPS;
}

function middleOf(bucket: number): number {
  if (bucket < STEPS) return bucket;
  const shift = Math.floor(bucket / STEPS) - 1;
  const low = (STEPS + (bucket % STEPS)) * 2 ** shift;
  return low + (2 ** shift - 1) / 2;
}
