/** Runs and metrics as words and figures with units. */
import type { Run, RunMetrics, Verdict } from '../../contract/model.ts';
import { paint } from './terminal.ts';

interface MetricRow {
  readonly title: string;
  readonly value: (metrics: RunMetrics) => number | null;
  readonly format: (value: number) => string;
}

export const METRIC_ROWS: readonly MetricRow[] = [
  { title: 'time to new leader', value: (m) => m.newLeaderMs, format: milliseconds },
  { title: 'longest outage', value: (m) => m.outageMs, format: milliseconds },
  { title: 'latency p50', value: (m) => m.latencyP50Ms, format: milliseconds },
  { title: 'latency p99', value: (m) => m.latencyP99Ms, format: milliseconds },
  { title: 'committed operations', value: (m) => m.committedOps, format: count },
  { title: 'failed operations', value: (m) => m.failedOps, format: count },
  { title: 'of unknown outcome', value: (m) => m.unknownOps, format: count },
  { title: 'elections', value: (m) => m.elections, format: count },
  { title: 'messages per operation', value: (m) => m.messagesPerOp, format: decimal },
  { title: 'bytes per operation', value: (m) => m.bytesPerOp, format: count },
  { title: 'syncs per operation', value: (m) => m.syncsPerOp, format: decimal },
];

/** The row's figure for some runs: of several the median; `-` where it does not apply. */
export function figureOf(row: MetricRow, runs: readonly Run[]): string {
  const values = runs
    .map((run) => (run.metrics === null ? null : row.value(run.metrics)))
    .filter((value) => value !== null)
    .sort((a, b) => a - b);
  const middle = median(values);
  return middle === null ? '-' : row.format(middle);
}

function median(sorted: readonly number[]): number | null {
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}

/** `valid`, or what of several runs was not. Of no run nothing is known. */
export function verdictOf(runs: readonly Run[]): string {
  if (runs.length === 0) return verdictText('unknown');
  for (const verdict of ['invalid', 'unknown'] as const) {
    const hits = runs.filter((run) => (run.verdict ?? 'unknown') === verdict).length;
    if (hits === 0) continue;
    return verdictText(verdict, runs.length === 1 ? '' : ` (${hits} of ${runs.length})`);
  }
  return verdictText('valid');
}

export function verdictText(verdict: Verdict | null, suffix = ''): string {
  const colour = verdict === 'valid' ? 'green' : verdict === 'invalid' ? 'red' : 'yellow';
  return paint(`${verdict ?? 'unknown'}${suffix}`, colour);
}

/** Who was in the cluster at the end, and what became of snapshots; nothing when nothing was. */
export function changeLines({ metrics }: Run): string[] {
  const lines: string[] = [];
  if (metrics?.membership !== undefined) {
    const { voters, learners, changes } = metrics.membership;
    const others = learners.length === 0 ? '' : `, learners ${learners.join(' ')}`;
    const count = `${changes} ${changes === 1 ? 'change' : 'changes'} of configuration`;
    lines.push(`membership: voters ${voters.join(' ')}${others}, after ${count}`);
  }
  if (metrics?.snapshots !== undefined) {
    const { taken, installed } = metrics.snapshots;
    lines.push(`snapshots: ${taken} taken, ${installed} taken over from another node`);
  }
  return lines;
}

/** Exit code of finished runs: 1 a violation, 4 the environment failed, 3 unknown, 0 valid. */
export function exitCodeOf(runs: readonly Run[]): number {
  if (runs.length === 0) return 4;
  if (runs.some((run) => run.verdict === 'invalid')) return 1;
  if (runs.some((run) => run.status === 'failed')) return 4;
  return runs.every((run) => run.verdict === 'valid') ? 0 : 3;
}

export function milliseconds(value: number): string {
  if (value >= 10_000) return `${(value / 1_000).toFixed(1)} s`;
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function decimal(value: number): string {
  return value.toFixed(2);
}

/** Lines of `what, at which moment` for each violation of a run. */
export function violationLines(run: Run): string[] {
  return run.violations.map((violation) => {
    const where = violation.node === null ? '' : ` on ${violation.node}`;
    const at = `${(violation.us / 1_000_000).toFixed(3)} s`;
    return `  ${paint(violation.check, 'red')} at ${at}${where}: ${violation.message}`;
  });
}
