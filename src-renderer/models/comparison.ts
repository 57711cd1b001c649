/** The figures of several runs as a table: values, the best, and how far the others are from it. */
import type { Run, RunMetrics } from '../../src-main/contract/model.ts';

/** Figures that are in every run; the others are read out of what only some runs have. */
type PlainKey = Exclude<keyof RunMetrics, 'membership' | 'snapshots'>;
export type MetricKey = PlainKey | 'configurations' | 'snapshotsTaken' | 'snapshotsInstalled';

export interface MetricInfo {
  readonly key: MetricKey;
  readonly group: string;
  readonly title: string;
  readonly unit: string;
  readonly digits: number;
  /** Which is better; `none`: a fact, not a merit. */
  readonly better: 'less' | 'more' | 'none';
  readonly definition: string;
}

export interface MetricCell {
  readonly run: number;
  readonly value: number | null;
  /** Better than every other by a tenth at least: less than that is noise between two runs. */
  readonly best: boolean;
  /** Twice as bad as the best, or worse. */
  readonly far: boolean;
  /** Against the best: 0.12 is 12 % worse. null where that says nothing. */
  readonly behind: number | null;
  /** Share of the largest value in the row, for the dot. */
  readonly share: number | null;
}

export interface MetricRow {
  readonly info: MetricInfo;
  readonly cells: readonly MetricCell[];
}

const AFTER = 'After the fault';
const CLIENTS = 'Clients';
const COST = 'Per committed op';
const TOTALS = 'Over the whole run';

export const METRICS: readonly MetricInfo[] = [
  {
    key: 'detectMs',
    group: AFTER,
    title: 'time to detect',
    unit: 'ms',
    digits: 0,
    better: 'less',
    definition: 'From the first fault that hit a leader to the first node that suspects it.',
  },
  {
    key: 'electMs',
    group: AFTER,
    title: 'election',
    unit: 'ms',
    digits: 0,
    better: 'less',
    definition:
      'From the first suspicion to a chosen leader: role leader in Raft, phase 1 with a quorum ' +
      'in Paxos, a quorum of votes in ZAB.',
  },
  {
    key: 'newLeaderMs',
    group: AFTER,
    title: 'new leader ready',
    unit: 'ms',
    digits: 0,
    better: 'less',
    definition:
      'From the fault to a leader that can serve: its own first entry is committed, recovered ' +
      'slots are chosen, or followers are synced.',
  },
  {
    key: 'committedOps',
    group: CLIENTS,
    title: 'answered',
    unit: 'ops',
    digits: 0,
    better: 'more',
    definition: 'Operations that were answered with success.',
  },
  {
    key: 'failedOps',
    group: CLIENTS,
    title: 'failed',
    unit: 'ops',
    digits: 0,
    better: 'less',
    definition: 'Operations that certainly did not happen.',
  },
  {
    key: 'unknownOps',
    group: CLIENTS,
    title: 'outcome unknown',
    unit: 'ops',
    digits: 0,
    better: 'less',
    definition: 'Operations that may have happened, or may still: a time-out is not a failure.',
  },
  {
    key: 'latencyP50Ms',
    group: CLIENTS,
    title: 'answer time, median',
    unit: 'ms',
    digits: 2,
    better: 'less',
    definition: 'From asking to the answer, of successful attempts: half of them were faster.',
  },
  {
    key: 'latencyP99Ms',
    group: CLIENTS,
    title: 'answer time, p99',
    unit: 'ms',
    digits: 1,
    better: 'less',
    definition: 'One in a hundred successful operations took longer than this.',
  },
  {
    key: 'opsPerSecond',
    group: CLIENTS,
    title: 'throughput',
    unit: 'ops/s',
    digits: 0,
    better: 'more',
    definition: 'Answered operations per second of the whole run, outages included.',
  },
  {
    key: 'messagesPerOp',
    group: COST,
    title: 'messages',
    unit: '',
    digits: 1,
    better: 'less',
    definition:
      'Messages between nodes per committed operation, heartbeats and elections included.',
  },
  {
    key: 'bytesPerOp',
    group: COST,
    title: 'bytes',
    unit: 'B',
    digits: 0,
    better: 'less',
    definition: 'Bytes written to sockets of other nodes per committed operation, with envelopes.',
  },
  {
    key: 'syncsPerOp',
    group: COST,
    title: 'disk syncs',
    unit: '',
    digits: 2,
    better: 'less',
    definition:
      'Durability barriers of all nodes per committed operation; batching brings it down.',
  },
  {
    key: 'outageMs',
    group: TOTALS,
    title: 'outage seen by clients',
    unit: 'ms',
    digits: 0,
    better: 'less',
    definition: 'The longest time without a successful answer, whatever caused it.',
  },
  {
    key: 'elections',
    group: TOTALS,
    title: 'elections',
    unit: '',
    digits: 0,
    better: 'none',
    definition: 'Leaders that were chosen, the first one included.',
  },
  {
    key: 'configurations',
    group: TOTALS,
    title: 'configurations',
    unit: '',
    digits: 0,
    better: 'none',
    definition: 'How many configurations came after the first one.',
  },
  {
    key: 'snapshotsTaken',
    group: TOTALS,
    title: 'snapshots taken',
    unit: '',
    digits: 0,
    better: 'none',
    definition: 'Snapshots that nodes took of their own state.',
  },
  {
    key: 'snapshotsInstalled',
    group: TOTALS,
    title: 'snapshots taken over',
    unit: '',
    digits: 0,
    better: 'none',
    definition: 'Snapshots of another node that replaced what a node had.',
  },
  {
    key: 'messages',
    group: TOTALS,
    title: 'messages',
    unit: '',
    digits: 0,
    better: 'none',
    definition: 'All messages between nodes.',
  },
  {
    key: 'syncs',
    group: TOTALS,
    title: 'disk syncs',
    unit: '',
    digits: 0,
    better: 'none',
    definition: 'All durability barriers of all nodes.',
  },
];

const FAR = 1;
const CLEARLY = 0.1;

/** One row per metric that any run has a value for. */
export function compareRuns(runs: readonly Run[]): MetricRow[] {
  const rows = METRICS.map((info) => rowOf(info, runs));
  return rows.filter((row) => row.cells.some((cell) => cell.value !== null));
}

/** A figure with its digits and groups of thousands; a dash where there is none. */
export function formatFigure(info: MetricInfo, value: number | null): string {
  if (value === null) return '–';
  const text = value.toFixed(info.digits);
  const [whole = '', rest] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, '\u2009');
  return rest === undefined ? grouped : `${grouped}.${rest}`;
}

/** `+12 %`, `×4.4`: how far a cell is from the best value. */
export function formatBehind(cell: MetricCell): string {
  if (cell.best || cell.behind === null || cell.behind < 0.005) return '';
  if (cell.behind >= FAR) return `×${(cell.behind + 1).toFixed(1)}`;
  return `+${Math.round(cell.behind * 100)} %`;
}

/** null: the run has no such figure. */
function figureOf(metrics: RunMetrics | null, key: MetricKey): number | null {
  switch (key) {
    case 'configurations':
      return metrics?.membership?.changes ?? null;
    case 'snapshotsTaken':
      return metrics?.snapshots?.taken ?? null;
    case 'snapshotsInstalled':
      return metrics?.snapshots?.installed ?? null;
    default:
      return metrics?.[key] ?? null;
  }
}

/** Who was in the cluster at the end, when that changed; empty when it did not. */
export function endedWith(run: Run): string {
  const membership = run.metrics?.membership;
  if (membership === undefined) return '';
  const { voters, learners } = membership;
  const rest = learners.length === 0 ? '' : `, learners ${learners.join(' ')}`;
  return `ended with voters ${voters.join(' ')}${rest}`;
}

function rowOf(info: MetricInfo, runs: readonly Run[]): MetricRow {
  const values = runs.map((run) => figureOf(run.metrics, info.key));
  const known = values.filter((value) => value !== null);
  const best = known.length < 2 ? null : bestOf(info, known);
  const top = Math.max(0, ...known);
  const leads = best !== null && isClear(info, known, best);
  const cells = runs.map((run, index): MetricCell => {
    const value = values[index] ?? null;
    const behind = value === null || best === null ? null : behindBest(info, value, best);
    return {
      run: run.id,
      value,
      best: value !== null && value === best && leads,
      far: behind !== null && behind >= FAR,
      behind,
      share: value === null || top === 0 ? null : value / top,
    };
  });
  return { info, cells };
}

function bestOf(info: MetricInfo, known: readonly number[]): number | null {
  if (info.better === 'none') return null;
  return info.better === 'less' ? Math.min(...known) : Math.max(...known);
}

/** Whether one value stands out: all others are behind it by more than runs differ anyway. */
function isClear(info: MetricInfo, known: readonly number[], best: number): boolean {
  if (known.filter((value) => value === best).length > 1) return false;
  return known.every((value) => {
    if (value === best) return true;
    const [less, more] = value < best ? [value, best] : [best, value];
    return info.better !== 'none' && more >= less * (1 + CLEARLY);
  });
}

function behindBest(info: MetricInfo, value: number, best: number): number | null {
  if (info.better === 'less') return best <= 0 ? null : value / best - 1;
  return value <= 0 ? null : best / value - 1;
}
