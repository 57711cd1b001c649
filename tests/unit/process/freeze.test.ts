/** A node that is frozen does nothing, and then all of it in order. */
import { expect, test } from 'vitest';
import { Freeze } from '../../../src-main/runtime/process/freeze.ts';

test('what comes while it is frozen is done when it goes on, in order', () => {
  const freeze = new Freeze();
  const done: number[] = [];
  freeze.pass(() => done.push(1));
  freeze.set(true);
  freeze.set(true);
  freeze.pass(() => done.push(2));
  freeze.pass(() => {
    done.push(3);
    freeze.pass(() => done.push(4));
  });
  expect([done, freeze.isOn]).toEqual([[1], true]);
  freeze.set(false);
  freeze.pass(() => done.push(5));
  expect([done, freeze.isOn]).toEqual([[1, 2, 3, 4, 5], false]);
});

test('it keeps no more than a system would', () => {
  const freeze = new Freeze();
  freeze.set(true);
  for (let i = 0; i < 50_000; i += 1) freeze.pass(() => undefined);
  expect(freeze.isFull).toBe(true);
  freeze.set(false);
  expect(freeze.isFull).toBe(false);
});
