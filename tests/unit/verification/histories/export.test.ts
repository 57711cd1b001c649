import { expect, test } from 'vitest';
import { exportHistory } from '../../../../src-main/verification/histories/export-history.ts';
import { readHistory } from '../../../../src-main/verification/histories/jepsen-history.ts';
import { operationsOf } from '../../../../src-main/verification/histories/recorded-operations.ts';
import { shivizLog } from '../../../../src-main/verification/histories/shiviz.ts';
import { modelOf } from '../../../../src-main/verification/linearizability/models/by-name.ts';
import {
  checkSessions,
  type GuaranteeVerdict,
} from '../../../../src-main/verification/linearizability/session-guarantees.ts';
import type { StepHeader } from '../../../../src-main/vocabulary/journal.ts';
import type { OperationRecord } from '../../../../src-main/vocabulary/workload.ts';
import { operation } from '../facts.ts';
import { judge } from '../linearizability/histories.ts';

function record(change: Partial<OperationRecord>): OperationRecord {
  return operation(change.seq ?? 1, 1_000, change);
}

const RECORDS: readonly OperationRecord[] = [
  record({
    ...{ seq: 1, invokeUs: 0, returnUs: 10, pos: 2 },
    request: { op: 'put', key: 'k', value: 'a' },
    result: { version: 1 },
  }),
  record({
    ...{ seq: 2, op: 'cas', invokeUs: 5, returnUs: 30, outcome: 'unknown', code: 'no-answer' },
    ...{ pos: null, node: null },
    request: { op: 'cas', key: 'k', expectVersion: 1, value: 'b' },
  }),
  record({
    ...{ seq: 3, op: 'incr', key: 'n', invokeUs: 6, returnUs: 20, pos: 3 },
    request: { op: 'incr', key: 'n-n', by: 2 },
    result: { value: 2, version: 1 },
  }),
  record({
    ...{ client: 1, seq: 4, op: 'delete', key: 'm', invokeUs: 10, returnUs: 40, pos: 4 },
    request: { op: 'delete', key: 'm' },
    result: { deleted: false },
  }),
  record({
    ...{ client: 1, seq: 0, op: 'read', invokeUs: 41, returnUs: 50, pos: 3, level: 'local' },
    request: { op: 'get', key: 'k' },
    result: { value: 'b', version: 2, createPos: 2, modPos: 3 },
  }),
  record({
    ...{
      client: 1,
      seq: 5,
      invokeUs: 60,
      returnUs: 61,
      outcome: 'failed',
      code: 'busy',
      pos: null,
    },
    request: { op: 'put', key: 'k', value: 'c' },
  }),
];

test('a history in EDN: one process asks one thing at a time, and ends with info', () => {
  const lines = [...exportHistory(RECORDS, 'edn')];
  expect(lines.slice(0, 4)).toEqual([
    '{:process 0, :type :invoke, :f :write, :value ["k" "a"], :time 0, :index 0, :client 0}',
    '{:process 1, :type :invoke, :f :cas, :value ["k" {:version 1, :value "b"}], :time 5000, ' +
      ':index 1, :client 0}',
    '{:process 2, :type :invoke, :f :incr, :value ["n-n" 2], :time 6000, :index 2, :client 0}',
    '{:process 3, :type :invoke, :f :delete, :value ["m" nil], :time 10000, :index 3, :client 1}',
  ]);
  expect(lines).toContain(
    '{:process 1, :type :info, :f :cas, :value ["k" {:version 1, :value "b"}], :time 30000, ' +
      ':index 6, :client 0, :error :no-answer}',
  );
  expect(lines.at(-1)).toContain(':type :fail, :f :write, :value ["k" "c"], :time 61000');
});

test.each(['edn', 'jsonl'] as const)(
  'what is written as %s is read as the same history',
  (form) => {
    const text = [...exportHistory(RECORDS, form)].join('\n');
    const { operations, failed, problems } = readHistory(text, form, 'kv');
    expect(problems).toEqual([]);
    expect(failed).toBe(1);
    const own = operationsOf(RECORDS);
    const seen = operations.map(({ process, key, call, level, pos }) => [
      process,
      key,
      call,
      level,
      pos,
    ]);
    expect(seen).toEqual(
      own.map(({ process, key, call, level, pos }) => [process, key, call, level, pos]),
    );
    for (const history of [operations, own]) {
      const verdict = judge('kv', history);
      expect(verdict).toMatchObject({
        verdict: 'valid',
        leftOut: { operations: 1, levels: ['local'] },
      });
      const expected: Partial<GuaranteeVerdict> = {
        guarantee: 'monotonic-reads',
        verdict: 'invalid',
      };
      expect(checkSessions(modelOf('kv'), history)).toContainEqual(
        expect.objectContaining(expected),
      );
    }
  },
);

test('a run for ShiViz: two lines of head, then host and clock, then the event', () => {
  const step = (n: number, lam: number, rest: Partial<StepHeader>): StepHeader => {
    return { k: 's', n, us: n * 1_000, lam, input: 'tick', d: '', ...rest };
  };
  const role = { kind: 'role', role: 'leader', word: 'leader', era: { number: 3, owner: null } };
  const steps = [
    { node: 'n2', header: step(1, 1, { input: 'boot' }) },
    { node: 'n2', header: step(2, 5, { input: 'recv', recv: ['n1:1:2:0', 'n1', 'Vote'] }) },
    { node: 'n1', header: step(1, 1, { input: 'boot' }) },
    {
      node: 'n1',
      header: step(2, 4, {
        sends: [
          [0, 'n2', 'Vote'],
          [1, 'n3', 'Vote'],
        ],
        trace: [{ ...role, leader: 'n1', ready: true, why: '' } as never],
      }),
    },
    { node: 'n1', header: step(3, 6, {}) },
  ].map((one) => ({ ...one, incarnation: 1 }));
  expect([...shivizLog(steps)]).toEqual([
    '(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)',
    '',
    'n1 {"n1":1}',
    '0.001000 s: boot',
    'n2 {"n2":1}',
    '0.001000 s: boot',
    'n1 {"n1":2}',
    '0.002000 s: tick; send Vote to n2 n3; leader in era 3',
    'n2 {"n1":2,"n2":2}',
    '0.002000 s: receive Vote from n1',
  ]);
});
