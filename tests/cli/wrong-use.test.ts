import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorResultSchema } from '../../src-main/contract/results.ts';
import { SHORT_SCENARIO, Workplace } from './qlab.ts';

let place: Workplace;
beforeAll(() => {
  place = new Workplace();
  place.write('short.yaml', SHORT_SCENARIO);
});
afterAll(() => place.close());

describe('wrong use ends with exit code 2 and says what is right', () => {
  test.each([
    ['an unknown command', ['explode'], "unknown command 'explode'"],
    ['no scenario', ['run'], "missing required argument 'scenario'"],
    ['an unknown option', ['run', 'short.yaml', '--fast'], "unknown option '--fast'"],
    ['an unknown protocol', ['run', 'short.yaml', '--protocol', 'vr'], 'allowed: paxos, raft, zab'],
    ['a protocol twice', ['compare', 'short.yaml', '--protocols', 'raft,raft'], 'each once of'],
    ['a seed that is no number', ['run', 'short.yaml', '--seed', 'x'], 'a whole number'],
    ['too many trials', ['compare', 'short.yaml', '--trials', '1000'], 'from 1 to 100'],
    ['a port that cannot be', ['serve', '--port', '70000'], 'from 0 to 65535'],
    ['a run that is no number', ['show', 'last'], 'a whole number from 1'],
    ['replay without its option', ['replay', '1'], 'allowed: --verify'],
    ['an unknown scenario', ['run', 'nothing'], 'error unknown-scenario: no scenario and no file'],
  ])('%s', async (_title, args, expected) => {
    const { exitCode, stdout, stderr } = await place.run(...args);
    expect(stderr).toContain(expected);
    expect(stderr).toMatch(/^qlab: /);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  test.each([
    ['key', ['seed: 4', 'sede: 4'], 'wrong.yaml:5:1: unknown key "sede"; allowed: version'],
    ['node', ['node: killed', 'node: n7'], 'wrong.yaml:10:36: steps[1].node[0]: "n7" is outside'],
    ['action', ['do: kill', 'do: melt'], 'wrong.yaml:9:22: steps[0].do: "melt" is not allowed'],
  ] as const)('an unknown %s in a scenario file', async (_title, [from, to], expected) => {
    place.write('wrong.yaml', SHORT_SCENARIO.replace(from, to));
    const { exitCode, stdout, stderr } = await place.run('run', 'wrong.yaml');
    expect(stderr).toContain(`qlab: error bad-scenario: ${expected}`);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  test('with --json the error is one object on standard output', async () => {
    const { exitCode, stdout } = await place.run('run', 'nothing', '--json');
    const { error } = errorResultSchema.parse(JSON.parse(stdout));
    expect(error.code).toBe('unknown-scenario');
    expect(exitCode).toBe(2);
  });

  test('help is no error, and names every command and exit code', async () => {
    const { exitCode, stdout } = await place.run('--help');
    for (const word of ['run', 'compare', 'runs', 'show', 'replay', 'serve', 'Exit codes']) {
      expect(stdout).toContain(word);
    }
    expect(exitCode).toBe(0);
    expect((await place.run('compare', '--help')).stdout).toContain('--sequential');
  });
});

describe('an environment that fails ends with exit code 4 and changes nothing', () => {
  async function expectFailure(db: string, code: string): Promise<void> {
    const { exitCode, stdout, stderr } = await place.run('run', 'short.yaml', '--db', db);
    expect(stderr).toContain(`qlab: error ${code}: `);
    expect(stdout).toBe('');
    expect(exitCode).toBe(4);
  }

  test('a database path that is a directory', () =>
    expectFailure(place.directory, 'database-unreadable'));

  test('a database path below a file', () =>
    expectFailure(join(place.directory, 'short.yaml', 'lab.db'), 'database-unreadable'));

  test('a newer database', async () => {
    const file = join(place.directory, 'newer.db');
    const db = new Database(file);
    db.pragma('application_id = 1366057314');
    db.pragma('user_version = 9999');
    db.exec('create table later (a)');
    db.close();
    const before = place.read('newer.db');
    await expectFailure(file, 'database-newer');
    expect(place.read('newer.db').equals(before)).toBe(true);
  });

  test('a damaged database', async () => {
    const file = place.write('damaged.db', Buffer.alloc(20_000, 'no database at all '));
    const before = place.read('damaged.db');
    await expectFailure(file, 'database-damaged');
    expect(place.read('damaged.db').equals(before)).toBe(true);
  });

  test('recordings that are not there', async () => {
    const { exitCode, stderr } = await place.run('show', '1', '--db', 'none.db');
    expect(stderr).toContain('qlab: error database-unreadable: ');
    expect(exitCode).toBe(4);
  });
});

test('a lab that never recorded anything has an empty list', async () => {
  const { exitCode, stdout } = await place.run('runs');
  expect(stdout).toContain('no run is recorded yet');
  expect(exitCode).toBe(0);
});
