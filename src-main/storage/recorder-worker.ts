/**
 * The worker thread that owns the database for writing. One loop: read what the journals have got,
 * write what waits in one transaction, tell the screen; in between, background work (salvage,
 * keyframes) in small pieces. Nothing here waits for anything but the next turn.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { ensure } from '../base/assert.ts';
import { LabError } from '../contract/errors.ts';
import { becomeLabError } from './database-errors.ts';
import { HistoryJudge } from './history-judge.ts';
import { openForWriting } from './open-database.ts';
import { RecorderCore } from './recorder-core.ts';
import type { FromWorker, ToWorker, WorkerOptions } from './recorder-messages.ts';

const port = ensure(parentPort, 'the recorder runs in a worker thread');
const options = workerData as WorkerOptions;

function post(message: FromWorker): void {
  port.postMessage(message);
}

function start(): void {
  const { database, databaseBytesMax, pollMs, historyWorker } = options;
  const limit = databaseBytesMax === null ? {} : { databaseBytesMax };
  const { db, lock } = openForWriting(database, limit);
  const history = new HistoryJudge(new URL(historyWorker), database, {
    violation: (run, violation) => core.handleViolation(run, violation),
    verdict: (run, verdict) => core.handleHistoryVerdict(run, verdict),
  });
  const core: RecorderCore = new RecorderCore(db, database, post, history);
  let planned = false;
  let closed = false;

  const plan = (busy: boolean): void => {
    if (planned || closed || !core.isActive) return;
    planned = true;
    if (busy) setImmediate(turn);
    else setTimeout(turn, pollMs);
  };
  const turn = (): void => {
    planned = false;
    if (!closed) plan(core.turn(performance.now()));
  };
  port.on('message', (message: ToWorker) => {
    if (message.k !== 'call' || message.body.k !== 'close') {
      core.handle(message);
      plan(false);
      return;
    }
    closed = true;
    core.close();
    history.close();
    db.close();
    lock.release();
    post({ k: 'done', call: message.call, value: null });
    port.close();
  });
  post({ k: 'ready' });
  plan(false);
}

try {
  start();
} catch (error) {
  const { code, message } =
    error instanceof LabError ? error : becomeLabError(error, options.database);
  post({ k: 'refused', call: 0, code, message });
  port.close();
}
