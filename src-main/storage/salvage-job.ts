/**
 * Completes the recording of a run whose lab died: what the journals hold beyond the database is
 * taken in, then checks and figures are made over the whole.
 */
import fs from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import type { Violation } from '../contract/model.ts';
import type { LabEvent, RunBegin, RunEnd } from '../lab/ports.ts';
import type { Incarnation, NodeId } from '../vocabulary/ids.ts';
import type { JournalHeader } from '../vocabulary/journal.ts';
import { RunRecording } from './run-recording.ts';
import { readBegin } from './run-rows.ts';
import type { RunWriter } from './run-writer.ts';

export const SALVAGE_NOTE = 'The lab ended before this run did.';

/** Chunks read in one turn. */
const CHUNKS_A_TURN = 8;

interface StoredChunk {
  readonly id: number;
  readonly first_us: number;
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly headers: string;
}

interface StoredLife {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly journal_file: string | null;
  readonly journal_bytes: number;
}

export class SalvageJob {
  readonly #db: Database;
  readonly #run: number;
  readonly #recording: RunRecording;
  #stage: 'headers' | 'operations' | 'journals' = 'headers';
  #lastUs = -1;
  #lastId = 0;

  constructor(db: Database, run: number) {
    this.#db = db;
    this.#run = run;
    const begin = readBegin(db, run);
    this.#recording = new RunRecording(run, begin);
    const events = db
      .prepare<string>('select event from lab_events where run = ? order by n')
      .pluck()
      .all(run);
    this.#recording.replayEvents(events.map((text) => JSON.parse(text) as LabEvent));
    this.#replayHistoryViolations();
    this.#followAll(begin);
  }

  /** The history is not judged again: what was found of it while the run went on stays. */
  #replayHistoryViolations(): void {
    const found = this.#db
      .prepare<Violation>(
        `select check_name as "check", message, us, node from violations
         where run = ? and check_name = 'linearizable' order by n`,
      )
      .all(this.#run);
    for (const violation of found) this.#recording.addViolation(violation);
  }

  /** A piece of the work; true when the run is complete. The caller holds the transaction. */
  turn(writer: RunWriter): boolean {
    if (this.#stage === 'headers') {
      if (!this.#replayChunks()) this.#stage = 'operations';
      return false;
    }
    if (this.#stage === 'operations') {
      if (!this.#replayOperations()) this.#stage = 'journals';
      return false;
    }
    if (this.#recording.readJournals()) {
      this.#recording.write(writer);
      return false;
    }
    this.#finish(writer);
    return true;
  }

  close(): void {
    this.#recording.close();
  }

  #finish(writer: RunWriter): void {
    const { unreadable } = this.#recording;
    // The run waits for a start that can read it: its files must not be taken for saved.
    if (unreadable !== null) throw new Error(unreadable);
    const end: RunEnd = {
      us: this.#recording.newestUs,
      status: 'incomplete',
      note: SALVAGE_NOTE,
      failedExpectations: [],
      unknownBecause: null,
    };
    // What was under way when the lab died is not in the record: its history proves nothing.
    const result = this.#recording.finish(end, null);
    this.#recording.write(writer);
    writer.putResult(this.#run, result);
  }

  #followAll(begin: RunBegin): void {
    const lives = this.#db
      .prepare<StoredLife>('select * from lives where run = ? order by node, incarnation')
      .all(this.#run);
    for (const life of lives) {
      if (life.journal_file === null) continue;
      const { node, incarnation, journal_file: file, journal_bytes: offset } = life;
      this.#recording.follow(node, incarnation, file, offset);
    }
    for (const node of nodesIn(begin)) this.#followUntold(begin.directory, node);
  }

  /** Lives that began so shortly before the end that the lab never told of them. */
  #followUntold(directory: string, node: NodeId): void {
    const folder = path.join(directory, node);
    if (!fs.existsSync(folder)) return;
    for (const name of fs.readdirSync(folder).sort()) {
      const incarnation = /^journal-(\d+)\.ndjson$/.exec(name)?.[1];
      if (incarnation === undefined) continue;
      const known = this.#db
        .prepare('select 1 from lives where run = ? and node = ? and incarnation = ?')
        .get(this.#run, node, Number(incarnation));
      if (known !== undefined) continue;
      this.#db
        .prepare('insert into lives (run, node, incarnation, journal_file) values (?, ?, ?, ?)')
        .run(this.#run, node, Number(incarnation), path.join(folder, name));
      this.#recording.follow(node, Number(incarnation), path.join(folder, name));
    }
  }

  #replayChunks(): boolean {
    const chunks = this.#db
      .prepare<StoredChunk>(
        `select id, first_us, node, incarnation, headers from journal_chunks
         where run = ? and (first_us, id) > (?, ?) order by first_us, id limit ${CHUNKS_A_TURN}`,
      )
      .all(this.#run, this.#lastUs, this.#lastId);
    for (const { id, first_us: us, node, incarnation, headers } of chunks) {
      this.#lastUs = us;
      this.#lastId = id;
      for (const header of JSON.parse(headers) as JournalHeader[]) {
        this.#recording.replayHeader(node, incarnation, header);
      }
    }
    if (chunks.length > 0) return true;
    this.#lastId = 0;
    return false;
  }

  #replayOperations(): boolean {
    const chunks = this.#db
      .prepare<{ id: number; rows: string }>(
        `select id, rows from operation_chunks where run = ? and id > ? order by id
         limit ${CHUNKS_A_TURN}`,
      )
      .all(this.#run, this.#lastId);
    for (const { id, rows } of chunks) {
      this.#lastId = id;
      this.#recording.replayOperations(rows.slice(1, -1));
    }
    return chunks.length > 0;
  }
}

/** Those the run began with, and those that joined and left a directory. */
function nodesIn({ members, directory }: RunBegin): NodeId[] {
  const found = fs.existsSync(directory) ? fs.readdirSync(directory).sort() : [];
  const initial = members.map(({ nodeId }) => nodeId);
  const joined = found.filter((name) => /^n\d{1,2}$/.test(name));
  return [...new Set([...initial, ...joined])];
}
