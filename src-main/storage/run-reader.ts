/**
 * Reads recordings through a connection of its own, while the worker writes: runs, their events,
 * moments, and the inputs for re-execution.
 */
import type Database from 'better-sqlite3';
import type { Statement } from 'better-sqlite3';
import type { ClusterView } from '../contract/cluster-view.ts';
import { LabError } from '../contract/errors.ts';
import type { Run } from '../contract/model.ts';
import type { LabEvent, RunBegin } from '../lab/ports.ts';
import type { Incarnation, NodeId, StorageId } from '../vocabulary/ids.ts';
import type { JournalHeader } from '../vocabulary/journal.ts';
import type { TraceEvent } from '../vocabulary/trace.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import { EventPages, type EventPage } from './event-pages.ts';
import { splitItems } from './journal-chunk.ts';
import { LabLock } from './lab-lock.ts';
import { linesInOrder, newestUs, type Recorded } from './line-stream.ts';
import { openReadOnly } from './open-database.ts';
import { readOperations } from './read-operations.ts';
import { readBegin, readRun, readViolations, RUN_COLUMNS, runOf, type RunRow } from './run-rows.ts';
import type { ViewEvent } from '../contract/events.ts';

export interface RunLife {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly storageId: StorageId | null;
  readonly upUs: number | null;
  readonly downUs: number | null;
  readonly steps: number;
  readonly damagedLines: number;
}

type Config = Extract<TraceEvent, { kind: 'config' }>;

export interface RecordedConfig {
  readonly us: number;
  readonly config: Config;
}

/** A journal line: `inputText` is the input's JSON as the node wrote it, null where it has none. */
interface JournalLine {
  readonly header: JournalHeader;
  readonly inputText: string | null;
}

interface Moment {
  readonly keyframe: ClusterView | null;
  readonly events: ViewEvent[];
}

export class RunReader {
  readonly #db: Database;
  readonly #file: string;
  readonly #pages: EventPages;
  readonly #keyframe: Statement<{ us: number; view: string }>;

  /** @throws LabError as `openReadOnly` */
  constructor(file: string) {
    this.#file = file;
    this.#db = openReadOnly(file);
    this.#pages = new EventPages(this.#db);
    this.#keyframe = this.#db.prepare(
      'select us, view from keyframes where run = ? and us <= ? order by us desc limit 1',
    );
  }

  /** Newest first. */
  list(limit: number, beforeId?: number): { runs: Run[]; total: number } {
    const rows = this.#db
      .prepare<RunRow>(`select ${RUN_COLUMNS} from runs where id < ? order by id desc limit ?`)
      .all(beforeId ?? Number.MAX_SAFE_INTEGER, limit);
    const total = Number(this.#db.prepare('select count(*) from runs').pluck().get());
    const runs = rows.map((row) => runOf(row, readViolations(this.#db, row.id)));
    return { runs: runs.map((run) => this.#asItStands(run)), total };
  }

  /** @throws LabError `unknown-run` */
  get(run: number): Run {
    const found = readRun(this.#db, run);
    if (found === undefined) throw new LabError('unknown-run', `There is no run ${run}.`);
    return this.#asItStands(found);
  }

  /** A run that nobody records any more is not running: its lab died, the next will close it. */
  #asItStands(run: Run): Run {
    if (run.status !== 'running' || LabLock.isHeld(this.#file)) return run;
    return { ...run, status: 'incomplete', note: 'The lab ended before the run did.' };
  }

  /** What was known of the run when it began. @throws LabError `unknown-run` */
  begin(run: number): RunBegin {
    return readBegin(this.#db, run);
  }

  /** In the order asked for. @throws LabError `unknown-run` */
  compare(runs: readonly number[]): Run[] {
    return runs.map((run) => this.get(run));
  }

  /** A page of [fromUs, toUs), see contract/calls.ts `runs.events`. */
  events(
    run: number,
    fromUs: number,
    toUs: number,
    limit: number,
    withoutMessages: boolean,
  ): EventPage {
    this.#require(run);
    return this.#pages.read(run, fromUs, toUs, limit, !withoutMessages);
  }

  /** The newest keyframe at or before `us`, and the events from it up to and including `us`. */
  moment(run: number, us: number): Moment {
    this.#require(run);
    const found = this.#keyframe.get(run, us);
    const fromUs = found?.us ?? 0;
    const { events } = this.#pages.read(run, fromUs, us + 1, Number.POSITIVE_INFINITY, true);
    const keyframe = found === undefined ? null : (JSON.parse(found.view) as ClusterView);
    return { keyframe, events };
  }

  /** Every life that was recorded, by node and incarnation. */
  lives(run: number): RunLife[] {
    this.#require(run);
    return this.#db
      .prepare<RunLife>(
        `select node, incarnation, storage_id as storageId, up_us as upUs, down_us as downUs,
           damaged_lines as damagedLines, coalesce((select max(last_n) from journal_chunks c
             where c.run = l.run and c.node = l.node and c.incarnation = l.incarnation), 0) as steps
         from lives l where run = ? order by node, incarnation`,
      )
      .all(run);
  }

  /** The whole journal of one life, in order. Nothing else may be read before it is through. */
  *journalSteps(run: number, node: NodeId, incarnation: Incarnation): Generator<JournalLine> {
    const chunks = this.#db.prepare<{ headers: string; inputs: string }>(
      `select headers, inputs from journal_chunks
       where run = ? and node = ? and incarnation = ? order by first_us, id`,
    );
    for (const { headers, inputs } of chunks.iterate(run, node, incarnation)) {
      const texts = splitItems(inputs);
      for (const [i, header] of (JSON.parse(headers) as JournalHeader[]).entries()) {
        const inputText = texts[i] ?? 'null';
        yield { header, inputText: inputText === 'null' ? null : inputText };
      }
    }
  }

  /** Journal lines and what the lab saw, in the order of time. Nothing else may be read before it
   *  is through. @throws LabError `unknown-run` */
  inOrder(run: number): Generator<Recorded> {
    this.#require(run);
    return linesInOrder(this.#db, run);
  }

  /** What the lab itself saw and did, in the order in which it was told. */
  labEvents(run: number): LabEvent[] {
    this.#require(run);
    const texts = this.#db
      .prepare<string>('select event from lab_events where run = ? order by n')
      .pluck()
      .all(run);
    return texts.map((text) => JSON.parse(text) as LabEvent);
  }

  /** Configurations as the nodes went by them: reads all journals of the run. */
  configs(run: number): RecordedConfig[] {
    this.#require(run);
    const rows = this.#db
      .prepare<{ us: number; event: string }>(
        `select us, event from traces where run = ? and kind = 'config'`,
      )
      .all(run);
    return rows.map(({ us, event }) => ({ us, config: JSON.parse(event) as Config }));
  }

  /** Time of the newest thing that was recorded. */
  newestUs(run: number): number {
    return newestUs(this.#db, run);
  }

  /** The client history, in the order in which operations ended, more or less. */
  *operations(run: number): Generator<OperationRecord> {
    this.#require(run);
    yield* readOperations(this.#db, run);
  }

  close(): void {
    this.#db.close();
  }

  #require(run: number): void {
    if (this.#db.prepare('select 1 from runs where id = ?').get(run) === undefined) {
      throw new LabError('unknown-run', `There is no run ${run}.`);
    }
  }
}
