import { describe, expect, test } from 'vitest';
import { readHistory } from '../../../../src-main/verification/histories/jepsen-history.ts';
import {
  checkLinearizability,
  type LinearizabilityVerdict,
} from '../../../../src-main/verification/linearizability/check-history.ts';
import {
  modelOf,
  type ModelName,
} from '../../../../src-main/verification/linearizability/models/by-name.ts';
import type { HistoryForm } from '../../../../src-main/verification/histories/history-line.ts';

function judged(text: string, model: ModelName, form: HistoryForm = 'edn'): LinearizabilityVerdict {
  const { operations, problems } = readHistory(text, form, model);
  expect(problems).toEqual([]);
  return checkLinearizability(modelOf(model), operations);
}

const STALE = `
{:process 0, :type :invoke, :f :write, :value 1, :time 10, :index 0}
{:process 0, :type :ok, :f :write, :value 1, :time 20, :index 1}
{:process :nemesis, :type :info, :f :start, :value nil, :time 21, :index 2}
{:process 1, :type :invoke, :f :read, :value nil, :time 30, :index 3}
{:process 0, :type :invoke, :f :write, :value 2, :time 31, :index 4}
{:process 0, :type :ok, :f :write, :value 2, :time 32, :index 5}
{:process 1, :type :ok, :f :read, :value 1, :time 33, :index 6}
{:process 1, :type :invoke, :f :cas, :value [2 3], :time 34, :index 7}
{:process 1, :type :info, :f :cas, :value [2 3], :time 35, :index 8, :error :timeout}
{:process 2, :type :invoke, :f :read, :value nil, :time 40, :index 9}
{:process 2, :type :ok, :f :read, :value 1, :time 41, :index 10}
`;

describe('a register', () => {
  test('a stale read makes the history illegal, at that read', () => {
    const { verdict, illegal } = judged(STALE, 'register');
    expect(verdict).toBe('invalid');
    expect(illegal[0]?.blocked.origin).toBe('lines 11 and 12');
    expect(illegal[0]?.window?.texts).toEqual(['write 2', 'read -> 1']);
  });

  test.each([2, 3])(
    'the same history with a read of %d is legal: info may have happened',
    (value) => {
      expect(
        judged(
          STALE.replace(':read, :value 1, :time 41', `:read, :value ${value}, :time 41`),
          'register',
        ),
      ).toMatchObject({ verdict: 'valid', operations: 5, unknownOutcomes: 1 });
    },
  );

  test('a failed operation did not happen', () => {
    const text = `
      {:process 0, :type :invoke, :f :write, :value 1}
      {:process 0, :type :fail, :f :write, :value 1}
      {:process 0, :type :invoke, :f :read, :value nil}
      {:process 0, :type :ok, :f :read, :value 1}`;
    expect(judged(text, 'register').verdict).toBe('invalid');
    expect(readHistory(text, 'edn', 'register').failed).toBe(1);
  });

  test('independent keys are judged apart', () => {
    const text = `
      {:process 0, :type :invoke, :f :write, :value [7 1]}
      {:process 0, :type :ok, :f :write, :value [7 1]}
      {:process 0, :type :invoke, :f :cas, :value [8 [nil 4]]}
      {:process 0, :type :ok, :f :cas, :value [8 [nil 4]]}
      {:process 0, :type :invoke, :f :read, :value ["x" nil]}
      {:process 0, :type :ok, :f :read, :value ["x" nil]}`;
    expect(judged(text, 'register')).toMatchObject({ verdict: 'valid', keys: 3 });
  });

  test('a plain compare-and-set is no independent key', () => {
    const text = `
      {:process 0, :type :invoke, :f :cas, :value [nil 1]}
      {:process 0, :type :ok, :f :cas, :value [nil 1]}
      {:process 0, :type :invoke, :f :cas, :value [1 2]}
      {:process 0, :type :ok, :f :cas, :value [1 2]}`;
    expect(judged(text, 'register')).toMatchObject({ verdict: 'valid', keys: 1 });
  });
});

test.each([
  ['queue', ':enqueue 1', ':dequeue nil', ':dequeue 1'],
  ['counter', ':add 2', ':read nil', ':read 2'],
  ['set', ':add 5', ':read nil', ':read #{5}'],
  ['lock', ':acquire nil', ':release nil', ':release nil'],
  ['kv', ':write "x"', ':read nil', ':read "x"'],
] as const)('%s in its own words', (model, first, ask, answer) => {
  const line = (type: string, words: string): string => {
    const [f, value] = words.split(' ');
    return `{:process 3 :type ${type} :f ${f} :value ${value}}`;
  };
  const text = [
    line(':invoke', first),
    line(':ok', first),
    line(':invoke', ask),
    line(':ok', answer),
  ].join('\n');
  expect(judged(text, model).verdict).toBe('valid');
});

test('JSON lines say the same', () => {
  const line = (process: number | string, type: string, f: string, value: unknown): string =>
    JSON.stringify({ process, type, f, value });
  const lines = [
    line(0, 'invoke', 'write', 1),
    line(0, 'ok', 'write', 1),
    line('nemesis', 'info', 'kill', null),
    line(1, 'invoke', 'read', null),
    line(1, 'ok', 'read', null),
  ].join('\n');
  const { illegal } = judged(lines, 'register', 'jsonl');
  expect(illegal[0]?.blocked.origin).toBe('lines 4 and 5');
});

test('lines that are no client, and tags, are read over with a notice', () => {
  const { notices } = readHistory(
    `#op{:process :nemesis :type :info :f :kill :value nil}
     {:process 0 :type :invoke :f :read :value nil}`,
    'edn',
    'register',
  );
  expect(notices).toEqual([
    'tag #op was read over (1 times)',
    '1 lines of processes that are no clients were left out',
  ]);
});

describe('a malformed history says line and reason', () => {
  const good = '{:process 0 :type :invoke :f :read :value nil}';
  test.each([
    ['7', 1, 'is not a map'],
    ['{:type :invoke :f :read}', 1, 'has no process'],
    [
      '{:process 0 :type :start :f :read}',
      1,
      'type must be one of invoke, ok, fail, info, not ":start"',
    ],
    ['{:process 0 :type :invoke}', 1, 'has no f'],
    [`${good}\n${good}`, 2, 'process 0 asks although what it asked in line 1 has not ended'],
    ['{:process 0 :type :ok :f :read}', 1, 'process 0 ends what it did not ask'],
    [
      `${good}\n{:process 0 :type :ok :f :write}`,
      2,
      'process 0 ends write, but in line 1 it asked read',
    ],
    ['{:process 0 :type :invoke :f :push}', 1, 'f must be one of read, write, cas, not "push"'],
    ['{:process 0 :type :invoke :f :cas :value 3}', 1, 'cas needs the value [old new]'],
    ['', 1, 'there is no operation of a client in it'],
  ])('%j', (text, line, what) => {
    expect(readHistory(text, 'edn', 'register').problems).toContainEqual({ line, what });
  });

  test('JSON that is none', () => {
    const [problem] = readHistory('{"process":0}\n{oops', 'jsonl', 'register').problems.slice(-1);
    expect(problem?.line).toBe(2);
    expect(problem?.what).toContain('is not JSON');
  });

  test('all wrong lines are told, in their order', () => {
    const { problems } = readHistory(`7\n${good}\n{:f\n`, 'edn', 'register');
    expect(problems.map(({ line }) => line)).toEqual([1, 3]);
  });
});
