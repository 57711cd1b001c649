/** `qlab report`, as a person starts it, on runs that a simulation recorded. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareResultSchema, reportResultSchema } from '../../src-main/contract/results.ts';
import { SHORT_SCENARIO, Workplace } from './qlab.ts';

const place = new Workplace();
const DB = ['--db', 'runs.db'];
let runs: string[] = [];

beforeAll(async () => {
  const file = place.write('short.yaml', SHORT_SCENARIO);
  const compared = await place.run('compare', file, '--sim', ...DB, '--json');
  const result = compareResultSchema.parse(JSON.parse(compared.stdout));
  runs = result.runs.map(({ runId }) => String(runId));
}, 120_000);
afterAll(() => place.close());

describe('report', () => {
  test('tells what the fault did and what an operation cost, for each run', async () => {
    const { exitCode, stdout } = await place.run('report', ...runs, ...DB);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/new leader ready after +\d/);
    expect(stdout).toMatch(/messages without heartbeats +\d+\.\d\d +\d+\.\d\d +\d+\.\d\d/);
    expect(stdout.match(/#1 kill n\d at \d\.\d{3} s/g)).toHaveLength(3);
  });

  test('--json is one object of the contract, and names the page that --html wrote', async () => {
    const { stdout } = await place.run('report', ...runs, ...DB, '--json', '--html', 'out.html');
    const result = reportResultSchema.parse(JSON.parse(stdout));
    expect(result.html).toBe('out.html');
    expect(place.read('out.html').toString()).toMatch(/^<!doctype html>\s*<html lang="en">/);
    expect(result.runs.map(({ protocol }) => protocol)).toEqual(['paxos', 'raft', 'zab']);
    for (const { faults, outcomes, roundTripsPerCommit } of result.runs) {
      expect(faults).toMatchObject([{ kind: 'kill', onLeader: true, failedRounds: 0 }]);
      expect(faults[0]?.newLeader).not.toBeNull();
      expect(outcomes.ok).toBeGreaterThan(50);
      expect(roundTripsPerCommit).toBeGreaterThanOrEqual(1);
    }
  });

  test('--html says whether it wrote over an earlier page', async () => {
    const [run = ''] = runs;
    const said: string[] = [];
    for (let time = 0; time < 2; time += 1) {
      const { stdout } = await place.run('report', run, ...DB, '--html', 'page.html');
      said.push(stdout.trimEnd().split('\n').at(-1) ?? '');
    }
    expect(said).toEqual(['written: page.html', 'written anew: page.html']);
  });
});

describe('wrong use', () => {
  test.each([
    [['999'], 'There is no run 999'],
    [['1', '1'], 'allowed: each run once'],
    [['1', '2', '3', '4', '5', '6', '7', '8', '9'], 'allowed: at most 8 runs'],
  ])('%j is refused with what is allowed', async (args, message) => {
    const refused = await place.run('report', ...args, ...DB);
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test('nothing but a regular file is written over', async () => {
    const [run = ''] = runs;
    mkdirSync(join(place.directory, 'folder'));
    const { exitCode, stderr } = await place.run('report', run, ...DB, '--html', 'folder');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('it is no regular file')]);
  });

  test('a place that cannot be written is named, with why', async () => {
    const [run = ''] = runs;
    const file = join('nowhere', 'out.html');
    const { exitCode, stderr } = await place.run('report', run, ...DB, '--html', file);
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining(`cannot write ${file}: ENOENT`),
    ]);
  });
});
