import { expect, test } from 'vitest';
import { TickClock } from '../../../src-main/runtime/process/tick-clock.ts';

test('a clock that stood still goes on from where it stood, without the time in between', () => {
  const clock = new TickClock(10, 1_000);
  expect(clock.take(1_025)).toBe(2);
  clock.stop(1_028);
  expect(clock.isStopped).toBe(true);
  expect(clock.take(9_000)).toBe(0);
  clock.goOn(20_000);
  expect(clock.take(20_001)).toBe(0);
  expect(clock.take(20_002)).toBe(1);
  expect(clock.msUntil(1, 20_002)).toBe(10);
});

test('steps by hand are whole ticks, beside what the clock itself has counted', () => {
  const clock = new TickClock(10, 0);
  clock.stop(7);
  clock.step(3);
  expect(clock.take(100)).toBe(3);
  expect(clock.take(100)).toBe(0);
  clock.goOn(100);
  expect(clock.take(103)).toBe(1);
});

test('a rate that is set while it stands still counts from when it goes on', () => {
  const clock = new TickClock(10, 0);
  clock.stop(0);
  clock.setRate(2, 50);
  clock.goOn(100);
  expect(clock.take(110)).toBe(2);
});

test('a jump moves it also while it stands still', () => {
  const clock = new TickClock(10, 0);
  clock.stop(5);
  clock.jump(40);
  expect(clock.take(5)).toBe(4);
});
