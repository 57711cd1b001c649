/**
 * The thread that judges client histories: beside the recorder, so that neither a hard history nor
 * a long one holds up what is written.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { ensure } from '../base/assert.ts';
import { HistoryDesk } from './history-desk.ts';
import type { HistoryWorkerOptions, ToHistory } from './history-messages.ts';
import { openReadOnly } from './open-database.ts';
import { readOperations } from './read-operations.ts';

const port = ensure(parentPort, 'histories are judged in a worker thread');
const { database } = workerData as HistoryWorkerOptions;

const desk = new HistoryDesk({
  post: (message) => port.postMessage(message),
  *operations(run) {
    const db = openReadOnly(database);
    try {
      yield* readOperations(db, run);
    } finally {
      db.close();
    }
  },
  nowMs: () => performance.now(),
});

let isPlanned = false;

function plan(afterMs: number): void {
  if (isPlanned || desk.isIdle) return;
  isPlanned = true;
  setTimeout(() => {
    isPlanned = false;
    plan(desk.turn());
  }, afterMs);
}

port.on('message', (message: ToHistory) => {
  desk.handle(message);
  plan(0);
});
