/** Answers per second and latency of one run, as drawings that stretch to the width of the page:
 *  shapes in per mille of the time axis, text beside them. */
import type { RunReport, TimelineReport } from '../../../contract/report.ts';
import { countText, spanText } from '../figure-text.ts';
import { html, NOTHING, type Markup } from './markup.ts';
import { decadesOf, logShare, rounded, ticksTo, type LogScale } from './scales.ts';

/** The same for all runs of a page. */
export interface PlotScales {
  /** End of the time axis. */
  readonly maxMs: number;
  readonly ticks: readonly number[];
  readonly answersMax: number;
  readonly answersStep: number;
  /** Most that was lost, per second. */
  readonly lostMax: number;
  readonly latency: LogScale | null;
}

/** Share of the plot below the line, when anything was lost. */
const LOST_SHARE = 0.28;

export function answersPlot(
  report: RunReport,
  scales: PlotScales,
  shades: readonly Markup[],
): Markup {
  const { answersMax, lostMax } = scales;
  const zero = lostMax > 0 ? 100 * (1 - LOST_SHARE) : 100;
  const lines = ticksTo(answersMax, 4).map((value) => {
    return { y: zero * (1 - value / answersMax), label: countText(value) };
  });
  return html`<div class="row">
    <div class="what">answers<br />a second</div>
    <div class="plot answers">
      ${yLabels(lines)}
      <svg
        viewBox="0 0 1000 100"
        preserveAspectRatio="none"
        role="img"
        aria-label="${heard(report)}"
      >
        ${shades}
        ${grid(
          scales,
          lines.map(({ y }) => y),
        )}
        ${answerArea(report.timeline, scales, zero)} ${lostBars(report.timeline, scales, zero)}
        <line x1="0" x2="1000" y1="${zero}" y2="${zero}" class="base" />
      </svg>
      ${outageMarks(report, scales)} ${burstMarks(report.timeline, scales)}
    </div>
  </div>`;
}

export function latencyPlot(
  report: RunReport,
  scales: PlotScales,
  shades: readonly Markup[],
): Markup {
  const { latency } = scales;
  if (latency === null) return NOTHING;
  const lines = decadesOf(latency).map((value) => {
    return { y: 100 * (1 - logShare(latency, value)), label: decadeText(value) };
  });
  const { p50Ms, p95Ms, p99Ms } = report.timeline;
  const path = (values: TimelineReport['p50Ms'], kind: string): Markup =>
    quantileLine(values, report.timeline.bucketMs, scales.maxMs, latency, kind);
  return html`<div class="row">
    <div class="what">latency</div>
    <div class="plot latency">
      ${yLabels(lines)}
      <svg
        viewBox="0 0 1000 100"
        preserveAspectRatio="none"
        role="img"
        aria-label="latency over time"
      >
        ${shades}
        ${grid(
          scales,
          lines.map(({ y }) => y),
        )}
        ${path(p99Ms, 'p99')} ${path(p95Ms, 'p95')} ${path(p50Ms, 'p50')}
      </svg>
    </div>
  </div>`;
}

/** For those who do not see it. */
function heard({ outcomes, longestGapMs }: RunReport): string {
  const { ok, failed, unknown } = outcomes;
  const counts = `${ok} answered, ${failed} failed, ${unknown} of unknown outcome`;
  return `${counts}; longest time without an answer ${spanText(longestGapMs)}`;
}

function grid({ ticks, maxMs }: PlotScales, ys: readonly number[]): Markup[] {
  const across = ys.map(
    (y) => html`<line x1="0" x2="1000" y1="${rounded(y)}" y2="${rounded(y)}" class="grid" />`,
  );
  const down = ticks.map((ms) => {
    const x = rounded((ms / maxMs) * 1_000);
    return html`<line x1="${x}" x2="${x}" y1="0" y2="100" class="grid" />`;
  });
  return [...across, ...down];
}

function yLabels(lines: readonly { y: number; label: string }[]): Markup[] {
  return lines.map(
    ({ y, label }) => html`<span class="y" style="top:${rounded(y)}%">${label}</span>`,
  );
}

function answerArea(timeline: TimelineReport, scales: PlotScales, zero: number): Markup {
  const { bucketMs, ok } = timeline;
  const width = (bucketMs / scales.maxMs) * 1_000;
  const top = (count: number): number =>
    rounded(zero * Math.max(0, 1 - (count * 1_000) / bucketMs / scales.answersMax));
  const steps = ok.map((count, at) => {
    const y = top(count);
    return `L${rounded(at * width)} ${y}L${rounded((at + 1) * width)} ${y}`;
  });
  const path = `M0 ${zero}${steps.join('')}L${rounded(ok.length * width)} ${zero}`;
  return html`<path class="area" d="${path}Z" />`;
}

/** Below the line: failed ones full, those of unknown outcome hollow. */
function lostBars(timeline: TimelineReport, scales: PlotScales, zero: number): Markup[] {
  const { bucketMs, failed, unknown } = timeline;
  const perSecond = 1_000 / bucketMs;
  const height = (count: number): number =>
    ((count * perSecond) / Math.max(scales.lostMax, 1)) * (100 - zero);
  const width = rounded((bucketMs / scales.maxMs) * 1_000);
  return failed.flatMap((count, at) => {
    const x = rounded(at * width);
    const none = unknown[at] ?? 0;
    return [
      ...bar('failed', x, zero, width, height(count)),
      ...bar('unknown', x, zero + height(count), width, height(none)),
    ];
  });
}

function bar(kind: string, x: number, y: number, width: number, height: number): Markup[] {
  if (height <= 0) return [];
  const size = html`width="${width}" height="${rounded(height)}"`;
  return [html`<rect class="${kind}" x="${x}" y="${rounded(y)}" ${size} />`];
}

/** The highest of neighbouring buckets that are higher than the plot, as a number. */
function burstMarks({ bucketMs, ok }: TimelineReport, scales: PlotScales): Markup[] {
  const rate = (at: number): number => ((ok[at] ?? 0) * 1_000) / bucketMs;
  return ok.flatMap((_, at) => {
    const isPeak = rate(at) > rate(at - 1) && rate(at) >= rate(at + 1);
    if (!isPeak || rate(at) <= scales.answersMax) return [];
    const left = rounded((((at + 0.5) * bucketMs) / scales.maxMs) * 100);
    return [html`<div class="burst" style="left:${left}%">▲ ${countText(rate(at))}</div>`];
  });
}

/** A measured line over every outage that a fault made. */
function outageMarks({ faults }: RunReport, { maxMs }: PlotScales): Markup[] {
  const drawn = new Set<number>();
  return faults.flatMap(({ effect, outageMs, outageFromMs }) => {
    if (effect !== 'outage' || outageMs === null || outageFromMs === null) return [];
    if (drawn.has(outageFromMs)) return [];
    drawn.add(outageFromMs);
    const left = rounded((outageFromMs / maxMs) * 100);
    const width = rounded((outageMs / maxMs) * 100);
    const style = `left:${left}%;width:${width}%`;
    return [
      html`<div class="silence-mark" style="${style}"><span>${spanText(outageMs)}</span></div>`,
    ];
  });
}

/** Buckets without an answer leave the line open; a lone one is drawn as a short stroke. */
function quantileLine(
  values: TimelineReport['p50Ms'],
  bucketMs: number,
  maxMs: number,
  scale: LogScale,
  kind: string,
): Markup {
  const width = (bucketMs / maxMs) * 1_000;
  let path = '';
  let isOpen = false;
  for (const [at, value] of values.entries()) {
    if (value === null) {
      isOpen = false;
      continue;
    }
    const y = rounded(100 * (1 - logShare(scale, value)));
    const from = isOpen ? 'L' : 'M';
    path += `${from}${rounded(at * width)} ${y}L${rounded((at + 1) * width)} ${y}`;
    isOpen = true;
  }
  return html`<path class="${kind}" d="${path}" />`;
}

function decadeText(ms: number): string {
  return ms >= 1_000 ? `${ms / 1_000} s` : `${rounded(ms)} ms`;
}
