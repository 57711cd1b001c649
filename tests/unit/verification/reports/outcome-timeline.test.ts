/** Answers over time, in buckets. */
import { describe, expect, test } from 'vitest';
import { OutcomeTimeline } from '../../../../src-main/verification/reports/outcome-timeline.ts';
import { SuccessGaps } from '../../../../src-main/verification/reports/success-gaps.ts';
import { without } from '../../../../src-main/verification/reports/spans.ts';
import { operation } from '../facts.ts';
import { MS } from './made-up-run.ts';

describe('the timeline of answers', () => {
  test.each([
    [1_000, 10, 100],
    [10_000, 50, 200],
    [60_000, 200, 300],
    [150_001, 1_000, 151],
    [3_600_000, 12_000, 300],
  ])('of %d ms has buckets of %d ms, %d of them', (durationMs, bucketMs, count) => {
    const report = new OutcomeTimeline(durationMs * MS).report();
    expect([report.bucketMs, report.ok.length]).toEqual([bucketMs, count]);
  });

  test('counts answers where they came, and what came after the end in the last', () => {
    const timeline = new OutcomeTimeline(1_000 * MS);
    timeline.add(operation(1, 15 * MS));
    timeline.add(operation(2, 19 * MS, { invokeUs: 9 * MS }));
    timeline.add(operation(3, 25 * MS, { outcome: 'failed' }));
    timeline.add(operation(4, 9_000 * MS, { outcome: 'unknown' }));
    const { ok, failed, unknown, p50Ms, p99Ms } = timeline.report();
    expect([ok[1], failed[2], unknown.at(-1)]).toEqual([2, 1, 1]);
    expect(p50Ms[1]).toBeCloseTo(1, 1);
    expect(p99Ms[1]).toBeCloseTo(10, 1);
    expect(p50Ms[2]).toBeNull();
  });
});

describe('gaps between successes', () => {
  function gapsOf(...ms: readonly number[]): SuccessGaps {
    const gaps = new SuccessGaps();
    for (const [i, at] of ms.entries()) gaps.add(operation(i + 1, at * MS));
    gaps.finish();
    return gaps;
  }

  test('overlap a span with more than an edge, or lie in it with both ends', () => {
    const gaps = gapsOf(100, 300, 310, 70_000, 70_005);
    const span = { fromUs: 200 * MS, toUs: 400 * MS };
    expect(gaps.longestIn(span)).toMatchObject({ fromUs: 310 * MS, toUs: 70_000 * MS });
    expect(gaps.longestWithin(span)).toMatchObject({ fromUs: 300 * MS, toUs: 310 * MS });
    expect(gaps.longestIn({ fromUs: 0, toUs: 100 * MS })).toBeNull();
  });

  test('do not depend on the order in which successes are told', () => {
    expect(gapsOf(900, 100, 500).longestIn({ fromUs: 0, toUs: 1e9 })).toMatchObject({
      fromUs: 100 * MS,
      toUs: 500 * MS,
    });
  });
});

test('what is left of a span without others is ascending and disjoint', () => {
  const holes = [
    { fromUs: 50, toUs: 70 },
    { fromUs: -5, toUs: 10 },
    { fromUs: 60, toUs: 65 },
    { fromUs: 95, toUs: 200 },
  ];
  expect(without({ fromUs: 0, toUs: 100 }, holes)).toEqual([
    { fromUs: 10, toUs: 50 },
    { fromUs: 70, toUs: 95 },
  ]);
});
