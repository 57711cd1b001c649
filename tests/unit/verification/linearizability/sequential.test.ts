/** Sequential consistency, of everything (`program`) and of stale reads only (`by-level`). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkSequential,
  type SequentialVerdict,
} from '../../../../src-main/verification/linearizability/check-sequential.ts';
import { modelOf } from '../../../../src-main/verification/linearizability/models/by-name.ts';
import type { Operation } from '../../../../src-main/verification/linearizability/operation.ts';
import { isLinearizable } from '../../../../src-main/verification/linearizability/precedence.ts';
import { call, DRAWN, history, historyOf, judge } from './histories.ts';

type SequentialOrdering = SequentialVerdict['ordering'];
const ORDERINGS: readonly SequentialOrdering[] = ['by-level', 'program'];
const RUNS = { numRuns: 1_500, seed: 20_261_121 };
const register = modelOf('register');

/** Whether `one` has to come before `other`. */
function precedes(ordering: SequentialOrdering, one: Operation, other: Operation): boolean {
  const isBefore = (one.return ?? Infinity) < other.invoke;
  if (one.process === other.process) return isBefore;
  return ordering === 'by-level' && isLinearizable(other) && isBefore;
}

/** Tries every order of every choice of the uncertain ones, on all keys at once. */
function isLegal(
  model: ReturnType<typeof modelOf>,
  ordering: SequentialOrdering,
  operations: readonly Operation[],
  states: ReadonlyMap<string | null, unknown> = new Map(),
): boolean {
  if (operations.every((operation) => operation.return === null)) return true;
  return operations.some((operation) => {
    if (operations.some((other) => precedes(ordering, other, operation))) return false;
    const state = states.has(operation.key) ? states.get(operation.key) : model.initial;
    const after = model.step(state, operation);
    const others = operations.filter((other) => other !== operation);
    if (after === null) return false;
    return isLegal(model, ordering, others, new Map([...states, [operation.key, after]]));
  });
}

/** Random keys, and random reads that may be stale. */
function drawnHistory(name: string): fc.Arbitrary<Operation[]> {
  const drawn = DRAWN[name];
  if (drawn === undefined) throw new Error(`no operations of ${name} can be drawn`);
  const marks = fc.array(fc.tuple(fc.constantFrom('x', 'y'), fc.boolean()), {
    minLength: 6,
    maxLength: 6,
  });
  return fc.tuple(historyOf(drawn, 6), marks).map(([operations, marked]) =>
    operations.map((operation, at): Operation => {
      const [key = null, isStale = false] = marked[at] ?? [];
      const isRead = modelOf(name as 'kv').isRead(operation);
      return { ...operation, key, ...(isStale && isRead ? { level: 'local' } : {}) };
    }),
  );
}

describe.each(['register', 'kv', 'queue'] as const)('%s, on random histories', (name) => {
  test.each(ORDERINGS)('%s: the verdict is that of trying every order', (ordering) => {
    const verdicts = { valid: 0, invalid: 0 };
    fc.assert(
      fc.property(drawnHistory(name), (operations) => {
        const expected = isLegal(modelOf(name), ordering, operations) ? 'valid' : 'invalid';
        verdicts[expected] += 1;
        expect(checkSequential(modelOf(name), operations, ordering).verdict).toBe(expected);
      }),
      RUNS,
    );
    expect(Math.min(verdicts.valid, verdicts.invalid)).toBeGreaterThan(50);
  });

  test('a window that is shown is illegal by itself, the others being of unknown outcome', () => {
    fc.assert(
      fc.property(drawnHistory(name), (operations) => {
        const { illegal } = checkSequential(modelOf(name), operations, 'by-level');
        for (const { key, window } of illegal) {
          if (window === null) continue;
          const shown = new Set(window.operations);
          const rest = operations
            .filter((one) => key === null || one.key === key)
            .map((one) => (shown.has(one) ? one : { ...one, return: null, answer: null }));
          expect(isLegal(modelOf(name), 'by-level', rest)).toBe(false);
        }
      }),
      { ...RUNS, numRuns: 300 },
    );
  });
});

function on(key: string, operations: readonly Operation[]): Operation[] {
  return operations.map((operation) => ({ ...operation, key }));
}

function numbered(...parts: readonly (readonly Operation[])[]): Operation[] {
  return parts.flat().map((operation, id) => ({ ...operation, id }));
}

const stale = history(
  ['w', 0, 1, call('write', 1), 1],
  ['w', 2, 3, call('write', 2), 2],
  ['r', 4, 5, call('read'), 1],
);

test('a stale read is sequentially consistent and not linearizable', () => {
  expect(judge('register', stale).verdict).toBe('invalid');
  expect(checkSequential(register, stale, 'program').verdict).toBe('valid');
});

test('reads of one client that go back are neither', () => {
  const back = history(
    ['w', 0, 1, call('write', 1), 1],
    ['w', 2, 3, call('write', 2), 2],
    ['r', 4, 5, call('read'), 2],
    ['r', 6, 7, call('read'), 1],
  );
  const { verdict, illegal } = checkSequential(register, back, 'program');
  expect(verdict).toBe('invalid');
  expect(illegal[0]?.blocked.origin).toBe('line 4');
  expect(illegal[0]?.window?.texts).toEqual(['write 1', 'read -> 2', 'read -> 1']);
});

test('two keys that are legal each by itself and not together', () => {
  const operations = numbered(
    on('x', history(['p', 0, 1, call('write', 1), 1], ['q', 3, 4, call('read'), null])),
    on('y', history(['q', 0, 1, call('write', 1), 1], ['p', 3, 4, call('read'), null])),
  );
  const { verdict, illegal } = checkSequential(register, operations, 'program');
  expect(verdict).toBe('invalid');
  expect(illegal[0]?.key).toBeNull();
  expect(illegal[0]?.window?.texts.toSorted()).toEqual([
    'x: read -> null',
    'x: write 1',
    'y: read -> null',
    'y: write 1',
  ]);
});

describe('reads that may be stale among writes that may not', () => {
  const local = (lines: readonly Operation[]): Operation[] =>
    lines.map((one) => (register.isRead(one) ? { ...one, level: 'local' } : one));

  test('a read of what was replaced long ago is legal', () => {
    expect(checkSequential(register, local(stale), 'by-level').verdict).toBe('valid');
  });

  test('a read of what is written only afterwards is not', () => {
    const operations = local(
      history(['r', 0, 1, call('read'), 1], ['w', 2, 3, call('write', 1), 1]),
    );
    expect(checkSequential(register, operations, 'program').verdict).toBe('valid');
    expect(checkSequential(register, operations, 'by-level').verdict).toBe('invalid');
  });

  test('a client that does not see its own write is convicted', () => {
    const operations = local(
      history(['w', 0, 1, call('write', 1), 1], ['w', 2, 3, call('read'), null]),
    );
    expect(checkSequential(register, operations, 'by-level').verdict).toBe('invalid');
  });

  test('an old value of one key after a new one of another is convicted across keys', () => {
    const operations = local(
      numbered(
        on('x', history(['w', 0, 1, call('write', 1), 1], ['r', 6, 7, call('read'), null])),
        on('y', history(['w', 2, 3, call('write', 1), 1], ['r', 4, 5, call('read'), 1])),
      ),
    );
    const { verdict, illegal } = checkSequential(register, operations, 'by-level');
    expect(verdict).toBe('invalid');
    expect(illegal[0]?.text).toBe('x: read -> null');
  });
});

describe('positions', () => {
  /** Ten clients write in turn, and each reads what it has seen, long behind. */
  const long = Array.from({ length: 20_000 }, (_, at): Operation => {
    const isRead = at % 2 === 1;
    const round = Math.floor(at / 2);
    const seen = Math.max(0, round - 37);
    const key = `k${(isRead ? seen : round) % 10}`;
    const pos = (isRead ? seen : round) + 1;
    return {
      id: at,
      process: isRead ? 'reader' : `c${round % 10}`,
      key,
      call: call(isRead ? 'read' : 'write', isRead ? null : round),
      answer: { value: isRead ? seen : round },
      invoke: at * 2,
      return: at * 2 + 1,
      pos,
      ...(isRead ? { level: 'local' as const } : {}),
      origin: `${at}`,
    };
  });

  test('an order that the positions tell needs one step an operation', () => {
    const { verdict, steps } = checkSequential(register, long, 'by-level');
    expect(verdict).toBe('valid');
    expect(steps).toBeLessThan(2 * long.length);
  });

  test('positions that the answers contradict prove nothing: a search decides', () => {
    const misplaced = stale.map((one, at) => ({ ...one, pos: 3 - at }));
    expect(checkSequential(register, misplaced, 'program').verdict).toBe('valid');
    expect(checkSequential(register, misplaced, 'by-level').verdict).toBe('invalid');
  });

  test('a write of unknown outcome finds its place among them', () => {
    const operations = history(
      ['w', 0, 1, call('write', 1), 1],
      ['v', 2, null, call('write', 2)],
      ['r', 4, 5, call('read'), 2],
    ).map((one, at) => (one.return === null ? one : { ...one, pos: at + 1 }));
    expect(checkSequential(register, operations, 'by-level')).toMatchObject({
      verdict: 'valid',
      steps: expect.any(Number) as number,
    });
  });
});

test('too few steps end as unknown with what would help', () => {
  const lines = Array.from({ length: 24 }, (_, at) => {
    return [`p${at}`, at, null, call('add', 2 ** at)] as const;
  });
  const operations = history(
    ...lines,
    ['q', 0, null, call('add', -1)],
    ['r', 200, 201, call('read'), -5],
  );
  const limits = { steps: 1_000, memoBytes: 1024 * 1024 };
  const counter = modelOf('counter');
  const { verdict, undecided } = checkSequential(counter, operations, 'program', limits);
  expect(verdict).toBe('unknown');
  expect(undecided[0]?.text).toContain('more steps, or a shorter history');
});
