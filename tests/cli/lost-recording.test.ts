/** A run whose record is lost is an error of the environment, never a good run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exitCodeOf, verdictOf } from '../../src-main/entries/cli/figures.ts';
import { createLab } from '../../src-main/lab/lab.ts';
import { parseScenario } from '../../src-main/lab/scenario-file.ts';
import { WorkerRecorder } from '../../src-main/storage/recorder.ts';
import type { WorkerOptions } from '../../src-main/storage/recorder-messages.ts';
import { until } from '../support/process-lab.ts';
import { SHORT_SCENARIO } from './qlab.ts';

const RECORDER = new URL('../../src-main/storage/recorder-worker.ts', import.meta.url);

test('no run at all is neither valid nor exit code 0', () => {
  expect(exitCodeOf([])).toBe(4);
  expect(verdictOf([])).toContain('unknown');
});

describe('a recorder that dies in the middle of a run', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'qlab-lost-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test('ends the run with an error that names the protocol', async () => {
    const database = join(directory, 'lab.db');
    const historyWorker = new URL('./history-worker.ts', RECORDER).href;
    const options = { database, databaseBytesMax: null, pollMs: 20 };
    const workerData: WorkerOptions = { ...options, historyWorker };
    const worker = new Worker(RECORDER, { workerData });
    const recorder = new WorkerRecorder(worker);
    await recorder.opened;
    const lab = createLab({ dataDir: directory, recorder, version: 'test' });
    try {
      const spec = parseScenario(SHORT_SCENARIO, 'short.yaml');
      const options = { protocols: ['raft'] as const, seed: 1, sequential: false };
      const { finished } = await lab.runScenario(spec, options);
      await Promise.all([
        worker.terminate(),
        expect(finished).rejects.toMatchObject({
          code: 'recording-lost',
          message: expect.stringContaining('raft') as string,
        }),
      ]);
      await until('its cluster is gone', () => lab.clusters().length === 0);
    } finally {
      await lab.close();
    }
  });
});
