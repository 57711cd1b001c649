/** Ticks, fault bands and the playhead of a time axis. The same look on every axis of the lab. */
import type { FaultKindName } from '../../src-main/contract/words.ts';
import { hatch } from '../charts/hatch.ts';
import type { Palette } from '../theme/palette.svelte.ts';
import { bandInk, bandLetter, LANE_HEIGHT, type FaultBand } from './bands.ts';
import { faultInk } from './fault-marks.ts';
import { formatTime, ticks, timeToX, type TimeScale } from './time-scale.ts';

export const TICK_FONT = '9.5px "DejaVu Sans Mono", ui-monospace, monospace';
export const TEXT_FONT = '10.5px "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif';

export function drawTicks(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  scale: TimeScale,
  rows: { readonly top: number; readonly bottom: number },
): void {
  const { stepUs, times } = ticks(scale, 88);
  ctx.font = TICK_FONT;
  ctx.textBaseline = 'alphabetic';
  ctx.textAlign = 'left';
  for (const us of times) {
    const x = Math.round(timeToX(scale, us)) + 0.5;
    line(ctx, palette.line, x, rows.top, x, rows.bottom);
    ctx.fillStyle = palette['text-3'];
    ctx.fillText(`${formatTime(us, stepUs)} s`, x + 3, rows.top + 12);
  }
}

export function drawFaultBands(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  scale: TimeScale,
  bands: readonly FaultBand[],
  rows: { readonly top: number; readonly bottom: number; readonly nowUs: number },
): void {
  ctx.font = TEXT_FONT;
  ctx.textBaseline = 'middle';
  const freeX: number[] = [];
  for (const band of bands) {
    const endUs = band.toUs ?? rows.nowUs;
    if (endUs < scale.fromUs || band.fromUs > scale.toUs) continue;
    const ink = palette[bandInk(band.kind)];
    const y = rows.top + band.lane * LANE_HEIGHT;
    const left = Math.max(scale.left, timeToX(scale, band.fromUs));
    const right = Math.max(left + 2, Math.min(scale.left + scale.width, timeToX(scale, endUs)));
    ctx.globalAlpha = 0.22;
    ctx.fillStyle = ink;
    ctx.fillRect(left, y, right - left, LANE_HEIGHT - 2);
    ctx.globalAlpha = 1;
    drawEdges(ctx, scale, band, ink, { top: y, bottom: rows.bottom });
    // Short faults close to each other: the band is always drawn, a letter only where it is free.
    if (left < (freeX[band.lane] ?? 0)) continue;
    drawLetter(ctx, palette, bandLetter(band.kind), ink, left, y);
    freeX[band.lane] = left + 12;
    ctx.fillStyle = palette['text-2'];
    ctx.textAlign = 'left';
    const room = roomFor(scale, bands, band, { left, right });
    if (room <= 20) continue;
    const text = fit(ctx, band.label, room);
    ctx.fillText(text, left + 14, y + 5);
    freeX[band.lane] = left + 16 + ctx.measureText(text).width;
  }
}

const OPEN_LABEL_PX = 140;

/** A command is over in no time: its label may stand behind it, as far as the lane is free. */
function roomFor(
  scale: TimeScale,
  bands: readonly FaultBand[],
  band: FaultBand,
  { left, right }: { readonly left: number; readonly right: number },
): number {
  const inSight = scale.left + scale.width - left - 16;
  if (band.toUs === null) return Math.min(inSight, Math.max(right - left, OPEN_LABEL_PX));
  if (band.kind !== 'command') return right - left - 16;
  const next = bands.find((other) => other.lane === band.lane && other.fromUs > band.fromUs);
  const free = next === undefined ? inSight : timeToX(scale, next.fromUs) - left - 18;
  return Math.max(right - left - 16, Math.min(inSight, free, OPEN_LABEL_PX));
}

function drawEdges(
  ctx: CanvasRenderingContext2D,
  scale: TimeScale,
  band: FaultBand,
  ink: string,
  rows: { readonly top: number; readonly bottom: number },
): void {
  const start = Math.round(timeToX(scale, band.fromUs)) + 0.5;
  if (start >= scale.left) line(ctx, ink, start, rows.top, start, rows.bottom);
  if (band.toUs === null) return;
  const end = Math.round(timeToX(scale, band.toUs)) + 0.5;
  if (end < scale.left || end > scale.left + scale.width) return;
  ctx.setLineDash([2, 3]);
  line(ctx, ink, end, rows.top, end, rows.bottom);
  ctx.setLineDash([]);
}

function drawLetter(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  letter: string,
  ink: string,
  x: number,
  y: number,
): void {
  ctx.fillStyle = ink;
  ctx.fillRect(x, y, 11, LANE_HEIGHT - 2);
  ctx.fillStyle = palette.surface;
  ctx.textAlign = 'center';
  ctx.font = 'bold 9px "DejaVu Sans Mono", monospace';
  ctx.fillText(letter, x + 5.5, y + 5.5);
  ctx.font = TEXT_FONT;
}

/** The wash of a fault behind the row it touches. */
export function drawWash(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  kind: FaultKindName,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): void {
  ctx.globalAlpha = 0.13;
  ctx.fillStyle = palette[faultInk(kind)];
  ctx.fillRect(box.x, box.y, box.width, box.height);
  ctx.globalAlpha = 1;
}

export function drawPlayhead(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  scale: TimeScale,
  us: number,
  rows: { readonly top: number; readonly bottom: number },
): void {
  const x = Math.round(timeToX(scale, us)) + 0.5;
  if (x < scale.left - 1 || x > scale.left + scale.width + 1) return;
  line(ctx, palette.text, x, rows.top + 8, x, rows.bottom);
  const text = (us / 1e6).toFixed(scale.toUs - scale.fromUs < 200_000 ? 5 : 3);
  ctx.font = `bold ${TICK_FONT}`;
  const width = ctx.measureText(text).width + 8;
  const left = Math.min(scale.left + scale.width - width, Math.max(scale.left, x - width / 2));
  ctx.fillStyle = palette.text;
  ctx.fillRect(left, rows.top, width, 15);
  ctx.fillStyle = palette['on-ink'];
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.fillText(text, left + 4, rows.top + 8);
}

/** A stretch with its length written on it, or before it when it is short and there is room. */
export function drawDimension(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  stretch: {
    readonly fromX: number;
    readonly toX: number;
    readonly y: number;
    /** Nothing is drawn left of this. */
    readonly freeX: number;
  },
  text: string,
): void {
  const { fromX, toX, y } = stretch;
  ctx.font = `bold ${TICK_FONT}`;
  const width = ctx.measureText(text).width + 10;
  line(ctx, palette['text-2'], fromX, y + 0.5, toX, y + 0.5);
  line(ctx, palette['text-2'], fromX + 0.5, y - 4, fromX + 0.5, y + 5);
  line(ctx, palette['text-2'], toX - 0.5, y - 4, toX - 0.5, y + 5);
  const inside = toX - fromX > width + 8;
  const left = inside ? (fromX + toX - width) / 2 : fromX - width - 2;
  if (left < stretch.freeX) return;
  ctx.fillStyle = palette.surface;
  ctx.fillRect(left, y - 6, width, 12);
  ctx.fillStyle = palette.text;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.fillText(text, left + 5, y + 0.5);
}

export function hatched(
  ctx: CanvasRenderingContext2D,
  ink: string,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): void {
  ctx.fillStyle = hatch(ctx, ink, 'fine');
  ctx.fillRect(box.x, box.y, box.width, box.height);
}

export function line(
  ctx: CanvasRenderingContext2D,
  ink: string,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
): void {
  ctx.strokeStyle = ink;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}

export function fit(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  if (ctx.measureText(text).width <= room) return text;
  let keep = text.length;
  while (keep > 1 && ctx.measureText(`${text.slice(0, keep)}…`).width > room) keep -= 1;
  return `${text.slice(0, keep)}…`;
}
