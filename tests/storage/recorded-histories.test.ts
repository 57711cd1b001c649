/** Client histories of runs: judged while they are recorded, and as a whole in the end. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ViewEvent } from '../../src-main/contract/events.ts';
import { openRecorder, type WorkerRecorder } from '../../src-main/storage/recorder.ts';
import type { OperationRecord } from '../../src-main/vocabulary/workload.ts';
import { until } from '../support/process-lab.ts';
import {
  beginOf,
  cleanJournal,
  FINISHED,
  journalFile,
  operation,
  temporaryDirectory,
} from './synthetic-run.ts';

const ROUNDS = 10;

let directory = '';
let recorder: WorkerRecorder;
let run = 0;
let live: ViewEvent[] = [];

beforeEach(async () => {
  directory = temporaryDirectory();
  recorder = await openRecorder({ database: path.join(directory, 'lab.db') });
  live = [];
  recorder.subscribe({ live: (_, events) => live.push(...events), failed: expect.fail });
  run = await recorder.beginRun(beginOf(await recorder.beginGroup(), directory));
  for (const node of ['n1', 'n2', 'n3']) {
    const file = journalFile(directory, node, 1);
    fs.writeFileSync(file, cleanJournal(node, ROUNDS));
    recorder.followJournal(run, node, 1, file);
  }
});

afterEach(async () => {
  await recorder.close();
  fs.rmSync(directory, { recursive: true, force: true });
});

/** Writes of one key, one after the other. */
const writes = Array.from({ length: ROUNDS }, (_, at): OperationRecord => {
  const request = { op: 'put', key: 'k1', value: `v${at + 1}` };
  return operation(at + 1, { request, result: { version: at + 1 } });
});

/** The value and the version are those of long before; its position says it was new. */
const read = operation(0, {
  op: 'read',
  client: 1,
  level: 'index',
  invokeUs: 30_000,
  returnUs: 31_000,
  pos: ROUNDS,
  request: { op: 'get', key: 'k1' },
});
const fresh: OperationRecord = { ...read, result: { value: `v${ROUNDS}`, version: ROUNDS } };
const stale: OperationRecord = { ...read, result: { value: 'v3', version: 3 } };

const illegalRead = {
  check: 'linearizable',
  us: 31_000,
  node: 'n1',
  message: expect.stringMatching(/^k1: get -> "v3", version 3 .* contradicts put "v10"/) as string,
};

function violations(): ViewEvent[] {
  return live.filter(({ k }) => k === 'violation');
}

describe('the history of a run', () => {
  test('that is linearizable leaves it valid', async () => {
    recorder.recordOperations(run, [...writes, fresh], 40_000);
    expect(await recorder.endRun(run, FINISHED)).toMatchObject({ verdict: 'valid', note: null });
  });

  test('with a stale read makes it invalid, at the end of that read', async () => {
    recorder.recordOperations(run, [...writes, stale]);
    const ended = await recorder.endRun(run, FINISHED);
    expect(ended).toMatchObject({ verdict: 'invalid', violations: [illegalRead] });
  });

  test('is judged while it goes on: the violation is told before the end, and once', async () => {
    recorder.recordOperations(run, writes.slice(0, 5), 14_500);
    recorder.recordOperations(run, [...writes.slice(5), stale], 40_000);
    await until('the violation', () => violations().length > 0);
    expect(violations()).toMatchObject([{ k: 'violation', ...illegalRead }]);
    const ended = await recorder.endRun(run, FINISHED);
    expect(ended.violations).toMatchObject([illegalRead]);
  });

  test('is not judged before what was asked until then is known', async () => {
    const slow = { ...operation(0), client: 2, invokeUs: 29_000, returnUs: 50_000, pos: null };
    const unseen: OperationRecord = {
      ...slow,
      seq: ROUNDS + 1,
      outcome: 'unknown',
      request: { op: 'put', key: 'k1', value: 'of unknown outcome' },
    };
    const seen = { ...read, result: { value: 'of unknown outcome', version: ROUNDS + 1 } };
    recorder.recordOperations(run, [...writes, seen], 29_000);
    recorder.recordOperations(run, [unseen], 60_000);
    expect(await recorder.endRun(run, FINISHED)).toMatchObject({ verdict: 'valid' });
    expect(violations()).toEqual([]);
  });

  test('of a run that did not end properly proves nothing', async () => {
    recorder.recordOperations(run, [...writes, stale]);
    const ended = await recorder.endRun(run, { ...FINISHED, status: 'incomplete' });
    expect(ended).toMatchObject({
      verdict: 'unknown',
      violations: [],
      note: expect.stringContaining('not all that were asked are in the record') as string,
    });
  });

  test.each([
    [false, 'valid', []],
    [true, 'invalid', [{ check: 'linearizable', us: 31_000 }]],
  ] as const)('has a stale local read: demanded linearizable %s: %s', async (...row) => {
    const [demandsLinearizable, verdict, found] = row;
    const local: OperationRecord = { ...stale, level: 'local', pos: 3 };
    recorder.recordOperations(run, [...writes, local]);
    const ended = await recorder.endRun(run, { ...FINISHED, demandsLinearizable });
    expect(ended).toMatchObject({ verdict, violations: found });
  });

  test('has a local read that goes back: not sequentially consistent', async () => {
    const local = { ...read, level: 'local' as const };
    const first = { ...local, result: { value: 'v5', version: 5 } };
    const second = { ...stale, level: 'local' as const, invokeUs: 32_000, returnUs: 33_000 };
    recorder.recordOperations(run, [...writes, first, second]);
    const ended = await recorder.endRun(run, FINISHED);
    expect(ended).toMatchObject({ verdict: 'invalid' });
    expect(ended.violations).toMatchObject([{ check: 'sequential', us: 33_000 }]);
  });
});
