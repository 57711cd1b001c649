/**
 * One piece of work in a thread of its own: minutes of it must not hold up the clusters that
 * run.
 */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { LabError, type ErrorCode } from '../contract/errors.ts';

/** An expected failure crosses as its code; anything else ends the thread with an error. */
type WorkerAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** @param what is done, for the message when the thread ends without an answer */
export function callWorker<T>(url: URL, what: string, input: object): Promise<T> {
  const worker = new Worker(url, { workerData: input, name: what });
  return new Promise((resolve, reject) => {
    worker.on('message', (answer: WorkerAnswer) => {
      if (answer.ok) resolve(answer.value as T);
      else reject(new LabError(answer.code, answer.message));
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new LabError('internal', `the ${what} ended early`)));
  });
}

/** In the thread: does the work on what it was given, and answers. */
export function answerCaller<I>(work: (input: I) => unknown): void {
  parentPort?.postMessage(answerOf(work));
}

function answerOf<I>(work: (input: I) => unknown): WorkerAnswer {
  try {
    return { ok: true, value: work(workerData as I) };
  } catch (error) {
    if (error instanceof LabError) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
}
