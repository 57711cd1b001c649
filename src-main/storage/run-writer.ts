/** Every statement that writes a recording, prepared once. Callers hold the transaction, but for
 *  `probe`. */
import type Database from 'better-sqlite3';
import type { Statement } from 'better-sqlite3';
import type { RunMetrics, RunStatus, Verdict, Violation } from '../contract/model.ts';
import type { LabEvent, RunBegin } from '../lab/ports.ts';
import type { FaultRecord } from '../vocabulary/fault.ts';
import type { Incarnation, NodeId } from '../vocabulary/ids.ts';
import type { CountersHeader, EndHeader } from '../vocabulary/journal.ts';
import type { ChunkRow } from './journal-chunk.ts';
import { RATE_SPAN_US, type OperationRate } from './operation-rates.ts';

export interface RunResult {
  readonly status: RunStatus;
  readonly verdict: Verdict;
  readonly note: string | null;
  readonly metrics: RunMetrics;
  readonly events: number;
  readonly durationUs: number;
}

interface LifeProgress {
  readonly journalBytes: number;
  readonly damagedLines: number;
  readonly storageId: string | null;
}

const SQL = {
  group: `insert into groups (made_at) values (?)`,
  removeGroup: `delete from groups where id = ?`,
  run: `insert into runs (group_id, name, scenario, scenario_source, protocol, service, members,
    nodes, seed, timing, options, mutants, workload, started_at, lab_version, directory)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  life: `insert into lives (run, node, incarnation) values (?, ?, ?) on conflict do nothing`,
  journal: `update lives set journal_file = ? where run = ? and node = ? and incarnation = ?`,
  up: `update lives set up_us = ? where run = ? and node = ? and incarnation = ?`,
  down: `update lives set down_us = ?, down_how = ?, down_why = ?
    where run = ? and node = ? and incarnation =
      (select max(incarnation) from lives where run = ? and node = ?) and down_us is null`,
  ended: `update lives set end_why = ?, end_error = ?
    where run = ? and node = ? and incarnation = ?`,
  progress: `update lives set journal_bytes = ?, damaged_lines = ?,
      storage_id = coalesce(storage_id, ?)
    where run = ? and node = ? and incarnation = ?`,
  labEvent: `insert into lab_events (run, n, us, kind, node, event) values (?, ?, ?, ?, ?, ?)`,
  fault: `insert or replace into faults
    (run, id, kind, label, origin, start_us, end_us, outcome, spec)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  violation: `insert or replace into violations (run, n, us, node, check_name, message)
    values (?, ?, ?, ?, ?, ?)`,
  chunk: `insert into journal_chunks
    (run, node, incarnation, first_n, last_n, first_us, last_us, lines, headers, inputs)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  operations: `insert into operation_chunks (run, first_us, last_us, operations, rows)
    values (?, ?, ?, ?, ?)`,
  rate: `insert or replace into operation_rates (run, us, span_us, ok, failed, unknown, p50_us)
    values (?, ?, ?, ?, ?, ?, ?)`,
  counters: `insert or replace into metrics (run, node, incarnation, us, messages, bytes, frames,
    syncs, steps, applied, rss_bytes, cpu_us, messages_by_kind)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  keyframe: `insert or replace into keyframes (run, us, view) values (?, ?, ?)`,
  standing: `update runs set events = ?, duration_us = ? where id = ?`,
  end: `update runs set status = ?, verdict = ?, note = ?, metrics = ?, events = ?,
    duration_us = ?, salvaged = 1 where id = ?`,
  keyframed: `update runs set keyframed = 1 where id = ?`,
  remove: `delete from runs where id = ?`,
} as const;

const PROBE_CHARS = 64 * 1024;

export class RunWriter {
  readonly #db: Database;
  readonly #statements: { readonly [name in keyof typeof SQL]: Statement };

  constructor(db: Database) {
    this.#db = db;
    const prepared = Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)]);
    this.#statements = Object.fromEntries(prepared) as { [name in keyof typeof SQL]: Statement };
  }

  addGroup(madeAt: string): number {
    return Number(this.#statements.group.run(madeAt).lastInsertRowid);
  }

  /**
   * Writes and removes as much as a batch may need, each with a commit: whether there is room shows
   * only then. @throws what SQLite says when there is none
   */
  probe(): void {
    const id = this.#db.transaction(() => this.addGroup(' '.repeat(PROBE_CHARS))).immediate();
    this.#db.transaction(() => this.#statements.removeGroup.run(id)).immediate();
  }

  addRun(begin: RunBegin): number {
    const inserted = this.#statements.run.run(
      begin.groupId,
      begin.name,
      begin.scenario,
      begin.scenarioSource,
      begin.protocol,
      begin.service,
      JSON.stringify(begin.members),
      begin.members.length,
      begin.seed,
      JSON.stringify(begin.timing),
      JSON.stringify(begin.options),
      JSON.stringify(begin.mutants),
      JSON.stringify(begin.workload),
      begin.startedAt,
      begin.labVersion,
      begin.directory,
    );
    return Number(inserted.lastInsertRowid);
  }

  addJournal(run: number, node: NodeId, incarnation: Incarnation, file: string): void {
    this.#statements.life.run(run, node, incarnation);
    this.#statements.journal.run(file, run, node, incarnation);
  }

  addLabEvent(run: number, n: number, event: LabEvent): void {
    const node = 'node' in event ? event.node : null;
    this.#statements.labEvent.run(run, n, event.us, event.k, node, JSON.stringify(event));
    if (event.k === 'up') {
      this.#statements.life.run(run, event.node, event.incarnation);
      this.#statements.up.run(event.us, run, event.node, event.incarnation);
    } else if (event.k === 'down') {
      const { us, how, why } = event;
      this.#statements.down.run(us, how, why, run, event.node, run, event.node);
    } else if (event.k === 'fault') {
      this.#putFault(run, event.fault);
    }
  }

  putViolation(run: number, n: number, violation: Violation): void {
    const { us, node, check, message } = violation;
    this.#statements.violation.run(run, n, Math.round(us), node, check, message);
  }

  addChunk(run: number, node: NodeId, incarnation: Incarnation, row: ChunkRow): void {
    this.#statements.chunk.run(
      run,
      node,
      incarnation,
      row.firstN,
      row.lastN,
      row.firstUs,
      row.lastUs,
      row.lines,
      row.headers,
      row.inputs,
    );
  }

  putProgress(run: number, node: NodeId, incarnation: Incarnation, progress: LifeProgress): void {
    const { journalBytes, damagedLines, storageId } = progress;
    this.#statements.progress.run(journalBytes, damagedLines, storageId, run, node, incarnation);
  }

  putEnd(run: number, node: NodeId, incarnation: Incarnation, header: EndHeader): void {
    this.#statements.ended.run(header.why, header.error ?? null, run, node, incarnation);
  }

  addOperations(run: number, firstUs: number, lastUs: number, count: number, rows: string): void {
    this.#statements.operations.run(run, firstUs, lastUs, count, `[${rows}]`);
  }

  putRate(run: number, rate: OperationRate): void {
    const { us, ok, failed, unknown, p50Us } = rate;
    const p50 = p50Us === null ? null : Math.round(p50Us);
    this.#statements.rate.run(run, us, RATE_SPAN_US, ok, failed, unknown, p50);
  }

  putCounters(run: number, node: NodeId, incarnation: Incarnation, header: CountersHeader): void {
    const { counters: c, us } = header;
    let messages = 0;
    for (const kind in c.messages) messages += c.messages[kind] ?? 0;
    this.#statements.counters.run(
      run,
      node,
      incarnation,
      us,
      messages,
      c.bytes,
      c.frames,
      c.syncs,
      c.steps,
      c.applied,
      c.rssBytes,
      Math.round(c.cpuUs),
      JSON.stringify(c.messages),
    );
  }

  putStanding(run: number, events: number, durationUs: number): void {
    this.#statements.standing.run(events, durationUs, run);
  }

  putResult(run: number, result: RunResult): void {
    const { status, verdict, note, metrics, events, durationUs } = result;
    const figures = JSON.stringify(metrics);
    this.#statements.end.run(status, verdict, note, figures, events, Math.round(durationUs), run);
  }

  putKeyframe(run: number, us: number, view: string): void {
    this.#statements.keyframe.run(run, us, view);
  }

  markKeyframed(run: number): void {
    this.#statements.keyframed.run(run);
  }

  removeRun(run: number): void {
    this.#statements.remove.run(run);
  }

  #putFault(run: number, fault: FaultRecord): void {
    const { id, spec, label, origin, startUs, endUs, outcome } = fault;
    const text = JSON.stringify(spec);
    this.#statements.fault.run(run, id, spec.kind, label, origin, startUs, endUs, outcome, text);
  }
}
