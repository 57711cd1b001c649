/** A recording read once, from its beginning to its end. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reportRun } from '../../src-main/entries/report-run.ts';
import { openRecorder } from '../../src-main/storage/recorder.ts';
import { RunReader } from '../../src-main/storage/run-reader.ts';
import {
  beginOf,
  cleanJournal,
  FINISHED,
  journalFile,
  operation,
  temporaryDirectory,
} from './synthetic-run.ts';

const NODES = ['n1', 'n2', 'n3'];
const ROUNDS = 60;

let directory = '';
let database = '';

beforeEach(() => {
  directory = temporaryDirectory();
  database = path.join(directory, 'lab.db');
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

/** A run of three nodes, whose journals come in several chunks that overlap in time. */
async function record(): Promise<number> {
  const recorder = await openRecorder({ database });
  const run = await recorder.beginRun(beginOf(await recorder.beginGroup(), directory));
  for (const node of NODES) {
    recorder.recordEvents(run, [{ k: 'up', us: 500, node, incarnation: 1 }]);
    fs.writeFileSync(journalFile(directory, node, 1), cleanJournal(node, ROUNDS));
    recorder.followJournal(run, node, 1, journalFile(directory, node, 1));
  }
  recorder.recordOperations(
    run,
    Array.from({ length: ROUNDS }, (_, i) => operation(i + 1)),
  );
  await recorder.endRun(run, FINISHED);
  await recorder.close();
  return run;
}

describe('the record in order', () => {
  test('has every line and every lab event once, in the order of time', async () => {
    const run = await record();
    const reader = new RunReader(database);
    const read = [...reader.inOrder(run)];
    const times = read.map((one) => (one.is === 'line' ? one.line.header.us : one.event.us));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(read.filter(({ is }) => is === 'lab')).toHaveLength(NODES.length);
    for (const node of NODES) {
      const lines = read.flatMap((one) => (one.is === 'line' ? [one.line] : []));
      const own = lines.filter((line) => line.node === node).map(({ header }) => header);
      const journal = [...reader.journalSteps(run, node, 1)].map(({ header }) => header);
      expect(own).toEqual(journal);
    }
    reader.close();
  });

  test('brings the input of a step as its node wrote it', async () => {
    const run = await record();
    const reader = new RunReader(database);
    const inputs = [...reader.inOrder(run)].flatMap((one) =>
      one.is === 'line' && one.line.header.k === 's' ? [one.line.inputText ?? ''] : [],
    );
    reader.close();
    expect(JSON.parse(inputs[0] ?? '')).toMatchObject({ kind: 'boot' });
    expect(inputs).toHaveLength(NODES.length * (ROUNDS + 1) + 1);
  });

  test('of a run that nobody knows is refused', () => {
    return record().then((run) => {
      const reader = new RunReader(database);
      expect(() => reader.inOrder(run + 1)).toThrow(/There is no run/);
      reader.close();
    });
  });
});

test('a report on a recording has the figures of its journals', async () => {
  const run = await record();
  const reader = new RunReader(database);
  const report = reportRun(reader, run);
  reader.close();
  expect(report).toMatchObject({
    ...{ runId: run, protocol: 'raft', status: 'finished', verdict: 'valid', notices: [] },
    outcomes: { ok: ROUNDS, failed: 0, unknown: 0 },
    tenures: [{ node: 'n1', era: '1', readyMs: 2 }],
    whole: { operations: ROUNDS, messages: { replicate: 2 * ROUNDS } },
    configuration: { host: 'live', members: NODES, timing: { heartbeatMs: 50 } },
  });
});

test('a report on a run under way reaches to its newest line, and says so', async () => {
  const recorder = await openRecorder({ database });
  const run = await recorder.beginRun(beginOf(await recorder.beginGroup(), directory));
  fs.writeFileSync(journalFile(directory, 'n1', 1), cleanJournal('n1', ROUNDS));
  recorder.recordEvents(run, [{ k: 'up', us: 500, node: 'n1', incarnation: 1 }]);
  recorder.followJournal(run, 'n1', 1, journalFile(directory, 'n1', 1));
  recorder.recordOperations(run, [operation(1)]);
  const reader = new RunReader(database);
  await expect.poll(() => reader.newestUs(run), { timeout: 10_000 }).toBe(70_010);
  const report = reportRun(reader, run);
  reader.close();
  await recorder.close();
  expect(report).toMatchObject({ status: 'running', durationMs: 70.01, outcomes: { ok: 1 } });
  expect(report.notices).toEqual([expect.stringContaining('still being recorded')]);
});
