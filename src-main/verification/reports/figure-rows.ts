/** The figures that runs are compared by, in one order for the terminal and the page. */
import type { CostReport, FaultReport, RunReport } from '../../contract/report.ts';
import { countText, ratioText, spanText } from './figure-text.ts';

export interface FigureRow {
  readonly group: string;
  readonly title: string;
  readonly value: (report: RunReport) => number | null;
  readonly format: (value: number) => string;
  /** Which of several runs did best; absent where neither is better. */
  readonly best?: 'least' | 'most';
}

const FAULTS = 'Faults on a leader (worst of the run)';
const CLIENTS = 'Clients';
const COST = 'Per committed operation, in steady time';
const INSIDE = 'Inside the cluster';

const FAULT_ROWS: readonly FigureRow[] = [
  fault('detected after', (one) => one.detectedMs),
  fault('new leader chosen after', (one) => one.electedMs),
  fault('new leader ready after', (one) => one.readyMs),
  fault('first commit after', (one) => one.firstCommitMs),
  fault('all live voters accept it after', (one) => one.healthyMs),
  { ...fault('failed election rounds', (one) => one.failedRounds), format: countText },
];

const CLIENT_ROWS: readonly FigureRow[] = [
  plain(
    CLIENTS,
    'longest time without a commit answered',
    (r) => r.longestGapMs,
    spanText,
    'least',
  ),
  plain(CLIENTS, 'the same in quiet time', (r) => r.usualGapMs, spanText),
  plain(CLIENTS, 'successful operations', (r) => r.outcomes.ok, countText),
  plain(CLIENTS, 'failed', (r) => r.outcomes.failed, countText, 'least'),
  plain(CLIENTS, 'of unknown outcome', (r) => r.outcomes.unknown, countText, 'least'),
  plain(CLIENTS, 'successes a second', (r) => r.opsPerSecond, ratioText),
  plain(CLIENTS, 'latency p50', (r) => r.latency.p50Ms, spanText, 'least'),
  plain(CLIENTS, 'latency p95', (r) => r.latency.p95Ms, spanText, 'least'),
  plain(CLIENTS, 'latency p99', (r) => r.latency.p99Ms, spanText, 'least'),
];

const COST_ROWS: readonly FigureRow[] = [
  plain(COST, 'messages', (r) => perOperation(r.steady, totalMessages), ratioText, 'least'),
  plain(COST, 'messages without heartbeats', withoutHeartbeats, ratioText, 'least'),
  plain(COST, 'bytes of messages', (r) => perOperation(r.steady, totalBytes), countText, 'least'),
  plain(COST, 'syncs', (r) => perOperation(r.steady, (c) => c.syncs), ratioText, 'least'),
  plain(COST, 'round trips to commit', (r) => r.roundTripsPerCommit, ratioText, 'least'),
  plain(COST, 'bytes for each byte asked for', (r) => r.amplification, ratioText, 'least'),
  plain(COST, 'messages per read outside the log', (r) => r.messagesPerRead, ratioText, 'least'),
];

const INSIDE_ROWS: readonly FigureRow[] = [
  plain(
    INSIDE,
    'commit latency p50, at the leader',
    (r) => r.commitLatency.p50Ms,
    spanText,
    'least',
  ),
  plain(INSIDE, 'commit latency p99', (r) => r.commitLatency.p99Ms, spanText, 'least'),
  plain(INSIDE, 'visible on the others p50', (r) => r.visibility.p50Ms, spanText, 'least'),
  plain(INSIDE, 'visible on the others, longest', (r) => r.visibility.maxMs, spanText, 'least'),
  plain(INSIDE, 'entries per message', (r) => r.batch.entriesPerMessage, ratioText),
  plain(INSIDE, 'entries per sync', (r) => r.batch.entriesPerSync, ratioText),
  plain(INSIDE, 'leaders', (r) => r.tenures.length, countText),
];

export const FIGURE_ROWS: readonly FigureRow[] = [
  ...FAULT_ROWS,
  ...CLIENT_ROWS,
  ...COST_ROWS,
  ...INSIDE_ROWS,
];

/** The row's figure as text; `-` where it does not apply. */
export function figureCell(row: FigureRow, report: RunReport): string {
  const value = row.value(report);
  return value === null ? '-' : row.format(value);
}

/** Runs whose figure is the best of several that differ. */
export function bestRuns(row: FigureRow, reports: readonly RunReport[]): ReadonlySet<RunReport> {
  const cells = reports.map((report) => figureCell(row, report));
  if (row.best === undefined || new Set(cells).size < 2) return new Set();
  const known = reports.filter((report) => row.value(report) !== null);
  const values = known.map((report) => row.value(report) ?? 0);
  if (values.length < 2) return new Set();
  const best = row.best === 'least' ? Math.min(...values) : Math.max(...values);
  return new Set(known.filter((report) => row.value(report) === best));
}

export function totalMessages({ messages }: CostReport): number {
  return Object.values(messages).reduce((sum, one) => sum + one, 0);
}

export function totalBytes({ bytes }: CostReport): number {
  return Object.values(bytes).reduce((sum, one) => sum + one, 0);
}

/** Null where there is nothing to divide by. */
export function perOperation(
  cost: CostReport | null,
  total: (cost: CostReport) => number,
): number | null {
  return cost === null || cost.operations === 0 ? null : total(cost) / cost.operations;
}

function withoutHeartbeats({ steady }: RunReport): number | null {
  return perOperation(steady, (cost) => totalMessages(cost) - cost.messages.heartbeat);
}

function plain(
  group: string,
  title: string,
  value: FigureRow['value'],
  format: FigureRow['format'],
  best?: 'least' | 'most',
): FigureRow {
  return { group, title, value, format, ...(best === undefined ? {} : { best }) };
}

/** The longest among the faults that the leader was replaced for. */
function fault(title: string, of: (one: FaultReport) => number | null): FigureRow {
  const value = (report: RunReport): number | null => {
    const changed = report.faults.filter(({ newLeader }) => newLeader !== null);
    const values = changed.map(of).filter((one) => one !== null);
    return values.length === 0 ? null : Math.max(...values);
  };
  return { group: FAULTS, title, value, format: spanText, best: 'least' };
}
