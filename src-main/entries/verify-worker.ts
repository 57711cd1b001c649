/** The thread that re-executes one recorded run and answers with the verdict. */
import { parentPort, workerData } from 'node:worker_threads';
import { LabError } from '../contract/errors.ts';
import { RunReader } from '../storage/run-reader.ts';
import type { VerifyAnswer } from './compose.ts';
import { verifyRecordedRun } from './verify-recorded-run.ts';

function answer(): VerifyAnswer {
  const { database, run } = workerData as { database: string; run: number };
  try {
    const reader = new RunReader(database);
    try {
      return { ok: true, value: verifyRecordedRun(reader, run) };
    } finally {
      reader.close();
    }
  } catch (error) {
    if (error instanceof LabError) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
}

parentPort?.postMessage(answer());
