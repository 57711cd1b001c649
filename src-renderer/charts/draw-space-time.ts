/**
 * The space-time diagram: a lane per node, an arrow per message from where it was sent to where it
 * arrived, a cross where it was dropped. Only what is in sight is drawn; when that would be a
 * carpet, messages are counted instead, never left out silently.
 */
import type { ViewEvent } from '../../src-main/contract/events.ts';
import { eraLabel, type MessageKind, type NodeId } from '../../src-main/contract/words.ts';
import { eraColour, type Palette } from '../theme/palette.svelte.ts';
import {
  drawFaultBands,
  drawTicks,
  fit,
  hatched,
  line,
  TEXT_FONT,
  TICK_FONT,
} from '../timeline/draw-axis.ts';
import { faultBands, faultLanesHeight } from '../timeline/bands.ts';
import { segmentIndexAt, type ClusterHistory, type StripSegment } from '../timeline/history.ts';
import { formatCount, timeToX, type TimeScale } from '../timeline/time-scale.ts';

export interface SpaceTime {
  readonly palette: Palette;
  readonly scale: TimeScale;
  readonly history: ClusterHistory;
  /** Events around what is in sight, in order. */
  readonly events: readonly ViewEvent[];
  /** The stretch in which no event is missing, as far as the run goes. */
  readonly loaded: { readonly fromUs: number; readonly toUs: number };
  readonly endUs: number;
  readonly nowUs: number;
  readonly top: number;
  readonly bottom: number;
}

interface Arrow {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly mk: MessageKind;
  readonly type: string;
  readonly fromUs: number;
  readonly toUs: number | null;
  readonly dropped: boolean;
}

const ARROWS_MAX = 1_200;
const LABELS_MAX = 60;
const HEAD = 20;
const FAULT_LANES_MAX = 4;
/** Room below the lowest lane: its own label, and a line that says what is not drawn. */
const FOOT = 48;

/** Draws lanes, then arrows, then marks; returns how many messages were only counted. */
export function drawSpaceTime(ctx: CanvasRenderingContext2D, picture: SpaceTime): number {
  const { scale } = picture;
  const isInSight = (f: { readonly startUs: number; readonly endUs: number | null }): boolean =>
    f.startUs <= scale.toUs && (f.endUs ?? Infinity) >= scale.fromUs;
  const faults = picture.history.faults.filter(isInSight);
  const commands = picture.history.commands.filter(isInSight);
  const bands = faultBands({ faults, commands }, FAULT_LANES_MAX);
  const lanes = laneOf(picture, picture.top + HEAD + faultLanesHeight(bands));
  drawTicks(ctx, picture.palette, picture.scale, { top: picture.top, bottom: picture.bottom });
  drawFaultBands(ctx, picture.palette, scale, bands, {
    top: picture.top + HEAD,
    bottom: picture.bottom,
    nowUs: scale.toUs,
  });
  for (const id of picture.history.nodeIds) drawLane(ctx, picture, id, lanes.get(id) ?? 0);
  const arrows = arrowsOf(picture);
  const tooMany = arrows.length > ARROWS_MAX;
  drawUnloaded(ctx, picture);
  if (tooMany) drawCount(ctx, picture, arrows.length);
  else drawArrows(ctx, picture, lanes, arrows);
  drawCommits(ctx, picture, lanes);
  return tooMany ? arrows.length : 0;
}

function laneOf(picture: SpaceTime, top: number): Map<NodeId, number> {
  const ids = picture.history.nodeIds;
  const first = top + 30;
  const pitch = ids.length < 2 ? 0 : (picture.bottom - FOOT - first) / (ids.length - 1);
  return new Map(ids.map((id, index) => [id, Math.round(first + index * pitch)]));
}

function drawLane(
  ctx: CanvasRenderingContext2D,
  { palette, scale, history }: SpaceTime,
  id: NodeId,
  y: number,
): void {
  ctx.font = `bold ${TEXT_FONT}`;
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  ctx.fillStyle = palette.text;
  ctx.fillText(id, scale.left - 8, y);
  const segments = history.strips[id] ?? [];
  for (let i = segmentIndexAt(segments, scale.fromUs); i < segments.length; i += 1) {
    const segment = segments[i] as StripSegment;
    if (segment.us > scale.toUs) break;
    const from = clamp(scale, segment.us);
    const to = clamp(scale, segments[i + 1]?.us ?? scale.toUs);
    if (to > from) drawStretch(ctx, palette, segment, from, to - from, y);
  }
}

function drawStretch(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  segment: StripSegment,
  x: number,
  width: number,
  y: number,
): void {
  const ink = palette[`era-${eraColour(segment.era.number)}`];
  const box = { x, y: y - 4, width, height: 8 };
  switch (segment.look) {
    case 'leads':
      ctx.fillStyle = ink;
      ctx.fillRect(box.x, box.y, box.width, box.height);
      ctx.font = `bold ${TICK_FONT}`;
      ctx.textAlign = 'left';
      ctx.fillStyle = palette.text;
      if (width > 70) ctx.fillText(`leads ${eraLabel(segment.era)}`, x + 4, y + 13);
      return;
    case 'follows':
      ctx.fillStyle = ink;
      ctx.fillRect(x, y - 1, width, 2);
      return;
    case 'seeks':
      return hatched(ctx, palette['text-2'], box);
    case 'paused':
      return hatched(ctx, palette['fault-hang'], box);
    case 'syncs':
      ctx.strokeStyle = ink;
      ctx.strokeRect(box.x + 0.5, box.y + 0.5, Math.max(1, box.width - 1), box.height - 1);
      return;
    case 'gone':
      return;
    default:
      ctx.setLineDash([2, 3]);
      line(ctx, palette['line-3'], x, y + 0.5, x + width, y + 0.5);
      ctx.setLineDash([]);
  }
}

/** Sends joined with their ends; an arrow counts when any part of it is in sight. */
function arrowsOf({ events, scale }: SpaceTime): Arrow[] {
  const open = new Map<string, Extract<ViewEvent, { k: 'send' }>>();
  const arrows: Arrow[] = [];
  for (const event of events) {
    if (event.k === 'send') {
      open.set(event.id, event);
    } else if (event.k === 'recv' || event.k === 'drop') {
      const send = open.get(event.id);
      open.delete(event.id);
      if (send === undefined || event.us < scale.fromUs || send.us > scale.toUs) continue;
      arrows.push(arrowOf(send, event.us, event.k === 'drop'));
    }
  }
  for (const send of open.values()) {
    if (send.us >= scale.fromUs && send.us <= scale.toUs) arrows.push(arrowOf(send, null, false));
  }
  return arrows;
}

function arrowOf(
  send: Extract<ViewEvent, { k: 'send' }>,
  toUs: number | null,
  dropped: boolean,
): Arrow {
  const { node: from, to, mk, type, us: fromUs } = send;
  return { from, to, mk, type, fromUs, toUs, dropped };
}

function drawArrows(
  ctx: CanvasRenderingContext2D,
  picture: SpaceTime,
  lanes: ReadonlyMap<NodeId, number>,
  arrows: readonly Arrow[],
): void {
  const { palette, scale } = picture;
  ctx.save();
  ctx.beginPath();
  ctx.rect(scale.left, picture.top, scale.width, picture.bottom - picture.top);
  ctx.clip();
  const labelled = arrows.length <= LABELS_MAX;
  for (const arrow of arrows) {
    const y1 = lanes.get(arrow.from);
    const y2 = lanes.get(arrow.to);
    if (y1 === undefined || y2 === undefined) continue;
    drawArrow(ctx, palette, scale, arrow, y1, y2, labelled);
  }
  ctx.restore();
}

function drawArrow(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  scale: TimeScale,
  arrow: Arrow,
  y1: number,
  y2: number,
  labelled: boolean,
): void {
  const sign = Math.sign(y2 - y1);
  const x1 = timeToX(scale, arrow.fromUs);
  const end = ends(scale, arrow, x1);
  const reach = arrow.dropped ? 0.45 : arrow.toUs === null ? 0.8 : 1;
  const startY = y1 + sign * 5;
  const endY = startY + (y2 - sign * 5 - startY) * reach;
  const isAnswer = arrow.mk === 'answer';
  ctx.setLineDash(isAnswer ? [4, 3] : []);
  ctx.globalAlpha = arrow.mk === 'heartbeat' ? 0.7 : 1;
  const ink = palette[`msg-${arrow.mk}`];
  line(ctx, ink, x1, startY, end, endY);
  ctx.setLineDash([]);
  if (arrow.dropped) drawCross(ctx, palette['fault-lost'], end, endY);
  else if (arrow.toUs === null) drawRing(ctx, palette, ink, end, endY);
  else drawHead(ctx, palette, ink, { x1, y1: startY, x2: end, y2: endY }, isAnswer);
  if (labelled && end - x1 > 30)
    drawLabel(ctx, palette, arrow.type, (x1 + end) / 2, (startY + endY) / 2);
  ctx.globalAlpha = 1;
}

/** Where the arrow ends in pixels; one that never arrived leans as if it had taken a moment. */
function ends(scale: TimeScale, arrow: Arrow, x1: number): number {
  if (arrow.toUs !== null && !arrow.dropped) return Math.max(x1 + 1, timeToX(scale, arrow.toUs));
  return x1 + 14;
}

function drawHead(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  ink: string,
  from: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number },
  hollow: boolean,
): void {
  ctx.save();
  ctx.translate(from.x2, from.y2);
  ctx.rotate(Math.atan2(from.y2 - from.y1, from.x2 - from.x1));
  ctx.beginPath();
  ctx.moveTo(0, 0);
  ctx.lineTo(-7, -3);
  ctx.lineTo(-7, 3);
  ctx.closePath();
  ctx.fillStyle = hollow ? palette.surface : ink;
  ctx.fill();
  ctx.strokeStyle = ink;
  ctx.stroke();
  ctx.restore();
}

function drawCross(ctx: CanvasRenderingContext2D, ink: string, x: number, y: number): void {
  ctx.strokeStyle = ink;
  ctx.lineWidth = 1.8;
  ctx.beginPath();
  ctx.moveTo(x - 4, y - 4);
  ctx.lineTo(x + 4, y + 4);
  ctx.moveTo(x + 4, y - 4);
  ctx.lineTo(x - 4, y + 4);
  ctx.stroke();
}

function drawRing(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  ink: string,
  x: number,
  y: number,
): void {
  ctx.beginPath();
  ctx.arc(x, y, 3, 0, 2 * Math.PI);
  ctx.fillStyle = palette.surface;
  ctx.fill();
  ctx.strokeStyle = ink;
  ctx.stroke();
}

function drawLabel(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  text: string,
  x: number,
  y: number,
): void {
  ctx.font = TICK_FONT;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  const width = ctx.measureText(text).width + 4;
  ctx.fillStyle = palette.surface;
  ctx.fillRect(x - width / 2, y - 6, width, 12);
  ctx.fillStyle = palette['text-2'];
  ctx.fillText(text, x, y);
}

/** Commits as green flags above the lane, as long as there is room for them. */
function drawCommits(
  ctx: CanvasRenderingContext2D,
  picture: SpaceTime,
  lanes: ReadonlyMap<NodeId, number>,
): void {
  const { palette, scale } = picture;
  ctx.font = `bold ${TICK_FONT}`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  const lastX = new Map<NodeId, number>();
  for (const event of picture.events) {
    if (event.k !== 'trace' || event.e.kind !== 'commit') continue;
    if (event.us < scale.fromUs || event.us > scale.toUs) continue;
    const y = lanes.get(event.node);
    if (y === undefined) continue;
    const x = timeToX(scale, event.us);
    line(ctx, palette.ok, x, y - 10, x, y - 4);
    const { from, to } = event.e;
    const text = from === to ? String(to) : `${from}–${to}`;
    const width = ctx.measureText(text).width + 6;
    if (x < (lastX.get(event.node) ?? -1)) continue;
    lastX.set(event.node, x + width + 4);
    ctx.fillStyle = palette.ok;
    ctx.fillRect(x, y - 22, width, 12);
    ctx.fillStyle = palette.surface;
    ctx.fillText(text, x + 3, y - 15.5);
  }
}

function drawCount(ctx: CanvasRenderingContext2D, picture: SpaceTime, count: number): void {
  const { scale, loaded } = picture;
  const from = clamp(scale, loaded.fromUs);
  const to = clamp(scale, loaded.toUs);
  drawNote(ctx, picture, `${formatCount(count)} messages here: zoom in to see them`, from, to);
}

/** What is not loaded is hatched and says so: a blank would say that nothing happened. */
function drawUnloaded(ctx: CanvasRenderingContext2D, picture: SpaceTime): void {
  const { palette, scale, loaded, endUs, top, bottom } = picture;
  const stretches = [
    [0, loaded.fromUs],
    [loaded.toUs, endUs],
  ] as const;
  for (const [fromUs, toUs] of stretches) {
    if (toUs <= scale.fromUs || fromUs >= scale.toUs) continue;
    const x = clamp(scale, fromUs);
    const width = clamp(scale, toUs) - x;
    if (width < 1) continue;
    ctx.globalAlpha = 0.35;
    hatched(ctx, palette['line-3'], { x, y: top + HEAD, width, height: bottom - top - HEAD });
    ctx.globalAlpha = 1;
    drawNote(ctx, picture, 'messages not loaded: zoom in', x, x + width);
  }
}

/** A note at the foot of a stretch, where no lane and no label is; left out without room. */
function drawNote(
  ctx: CanvasRenderingContext2D,
  picture: SpaceTime,
  text: string,
  from: number,
  to: number,
): void {
  const { palette, bottom } = picture;
  ctx.font = TEXT_FONT;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  const shown = fit(ctx, text, to - from - 14);
  const width = ctx.measureText(shown).width + 12;
  if (width > to - from) return;
  const x = (from + to) / 2;
  ctx.fillStyle = palette['surface-3'];
  ctx.fillRect(x - width / 2, bottom - 20, width, 17);
  ctx.fillStyle = palette.text;
  ctx.fillText(shown, x, bottom - 11);
}

function clamp(scale: TimeScale, us: number): number {
  return Math.min(scale.left + scale.width, Math.max(scale.left, timeToX(scale, us)));
}
