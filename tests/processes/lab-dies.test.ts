/** The lab itself is killed, or interrupted: no process stays, the record is readable. */
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRecorder } from '../../src-main/storage/recorder.ts';
import { RunReader } from '../../src-main/storage/run-reader.ts';
import { verifyRecordedRun } from '../../src-main/entries/verify-recorded-run.ts';
import { isAlive, until } from '../support/process-lab.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SCENARIO = `
version: 1
name: long
cluster: { nodes: 3 }
seed: 5
workload: { clients: 2, ratePerSecond: 100 }
durationMs: 60s
steps:
  - { at: 200ms, do: hold-disk, node: n1 }
  - { at: 200ms, do: slow, node: n2, stallMs: 300ms, everyMs: 400ms }
  - { at: 200ms, do: crash-at, node: n3, point: after-reply, nth: 1000000 }
  - { at: 200ms, do: hold, from: n1, to: n3, types: replicate }
  - { at: 300ms, do: pause, node: leader }
expect: [invariants]
`;

interface Note {
  readonly socketDir: string;
  readonly nodePids: readonly number[];
}

let directory: string;
let database: string;
let lab: ChildProcess;
let output: string;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'quorum-test-'));
  database = path.join(directory, 'lab.db');
  output = '';
});
afterEach(() => {
  lab.kill('SIGKILL');
  fs.rmSync(directory, { recursive: true, force: true });
});

function readNote(): Note | null {
  try {
    const file = path.join(`${database}.files`, 'lab-state.json');
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Note;
  } catch {
    return null;
  }
}

/** Starts `qlab compare` and waits until a leader of each protocol is paused, in a cluster where a
 *  disk and a link are held, a node stalls, and a crash is armed. */
async function startLab(): Promise<Note> {
  const file = path.join(directory, 'long.yaml');
  fs.writeFileSync(file, SCENARIO);
  const main = path.join(ROOT, 'src-main/entries/cli/main.ts');
  lab = spawn(process.execPath, [main, 'compare', file, '--db', database], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  lab.stdout?.on('data', (data: Buffer) => (output += data.toString()));
  lab.stderr?.on('data', (data: Buffer) => (output += data.toString()));
  await until('three leaders are paused', () => output.split('pause leader').length > 3, 30_000);
  const note = readNote();
  if (note === null) throw new Error(`no note of the lab; it said ${output}`);
  expect(note.nodePids).toHaveLength(9);
  return note;
}

function exitCode(): Promise<number | null> {
  return new Promise((resolve) => lab.once('exit', (code) => resolve(code)));
}

describe.skipIf(process.platform === 'win32')('a lab that ends too early', () => {
  test('SIGKILL: no node stays, paused or not, nor a socket; the next start salvages', async () => {
    const note = await startLab();
    lab.kill('SIGKILL');
    await until('no node is left', () => !note.nodePids.some(isAlive), 1_000);
    await until('the sockets are gone', () => !fs.existsSync(note.socketDir));
    // Before any lab closes it, whoever only reads sees that nobody records any more.
    const onlooker = new RunReader(database);
    expect(onlooker.list(10).runs.map((run) => run.status)).toEqual(Array(3).fill('incomplete'));
    onlooker.close();
    const recorder = await openRecorder({ database });
    const reader = new RunReader(database);
    const { runs } = reader.list(10);
    expect(runs.map((run) => run.status)).toEqual(['incomplete', 'incomplete', 'incomplete']);
    for (const run of runs) {
      expect(run.violations).toEqual([]);
      const verified = verifyRecordedRun(reader, run.id);
      expect(verified.divergence).toBe(null);
      expect(verified.inputs).toBeGreaterThan(20);
    }
    reader.close();
    await recorder.close();
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: nodes and sockets are gone, the record is closed, the exit code says so',
    async (signal) => {
      const note = await startLab();
      const code = exitCode();
      lab.kill(signal);
      expect(await code).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(note.nodePids.some(isAlive)).toBe(false);
      expect(fs.existsSync(note.socketDir)).toBe(false);
      const reader = new RunReader(database);
      const { runs } = reader.list(10);
      expect(runs.map((run) => run.status)).toEqual(['incomplete', 'incomplete', 'incomplete']);
      for (const run of runs) expect(verifyRecordedRun(reader, run.id).divergence).toBe(null);
      reader.close();
    },
  );
});
