import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IntervalSet } from '../../../src-main/verification/interval-set.ts';
import { LatencyHistogram } from '../../../src-main/verification/latency-histogram.ts';
import { PositionSet } from '../../../src-main/verification/position-set.ts';
import { SuccessTimes } from '../../../src-main/verification/success-times.ts';

const ranges = fc.array(
  fc.tuple(fc.nat(60), fc.nat(8)).map(([from, length]) => [from, from + length] as const),
);

describe('IntervalSet', () => {
  test('answers as a plain set of numbers would', () => {
    fc.assert(
      fc.property(ranges, (added) => {
        const intervals = new IntervalSet();
        const plain = new Set<number>();
        for (const [from, to] of added) {
          let overlap: number | null = null;
          for (let value = to; value >= from; value -= 1) if (plain.has(value)) overlap = value;
          expect(intervals.add(from, to)).toBe(overlap);
          for (let value = from; value <= to; value += 1) plain.add(value);
        }
        for (let value = 0; value < 70; value += 1)
          expect(intervals.has(value)).toBe(plain.has(value));
      }),
    );
  });

  test('finds the first number of another set that it lacks', () => {
    fc.assert(
      fc.property(ranges, ranges, (mine, others) => {
        const set = new IntervalSet();
        const other = new IntervalSet();
        for (const [from, to] of mine) set.add(from, to);
        for (const [from, to] of others) other.add(from, to);
        const all = Array.from({ length: 70 }, (_, value) => value);
        const missing = all.find((value) => other.has(value) && !set.has(value)) ?? null;
        expect(set.firstMissing(other)).toBe(missing);
      }),
    );
  });
});

test('PositionSet takes every position once', () => {
  const set = new PositionSet();
  for (const pos of [1, 31, 32, 65_535, 65_536, 1e12]) {
    expect(set.add(pos)).toBe(true);
    expect(set.add(pos)).toBe(false);
  }
});

test('a quantile of LatencyHistogram is within 1.6 % of the exact one', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1 }), (values) => {
      const histogram = new LatencyHistogram();
      for (const value of values) histogram.add(value);
      const sorted = values.toSorted((a, b) => a - b);
      const exact = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
      const found = histogram.quantile(0.5) ?? -1;
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(0.016 * exact + 0.5);
    }),
  );
});

test('SuccessTimes gives exact gaps, whatever the order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300_000), { minLength: 2 }), (times) => {
      const successes = new SuccessTimes();
      for (const us of times) successes.add(us);
      const sorted = times.toSorted((a, b) => a - b);
      const gaps = sorted.slice(1).map((us, i) => us - (sorted[i] ?? 0));
      const exact = Math.max(...gaps);
      // Gaps within one millisecond are not looked at.
      if (exact >= 2_000) expect(successes.longestGapUs()).toBe(exact);
    }),
  );
});
