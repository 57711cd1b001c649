/** What the recorder's worker does, without the thread around it. */
import type Database from 'better-sqlite3';
import { assertUnreachable } from '../base/assert.ts';
import { LabError } from '../contract/errors.ts';
import type { Run, Violation } from '../contract/model.ts';
import type { RunEnd } from '../lab/ports.ts';
import type { HistoryVerdict } from '../verification/history-verdict.ts';
import { BackgroundJobs } from './background-jobs.ts';
import { becomeLabError, errorText, isDiskFull } from './database-errors.ts';
import type { HistoryJudge } from './history-judge.ts';
import type { FromWorker, RecorderCall, ToWorker } from './recorder-messages.ts';
import { RunDirectories } from './run-directories.ts';
import { RunRecording } from './run-recording.ts';
import { readRun, runOf } from './run-rows.ts';
import { RunWriter, type RunResult } from './run-writer.ts';
import { SALVAGE_NOTE } from './salvage-job.ts';

const WRITE_EVERY_MS = 250;
const WRITE_CHARS = 4 * 1024 * 1024;
const LIVE_EVERY_MS = 50;
/** Journals that have not grown for so many turns are complete: their nodes are gone. */
const QUIET_TURNS = 2;
const CLOSE_JOBS_MS_MAX = 1_000;

interface Ending {
  readonly call: number;
  readonly end: RunEnd;
  quietTurns: number;
  /** Whether the client history is being judged, and what came of it. */
  history: 'not-asked' | 'asked' | HistoryVerdict;
}

type HistoryDesk = Pick<HistoryJudge, 'handleOperations' | 'judge' | 'forget'>;

interface OpenRun {
  readonly recording: RunRecording;
  ending: Ending | null;
  /** Why the database does not have all of it, and never will. */
  failure: string | null;
}

export class RecorderCore {
  readonly #db: Database;
  readonly #file: string;
  readonly #writer: RunWriter;
  readonly #post: (message: FromWorker) => void;
  readonly #runs = new Map<number, OpenRun>();
  readonly #directories: RunDirectories;
  readonly #jobs: BackgroundJobs;
  readonly #history: HistoryDesk;
  readonly #settling: number[] = [];
  /** Why nothing can be written now. */
  #failure: string | null = null;
  #writtenAt = 0;
  #toldAt = 0;

  constructor(
    db: Database,
    file: string,
    post: (message: FromWorker) => void,
    history: HistoryDesk,
  ) {
    this.#db = db;
    this.#history = history;
    this.#file = file;
    this.#post = post;
    this.#writer = new RunWriter(db);
    this.#directories = new RunDirectories(db, file);
    this.#jobs = new BackgroundJobs(db, file, this.#writer, this.#directories);
    this.#endOrphans();
    this.#directories.removeLeftovers();
    this.#jobs.planUnfinished();
  }

  /** Whether turns are needed. */
  get isActive(): boolean {
    return this.#runs.size > 0 || this.#jobs.isActive;
  }

  handle(message: ToWorker): void {
    switch (message.k) {
      case 'call':
        return this.#handleCall(message.call, message.body);
      case 'follow': {
        const { run, node, incarnation, file } = message;
        const recording = this.#recordingOf(run);
        if (recording === null) return;
        recording.follow(node, incarnation, file);
        this.#attempt(() => this.#writer.addJournal(run, node, incarnation, file));
        return;
      }
      case 'events':
        this.#recordingOf(message.run)?.addEvents(message.events);
        return;
      case 'operations': {
        const { run, rows } = message;
        this.#recordingOf(run)?.addOperations(message.count, rows);
        if (this.#runs.has(run)) this.#history.handleOperations(run, rows, message.closedUs);
        this.#post({ k: 'taken', chars: rows.length });
        return;
      }
      case 'live-taken':
        this.#runs.get(message.run)?.recording.live.handleTaken();
        return;
      default:
        assertUnreachable(message, 'recorder message');
    }
  }

  /** The history judged while it goes on is illegal. */
  handleViolation(run: number, violation: Violation): void {
    this.#recordingOf(run)?.addViolation(violation);
  }

  /** The whole history of a run that is ending has been judged. */
  handleHistoryVerdict(run: number, verdict: HistoryVerdict): void {
    const ending = this.#runs.get(run)?.ending ?? null;
    if (ending !== null) ending.history = verdict;
  }

  /** null for a run that has ended, or of which nothing can be kept any more. */
  #recordingOf(run: number): RunRecording | null {
    const open = this.#runs.get(run);
    return open === undefined || open.failure !== null ? null : open.recording;
  }

  /** One turn of the loop; true when there is more to do at once. */
  turn(nowMs: number): boolean {
    let busy = false;
    for (const { recording, ending, failure } of this.#runs.values()) {
      const grew = failure === null && recording.readJournals();
      if (ending !== null) ending.quietTurns = grew ? 0 : ending.quietTurns + 1;
      busy ||= grew && recording.hasMore;
    }
    if (this.#isWriteDue(nowMs)) {
      this.#writtenAt = nowMs;
      this.#writeAll();
    }
    if (nowMs - this.#toldAt >= LIVE_EVERY_MS) {
      this.#toldAt = nowMs;
      for (const { recording } of this.#runs.values()) this.#tellLive(recording);
    }
    this.#endRuns();
    if (!busy) busy = this.#workOnJob();
    if (!this.isActive) this.#answerSettled();
    return busy;
  }

  /** Ends what is open; background work gets a moment and goes on at the next start. */
  close(): void {
    for (const [run, open] of this.#runs) {
      const { recording, ending } = open;
      while (open.failure === null && recording.readJournals());
      const cut = { us: recording.newestUs, status: 'incomplete', note: SALVAGE_NOTE } as const;
      const end = ending?.end ?? { ...cut, failedExpectations: [], unknownBecause: null };
      const result = this.#endRun(open, end);
      if (ending !== null) this.#post({ k: 'done', call: ending.call, value: result });
      this.#runs.delete(run);
    }
    const until = performance.now() + CLOSE_JOBS_MS_MAX;
    while (performance.now() < until && this.#workOnJob());
    this.#jobs.clear();
    this.#answerSettled();
  }

  #handleCall(call: number, body: RecorderCall): void {
    if (body.k === 'end-run') return this.#beginEnding(call, body.run, body.end);
    if (body.k === 'settle') {
      this.#settling.push(call);
      if (!this.isActive) this.#answerSettled();
      return;
    }
    try {
      this.#post({ k: 'done', call, value: this.#answer(body) });
    } catch (error) {
      const { code, message } = becomeLabError(error, this.#file);
      this.#post({ k: 'refused', call, code, message });
    }
  }

  #answer(body: Exclude<RecorderCall, { k: 'end-run' | 'settle' }>): number | null {
    switch (body.k) {
      case 'begin-group':
        return this.#writer.addGroup(new Date().toISOString());
      case 'begin-run': {
        this.#ensureWritable();
        const run = this.#writer.addRun(body.begin);
        const recording = new RunRecording(run, body.begin);
        this.#runs.set(run, { recording, ending: null, failure: null });
        return run;
      }
      case 'delete-runs':
        return this.#deleteRuns(body.runs);
      case 'close':
        return null;
    }
  }

  /** After a failure: finds out whether the database takes anything again. @throws when not. */
  #ensureWritable(): void {
    if (this.#failure === null) return;
    this.#writer.probe();
    this.#failure = null;
    this.#jobs.planUnfinished();
  }

  #deleteRuns(runs: readonly number[]): null {
    const open = runs.find((run) => this.#runs.has(run));
    if (open !== undefined) {
      throw new LabError('not-possible-now', `Run ${open} is still being recorded: stop it first.`);
    }
    this.#jobs.forget(runs);
    const directories = runs.map((run) => this.#directories.of(run));
    this.#db.transaction(() => {
      for (const run of runs) this.#writer.removeRun(run);
    })();
    for (const directory of directories) {
      if (directory !== null) this.#directories.remove(directory);
    }
    this.#db.pragma('incremental_vacuum');
    this.#db.pragma('wal_checkpoint(truncate)');
    return null;
  }

  #beginEnding(call: number, run: number, end: RunEnd): void {
    const open = this.#runs.get(run);
    if (open !== undefined) {
      open.ending = { call, end, quietTurns: 0, history: 'not-asked' };
      return;
    }
    this.#post({ k: 'refused', call, code: 'unknown-run', message: `Run ${run} is not open.` });
  }

  #endRuns(): void {
    for (const [run, open] of this.#runs) {
      const { recording, ending } = open;
      if (ending === null) continue;
      if (ending.quietTurns < QUIET_TURNS && open.failure === null) continue;
      if (!this.#isJudged(run, open, ending)) continue;
      const value = this.#endRun(open, ending.end);
      this.#tellLive(recording, true);
      this.#runs.delete(run);
      if (this.#failure === null) this.#jobs.planKeyframes(run);
      this.#post({ k: 'done', call: ending.call, value });
    }
  }

  /** Whether the client history has its verdict; asks for it once all operations are written. */
  #isJudged(run: number, open: OpenRun, ending: Ending): boolean {
    if (open.failure !== null || typeof ending.history === 'object') return true;
    if (ending.history === 'asked') return false;
    this.#attempt(() => open.recording.write(this.#writer));
    if (open.failure !== null) return true;
    ending.history = 'asked';
    const { status, demandsLinearizable = false } = ending.end;
    const demand = demandsLinearizable ? 'linearizable' : 'as-promised';
    this.#history.judge(run, demand, status === 'finished');
    return false;
  }

  #endRun(open: OpenRun, end: RunEnd): Run {
    const { recording } = open;
    const history = open.ending?.history;
    this.#history.forget(recording.id);
    const finished = recording.finish(end, typeof history === 'object' ? history : null);
    if (open.failure === null) {
      this.#attempt(() => {
        recording.write(this.#writer);
        this.#writer.putResult(recording.id, finished);
      });
    }
    // The last batch may be the one that the database does not take.
    const { failure } = open;
    const result = failure === null ? finished : lostResult(finished, failure);
    if (failure !== null) this.#attempt(() => this.#writer.putResult(recording.id, result));
    recording.close();
    return this.#readRun(recording, result);
  }

  /** As the database has it; from memory when the database is lost. */
  #readRun(recording: RunRecording, result: RunResult): Run {
    const { begin, id } = recording;
    try {
      const run = readRun(this.#db, id);
      if (run !== undefined && run.status !== 'running') return run;
    } catch {
      // The failure was told when it happened; the run is answered from memory.
    }
    const row = {
      id,
      group_id: begin.groupId,
      name: begin.name,
      scenario: begin.scenario,
      protocol: begin.protocol,
      nodes: begin.members.length,
      seed: begin.seed,
      mutants: JSON.stringify(begin.mutants),
      started_at: begin.startedAt,
      duration_us: result.durationUs,
      status: result.status,
      verdict: result.verdict,
      metrics: JSON.stringify(result.metrics),
      note: result.note,
      events: result.events,
    };
    return runOf(row, []);
  }

  #isWriteDue(nowMs: number): boolean {
    if (nowMs - this.#writtenAt >= WRITE_EVERY_MS) return true;
    for (const { recording } of this.#runs.values()) {
      if (recording.pendingChars >= WRITE_CHARS) return true;
    }
    return false;
  }

  #writeAll(): void {
    if (this.#runs.size === 0 || this.#failure !== null) return;
    this.#attempt(() => {
      for (const { recording, failure } of this.#runs.values()) {
        if (failure === null) recording.write(this.#writer);
      }
    });
  }

  /** Writes in one transaction; what fails is undone whole and ends the runs that are open. */
  #attempt(body: () => void): void {
    try {
      this.#db.transaction(body).immediate();
    } catch (error) {
      this.#becomeFailed(error);
    }
  }

  #becomeFailed(error: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = isDiskFull(error)
      ? `The disk of ${this.#file} is full: the recording ends here.`
      : `The recording of ${this.#file} cannot go on: ${errorText(error)}.`;
    for (const open of this.#runs.values()) open.failure ??= this.#failure;
    this.#jobs.clear();
    this.#post({ k: 'failed', message: this.#failure });
  }

  #tellLive(recording: RunRecording, isLast = false): void {
    const events = recording.live.takeBatch(isLast);
    if (events === null) return;
    this.#post({ k: 'live', run: recording.id, events: JSON.stringify(events) });
  }

  /** Runs of a lab that died end here, all the same. */
  #endOrphans(): void {
    this.#db
      .prepare(
        `update runs set status = 'incomplete', note = ?, salvaged = 0 where status = 'running'`,
      )
      .run(SALVAGE_NOTE);
  }

  /** A piece of background work; false when there is none. */
  #workOnJob(): boolean {
    if (this.#failure !== null) return false;
    try {
      this.#jobs.turn();
    } catch (error) {
      if (isDiskFull(error)) this.#becomeFailed(error);
    }
    return this.#jobs.isActive;
  }

  #answerSettled(): void {
    for (const call of this.#settling.splice(0)) this.#post({ k: 'done', call, value: null });
  }
}

/** What the database did not take was not kept: nobody can look at it again. */
function lostResult(result: RunResult, failure: string): RunResult {
  const verdict = result.verdict === 'invalid' ? 'invalid' : 'unknown';
  const note = result.note === null ? failure : `${failure} ${result.note}`;
  return { ...result, status: 'failed', verdict, note };
}
