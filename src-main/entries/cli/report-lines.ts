/** Reports of runs for a terminal: the figures side by side, then the faults of each run. */
import type { FaultReport, RunReport } from '../../contract/report.ts';
import {
  bestRuns,
  FIGURE_ROWS,
  figureCell,
  perOperation,
} from '../../verification/reports/figure-rows.ts';
import {
  countText,
  momentText,
  ratioText,
  spanText,
} from '../../verification/reports/figure-text.ts';
import { verdictText } from './figures.ts';
import { paint, tableLines, type Column } from './terminal.ts';

/** Faults of one run that are told; `--json` and `--html` have more. */
const FAULTS_MAX = 30;
const ELECTIONS_MAX = 10;
const VIOLATIONS_MAX = 5;

const KINDS = [
  ['replicate', 'replicate'],
  ['acknowledge', 'answer'],
  ['commit notice', 'commit'],
  ['heartbeat', 'heartbeat'],
  ['read', 'read'],
  ['catch-up', 'catch-up'],
  ['election', 'election'],
] as const;

export function reportLines(reports: readonly RunReport[]): string[] {
  return [
    ...reports.flatMap(headLines),
    '',
    ...figureLines(reports),
    '',
    ...costLines(reports),
    ...reports.flatMap(faultLines),
    ...reports.flatMap(changeLines),
  ];
}

function headLines(report: RunReport): string[] {
  const { runId, protocol, nodes, seed, name, notices, verdict, mutants, violations } = report;
  const { host, timing } = report.configuration;
  const [least, most] = timing.electionTimeoutMs;
  const off = mutants.length === 0 ? '' : `, rules off: ${mutants.join(' ')}`;
  const first = [...violations].sort((a, b) => a.us - b.us).slice(0, VIOLATIONS_MAX);
  return [
    `run ${runId}: ${name}: ${verdictText(verdict)}`,
    `  ${protocol}, ${nodes} nodes, ${host}, seed ${seed}, heartbeat ${timing.heartbeatMs} ms, ` +
      `election timeout ${least} to ${most} ms${off}`,
    ...notices.map((notice) => `  note: ${notice}`),
    ...first.map(({ check, us, message }) => {
      return `  ${paint(check, 'red')} at ${momentText(us / 1_000)}: ${message}`;
    }),
  ];
}

function figureLines(reports: readonly RunReport[]): string[] {
  const shown = FIGURE_ROWS.filter((row) => reports.some((report) => row.value(report) !== null));
  const rows = shown.flatMap((row, i) => {
    const best = bestRuns(row, reports);
    const cells = reports.map((report) => {
      const text = figureCell(row, report);
      return best.has(report) ? paint(text, 'bold') : text;
    });
    const line = [`  ${row.title}`, ...cells];
    return row.group === shown[i - 1]?.group ? [line] : [[row.group], line];
  });
  return tableLines([{ title: 'figure' }, ...runColumns(reports)], rows);
}

function costLines(reports: readonly RunReport[]): string[] {
  if (reports.every(({ steady }) => steady === null)) return [];
  const rows = KINDS.map(([title, kind]) => [
    title,
    ...reports.map(({ steady }) => {
      const messages = perOperation(steady, (cost) => cost.messages[kind]);
      const bytes = perOperation(steady, (cost) => cost.bytes[kind]);
      return messages === null ? '-' : `${ratioText(messages)} ${bytesText(bytes)}`;
    }),
  ]);
  return tableLines([{ title: 'messages and bytes per operation' }, ...runColumns(reports)], rows);
}

function bytesText(bytes: number | null): string {
  return `${countText(bytes ?? 0)} B`.padStart(8);
}

function runColumns(reports: readonly RunReport[]): Column[] {
  return reports.map(({ runId, protocol }) => {
    return { title: `${protocol} ${runId}`, align: 'right' };
  });
}

function faultLines({ runId, protocol, faults, elections }: RunReport): string[] {
  const hidden = faults.length - FAULTS_MAX;
  const other = elections.slice(0, ELECTIONS_MAX).map(({ leader, atMs, cause }) => {
    return `  ${leader.node} led era ${leader.era} at ${momentText(atMs)}: ${cause}`;
  });
  return [
    '',
    paint(`faults of run ${runId} (${protocol})`, 'bold'),
    ...(faults.length === 0 ? ['  none'] : faults.slice(0, FAULTS_MAX).flatMap(faultText)),
    ...(hidden > 0 ? [`  ${hidden} more: --json has all`] : []),
    ...(other.length === 0 ? [] : ['other changes of leader', ...other]),
  ];
}

function faultText({ id, label, startMs, endMs, effect, summary }: FaultReport): string[] {
  const length = endMs === null ? 'to the end' : spanText(endMs - startMs);
  const mark = effect === 'outage' ? paint('outage', 'red') : effect;
  return [`  #${id} ${label} at ${momentText(startMs)} for ${length}: ${mark}`, `     ${summary}`];
}

function changeLines({ runId, changes }: RunReport): string[] {
  if (changes.length === 0) return [];
  const columns: Column[] = [
    { title: `commands in run ${runId}` },
    { title: 'at', align: 'right' },
    { title: 'decided after', align: 'right' },
    { title: 'in force after', align: 'right' },
    { title: 'longest gap', align: 'right' },
    { title: 'what came of it' },
  ];
  const rows = changes.map(({ label, startMs, decidedMs, effectiveMs, gapMs, ok, outcome }) => [
    label,
    momentText(startMs),
    ...[decidedMs, effectiveMs, gapMs].map(spanText),
    `${ok === false ? 'NOT DONE: ' : ''}${outcome ?? 'under way'}`,
  ]);
  return ['', ...tableLines(columns, rows)];
}
