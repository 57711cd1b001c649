import { expect, test } from 'vitest';
import { madeHistory } from '../../../bench/measure-checker.ts';
import type { Operation } from '../../../../src-main/verification/linearizability/operation.ts';
import { call, history, judge } from './histories.ts';

function ofKey(key: string, operations: readonly Operation[]): Operation[] {
  return operations.map((operation) => ({ ...operation, key }));
}

const stale = history(
  ['w', 0, 1, call('write', 1), 1],
  ['w', 2, 3, call('write', 2), 2],
  ['r', 4, 5, call('read'), 2],
  ['w', 6, 7, call('write', 3), 3],
  ['r', 8, 9, call('read'), 2],
  ['r', 10, 11, call('read'), 3],
);

test('a stale read is where it becomes illegal, with the longest order and the reasons', () => {
  const [illegal] = judge('register', stale).illegal;
  expect(illegal?.blocked.origin).toBe('line 5');
  expect(illegal?.text).toBe('read -> 2');
  expect(illegal?.prefix.map(({ text, state }) => `${text} = ${state}`)).toEqual([
    'write 1 = 1',
    'write 2 = 2',
    'read -> 2 = 2',
    'write 3 = 3',
  ]);
  expect(illegal?.stuck.map(({ text, why }) => [text, why])).toEqual([
    ['read -> 2', 'the value is 3'],
  ]);
});

test('the smallest window has only the operations that contradict one another', () => {
  const { window } = judge('register', stale).illegal[0] ?? {};
  expect(window).toMatchObject({ texts: ['write 3', 'read -> 2'], fromAnyState: true });
});

test('what could have come next says why that would not have helped', () => {
  const operations = history(
    ['w', 0, 1, call('write', 1), 1],
    ['x', 2, null, call('write', 5)],
    ['r', 3, 4, call('read'), 7],
  );
  const { stuck } = judge('register', operations).illegal[0] ?? {};
  expect(stuck?.map(({ why }) => why)).toEqual([
    'the value is 1',
    'it could, but then read -> 7 still cannot',
  ]);
});

test('keys are judged apart, and the first illegal moment comes first', () => {
  const late = stale.map((one) => ({
    ...one,
    invoke: one.invoke + 50,
    return: (one.return ?? 0) + 50,
  }));
  const operations = [
    ...ofKey('late', late),
    ...ofKey('early', stale),
    ...ofKey('good', history(['w', 0, 1, call('write', 1), 1], ['r', 2, 3, call('read'), 1])),
  ];
  const verdict = judge('register', operations);
  expect(verdict).toMatchObject({ verdict: 'invalid', keys: 3, operations: 14 });
  expect(verdict.illegal.map(({ key }) => key)).toEqual(['early', 'late']);
});

test.each(['local', 'sync'] as const)('reads of level %s are left out, and it says so', (level) => {
  const operations = stale.map((one) => (one.id === 4 ? { ...one, level } : one));
  const verdict = judge('register', operations);
  expect(verdict.verdict).toBe('valid');
  expect(verdict.leftOut).toEqual({ operations: 1, levels: [level] });
});

test.each(['index', 'lease', 'quorum'] as const)('reads of level %s are held to it', (level) => {
  const operations = stale.map((one) => (one.id === 4 ? { ...one, level } : one));
  expect(judge('register', operations).verdict).toBe('invalid');
});

const hard = history(
  ...Array.from({ length: 40 }, (_, at) => ['p', 0, null, call('add', 2 ** at)] as const),
  ['p', 0, null, call('add', -1)],
  ['r', 0, 100, call('read'), -5],
);

test('what cannot be decided is unknown, with the reason and what would help', () => {
  const verdict = judge('counter', hard, { steps: 20_000, memoBytes: 1e8 });
  expect(verdict.verdict).toBe('unknown');
  expect(verdict.undecided[0]?.text).toContain('more steps, or a shorter history, would help');
  expect(verdict.undecided[0]?.text).toContain('unknown outcome; there are 41');
});

test('a hard key does not keep an illegal one from being found', () => {
  const lost = history(['p', 0, 1, call('add', 1), null], ['p', 2, 3, call('read'), 0]);
  const operations = [...ofKey('hard', hard), ...ofKey('lost', lost)];
  const verdict = judge('counter', operations, { steps: 20_000, memoBytes: 1e8 });
  expect(verdict).toMatchObject({ verdict: 'invalid', illegal: [{ key: 'lost' }] });
  expect(verdict.undecided).toHaveLength(1);
});

test('an empty history is valid', () => {
  expect(judge('register', [])).toMatchObject({ verdict: 'valid', keys: 0 });
});

test.each([
  ['register', 1],
  ['register', 7],
  ['kv', 1],
  ['kv', 7],
] as const)('%s: a long legal history over %i keys is found legal', (model, keys) => {
  const size = { operations: 3_000, keys, clients: 10 };
  expect(judge(model, madeHistory(model, size, null)).verdict).toBe('valid');
});

test('of a long history with one stale read that read is named', () => {
  const size = { operations: 3_000, keys: 7, clients: 10 };
  const { verdict, illegal } = judge('kv', madeHistory('kv', size, 0.9));
  expect(verdict).toBe('invalid');
  expect(illegal.map(({ text }) => text)).toEqual(['get -> "overwritten long ago", version 3']);
});
