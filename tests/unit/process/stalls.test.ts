/** Stalls of the event loop: how long, how often, and none after the undo. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Stalls } from '../../../src-main/runtime/process/stalls.ts';

let blocked: number[];
let stalls: Stalls;
beforeEach(() => {
  vi.useFakeTimers();
  blocked = [];
  stalls = new Stalls((ms) => void blocked.push(ms));
});
afterEach(() => vi.useRealTimers());

test('the loop is blocked again and again, and not any more once that is undone', () => {
  stalls.set({ stallMs: 20, everyMs: 100 });
  vi.advanceTimersByTime(79);
  expect(blocked).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(blocked).toEqual([20]);
  vi.advanceTimersByTime(160);
  expect(blocked).toEqual([20, 20, 20]);
  stalls.set(null);
  vi.advanceTimersByTime(10_000);
  expect(blocked).toHaveLength(3);
});

test('being told the same again does not begin the rhythm anew', () => {
  stalls.set({ stallMs: 20, everyMs: 100 });
  for (let i = 0; i < 8; i += 1) {
    vi.advanceTimersByTime(10);
    stalls.set({ stallMs: 20, everyMs: 100 });
  }
  expect(blocked).toEqual([20]);
});

test('a real stall stands still for as long as it says', () => {
  vi.useRealTimers();
  return new Promise<void>((resolve) => {
    const real = new Stalls();
    real.set({ stallMs: 60, everyMs: 61 });
    const beganMs = performance.now();
    setTimeout(() => {
      real.stop();
      expect(performance.now() - beganMs).toBeGreaterThanOrEqual(59);
      resolve();
    }, 5);
  });
});
