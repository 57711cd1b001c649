/** The check of a history that goes on says what the search over the whole of it says. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { madeHistory } from '../../../bench/measure-checker.ts';
import {
  LiveCheck,
  type LiveViolation,
} from '../../../../src-main/verification/linearizability/live-check.ts';
import { modelOf } from '../../../../src-main/verification/linearizability/models/by-name.ts';
import type { Operation } from '../../../../src-main/verification/linearizability/operation.ts';
import { call, DRAWN, history, historyOf, judge } from './histories.ts';

const LIMITS = { configurations: 256, steps: 20_000 };
const SIZE = { operations: 5_000, keys: 5, clients: 10 };
const RUNS = { numRuns: 1_500, seed: 20_261_121 };

/** Tells of each operation when it ended, and after each which moments nothing more comes from. */
function followed(
  check: LiveCheck,
  operations: readonly Operation[],
  gaveUpAfter: number,
): LiveViolation[] {
  const endOf = (one: Operation): number => one.return ?? one.invoke + gaveUpAfter;
  const told = [...operations].sort((a, b) => endOf(a) - endOf(b));
  const found: LiveViolation[] = [];
  for (const [at, operation] of told.entries()) {
    check.add([operation]);
    const open = told.slice(at + 1, at + 100).map(({ invoke }) => invoke);
    found.push(...check.advance(Math.min(endOf(operation), ...open)));
  }
  return [...found, ...check.advance(Infinity)];
}

describe.each(['register', 'kv', 'queue', 'counter'] as const)('%s', (name) => {
  test('convicts what the search convicts, no later', () => {
    const drawn = DRAWN[name];
    if (drawn === undefined) throw new Error(`no operations of ${name} can be drawn`);
    const verdicts = { valid: 0, invalid: 0, unknown: 0 };
    fc.assert(
      fc.property(historyOf(drawn, 8), (operations) => {
        const whole = judge(name, operations);
        const check = new LiveCheck(modelOf(name), { configurations: 1_000, steps: 1_000_000 });
        const [first] = followed(check, operations, 30);
        expect(check.givenUp).toEqual([]);
        verdicts[whole.verdict] += 1;
        expect(first === undefined ? 'valid' : 'invalid').toBe(whole.verdict);
        // It knows the answers of what was still under way: a contradiction shows earlier.
        const end = whole.illegal[0]?.blocked.return ?? Infinity;
        expect(first?.blocked.return ?? 0).toBeLessThanOrEqual(end);
      }),
      RUNS,
    );
    expect(Math.min(verdicts.valid, verdicts.invalid)).toBeGreaterThan(50);
  });
});

test('a long legal history is followed to its end, operations of unknown outcome and all', () => {
  const operations = madeHistory('kv', SIZE, null);
  const check = new LiveCheck(modelOf('kv'), LIMITS);
  expect(followed(check, operations, 5_000)).toEqual([]);
  expect(check.givenUp).toEqual([]);
});

test('a stale read is told with what the object may have been', () => {
  const operations = madeHistory('kv', SIZE, 0.5);
  const check = new LiveCheck(modelOf('kv'), LIMITS);
  const found = followed(check, operations, 5_000);
  expect(found.map(({ text }) => text)).toEqual(['get -> "overwritten long ago", version 3']);
  expect(found[0]?.states[0]).toContain('(version ');
  expect(found[0]?.window?.texts.at(-1)).toBe(found[0]?.text);
  expect(found[0]?.window?.operations.length).toBe(2);
});

const register = modelOf('register');

test('nothing is judged before all that was asked until then is known', () => {
  const check = new LiveCheck(register, LIMITS);
  const [write, read] = history(['w', 0, 9, call('write', 1), 1], ['r', 2, 3, call('read'), 1]) as [
    Operation,
    Operation,
  ];
  check.add([read]);
  expect(check.advance(0)).toEqual([]);
  check.add([write]);
  expect(check.advance(10)).toEqual([]);
});

test('a key that is too hard is given up, the others are not', () => {
  const counter = modelOf('counter');
  const hard = history(
    ...Array.from({ length: 24 }, (_, at) => ['p', 0, 100, call('add', 2 ** at), null] as const),
    ['p', 0, 100, call('add', -1), null],
    ['r', 0, 50, call('read'), -5],
  ).map((one) => ({ ...one, key: 'hard' }));
  const easy = history(['p', 0, 1, call('add', 1), null], ['r', 2, 3, call('read'), 0]).map(
    (one, at) => ({ ...one, id: 100 + at, key: 'easy' }),
  );
  const check = new LiveCheck(counter, LIMITS);
  check.add([...hard, ...easy]);
  expect(check.advance(Infinity).map(({ key }) => key)).toEqual(['easy']);
  expect(check.givenUp).toEqual(['hard']);
});

test('an operation that comes too late ends the judgement of its key: it proves nothing', () => {
  const check = new LiveCheck(register, LIMITS);
  check.add(history(['r', 2, 3, call('read'), null]));
  expect(check.advance(10)).toEqual([]);
  check.add(history(['w', 5, 20, call('write', 1), 1]));
  check.add(history(['r', 30, 31, call('read'), 7]));
  expect(check.advance(40)).toEqual([]);
  expect(check.givenUp).toEqual([null]);
});
