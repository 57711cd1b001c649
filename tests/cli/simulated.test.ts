/** The commands that simulate, as a person starts them. */
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  fuzzResultSchema,
  minimizeResultSchema,
  runResultSchema,
  scriptResultSchema,
} from '../../src-main/contract/results.ts';
import { ROOT } from '../support/browsers.ts';
import { Workplace } from './qlab.ts';

const place = new Workplace();
const FIGURE_8 = join(ROOT, 'resources', 'scripts', 'figure-8.qs');
afterAll(() => place.close());

describe('fuzz', () => {
  test('finds a mutant: one JSON object, exit code 1, a script that fails again', async () => {
    const found = await place.run(
      ...['fuzz', '--protocol', 'zab', '--mutant', 'ack-before-persist', '--seeds', '0..9'],
      ...['--out', 'found', '--json'],
    );
    expect(found.exitCode).toBe(1);
    const result = fuzzResultSchema.parse(JSON.parse(found.stdout));
    const script = result.violations[0]?.script ?? '';
    expect(place.read(script).toString()).toContain('mutants=ack-before-persist');
    const again = await place.run('script', script, '--protocol', 'zab', '--json');
    expect(again.exitCode).toBe(1);
    expect(scriptResultSchema.parse(JSON.parse(again.stdout)).violations).not.toEqual([]);
  }, 60_000);

  test('a clean range ends with exit code 0 and says its range and options first', async () => {
    const clean = await place.run('fuzz', '--protocol', 'raft', '--seeds', '0..9', '--json');
    expect(clean.exitCode).toBe(0);
    expect(clean.stderr.split('\n')[0]).toContain('fuzz raft seeds 0..9; nodes 1 to 7');
    expect(fuzzResultSchema.parse(JSON.parse(clean.stdout))).toMatchObject({
      runs: 10,
      violations: [],
    });
  }, 60_000);

  test.each([
    [['--seeds', '9..2'], 'allowed: a seed, or a range'],
    [['--mutant', 'nope'], 'raft has no mutant "nope"; allowed: vote-without-sync'],
    [['--nodes', '0'], 'allowed: a whole number from 1 to 9'],
  ])('%j is refused with what is allowed', async (args, message) => {
    const refused = await place.run('fuzz', '--protocol', 'raft', ...args);
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('script and minimize', () => {
  test('exit codes: 0 all hold, 1 some do not, 2 the script is wrong', async () => {
    const good = place.write('good.qs', 'cluster nodes=3\nlead n3\nexpect leader n3\n');
    const failing = place.write('failing.qs', 'cluster nodes=3\nexpect leader n3\n');
    const wrong = place.write('wrong.qs', 'cluster nodes=3\ntick n9\n');
    const runs = await Promise.all([good, failing, wrong].map((file) => place.run('script', file)));
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 1, 2]);
    expect(runs[2]?.stderr).toContain('line 2: tick: "n9" is no node; expected n1, n2, n3');
  }, 60_000);

  test('a script that breaks an invariant is cut down to a shorter one', async () => {
    const small = await place.run(
      ...['minimize', FIGURE_8, '--protocol', 'raft'],
      ...['--mutant', 'commit-old-term', '--out', 'small.qs', '--json'],
    );
    const result = minimizeResultSchema.parse(JSON.parse(small.stdout));
    expect(result.actions).toBeLessThan(result.actionsBefore / 4);
    expect(place.read('small.qs').toString()).toContain('expect holds');
  }, 90_000);
});

test('run --sim: the same seed gives the same result, whose recording verifies', async () => {
  const db = 'runs.db';
  const args = ['run', 'leader-crash', '--sim', '--protocol', 'paxos', '--db', db, '--json'];
  const first = runResultSchema.parse(JSON.parse((await place.run(...args)).stdout));
  const second = runResultSchema.parse(JSON.parse((await place.run(...args)).stdout));
  expect(first.verdict).toBe('valid');
  expect({ ...second, runId: 0 }).toEqual({ ...first, runId: 0 });
  const replayed = await place.run('replay', String(first.runId), '--verify', '--db', db);
  expect([replayed.exitCode, replayed.stdout]).toEqual([
    0,
    expect.stringContaining('no divergence'),
  ]);
}, 120_000);

test('a drawn schedule is shown as a file, which is the same run again', async () => {
  const run = async (file: string) => {
    const ran = await place.run(
      'run',
      file,
      '--sim',
      '--seed',
      '7',
      '--protocol',
      'raft',
      '--json',
    );
    return runResultSchema.parse(JSON.parse(ran.stdout));
  };
  const drawn = await run('nemesis');
  const { stdout } = await place.run('show', String(drawn.runId), '--file');
  expect(stdout).not.toContain('nemesis:');
  expect(stdout).toContain('do: recover');
  const again = await run(place.write('again.yaml', stdout));
  expect(again.verdict).toEqual(drawn.verdict);
  expect(again.metrics).toEqual(drawn.metrics);
}, 60_000);
