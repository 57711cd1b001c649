/** `qlab check` and `qlab export`, as a person starts them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  checkResultSchema,
  exportResultSchema,
  runResultSchema,
  type CheckResult,
} from '../../src-main/contract/results.ts';
import { ROOT } from '../support/browsers.ts';
import { SHORT_SCENARIO, Workplace } from './qlab.ts';

const place = new Workplace();
afterAll(() => place.close());

/** A register whose second read sees what had been overwritten. */
const STALE = `; by hand
{:process 0, :type :invoke, :f :write, :value 1}
{:process 0, :type :ok, :f :write, :value 1}
{:process :nemesis, :type :info, :f :partition, :value nil}
{:process 1, :type :invoke, :f :write, :value 2}
{:process 1, :type :ok, :f :write, :value 2}
{:process 2, :type :invoke, :f :read, :value nil}
{:process 2, :type :ok, :f :read, :value 2}
{:process 2, :type :invoke, :f :read, :value nil}
{:process 2, :type :ok, :f :read, :value 1}
`;

async function checked(exitCode: number, ...args: string[]): Promise<CheckResult> {
  const finished = await place.run('check', ...args, '--json');
  expect([finished.exitCode, finished.stderr]).toEqual([exitCode, expect.any(String)]);
  return checkResultSchema.parse(JSON.parse(finished.stdout));
}

describe('a history in a file', () => {
  test('a stale read: exit code 1, at that read, with the operations that contradict', async () => {
    const file = place.write('stale.edn', STALE);
    const { verdict, linearizability } = await checked(1, file, '--model', 'register');
    expect(verdict).toBe('invalid');
    expect(linearizability?.illegal).toMatchObject([
      {
        blocked: { operation: 'read -> 1', origin: 'lines 9 and 10' },
        window: {
          fromAnyState: true,
          operations: [{ operation: 'read -> 2' }, { operation: 'read -> 1' }],
        },
      },
    ]);
    const { stdout } = await place.run('check', file, '--model', 'register');
    expect(stdout).toContain('the object is legal until read -> 1 (lines 9 and 10)');
    expect(stdout).toContain('note: 1 lines of processes that are no clients were left out');
  });

  test('without it the history is valid: exit code 0', async () => {
    const file = place.write('fresh.edn', STALE.replace(/:value 1}\n$/, ':value 2}\n'));
    expect((await checked(0, file, '--model', 'register')).verdict).toBe('valid');
  });

  test('what cannot be decided in time is unknown: exit code 3 and what would help', async () => {
    const adds = Array.from({ length: 40 }, (_, process) =>
      JSON.stringify({ process, type: 'invoke', f: 'add', value: 2 ** process }),
    );
    const rest = [
      { process: 40, type: 'invoke', f: 'add', value: -1 },
      { process: 41, type: 'invoke', f: 'read', value: null },
      { process: 41, type: 'ok', f: 'read', value: -5 },
    ].map((line) => JSON.stringify(line));
    const file = place.write('hard.jsonl', [...adds, ...rest].join('\n'));
    const args = [file, '--model', 'counter', '--seconds', '1'];
    const { verdict, linearizability } = await checked(3, ...args);
    expect(verdict).toBe('unknown');
    expect(linearizability?.undecided[0]?.reason).toContain('more time, or a shorter history');
  });

  test('a malformed line: exit code 2, file, line and reason; nothing is judged', async () => {
    const file = place.write('wrong.edn', `${STALE}{:process 7, :type :ok}\n{:process\n`);
    const { exitCode, stdout, stderr } = await place.run('check', file, '--model', 'register');
    expect(stdout).toBe('');
    expect(stderr).toContain(`qlab: error bad-input: ${file}:11: has no f`);
    expect(stderr).toContain(`${file}:12: ends without }`);
    expect(exitCode).toBe(2);
  });

  test.each([
    ['no model', ['h.edn'], 'a file needs --model; allowed: register, kv, counter'],
    ['an unknown model', ['h.edn', '--model', 'tree'], 'allowed: register, kv, counter'],
    ['no file', ['none.edn', '--model', 'kv'], 'cannot read the history'],
    ['an unknown consistency', ['7', '--consistency', 'strong'], 'allowed: linearizable, seq'],
    ['faults of a file', ['h.edn', '--model', 'kv', '--recovery', '9'], 'a file has no faults'],
    ['an unknown form', ['h.txt', '--model', 'kv'], '--form says which it is'],
    ['a model for a run', ['7', '--model', 'kv'], 'a run has its own model'],
    ['limits', ['h.edn', '--model', 'kv', '--seconds', '0'], 'from 1 to 100000'],
  ])('%s: exit code 2', async (_title, args, message) => {
    const { exitCode, stderr } = await place.run('check', ...args);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test('the example of docs/CHECKING.md is what it says', async () => {
    const text = readFileSync(join(ROOT, 'docs', 'CHECKING.md'), 'utf8');
    const [, history = ''] = /```clojure\n([\s\S]*?)```/.exec(text) ?? [];
    const [, verdict = ''] = /```text\n(check {2}[\s\S]*?)```/.exec(text) ?? [];
    expect([history, verdict]).not.toContain('');
    const file = place.write('example.edn', history);
    const { exitCode, stdout } = await place.run('check', file, '--model', 'register');
    expect(exitCode).toBe(1);
    expect(stdout).toContain(verdict);
  });

  test('--help names models, forms and exit codes', async () => {
    const { exitCode, stdout } = await place.run('check', '--help');
    for (const word of ['register', 'jsonl', 'unknown (3)']) expect(stdout).toContain(word);
    expect(exitCode).toBe(0);
  });
});

describe('a live run whose leader is killed', () => {
  let run: string;
  const db = ['--db', 'live.db'];
  beforeAll(async () => {
    const scenario = place.write('short.yaml', SHORT_SCENARIO);
    const made = await place.run('run', scenario, '--protocol', 'raft', ...db, '--json');
    run = String(runResultSchema.parse(JSON.parse(made.stdout)).runId);
  }, 60_000);

  test('is linearizable, keeps every session guarantee, and the record found nothing', async () => {
    const result = await checked(0, run, ...db);
    expect(result).toMatchObject({
      verdict: 'valid',
      invariants: { verdict: 'valid', violations: [] },
      exactlyOnce: { verdict: 'valid', firstIllegalUs: null },
      // The clients began, the leader was killed, it was started again.
      liveness: { verdict: 'valid', boundMs: 6_000, judged: 3, late: [] },
      sequential: null,
      linearizability: { verdict: 'valid', model: 'kv', leftOut: { operations: 0 } },
    });
    expect(result.linearizability?.operations).toBeGreaterThan(30);
    expect(result.sessions.map(({ verdict }) => verdict)).toEqual(Array(4).fill('valid'));
    for (const { checked: compared } of result.sessions) expect(compared).toBeGreaterThan(5);
  });

  test('did not come back within 60 ms: exit code 1, at the fault', async () => {
    const { exitCode, stdout } = await place.run('check', run, ...db, '--recovery', '60');
    expect(stdout).toMatch(/liveness +invalid +\d moments held to 60 ms, longest \d+ ms/);
    expect(stdout).toMatch(/liveness at \d\.\d{3} s: after "kill n\d" no operation succeeded/);
    expect(exitCode).toBe(1);
  });

  test.each(['edn', 'jsonl'])('its history as %s is judged the same', async (format) => {
    const file = `history.${format}`;
    const made = await place.run('export', run, '--format', format, '--out', file, ...db, '--json');
    const { lines } = exportResultSchema.parse(JSON.parse(made.stdout));
    expect(place.read(file).toString().trimEnd().split('\n')).toHaveLength(lines);
    const own = (await checked(0, run, ...db)).linearizability;
    const { linearizability } = await checked(0, file, '--model', 'kv');
    // What did not match is a failure there, and a read of what was there here.
    expect(linearizability?.operations).toBeGreaterThan((own?.operations ?? 0) * 0.7);
    expect(linearizability?.unknownOutcomes).toBe(own?.unknownOutcomes);
  });

  test('its messages are a log for ShiViz in which time only grows', async () => {
    const { stdout } = await place.run('export', run, '--format', 'shiviz', ...db);
    const [head, empty, ...lines] = stdout.trimEnd().split('\n');
    expect(empty).toBe('');
    const event = new RegExp((head ?? '').replaceAll('\\n', '\n'), 'g');
    const clocks = new Map<string, number>();
    const events = [...lines.join('\n').matchAll(event)];
    expect(events).toHaveLength(lines.length / 2);
    for (const { groups } of events) {
      const { host = '', clock = '{}' } = groups ?? {};
      const own = (JSON.parse(clock) as Record<string, number>)[host];
      expect(own).toBe((clocks.get(host) ?? 0) + 1);
      clocks.set(host, own ?? 0);
    }
    expect([...clocks.keys()].sort()).toEqual(['n1', 'n2', 'n3']);
  });

  test('a run that is not there, and a format that is none: exit code 2', async () => {
    expect((await place.run('check', '999', ...db)).stderr).toContain('error unknown-run');
    const { exitCode, stderr } = await place.run('export', run, '--format', 'csv', ...db);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('allowed: edn, jsonl, shiviz')]);
  });
});

test('a stale read is allowed where its level promises less, and said to be left out', async () => {
  const line = (process: number, type: string, f: string, value: unknown, more: object = {}) =>
    JSON.stringify({ process, type, f, value: ['k', value], ...more });
  const text = [
    line(0, 'invoke', 'write', 'a'),
    line(0, 'ok', 'write', 'a', { version: 1, pos: 1 }),
    line(0, 'invoke', 'write', 'b'),
    line(0, 'ok', 'write', 'b', { version: 2, pos: 2 }),
    line(1, 'invoke', 'read', null, { level: 'local' }),
    line(1, 'ok', 'read', 'a', { level: 'local', version: 1, pos: 1 }),
  ].join('\n');
  const local = await checked(0, place.write('local.jsonl', text), '--model', 'kv');
  expect(local.linearizability?.leftOut).toEqual({ operations: 1, levels: ['local'] });
  expect(local.sessions.map(({ verdict }) => verdict)).toEqual(Array(4).fill('valid'));
  expect(local.sequential).toMatchObject({ verdict: 'valid', ordering: 'by-level', operations: 3 });
  const all = ['local.jsonl', '--model', 'kv', '--consistency'];
  const strict = await checked(1, ...all, 'linearizable');
  expect([strict.linearizability?.verdict, strict.sequential]).toEqual(['invalid', null]);
  const relaxed = await checked(0, ...all, 'sequential');
  expect(relaxed).toMatchObject({ linearizability: null, sequential: { ordering: 'program' } });
  const claimed = text.replaceAll('"level":"local"', '"level":"index"');
  const index = await checked(1, place.write('index.jsonl', claimed), '--model', 'kv');
  expect(index.linearizability?.illegal[0]?.blocked.operation).toBe('get -> "a", version 1');
  // To a client that wrote itself it would be forbidden at any level.
  const own = await checked(
    1,
    place.write('own.jsonl', text.replaceAll('"process":1', '"process":0')),
    ...['--model', 'kv'],
  );
  expect(own.linearizability?.verdict).toBe('valid');
  expect(own.sequential?.illegal[0]?.blocked.operation).toBe('get -> "a", version 1');
  expect(own.sessions[0]).toMatchObject({ guarantee: 'read-your-writes', verdict: 'invalid' });
});
