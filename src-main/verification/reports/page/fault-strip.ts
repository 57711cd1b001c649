/** Faults above the plots: numbered bars in as many lanes as overlap, and their shades below. */
import type { FaultReport } from '../../../contract/report.ts';
import { html, NOTHING, type Markup } from './markup.ts';
import { rounded } from './scales.ts';

interface Placed {
  readonly fault: FaultReport;
  readonly lane: number;
}

const LANES_MAX = 8;
/** More shades than this are a grey mass. */
const SHADES_MAX = 60;
/** Width that a label needs, as a share of the axis. */
const LABEL_SHARE = 0.012;

/** @param maxMs end of the time axis */
export function faultStrip(faults: readonly FaultReport[], maxMs: number): Markup {
  if (faults.length === 0) return NOTHING;
  const placed = inLanes(faults, maxMs);
  const lanes = Math.max(0, ...placed.map(({ lane }) => lane)) + 1;
  const hidden = faults.length - placed.length;
  const more =
    hidden === 0
      ? NOTHING
      : html`<p class="hint">${hidden} more faults are not drawn; the table has them.</p>`;
  return html`<div class="row">
    <div class="what">faults</div>
    <div class="strip" style="height:${lanes * 18}px">
      ${placed.map((one) => faultBar(one, maxMs))}
    </div>
    ${more}
  </div>`;
}

/** Their time, shaded through a plot; to be put into its drawing. */
export function faultShades(faults: readonly FaultReport[], maxMs: number): Markup[] {
  const drawn = faults.filter(({ effect }) => effect !== 'not-applied').slice(0, SHADES_MAX);
  return drawn.map((fault) => {
    const { startMs, endMs } = fault;
    const x = rounded((startMs / maxMs) * 1_000);
    const width = rounded((((endMs ?? maxMs) - startMs) / maxMs) * 1_000);
    const colour = colourOf(fault);
    return html`<rect
        x="${x}"
        y="0"
        width="${width}"
        height="100"
        class="shade"
        style="fill:${colour}"
      /><line x1="${x}" x2="${x}" y1="0" y2="100" class="since" style="stroke:${colour}" />`;
  });
}

/** What is no name of a colour falls back to a common one. */
export function colourOf({ kind }: FaultReport): string {
  const name = kind.replace(/[^a-z-]/g, '');
  return `var(--fault-${name}, var(--fault-other))`;
}

function faultBar({ fault, lane }: Placed, maxMs: number): Markup {
  const { startMs, endMs, label, id, effect } = fault;
  const left = rounded((startMs / maxMs) * 100);
  const width = rounded((((endMs ?? maxMs) - startMs) / maxMs) * 100);
  const state = effect === 'not-applied' ? ' refused' : endMs === null ? ' open' : '';
  const style = `left:${left}%;width:${width}%;top:${lane * 18}px;--hue:${colourOf(fault)}`;
  return html`<div class="fault${state}" style="${style}"><b>${id}</b><span>${label}</span></div>`;
}

/** Each in the first lane that is free there; those that find none are left out. */
function inLanes(faults: readonly FaultReport[], maxMs: number): Placed[] {
  const freeFrom: number[] = [];
  const placed: Placed[] = [];
  for (const fault of faults) {
    const least = fault.startMs + (fault.label.length + 4) * LABEL_SHARE * 0.6 * maxMs;
    const endMs = Math.max(fault.endMs ?? maxMs, least);
    let lane = freeFrom.findIndex((free) => free <= fault.startMs);
    if (lane < 0) lane = freeFrom.length;
    if (lane >= LANES_MAX) continue;
    freeFrom[lane] = endMs;
    placed.push({ fault, lane });
  }
  return placed;
}
