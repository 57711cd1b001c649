/**
 * From a fault to the first commit under the next leader, all runs on one axis that begins at the
 * fault: how long until somebody suspected, somebody was chosen, was ready, committed.
 */
import type { FaultReport, RunReport } from '../../../contract/report.ts';
import { spanText } from '../figure-text.ts';
import { hint, html, NOTHING, type Markup } from './markup.ts';
import { rounded, ticksTo } from './scales.ts';
import { protocolTitle } from './titles.ts';

interface Phase {
  readonly name: string;
  readonly className: string;
  readonly fromMs: number;
  readonly toMs: number;
}

interface Silence {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lengthMs: number;
}

const ROWS_MAX = 40;
const TICKS = 6;
/** Phases that are narrower than this share say nothing inside. */
const TEXT_SHARE = 0.09;

export function phaseBars(reports: readonly RunReport[]): Markup {
  const rows = reports.flatMap((report) =>
    report.faults
      .filter(({ newLeader }) => newLeader !== null)
      .map((fault) => ({ report, fault, phases: phasesOf(fault) })),
  );
  if (rows.length === 0) return NOTHING;
  const ends = rows.flatMap(({ phases, fault }) => [
    phases.at(-1)?.toMs ?? 0,
    silenceOf(fault)?.toMs ?? 0,
  ]);
  const maxMs = Math.max(1, ...ends) * 1.02;
  const hidden = rows.length - ROWS_MAX;
  return html`<h3>From the fault to the first commit under the next leader</h3>
    <p class="legend">
      <span><i class="key detect"></i>until a node sought leadership</span>
      <span><i class="key elect"></i>until a leader was chosen</span>
      <span><i class="key recover"></i>until it was ready</span>
      <span><i class="key commit"></i>until the first commit</span>
      <span><i class="key silence"></i>no commit was answered</span>
    </p>
    <figure class="plots phases">
      ${rows.slice(0, ROWS_MAX).map((row) => phaseRow(row, maxMs))} ${axis(maxMs)}
    </figure>
    ${hint(hidden > 0 ? `${hidden} more are not drawn; the tables have them.` : '')}`;
}

function phasesOf({ detectedMs, electedMs, readyMs, firstCommitMs }: FaultReport): Phase[] {
  const marks: readonly (readonly [string, string, number | null])[] = [
    ['detect', 'detect', detectedMs],
    ['elect', 'elect', electedMs],
    ['recover', 'recover', readyMs],
    ['commit', 'commit', firstCommitMs],
  ];
  let fromMs = 0;
  return marks.flatMap(([name, className, toMs]) => {
    if (toMs === null || toMs < fromMs) return [];
    const phase = { name, className, fromMs, toMs };
    fromMs = toMs;
    return [phase];
  });
}

/** The outage, counted from the fault; the last answer before it may be earlier. */
function silenceOf({ outageFromMs, outageMs, startMs, struckMs }: FaultReport): Silence | null {
  if (outageFromMs === null || outageMs === null) return null;
  const fromMs = outageFromMs - (struckMs ?? startMs);
  return { fromMs: Math.max(0, fromMs), toMs: fromMs + outageMs, lengthMs: outageMs };
}

function phaseRow(
  row: { report: RunReport; fault: FaultReport; phases: readonly Phase[] },
  maxMs: number,
): Markup {
  const { report, fault, phases } = row;
  const share = (ms: number): number => rounded((ms / maxMs) * 100);
  const bars = phases.map(({ name, className, fromMs, toMs }) => {
    const style = `left:${share(fromMs)}%;width:${share(toMs - fromMs)}%`;
    const isWide = (toMs - fromMs) / maxMs > TEXT_SHARE;
    const text = isWide ? `${name} ${spanText(toMs - fromMs)}` : '';
    return html`<div class="phase ${className}" style="${style}">${text}</div>`;
  });
  const end = phases.at(-1)?.toMs ?? 0;
  return html`<div class="row">
    <div class="what">
      <b>${protocolTitle(report)}</b> ${report.runId}<br /><span>#${fault.id} ${fault.label}</span>
    </div>
    <div class="strip phased">
      ${bars} ${silenceBar(silenceOf(fault), share)}
      <span class="total" style="left:${share(end)}%">${spanText(end)}</span>
    </div>
  </div>`;
}

function silenceBar(silence: Silence | null, share: (ms: number) => number): Markup {
  if (silence === null) return NOTHING;
  const { fromMs, toMs, lengthMs } = silence;
  const style = `left:${share(fromMs)}%;width:${share(toMs - fromMs)}%`;
  return html`<div class="silent" style="${style}"></div>
    <span class="quiet" style="left:${share(toMs)}%">${spanText(lengthMs)}</span>`;
}

function axis(maxMs: number): Markup {
  const labels = ticksTo(maxMs, TICKS).map((ms) => {
    const left = `left:${rounded((ms / maxMs) * 100)}%`;
    return html`<span style="${left}">${ms === 0 ? 'fault' : `+${spanText(ms)}`}</span>`;
  });
  return html`<div class="row axis">
    <div class="what">after</div>
    <div class="strip">${labels}</div>
  </div>`;
}
