/** One directed link under faults: what waits, what passes, what a change of the rule does to it.
 *   */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FaultShim } from '../../../src-main/runtime/process/fault-shim.ts';
import { LinkFilter } from '../../../src-main/faults/link-filter.ts';
import type { LinkEffect, LinkRule } from '../../../src-main/vocabulary/fault.ts';

function makeShim(seed: number, release: (items: string[]) => void): FaultShim<string> {
  const filter = new LinkFilter(seed, false, () => null);
  return new FaultShim<string>(filter, (item) => ({ type: item, bytes: () => 100 }), release);
}

let released: string[];
let shim: FaultShim<string>;
beforeEach(() => {
  vi.useFakeTimers();
  released = [];
  shim = makeShim(1, (items) => released.push(...items));
});
afterEach(() => vi.useRealTimers());

const CLEAR: readonly LinkRule[] = [];
const on = (effect: LinkEffect, fault = 1): LinkRule[] => [{ fault, effect }];
const delay = (delayMs: number, jitterMs = 0): LinkRule[] =>
  on({ kind: 'delay', delayMs, jitterMs });

test('a clear link lets everything pass at once', () => {
  expect(shim.admit('a', performance.now())).toBe('pass');
});

test('a delay keeps the order, with jitter, too', () => {
  shim.setRules(delay(50, 40), performance.now());
  for (const item of ['a', 'b', 'c', 'd']) shim.admit(item, performance.now());
  vi.advanceTimersByTime(5);
  expect(released).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(released).toEqual(['a', 'b', 'c', 'd']);
});

test('after a heal nothing is late any more: what waits leaves at once, the next behind it', () => {
  shim.setRules(delay(60_000), performance.now());
  shim.admit('old', performance.now());
  vi.advanceTimersByTime(100);
  shim.setRules(CLEAR, performance.now());
  expect(shim.admit('new', performance.now())).toBe('wait');
  vi.advanceTimersByTime(5);
  expect(released).toEqual(['old', 'new']);
  expect(shim.admit('later', performance.now())).toBe('pass');
});

test('a cut loses what waits and says which', () => {
  shim.setRules(delay(1_000), performance.now());
  shim.admit('a', performance.now());
  shim.admit('b', performance.now());
  const lost = shim.setRules(on({ kind: 'cut' }, 2), performance.now());
  expect(lost).toEqual(['a', 'b']);
  vi.advanceTimersByTime(5_000);
  expect(released).toEqual([]);
  expect(shim.admit('c', performance.now())).toBe('cut');
});

test('loss follows the seed: the same seed loses the same messages', () => {
  const fates = (seed: number): string => {
    const one = makeShim(seed, () => undefined);
    one.setRules(on({ kind: 'loss', probability: 0.3 }), 0);
    return Array.from({ length: 200 }, (_, i) => one.admit(String(i), 0)).join(' ');
  };
  expect(fates(7)).toBe(fates(7));
  expect(fates(7)).not.toBe(fates(8));
  const lost = fates(7).split('loss').length - 1;
  expect(lost).toBeGreaterThan(30);
  expect(lost).toBeLessThan(90);
});

test('what is held waits until its fault is undone, and leaves in its order', () => {
  const rules = on({ kind: 'hold', only: { types: ['a', 'b'], first: null } });
  shim.setRules(rules, performance.now());
  expect(['a', 'x', 'b'].map((item) => shim.admit(item, performance.now()))).toEqual([
    'wait',
    'pass',
    'wait',
  ]);
  vi.advanceTimersByTime(60_000);
  expect(released).toEqual([]);
  shim.setRules(CLEAR, performance.now());
  vi.advanceTimersByTime(5);
  expect(released).toEqual(['a', 'b']);
});

test('a limited fault meets the next few messages of its type, and says when it is used up', () => {
  const only = { types: ['vote'], first: 2 };
  shim.setRules(on({ kind: 'loss', probability: 1, only }, 7), performance.now());
  const fates = ['vote', 'ack', 'vote', 'vote'].map((item) => shim.admit(item, performance.now()));
  expect(fates).toEqual(['loss', 'pass', 'loss', 'pass']);
  expect(shim.takeSpent()).toEqual([7]);
  expect(shim.takeSpent()).toEqual([]);
});

test('reordered messages overtake one another, and none is lost', () => {
  shim.setRules(on({ kind: 'reorder', windowMs: 50 }), performance.now());
  const sent = Array.from({ length: 30 }, (_, i) => String(i));
  const passed = sent.filter((item) => shim.admit(item, performance.now()) === 'pass');
  vi.advanceTimersByTime(60);
  const arrived = [...passed, ...released];
  expect(arrived).not.toEqual(sent);
  expect([...arrived].sort()).toEqual([...sent].sort());
});

test('a duplicated message arrives twice', () => {
  const effect: LinkEffect = { kind: 'duplicate', probability: 1, windowMs: 10 };
  shim.setRules(on(effect), performance.now());
  expect(shim.admit('a', performance.now())).toBe('pass');
  vi.advanceTimersByTime(20);
  expect(released).toEqual(['a']);
});

test('a narrow line takes its time for every byte, one message after the other', () => {
  shim.setRules(on({ kind: 'bandwidth', bytesPerSecond: 1_000 }), performance.now());
  for (const item of ['a', 'b', 'c']) expect(shim.admit(item, performance.now())).toBe('wait');
  vi.advanceTimersByTime(150);
  expect(released).toEqual(['a']);
  vi.advanceTimersByTime(200);
  expect(released).toEqual(['a', 'b', 'c']);
});

test('one of two delays undone: what waits leaves at once, what comes is late by the other', () => {
  shim.setRules([...delay(60_000), ...on({ kind: 'delay', delayMs: 10, jitterMs: 0 }, 2)], 0);
  shim.admit('old', performance.now());
  shim.setRules(on({ kind: 'delay', delayMs: 10, jitterMs: 0 }, 2), performance.now());
  vi.advanceTimersByTime(1);
  expect(released).toEqual(['old']);
  expect(shim.admit('new', performance.now())).toBe('wait');
  vi.advanceTimersByTime(5);
  expect(released).toEqual(['old']);
  vi.advanceTimersByTime(10);
  expect(released).toEqual(['old', 'new']);
});

test('another fault undone changes nothing of a delay', () => {
  shim.setRules([...delay(50), ...on({ kind: 'loss', probability: 0 }, 2)], performance.now());
  shim.admit('a', performance.now());
  shim.setRules(delay(50), performance.now());
  vi.advanceTimersByTime(40);
  expect(released).toEqual([]);
  vi.advanceTimersByTime(20);
  expect(released).toEqual(['a']);
});

test('a copy that is on its way when its fault is undone arrives at once', () => {
  shim.setRules(on({ kind: 'duplicate', probability: 1, windowMs: 60_000 }), performance.now());
  shim.admit('a', performance.now());
  shim.setRules(CLEAR, performance.now());
  vi.advanceTimersByTime(1);
  expect(released).toEqual(['a']);
});

test('over a transport that keeps order nothing overtakes what is held', () => {
  const filter = new LinkFilter(1, true, () => null);
  const ordered = new FaultShim<string>(
    filter,
    (item) => ({ type: item, bytes: () => 1 }),
    (items) => released.push(...items),
  );
  ordered.setRules(on({ kind: 'hold', only: { types: ['b'], first: null } }), performance.now());
  const fates = ['a', 'b', 'c'].map((item) => ordered.admit(item, performance.now()));
  expect(fates).toEqual(['pass', 'wait', 'wait']);
  vi.advanceTimersByTime(1_000);
  expect(released).toEqual([]);
  ordered.setRules(CLEAR, performance.now());
  vi.advanceTimersByTime(1);
  expect(released).toEqual(['b', 'c']);
});
