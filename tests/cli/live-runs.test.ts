import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  compareResultSchema,
  replayResultSchema,
  runResultSchema,
  runsResultSchema,
  serveResultSchema,
  showResultSchema,
} from '../../src-main/contract/results.ts';
import { SHORT_SCENARIO, Workplace } from './qlab.ts';

let place: Workplace;
beforeAll(() => {
  place = new Workplace();
  place.write('short.yaml', SHORT_SCENARIO);
  place.write('long.yaml', SHORT_SCENARIO.replace('durationMs: 1800ms', 'durationMs: 60s'));
});
afterAll(() => place.close());

/** Processes of nodes that belong to this test's own data directory. */
function livingNodes(): string[] {
  let note: { nodePids: number[] };
  try {
    const file = join(place.directory, 'home', 'lab-state.json');
    note = JSON.parse(readFileSync(file, 'utf8')) as { nodePids: number[] };
  } catch {
    return [];
  }
  return note.nodePids.filter(isAlive).map(String);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a run, recorded, shown and re-executed', () => {
  test('run gives one object, and its verdict as exit code', async () => {
    const { exitCode, stdout, stderr } = await place.run('run', 'short.yaml', '--json');
    const result = runResultSchema.parse(JSON.parse(stdout));
    expect(result).toMatchObject({ runId: 1, protocol: 'raft', seed: 4, verdict: 'valid' });
    expect(result.metrics?.committedOps).toBeGreaterThan(20);
    expect(stderr).toContain('raft (run 1): at 500 ms: kill leader');
    expect(exitCode).toBe(0);
  });

  test('runs and show tell of it', async () => {
    const list = runsResultSchema.parse(JSON.parse((await place.run('runs', '--json')).stdout));
    expect(list.runs.map((run) => run.id)).toEqual([1]);
    const shown = showResultSchema.parse(
      JSON.parse((await place.run('show', '1', '--json')).stdout),
    );
    expect(shown).toMatchObject({ scenario: 'short', status: 'finished', nodes: 3 });
    const story = (await place.run('show', '1')).stdout;
    expect(story).toMatch(/fault begins: kill n[123]/);
    expect(story).toMatch(/n[123] leads \(\d+\)/);
    expect(story).not.toContain('\x1b[');
  });

  test('replay re-executes it without a divergence', async () => {
    const { exitCode, stdout, stderr } = await place.run('replay', '1', '--verify', '--json');
    const result = replayResultSchema.parse(JSON.parse(stdout));
    expect(result).toMatchObject({ runId: 1, nodes: 3, divergence: null, skipped: [] });
    expect(result.inputs).toBeGreaterThan(100);
    expect(stderr).toMatch(/^re-executed: 25 %\n(re-executed: \d+ %\n)*re-executed: 100 %\n$/);
    expect(exitCode).toBe(0);
  });

  test('an unknown run is wrong use', async () => {
    const { exitCode, stderr } = await place.run('show', '99');
    expect(stderr).toContain('qlab: error unknown-run: ');
    expect(exitCode).toBe(2);
  });
});

test('compare runs all three protocols on the same schedule', async () => {
  const args = ['compare', 'short.yaml', '--json', '--db', 'compare.db'];
  const { exitCode, stdout } = await place.run(...args);
  const result = compareResultSchema.parse(JSON.parse(stdout));
  expect(result.scenario).toBe('short');
  expect(result.runs.map((run) => run.protocol)).toEqual(['paxos', 'raft', 'zab']);
  expect(result.runs.map((run) => run.verdict)).toEqual(['valid', 'valid', 'valid']);
  expect(exitCode).toBe(0);
});

describe('a signal in the middle of a run', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s closes the recording and leaves no process', async (signal, code) => {
    const running = place.start('run', 'long.yaml');
    await running.appeared('kill leader');
    const nodes = livingNodes();
    expect(nodes.length).toBeGreaterThan(0);
    running.child.kill(signal);
    const { exitCode, stdout } = await running.finished;
    expect(exitCode).toBe(code);
    expect(stdout).toBe('');
    expect(nodes.filter((pid) => isAlive(Number(pid)))).toEqual([]);
    const list = runsResultSchema.parse(JSON.parse((await place.run('runs', '--json')).stdout));
    expect(list.runs[0]).toMatchObject({ scenario: 'short', status: 'incomplete' });
  });

  test('SIGTERM before anything runs is answered too', async () => {
    const running = place.start('run', 'long.yaml');
    running.child.kill('SIGTERM');
    const { exitCode, signal } = await running.finished;
    expect(exitCode === 143 || signal === 'SIGTERM').toBe(true);
    expect(livingNodes()).toEqual([]);
  });
});

describe('the browser lab', () => {
  test('serves its page to the token; a second lab and a taken port are refused', async () => {
    const running = place.start('serve', '--no-open', '--json');
    await running.appeared('"port"');
    const { url, port } = serveResultSchema.parse(JSON.parse(running.stdout()));
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(new URL('/', url))).status).toBe(403);

    const second = await place.run('run', 'short.yaml');
    expect(second.stderr).toContain('qlab: error database-in-use: ');
    expect(second.exitCode).toBe(4);

    const args = ['serve', '--no-open', '--port', String(port), '--db', 'other.db'];
    const taken = await place.run(...args);
    expect(taken.stderr).toContain(`qlab: error port-in-use: port ${port}`);
    expect(taken.exitCode).toBe(4);

    expect((await place.run('runs')).exitCode).toBe(0);
    running.child.kill('SIGINT');
    expect((await running.finished).exitCode).toBe(130);
  });
});
