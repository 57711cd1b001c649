/**
 * The recorder's side of the thread that judges client histories. It is started when there is
 * something to judge, and told no more of a run than it keeps up with: of a run that is too fast
 * for it nothing is said until the end.
 */
import { Worker } from 'node:worker_threads';
import type { Violation } from '../contract/model.ts';
import type { Demand, HistoryVerdict } from '../verification/history-verdict.ts';
import type { FromHistory, HistoryWorkerOptions, ToHistory } from './history-messages.ts';

export interface HistoryEvents {
  /** Found while the run goes on. */
  violation(run: number, violation: Violation): void;
  /** Of the whole run. */
  verdict(run: number, verdict: HistoryVerdict): void;
}

/** Operations on their way to the thread, as text: some eight thousand. */
const QUEUE_CHARS_MAX = 1024 * 1024;
/** The heap of the thread; a history that needs more ends it, and is not decided. */
const HEAP_MIB_MAX = 1_536;

export class HistoryJudge {
  readonly #url: URL;
  readonly #database: string;
  readonly #events: HistoryEvents;
  readonly #queuedChars = new Map<number, number>();
  /** Runs of which nothing more is told. */
  readonly #behind = new Set<number>();
  /** Runs that wait for their verdict. */
  readonly #asked = new Set<number>();
  #worker: Worker | null = null;

  constructor(url: URL, database: string, events: HistoryEvents) {
    this.#url = url;
    this.#database = database;
    this.#events = events;
  }

  /** @param closedUs all that was asked before this moment has been told; null: not known */
  handleOperations(run: number, rows: string, closedUs: number | null): void {
    if (this.#behind.has(run)) return;
    const queued = (this.#queuedChars.get(run) ?? 0) + rows.length;
    if (closedUs === null || queued > QUEUE_CHARS_MAX) {
      // With a hole in it the history proves nothing any more.
      this.#behind.add(run);
      this.#worker?.postMessage({ k: 'drop', run } satisfies ToHistory);
      return;
    }
    this.#queuedChars.set(run, queued);
    this.#post({ k: 'operations', run, rows, closedUs });
  }

  /** The run stands in the database: its verdict will be told. */
  judge(run: number, demand: Demand, isWhole: boolean): void {
    this.#asked.add(run);
    this.#post({ k: 'judge', run, demand, isWhole });
  }

  /** The run is over. */
  forget(run: number): void {
    this.#queuedChars.delete(run);
    this.#behind.delete(run);
    this.#asked.delete(run);
  }

  close(): void {
    const worker = this.#worker;
    this.#worker = null;
    void worker?.terminate();
  }

  #post(message: ToHistory): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
  }

  #start(): Worker {
    const workerData: HistoryWorkerOptions = { database: this.#database };
    const resourceLimits = { maxOldGenerationSizeMb: HEAP_MIB_MAX };
    const worker = new Worker(this.#url, { workerData, resourceLimits, name: 'history' });
    worker.on('message', (message: FromHistory) => this.#handle(message));
    worker.on('error', (error) => this.#handleDeath(worker, error.message));
    worker.on('exit', () => this.#handleDeath(worker, 'it has ended'));
    return worker;
  }

  #handle(message: FromHistory): void {
    const { run } = message;
    switch (message.k) {
      case 'taken': {
        const queued = this.#queuedChars.get(run);
        if (queued !== undefined) this.#queuedChars.set(run, queued - message.chars);
        return;
      }
      case 'violation':
        return this.#events.violation(run, message.violation);
      case 'verdict':
        this.#asked.delete(run);
        return this.#events.verdict(run, message.verdict);
    }
  }

  /** What it had of the runs is lost; the next one that is judged as a whole starts another. */
  #handleDeath(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const run of this.#queuedChars.keys()) this.#behind.add(run);
    const undecided = `whether the history is linearizable was not decided: ${why}`;
    for (const run of this.#asked) {
      this.#events.verdict(run, { verdict: 'unknown', violations: [], undecided });
    }
    this.#asked.clear();
  }
}
