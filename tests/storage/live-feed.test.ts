import { expect, test } from 'vitest';
import { LiveFeed } from '../../src-main/storage/live-feed.ts';
import { step } from './synthetic-run.ts';

const TRACE = [{ kind: 'durable', upTo: 1 } as const];

function feedOf(steps: number): LiveFeed {
  const feed = new LiveFeed(new Map([['AppendEntries', 'replicate']]));
  const sends = [[0, 'n2', 'AppendEntries']] as const;
  for (let n = 1; n <= steps; n += 1) {
    feed.addHeader('n1', 1, step(n, n * 10, n % 10 === 0 ? { sends, trace: TRACE } : { sends }));
  }
  return feed;
}

test('a batch beyond its limit leaves out messages from a moment on, and counts them', () => {
  const batch = feedOf(30_000).takeBatch(false) ?? [];
  const sends = batch.filter(({ k }) => k === 'send');
  expect(sends).toHaveLength(1_000);
  expect(sends.at(-1)?.us).toBe(10_000);
  expect(batch.filter(({ k }) => k === 'trace')).toHaveLength(3_000);
  expect(batch.at(-1)).toMatchObject({ k: 'skipped', count: 29_000 });
});

test('events of all nodes come in the order of time', () => {
  const feed = new LiveFeed(new Map());
  feed.addHeader('n1', 1, step(1, 300, { trace: TRACE }));
  feed.addHeader('n2', 1, step(1, 100, { trace: TRACE }));
  feed.addEvent({ k: 'pause', us: 200, node: 'n3' });
  expect(feed.takeBatch(false)?.map(({ us }) => us)).toEqual([100, 200, 300]);
});

test('a screen that takes no batches gets no more, until it does or the run ends', () => {
  const feed = feedOf(1);
  const next = (isLast: boolean): boolean => {
    feed.addHeader('n1', 1, step(9, 9, { trace: TRACE }));
    return feed.takeBatch(isLast) !== null;
  };
  for (let batch = 0; batch < 4; batch += 1) expect(next(false)).toBe(true);
  expect(next(false)).toBe(false);
  feed.handleTaken();
  expect(next(false)).toBe(true);
  expect(next(true)).toBe(true);
});
