import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  firstIllegal,
  knownAt,
} from '../../../../src-main/verification/linearizability/first-illegal.ts';
import {
  MODEL_NAMES,
  modelOf,
} from '../../../../src-main/verification/linearizability/models/by-name.ts';
import { orderOf, searchOrder } from '../../../../src-main/verification/linearizability/search.ts';
import { smallestWindow } from '../../../../src-main/verification/linearizability/window.ts';
import { call, DRAWN, history, historyOf, isLegalByBruteForce } from './histories.ts';

const LIMITS = { steps: 1_000_000, memoBytes: 64 * 1024 * 1024 };
const RUNS = { numRuns: 1_500, seed: 20_261_121 };

describe.each(MODEL_NAMES)('%s, on random histories', (name) => {
  const model = modelOf(name);
  const drawn = DRAWN[name];
  if (drawn === undefined) throw new Error(`no operations of ${name} can be drawn`);

  test('the search agrees with trying every order', () => {
    const verdicts = { valid: 0, invalid: 0 };
    fc.assert(
      fc.property(historyOf(drawn, 6), (operations) => {
        const expected = isLegalByBruteForce(model, operations) ? 'valid' : 'invalid';
        verdicts[expected] += 1;
        expect(searchOrder(model, operations, LIMITS).verdict).toBe(expected);
      }),
      RUNS,
    );
    expect(Math.min(verdicts.valid, verdicts.invalid)).toBeGreaterThan(50);
  });

  test('the order it gives is legal, keeps real time and has every certain operation', () => {
    fc.assert(
      fc.property(historyOf(drawn, 7), (operations) => {
        const result = searchOrder(model, operations, LIMITS);
        if (result.verdict !== 'valid') return;
        const order = orderOf(result.order).map(({ operation }) => operation);
        let state: unknown = model.initial;
        for (const [at, operation] of order.entries()) {
          state = model.step(state, operation);
          expect(state).not.toBeNull();
          const later = order.slice(at + 1);
          expect(later.some((one) => (one.return ?? Infinity) < operation.invoke)).toBe(false);
        }
        const certain = operations.filter((operation) => operation.return !== null);
        expect(order).toEqual(expect.arrayContaining(certain));
      }),
      RUNS,
    );
  });

  test('the first illegal end is that, and a window is illegal by itself', () => {
    fc.assert(
      fc.property(historyOf(drawn, 6), (operations) => {
        const result = searchOrder(model, operations, LIMITS);
        if (result.verdict !== 'invalid') return;
        const { furthest } = result;
        const { blocked } = firstIllegal(model, operations, furthest, LIMITS, 'real-time');
        const end = blocked.return ?? 0;
        expect(isLegalByBruteForce(model, knownAt(operations, end, 'real-time'))).toBe(false);
        const before = operations.map((one) =>
          (one.return ?? end) >= end ? { ...one, return: null, answer: null } : one,
        );
        expect(
          isLegalByBruteForce(
            model,
            before.filter((one) => one.invoke <= end),
          ),
        ).toBe(true);
        const window = smallestWindow(model, operations, blocked, LIMITS);
        if (window === null) return;
        const shown = new Set(window.operations);
        const from = Math.min(...window.operations.map((one) => one.invoke));
        const rest = operations.map((one) =>
          shown.has(one) || (one.return ?? Infinity) < from
            ? one
            : { ...one, return: null, answer: null },
        );
        expect(isLegalByBruteForce(model, rest)).toBe(false);
      }),
      RUNS,
    );
  });
});

describe('limits', () => {
  /** Adds that all overlap, each choice of them with another sum, and a sum that none has. */
  const hard = history(
    ...Array.from({ length: 24 }, (_, at) => ['p', 0, 100, call('add', 2 ** at), null] as const),
    ['p', 0, 100, call('add', -1), null],
    ['r', 0, 50, call('read'), -5],
  );
  const counter = modelOf('counter');
  const model = modelOf('register');

  test('too few steps, or too little memory, end as unknown with the reason', () => {
    const steps = searchOrder(counter, hard, { ...LIMITS, steps: 5_000 });
    expect(steps).toMatchObject({ verdict: 'unknown', why: 'steps' });
    const memory = searchOrder(counter, hard, { ...LIMITS, memoBytes: 50_000 });
    expect(memory).toMatchObject({ verdict: 'unknown', why: 'memory' });
  });

  test('the caller can stop it', () => {
    let asked = 0;
    const stopped = searchOrder(counter, hard, { ...LIMITS, shouldStop: () => (asked += 1) > 2 });
    expect(stopped).toMatchObject({ verdict: 'unknown', why: 'stopped' });
    expect(stopped.steps).toBeLessThan(10_000);
  });

  test('thousands of operations one after the other are no depth of calls', () => {
    const long = history(
      ...Array.from({ length: 50_000 }, (_, at) => {
        return ['p', at * 2, at * 2 + 1, call('write', at), at] as const;
      }),
    );
    expect(searchOrder(model, long, { ...LIMITS, steps: 200_000 }).verdict).toBe('valid');
  });

  test('fifty writes of unknown outcome that nobody saw cost nothing', () => {
    const lines = Array.from({ length: 50 }, (_, at) => {
      return ['p', at, null, call('write', `lost ${at}`)] as const;
    });
    const operations = history(
      ...lines,
      ['q', 60, 61, call('write', 'x'), 'x'],
      ['q', 62, 63, call('read'), 'y'],
    );
    const result = searchOrder(model, operations, LIMITS);
    expect(result.verdict).toBe('invalid');
    expect(result.steps).toBeLessThan(100);
  });
});
