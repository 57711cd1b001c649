/**
 * What the recorder does for finished runs in between, in small pieces: takes in the journals of a
 * lab that died, and makes keyframes.
 */
import type Database from 'better-sqlite3';
import { KeyframeJob } from './keyframe-job.ts';
import type { RunDirectories } from './run-directories.ts';
import type { RunWriter } from './run-writer.ts';
import { SalvageJob } from './salvage-job.ts';

interface Job {
  /** A piece of work; true when there is no more. */
  turn(writer: RunWriter): boolean;
  close(): void;
}

interface PlannedJob {
  readonly run: number;
  readonly kind: 'salvage' | 'keyframes';
}

export class BackgroundJobs {
  readonly #db: Database;
  readonly #file: string;
  readonly #writer: RunWriter;
  readonly #directories: RunDirectories;
  #planned: PlannedJob[] = [];
  #current: { readonly planned: PlannedJob; readonly job: Job } | null = null;

  constructor(db: Database, file: string, writer: RunWriter, directories: RunDirectories) {
    this.#db = db;
    this.#file = file;
    this.#writer = writer;
    this.#directories = directories;
  }

  get isActive(): boolean {
    return this.#planned.length > 0 || this.#current !== null;
  }

  /** Plans everything that an earlier lab, or a full disk, left undone. */
  planUnfinished(): void {
    const rows = this.#db
      .prepare<{ id: number; salvaged: number }>(
        `select id, salvaged from runs
         where (salvaged = 0 or keyframed = 0) and status <> 'running' order by id`,
      )
      .all();
    for (const { id, salvaged } of rows) {
      if (salvaged === 0) this.#planned.push({ run: id, kind: 'salvage' });
      this.planKeyframes(id);
    }
  }

  planKeyframes(run: number): void {
    this.#planned.push({ run, kind: 'keyframes' });
  }

  /** These runs are about to be deleted. */
  forget(runs: readonly number[]): void {
    if (this.#current !== null && runs.includes(this.#current.planned.run)) this.#drop();
    this.#planned = this.#planned.filter(({ run }) => !runs.includes(run));
  }

  /** Leaves everything for later. */
  clear(): void {
    this.#planned = [];
    this.#drop();
  }

  /** Does a piece of work, when there is any. @throws what ended the job before its time. */
  turn(): void {
    try {
      this.#current ??= this.#next();
      if (this.#current === null) return;
      const { planned, job } = this.#current;
      const isDone = this.#db.transaction(() => job.turn(this.#writer)).immediate();
      if (!isDone) return;
      this.#drop();
      if (planned.kind === 'salvage') this.#removeFiles(planned.run);
    } catch (error) {
      this.#drop();
      throw error;
    }
  }

  /** All that the journals held is in the database now. */
  #removeFiles(run: number): void {
    const directory = this.#directories.of(run);
    if (directory === null) return;
    // A commit is synced no earlier than this; a power cut must not take both copies.
    this.#db.pragma('wal_checkpoint(passive)');
    this.#directories.remove(directory);
  }

  #next(): { planned: PlannedJob; job: Job } | null {
    const planned = this.#planned.shift();
    if (planned === undefined) return null;
    const { run, kind } = planned;
    const job =
      kind === 'salvage' ? new SalvageJob(this.#db, run) : new KeyframeJob(this.#file, run);
    return { planned, job };
  }

  #drop(): void {
    this.#current?.job.close();
    this.#current = null;
  }
}
