/** Messages in flight: block replicate, hollow circle answer, diamond election, bar commit. */
import type { MessageKind } from '../../src-main/contract/words.ts';
import type { Palette } from '../theme/palette.svelte.ts';
import type { MessageMark } from '../timeline/message-marks.ts';
import { lanePoint, type Point } from '../widgets/topology-layout.ts';

const ASIDE = 4;
const TAIL = 10;

/** Draws every mark on its link; unknown nodes are skipped. */
export function drawMarks(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  places: ReadonlyMap<string, Point>,
  marks: readonly MessageMark[],
): void {
  for (const mark of marks) {
    const from = places.get(mark.from);
    const to = places.get(mark.to);
    if (from === undefined || to === undefined) continue;
    const at = lanePoint(from, to, mark.progress, ASIDE);
    const angle = Math.atan2(to.y - from.y, to.x - from.x);
    ctx.save();
    ctx.translate(at.x, at.y);
    ctx.rotate(angle);
    ctx.globalAlpha = Math.max(0, Math.min(1, mark.strength));
    if (mark.dropped) drawCross(ctx, palette['fault-lost']);
    else drawMark(ctx, palette, mark.mk);
    ctx.restore();
  }
}

export function messageColour(palette: Palette, mk: MessageKind): string {
  return palette[`msg-${mk}`];
}

function drawMark(ctx: CanvasRenderingContext2D, palette: Palette, mk: MessageKind): void {
  const ink = messageColour(palette, mk);
  ctx.strokeStyle = ink;
  ctx.fillStyle = ink;
  ctx.lineWidth = 1.5;
  if (mk !== 'heartbeat') {
    ctx.beginPath();
    ctx.moveTo(-TAIL, 0);
    ctx.lineTo(-4, 0);
    ctx.stroke();
  }
  ctx.beginPath();
  drawHead(ctx, mk);
  if (mk === 'answer') {
    ctx.fillStyle = palette.surface;
    ctx.fill();
    ctx.stroke();
  } else {
    ctx.fill();
  }
}

function drawHead(ctx: CanvasRenderingContext2D, mk: MessageKind): void {
  switch (mk) {
    case 'replicate':
      ctx.rect(-4.5, -3, 9, 6);
      return;
    case 'catch-up':
      ctx.rect(-5.5, -3.5, 11, 7);
      return;
    case 'answer':
      ctx.arc(0, 0, 3, 0, 2 * Math.PI);
      return;
    case 'commit':
      ctx.rect(-1.5, -4.5, 3, 9);
      return;
    case 'read':
      ctx.moveTo(-3.5, -4);
      ctx.lineTo(4.5, 0);
      ctx.lineTo(-3.5, 4);
      return;
    case 'heartbeat':
      ctx.arc(0, 0, 2, 0, 2 * Math.PI);
      return;
    case 'election':
      ctx.moveTo(-5, 0);
      ctx.lineTo(0, -4.5);
      ctx.lineTo(5, 0);
      ctx.lineTo(0, 4.5);
      ctx.closePath();
  }
}

function drawCross(ctx: CanvasRenderingContext2D, ink: string): void {
  ctx.strokeStyle = ink;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.moveTo(-4, -4);
  ctx.lineTo(4, 4);
  ctx.moveTo(4, -4);
  ctx.lineTo(-4, 4);
  ctx.stroke();
}
