/** One directed link under faults: what waits, what passes, what a change of the rule does to it.
 *   */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FaultShim } from '../../../src-main/runtime/process/fault-shim.ts';
import { CLEAR_LINK } from '../../../src-main/vocabulary/fault.ts';

let released: string[];
let shim: FaultShim<string>;
beforeEach(() => {
  vi.useFakeTimers();
  released = [];
  shim = new FaultShim<string>(1, (items) => released.push(...items));
});
afterEach(() => vi.useRealTimers());

const delay = (delayMs: number, jitterMs = 0): typeof CLEAR_LINK => ({
  ...CLEAR_LINK,
  delayMs,
  jitterMs,
});

test('a clear link lets everything pass at once', () => {
  expect(shim.admit('a', performance.now())).toBe('pass');
});

test('a delay keeps the order, with jitter, too', () => {
  shim.setRule(delay(50, 40), performance.now());
  for (const item of ['a', 'b', 'c', 'd']) shim.admit(item, performance.now());
  vi.advanceTimersByTime(5);
  expect(released).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(released).toEqual(['a', 'b', 'c', 'd']);
});

test('after a heal nothing is late any more: what waits leaves at once, the next behind it', () => {
  shim.setRule(delay(60_000), performance.now());
  shim.admit('old', performance.now());
  vi.advanceTimersByTime(100);
  shim.setRule(CLEAR_LINK, performance.now());
  expect(shim.admit('new', performance.now())).toBe('wait');
  vi.advanceTimersByTime(5);
  expect(released).toEqual(['old', 'new']);
  expect(shim.admit('later', performance.now())).toBe('pass');
});

test('a cut loses what waits and says which', () => {
  shim.setRule(delay(1_000), performance.now());
  shim.admit('a', performance.now());
  shim.admit('b', performance.now());
  const lost = shim.setRule({ ...CLEAR_LINK, cut: true }, performance.now());
  expect(lost).toEqual(['a', 'b']);
  vi.advanceTimersByTime(5_000);
  expect(released).toEqual([]);
  expect(shim.admit('c', performance.now())).toBe('cut');
});

test('loss follows the seed: the same seed loses the same messages', () => {
  const fates = (seed: number): string => {
    const one = new FaultShim<number>(seed, () => undefined);
    one.setRule({ ...CLEAR_LINK, loss: 0.3 }, 0);
    return Array.from({ length: 200 }, (_, i) => one.admit(i, 0)).join(' ');
  };
  expect(fates(7)).toBe(fates(7));
  expect(fates(7)).not.toBe(fates(8));
  const lost = fates(7).split('loss').length - 1;
  expect(lost).toBeGreaterThan(30);
  expect(lost).toBeLessThan(90);
});
