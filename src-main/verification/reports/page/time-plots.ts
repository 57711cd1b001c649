/**
 * What happened over time, one run under the other on one time axis: faults, who led, answers per
 * second with what was lost below the line, latency. The same scales for every run.
 */
import type { RunReport, TenureReport } from '../../../contract/report.ts';
import { spanText } from '../figure-text.ts';
import { faultShades, faultStrip } from './fault-strip.ts';
import { html, NOTHING, type Markup } from './markup.ts';
import { answersPlot, latencyPlot, type PlotScales } from './answer-plots.ts';
import { logScaleOf, roundStep, rounded, ticksTo } from './scales.ts';
import { runTitle } from './titles.ts';

const TICKS = 8;
const USUAL_SHARE = 0.9;
const BURST_FACTOR = 2.5;

export function timePlots(reports: readonly RunReport[]): Markup {
  const scales = scalesOf(reports);
  return html`<section>
    <h2>Over time</h2>
    <p class="legend">
      <span><i class="key area"></i>answers a second</span>
      <span><i class="key failed"></i>failed</span>
      <span><i class="key unknown"></i>of unknown outcome</span>
      <span><i class="key p50"></i>latency p50</span>
      <span><i class="key p95"></i>p95</span>
      <span><i class="key p99"></i>p99</span>
      <span class="note">Shaded: a fault is on. Hatched: leads, but is not ready yet.</span>
    </p>
    ${reports.map((report) => runPlots(report, scales, reports.length > 1))}
  </section>`;
}

function runPlots(report: RunReport, scales: PlotScales, isNamed: boolean): Markup {
  const { maxMs } = scales;
  const shades = faultShades(report.faults, maxMs);
  const name = isNamed ? html`<h3>${runTitle(report)}</h3>` : NOTHING;
  return html`<figure class="plots" data-run="${report.runId}">
    ${name} ${faultStrip(report.faults, maxMs)} ${tenureStrip(report.tenures, maxMs)}
    ${answersPlot(report, scales, shades)} ${latencyPlot(report, scales, shades)}
    ${timeAxis(scales)}
  </figure>`;
}

/** A leader that does not know that it is deposed overlaps the next one: two lanes. */
function tenureStrip(tenures: readonly TenureReport[], maxMs: number): Markup {
  const lanes = tenures.map((tenure, i) => {
    const before = tenures.slice(0, i).some(({ toMs }) => toMs > tenure.fromMs);
    return before && i % 2 === 1 ? 1 : 0;
  });
  const height = lanes.includes(1) ? 40 : 20;
  const bars = tenures.flatMap((tenure, i) => tenureBars(tenure, (lanes[i] ?? 0) * 20, maxMs));
  return html`<div class="row">
    <div class="what">leader</div>
    <div class="strip" style="height:${height}px">${bars}</div>
  </div>`;
}

function tenureBars(tenure: TenureReport, top: number, maxMs: number): Markup[] {
  const { node, era, eraNumber, fromMs, readyMs, toMs, ended } = tenure;
  const share = (ms: number): number => rounded((ms / maxMs) * 100);
  const hue = ((eraNumber - 1) % 8) + 1;
  const style = `left:${share(fromMs)}%;width:${share(toMs - fromMs)}%;top:${top}px`;
  const ink = `background:var(--era-${hue});color:var(--era-${hue}-ink)`;
  const span = `${node} leads era ${era} from ${spanText(fromMs)} to ${spanText(toMs)}: ${ended}`;
  const bar = html`<div class="tenure" style="${style};${ink}" title="${span}">
    ${node} · ${era}
  </div>`;
  const waitMs = (readyMs ?? toMs) - fromMs;
  if (waitMs <= 0) return [bar];
  const wait = `left:${share(fromMs)}%;width:${share(waitMs)}%;top:${top}px`;
  return [bar, html`<div class="tenure unready" style="${wait}"></div>`];
}

function timeAxis({ ticks, maxMs }: PlotScales): Markup {
  const labels = ticks.map((ms) => {
    const left = `left:${rounded((ms / maxMs) * 100)}%`;
    return html`<span style="${left}">${spanOf(ms)}</span>`;
  });
  return html`<div class="row axis">
    <div class="what">time</div>
    <div class="strip">${labels}</div>
  </div>`;
}

function spanOf(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000} s` : `${rounded(ms / 1_000)} s`;
}

function scalesOf(reports: readonly RunReport[]): PlotScales {
  const maxMs = Math.max(1, ...reports.map(({ durationMs }) => durationMs));
  const rates: number[] = [];
  const latencies: number[] = [];
  let lostMax = 0;
  for (const { timeline } of reports) {
    const perSecond = 1_000 / timeline.bucketMs;
    for (const [at, ok] of timeline.ok.entries()) {
      if (ok > 0) rates.push(ok * perSecond);
      const gone = (timeline.failed[at] ?? 0) + (timeline.unknown[at] ?? 0);
      lostMax = Math.max(lostMax, gone * perSecond);
    }
    for (const list of [timeline.p50Ms, timeline.p99Ms]) {
      for (const value of list) if (value !== null) latencies.push(value);
    }
  }
  const most = heightFor(rates);
  const step = roundStep(most / 4);
  return {
    ...{ maxMs, lostMax, ticks: ticksTo(maxMs, TICKS), latency: logScaleOf(latencies) },
    ...{ answersMax: Math.ceil(most / step) * step, answersStep: step },
  };
}

/** What was held up is answered at once when an outage ends: such a burst must not flatten the
 *  rest, so that it is cut off and told as a number. */
function heightFor(rates: readonly number[]): number {
  const sorted = [...rates].sort((a, b) => a - b);
  const most = sorted.at(-1) ?? 1;
  const usual = sorted[Math.floor(sorted.length * USUAL_SHARE)] ?? most;
  return Math.max(1, Math.min(most, usual * BURST_FACTOR));
}
