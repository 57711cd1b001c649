/** The lab's recorder: forwards to the worker that writes, and never waits for it. */
import { Worker } from 'node:worker_threads';
import { LabError } from '../contract/errors.ts';
import type { ViewEvent } from '../contract/events.ts';
import type { Run } from '../contract/model.ts';
import type { LabEvent, Recorder, RecorderEvents, RunBegin, RunEnd } from '../lab/ports.ts';
import type { Incarnation, NodeId } from '../vocabulary/ids.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import { operationRowsText } from './operation-rows.ts';
import type { FromWorker, RecorderCall, ToWorker, WorkerOptions } from './recorder-messages.ts';

interface RecorderOptions {
  readonly database: string;
  /** Where the worker's code is; a bundled build names its own file. */
  readonly workerUrl?: URL;
  readonly historyWorkerUrl?: URL;
  /** How often journals are looked at while a run is active. */
  readonly pollMs?: number;
  /** Upper limit of the database file; beyond it recording ends as on a full disk. */
  readonly databaseBytesMax?: number;
}

/** Operations on their way to the worker, as text: about ten seconds at full speed. */
const QUEUE_CHARS_MAX = 64 * 1024 * 1024;

const HISTORY_WORKER = new URL('./history-worker.ts', import.meta.url);

type Value = number | Run | null;

interface Waiting {
  resolve(value: Value): void;
  reject(error: Error): void;
}

/**
 * Opens the database for the one lab that records into it.
 * @throws LabError `database-unreadable`, `-newer`, `-damaged`, `-in-use`
 */
export async function openRecorder(options: RecorderOptions): Promise<WorkerRecorder> {
  const workerData: WorkerOptions = {
    database: options.database,
    databaseBytesMax: options.databaseBytesMax ?? null,
    pollMs: options.pollMs ?? 20,
    historyWorker: (options.historyWorkerUrl ?? HISTORY_WORKER).href,
  };
  const url = options.workerUrl ?? new URL('./recorder-worker.ts', import.meta.url);
  const recorder = new WorkerRecorder(new Worker(url, { workerData, name: 'recorder' }));
  await recorder.opened;
  return recorder;
}

export class WorkerRecorder implements Recorder {
  /** Settles when the worker has opened the database, or why it could not. */
  readonly opened: Promise<unknown>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<RecorderEvents>();
  #lastCall = 0;
  #queuedChars = 0;
  #failed = false;
  #dead: string | null = null;
  #closing: Promise<void> | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.opened = this.#await(0);
    worker.on('message', (message: FromWorker) => this.#handle(message));
    worker.on('error', (error) => this.#handleDeath(`The recorder failed: ${error.message}.`));
    worker.on('exit', () => this.#handleDeath('The recorder has ended.'));
  }

  async beginGroup(): Promise<number> {
    return (await this.#call({ k: 'begin-group' })) as number;
  }

  async beginRun(begin: RunBegin): Promise<number> {
    const run = (await this.#call({ k: 'begin-run', begin })) as number;
    // What failed before is over: the database took this run.
    this.#failed = false;
    return run;
  }

  followJournal(run: number, node: NodeId, incarnation: Incarnation, file: string): void {
    this.#post({ k: 'follow', run, node, incarnation, file });
  }

  recordEvents(run: number, events: readonly LabEvent[]): void {
    if (events.length > 0) this.#post({ k: 'events', run, events });
  }

  recordOperations(
    run: number,
    operations: readonly OperationRecord[],
    closedUs: number | null = null,
  ): void {
    if (operations.length === 0 || this.#failed) return;
    const rows = operationRowsText(operations);
    this.#queuedChars += rows.length;
    if (this.#queuedChars > QUEUE_CHARS_MAX) {
      this.#fail('The recorder cannot keep up with the clients: the recording ends here.');
      return;
    }
    this.#post({ k: 'operations', run, count: operations.length, rows, closedUs });
  }

  async endRun(run: number, end: RunEnd): Promise<Run> {
    return (await this.#call({ k: 'end-run', run, end })) as Run;
  }

  /** Removes runs and everything recorded of them. @throws LabError `not-possible-now` */
  async deleteRuns(runs: readonly number[]): Promise<void> {
    await this.#call({ k: 'delete-runs', runs });
  }

  /** Settles when no run is open and nothing is left to salvage or to make keyframes of. */
  async settled(): Promise<void> {
    await this.#call({ k: 'settle' });
  }

  subscribe(events: RecorderEvents): () => void {
    this.#listeners.add(events);
    return () => this.#listeners.delete(events);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    try {
      await this.#call({ k: 'close' });
      await exited;
    } catch {
      // It has ended already: what it left open is salvaged at the next start.
    }
  }

  #call(body: RecorderCall): Promise<Value> {
    this.#lastCall += 1;
    const call = this.#lastCall;
    if (this.#dead !== null) return Promise.reject(new LabError('internal', this.#dead));
    const answer = this.#await(call);
    this.#post({ k: 'call', call, body });
    return answer;
  }

  #await(call: number): Promise<Value> {
    return new Promise((resolve, reject) => this.#waiting.set(call, { resolve, reject }));
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #handle(message: FromWorker): void {
    switch (message.k) {
      case 'ready':
        return this.#settle(0, (waiting) => waiting.resolve(null));
      case 'done':
        return this.#settle(message.call, (waiting) => waiting.resolve(message.value));
      case 'refused': {
        const error = new LabError(message.code, message.message);
        return this.#settle(message.call, (waiting) => waiting.reject(error));
      }
      case 'taken':
        this.#queuedChars -= message.chars;
        return;
      case 'live': {
        const events = JSON.parse(message.events) as ViewEvent[];
        for (const listener of this.#listeners) listener.live(message.run, events);
        this.#post({ k: 'live-taken', run: message.run });
        return;
      }
      case 'failed':
        return this.#fail(message.message);
    }
  }

  #settle(call: number, settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (waiting !== undefined) settle(waiting);
  }

  #fail(message: string): void {
    if (this.#failed) return;
    this.#failed = true;
    for (const listener of this.#listeners) listener.failed(message);
  }

  /** The thread is gone: nobody will be answered any more. */
  #handleDeath(message: string): void {
    this.#dead ??= message;
    if (this.#closing === null && !this.#waiting.has(0)) this.#fail(message);
    const error = new LabError('internal', message);
    for (const call of [...this.#waiting.keys()]) this.#settle(call, ({ reject }) => reject(error));
  }
}
