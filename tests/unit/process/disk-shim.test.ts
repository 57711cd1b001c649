/** A held disk completes nothing and forgets nothing until it is released; a slow one is late. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DiskShim } from '../../../src-main/runtime/process/disk-shim.ts';

let log: string[];
let onDone: (token: number) => void;
let disk: DiskShim;

function makeDisk(seed: number): DiskShim {
  return new DiskShim(seed, {
    commit: (ops) => void log.push(`commit ${ops.length}`),
    done: (token) => {
      log.push(`done ${token}`);
      onDone(token);
    },
    nowMs: () => Date.now(),
    later: (complete) => complete(),
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  log = [];
  onDone = () => undefined;
  disk = makeDisk(1);
});
afterEach(() => vi.useRealTimers());

test('a disk that nothing is done to writes and tells at once', () => {
  disk.persist([], 1);
  expect([log, disk.held]).toEqual([['commit 0', 'done 1'], 0]);
});

test('a held disk writes nothing and tells nobody, and counts what waits', () => {
  disk.setMode('held');
  disk.persist([], 1);
  disk.persist([], 2);
  vi.advanceTimersByTime(60_000);
  expect([log, disk.held]).toEqual([[], 2]);
});

test('released, it completes in order, also what comes of completing', () => {
  onDone = (token) => {
    if (token === 1) disk.persist([{ op: 'truncate', from: 1 }], 3);
  };
  disk.setMode('held');
  disk.persist([], 1);
  disk.persist([], 2);
  disk.setMode('instant');
  expect(log).toEqual(['commit 0', 'done 1', 'commit 0', 'done 2', 'commit 1', 'done 3']);
});

test('a clean end writes what waits and tells nobody', () => {
  disk.setMode('held');
  disk.persist([], 1);
  disk.close();
  expect([log, disk.held]).toEqual([['commit 0'], 0]);
});

test('a slow disk completes each write after its delay, in order', () => {
  disk.setSlowness({ delayMs: 50, jitterMs: 0 });
  disk.persist([], 1);
  vi.advanceTimersByTime(30);
  disk.persist([], 2);
  expect([log, disk.held]).toEqual([[], 2]);
  vi.advanceTimersByTime(20);
  expect(log).toEqual(['commit 0', 'done 1']);
  vi.advanceTimersByTime(30);
  expect([log.at(-1), disk.held]).toEqual(['done 2', 0]);
});

test('delays with jitter come from the seed, and no write overtakes another', () => {
  const timesOf = (seed: number): number[] => {
    log = [];
    const times: number[] = [];
    const beganMs = Date.now();
    onDone = () => void times.push(Date.now() - beganMs);
    const one = makeDisk(seed);
    one.setSlowness({ delayMs: 100, jitterMs: 100 });
    for (const token of [1, 2, 3, 4, 5]) one.persist([], token);
    vi.advanceTimersByTime(300);
    expect(log.filter((line) => line.startsWith('done'))).toEqual(
      [1, 2, 3, 4, 5].map((t) => `done ${t}`),
    );
    return times;
  };
  expect(timesOf(7)).toEqual(timesOf(7));
  expect(timesOf(7)).not.toEqual(timesOf(8));
});

test('a disk that is slow no more completes what waits at once', () => {
  disk.setSlowness({ delayMs: 60_000, jitterMs: 0 });
  disk.persist([], 1);
  disk.persist([], 2);
  disk.setSlowness({ delayMs: 0, jitterMs: 0 });
  expect(log).toEqual(['commit 0', 'done 1', 'commit 0', 'done 2']);
  disk.persist([], 3);
  expect(log.at(-1)).toBe('done 3');
});

test('a slow disk that is held, too, completes nothing until both are over', () => {
  disk.setSlowness({ delayMs: 10, jitterMs: 0 });
  disk.setMode('held');
  disk.persist([], 1);
  vi.advanceTimersByTime(1_000);
  disk.setSlowness({ delayMs: 0, jitterMs: 0 });
  expect(log).toEqual([]);
  disk.setMode('instant');
  expect(log).toEqual(['commit 0', 'done 1']);
});
