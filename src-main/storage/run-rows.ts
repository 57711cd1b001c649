/** A row of `runs`, and its violations, as the contract shows a run. */
import type Database from 'better-sqlite3';
import { LabError } from '../contract/errors.ts';
import type { Run, RunMetrics, RunStatus, Verdict, Violation } from '../contract/model.ts';
import type { RunBegin } from '../lab/ports.ts';
import type { ProtocolName } from '../vocabulary/ids.ts';

export const RUN_COLUMNS = `id, group_id, name, scenario, protocol, nodes, seed, mutants,
  started_at, duration_us, status, verdict, metrics, note, events`;

export interface RunRow {
  readonly id: number;
  readonly group_id: number;
  readonly name: string;
  readonly scenario: string | null;
  readonly protocol: ProtocolName;
  readonly nodes: number;
  readonly seed: number;
  readonly mutants: string;
  readonly started_at: string;
  readonly duration_us: number;
  readonly status: RunStatus;
  readonly verdict: Verdict | null;
  readonly metrics: string | null;
  readonly note: string | null;
  readonly events: number;
}

export function runOf(row: RunRow, violations: readonly Violation[]): Run {
  return {
    id: row.id,
    groupId: row.group_id,
    name: row.name,
    scenario: row.scenario,
    protocol: row.protocol,
    nodes: row.nodes,
    seed: row.seed,
    mutants: JSON.parse(row.mutants) as string[],
    startedAt: row.started_at,
    durationMs: row.duration_us / 1_000,
    status: row.status,
    verdict: row.verdict,
    violations: [...violations],
    metrics: row.metrics === null ? null : (JSON.parse(row.metrics) as RunMetrics),
    note: row.note,
    events: row.events,
  };
}

/** @returns undefined when there is no such run */
export function readRun(db: Database, id: number): Run | undefined {
  const row = db.prepare<RunRow>(`select ${RUN_COLUMNS} from runs where id = ?`).get(id);
  return row === undefined ? undefined : runOf(row, readViolations(db, id));
}

export function readViolations(db: Database, run: number): Violation[] {
  return db
    .prepare<Violation>(
      'select check_name as "check", message, us, node from violations where run = ? order by n',
    )
    .all(run);
}

/** What was known of a run when it began. */
export function readBegin(db: Database, run: number): RunBegin {
  const row = db
    .prepare<BeginRow>(
      `select group_id as groupId, name, scenario, scenario_source as scenarioSource, protocol,
         service, members, seed, timing, options, mutants, workload, started_at as startedAt,
         lab_version as labVersion, directory
       from runs where id = ?`,
    )
    .get(run);
  if (row === undefined) throw new LabError('unknown-run', `There is no run ${run}.`);
  const { members, timing, options, mutants, workload } = row;
  return {
    ...row,
    members: JSON.parse(members) as RunBegin['members'],
    timing: JSON.parse(timing) as RunBegin['timing'],
    options: JSON.parse(options) as RunBegin['options'],
    mutants: JSON.parse(mutants) as string[],
    workload: JSON.parse(workload) as RunBegin['workload'],
  };
}

type JsonColumn = 'members' | 'timing' | 'options' | 'mutants' | 'workload';
type BeginRow = Omit<RunBegin, JsonColumn> & Readonly<Record<JsonColumn, string>>;
