/** A held disk completes nothing and forgets nothing until it is released, or the process gone. */
import { expect, test } from 'vitest';
import { HeldDisk } from '../../../src-main/runtime/process/held-disk.ts';

function disk(): {
  disk: HeldDisk;
  log: string[];
  onDone: (hook: (token: number) => void) => void;
} {
  const log: string[] = [];
  let hook: (token: number) => void = () => undefined;
  const made = new HeldDisk(
    (ops) => void log.push(`commit ${ops.length}`),
    (token) => {
      log.push(`done ${token}`);
      hook(token);
    },
  );
  return { disk: made, log, onDone: (next) => void (hook = next) };
}

test('a disk that is not held writes and tells at once', () => {
  const { disk: one, log } = disk();
  one.persist([], 1);
  expect([log, one.held]).toEqual([['commit 0', 'done 1'], 0]);
});

test('a held disk writes nothing and tells nobody, and counts what waits', () => {
  const { disk: one, log } = disk();
  one.setMode('held');
  one.persist([], 1);
  one.persist([], 2);
  expect([log, one.held]).toEqual([[], 2]);
});

test('released, it completes in order, also what comes of completing', () => {
  const { disk: one, log, onDone } = disk();
  onDone((token) => {
    if (token === 1) one.persist([{ op: 'truncate', from: 1 }], 3);
  });
  one.setMode('held');
  one.persist([], 1);
  one.persist([], 2);
  one.setMode('instant');
  expect(log).toEqual(['commit 0', 'done 1', 'commit 0', 'done 2', 'commit 1', 'done 3']);
});

test('a clean end writes what waits and tells nobody', () => {
  const { disk: one, log } = disk();
  one.setMode('held');
  one.persist([], 1);
  one.close();
  expect([log, one.held]).toEqual([['commit 0'], 0]);
});
