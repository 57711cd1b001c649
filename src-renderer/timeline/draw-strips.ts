/** Role strips and the row of operations of one cluster on a time axis. */
import {
  eraLabel,
  isRefused,
  type FaultRecord,
  type NodeId,
} from '../../src-main/contract/words.ts';
import { eraColour, type Palette } from '../theme/palette.svelte.ts';
import { drawDimension, drawWash, hatched, line, TEXT_FONT, TICK_FONT } from './draw-axis.ts';
import {
  segmentIndexAt,
  wasHeld,
  type ChangeAt,
  type ClusterHistory,
  type StripSegment,
} from './history.ts';
import { bucketIndexAt, findGaps, type Gap, type OpsBucket } from './ops-buckets.ts';
import { formatSpan, timeToX, type TimeScale } from './time-scale.ts';

export const STRIP_HEIGHT = 11;
export const OPS_HEIGHT = 22;
const CLUSTER_GAP = 8;
const GAP_SHOWN_US_MIN = 250_000;
/** With a fault at its begin a gap is worth a mark as soon as it is longer than clients' pauses. */
const CAUSED_GAP_US_MIN = 45_000;
/** Operations are counted in buckets: a fault may fall into the one before its gap. */
const BUCKET_US = 100_000;
const BAR_PX = 6;

export interface StripCluster {
  readonly name: string;
  readonly history: ClusterHistory;
  /** How far this cluster's time has come. */
  readonly nowUs: number;
}

export function clusterHeight(cluster: { readonly history: ClusterHistory }): number {
  return cluster.history.nodeIds.length * STRIP_HEIGHT + OPS_HEIGHT + CLUSTER_GAP;
}

interface Pen {
  readonly ctx: CanvasRenderingContext2D;
  readonly palette: Palette;
  readonly scale: TimeScale;
}

/** Draws one cluster's rows from `top`; labels stand left of the scale. */
export function drawCluster(pen: Pen, cluster: StripCluster, top: number): void {
  const { ctx, palette, scale } = pen;
  const { history } = cluster;
  line(ctx, palette.line, 0, top + 0.5, scale.left + scale.width, top + 0.5);
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.fillStyle = palette.text;
  ctx.font = `bold ${TEXT_FONT}`;
  ctx.fillText(cluster.name, 12, top + CLUSTER_GAP / 2 + STRIP_HEIGHT / 2);
  history.nodeIds.forEach((id, index) => {
    const y = top + CLUSTER_GAP / 2 + index * STRIP_HEIGHT;
    drawRowLabel(pen, id, y + STRIP_HEIGHT / 2);
    drawWashes(pen, history.faults, id, y, cluster.nowUs);
    drawStrip(pen, history.strips[id] ?? [], y, cluster.nowUs);
    drawChanges(pen, history.changes, id, y);
  });
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, top, scale.left + scale.width, clusterHeight(cluster));
  ctx.clip();
  const opsTop = top + CLUSTER_GAP / 2 + history.nodeIds.length * STRIP_HEIGHT;
  drawRowLabel(pen, 'ops', opsTop + 10);
  drawOps(pen, history, opsTop, cluster.nowUs);
  ctx.restore();
}

function drawRowLabel(pen: Pen, text: string, y: number): void {
  pen.ctx.font = TICK_FONT;
  pen.ctx.textAlign = 'right';
  pen.ctx.fillStyle = pen.palette['text-3'];
  pen.ctx.fillText(text, pen.scale.left - 6, y);
}

function drawWashes(
  pen: Pen,
  faults: readonly FaultRecord[],
  node: NodeId,
  y: number,
  nowUs: number,
): void {
  for (const fault of faults) {
    const endUs = fault.endUs ?? nowUs;
    if (endUs < pen.scale.fromUs || fault.startUs > pen.scale.toUs) continue;
    if (isRefused(fault) || !aimsAt(fault, node)) continue;
    const x = clampX(pen.scale, fault.startUs);
    const width = Math.max(1, clampX(pen.scale, endUs) - x);
    drawWash(pen.ctx, pen.palette, fault.spec.kind, { x, y, width, height: STRIP_HEIGHT });
  }
}

/** Of a fault with many links only the node that all of them have in common is washed. */
function aimsAt(fault: FaultRecord, node: NodeId): boolean {
  if ('node' in fault.spec) return fault.spec.node === node;
  return fault.spec.links.every((link) => link.from === node || link.to === node);
}

function drawStrip(pen: Pen, segments: readonly StripSegment[], y: number, nowUs: number): void {
  const { scale } = pen;
  const endUs = Math.min(scale.toUs, nowUs);
  let index = segmentIndexAt(segments, scale.fromUs);
  for (; index < segments.length; index += 1) {
    const segment = segments[index] as StripSegment;
    if (segment.us > endUs) break;
    const nextUs = segments[index + 1]?.us ?? endUs;
    const from = clampX(scale, segment.us);
    const to = clampX(scale, Math.min(nextUs, endUs));
    if (to > from) drawSegment(pen, segment, from, to - from, y);
  }
}

function drawSegment(pen: Pen, segment: StripSegment, x: number, width: number, y: number): void {
  const { ctx, palette } = pen;
  const era = eraColour(segment.era.number);
  const ink = palette[`era-${era}`];
  const box = { x, y: y + 1.5, width, height: STRIP_HEIGHT - 3 };
  const middle = Math.round(y + STRIP_HEIGHT / 2);
  switch (segment.look) {
    case 'leads':
      ctx.fillStyle = ink;
      ctx.fillRect(box.x, box.y, box.width, box.height);
      return drawEraNumber(pen, segment, x, width, middle);
    case 'follows':
      ctx.fillStyle = ink;
      ctx.fillRect(x, middle - 1, width, 2);
      return;
    case 'seeks':
      return hatched(ctx, palette['text-2'], box);
    case 'syncs':
      ctx.strokeStyle = ink;
      ctx.lineWidth = 1;
      ctx.strokeRect(box.x + 0.5, box.y + 0.5, Math.max(1, box.width - 1), box.height - 1);
      return;
    case 'paused':
      return hatched(ctx, palette['fault-hang'], box);
    case 'gone':
      return;
    case 'down':
    case 'starting':
      ctx.setLineDash([2, 3]);
      line(ctx, palette['line-3'], x, middle, x + width, middle);
      ctx.setLineDash([]);
  }
}

/** A triangle where the configuration of a node changed, a block where it has a new snapshot. */
function drawChanges(pen: Pen, changes: readonly ChangeAt[], node: NodeId, y: number): void {
  const { ctx, palette, scale } = pen;
  ctx.fillStyle = palette.text;
  ctx.strokeStyle = palette.surface;
  ctx.lineWidth = 1;
  for (const change of changes) {
    if (change.node !== node || change.us < scale.fromUs || change.us > scale.toUs) continue;
    const x = timeToX(scale, change.us);
    ctx.beginPath();
    if (change.kind === 'config') {
      ctx.moveTo(x - 3.5, y + 1);
      ctx.lineTo(x + 3.5, y + 1);
      ctx.lineTo(x, y + 7);
      ctx.closePath();
    } else {
      ctx.rect(x - 2.5, y + 3, 5, 5);
    }
    ctx.stroke();
    ctx.fill();
  }
}

function drawEraNumber(
  pen: Pen,
  segment: StripSegment,
  x: number,
  width: number,
  middle: number,
): void {
  const text = eraLabel(segment.era);
  pen.ctx.font = `bold ${TICK_FONT}`;
  if (pen.ctx.measureText(text).width + 6 > width) return;
  pen.ctx.fillStyle = pen.palette[`era-${eraColour(segment.era.number)}-ink`];
  pen.ctx.textAlign = 'left';
  pen.ctx.textBaseline = 'middle';
  pen.ctx.fillText(text, x + 3, middle + 0.5);
}

interface Column {
  x: number;
  us: number;
  spanUs: number;
  ok: number;
  failed: number;
  unknown: number;
}

function drawOps(pen: Pen, history: ClusterHistory, top: number, nowUs: number): void {
  const { ctx, palette, scale } = pen;
  const base = top + OPS_HEIGHT - 8;
  const columns = collectColumns(history.ops, scale);
  const most = columns.reduce((max, c) => Math.max(max, c.ok / c.spanUs), 1e-9);
  for (const column of columns) {
    const width = Math.max(1, (column.spanUs / (scale.toUs - scale.fromUs)) * scale.width - 1);
    ctx.fillStyle = palette['line-3'];
    const high = Math.max(1, (column.ok / column.spanUs / most) * 11);
    if (column.ok > 0) ctx.fillRect(column.x, base - high, width, high);
    let down = base + 1;
    ctx.fillStyle = palette.violated;
    if (column.failed > 0) ctx.fillRect(column.x, down, width, 3);
    if (column.failed > 0) down += 3;
    ctx.fillStyle = palette.unknown;
    if (column.unknown > 0) ctx.fillRect(column.x, down, width, 3);
  }
  drawGaps(pen, history, base - 5, nowUs);
}

/** Gaps that are long, or that a fault began in. */
function gapsToShow(history: ClusterHistory, fromUs: number, toUs: number): Gap[] {
  return findGaps(history.ops, fromUs, toUs, CAUSED_GAP_US_MIN).filter(
    (gap) =>
      gap.toUs - gap.fromUs >= GAP_SHOWN_US_MIN ||
      history.faults.some(({ startUs }) => startUs > gap.fromUs - BUCKET_US && startUs < gap.toUs),
  );
}

/** Gaps with their lengths; a label that would cover an earlier gap is left out. */
function drawGaps(pen: Pen, history: ClusterHistory, y: number, nowUs: number): void {
  const { ctx, palette, scale } = pen;
  const endUs = Math.min(scale.toUs, nowUs);
  let freeX = scale.left;
  for (const gap of gapsToShow(history, scale.fromUs, endUs)) {
    const from = clampX(scale, gap.fromUs);
    const to = clampX(scale, gap.toUs);
    if (to - from < 3) continue;
    drawDimension(ctx, palette, { fromX: from, toX: to, y, freeX }, gapText(history, gap));
    freeX = to + 4;
  }
}

/** Its length; of a time in which nothing moved but by hand that would say nothing. */
function gapText(history: ClusterHistory, { fromUs, toUs, open }: Gap): string {
  if (wasHeld(history, fromUs, toUs)) return 'by hand';
  return `${formatSpan(toUs - fromUs)}${open ? ', still open' : ''}`;
}

/** Buckets joined to bars of at least BAR_PX, anchored in time so that they do not flicker. */
function collectColumns(ops: readonly OpsBucket[], scale: TimeScale): Column[] {
  const usPerPx = (scale.toUs - scale.fromUs) / scale.width;
  const minUs = usPerPx * BAR_PX;
  const stepUs = Math.max(1, 2 ** Math.ceil(Math.log2(minUs / 25_000))) * 25_000;
  const columns: Column[] = [];
  for (let i = bucketIndexAt(ops, scale.fromUs); i < ops.length; i += 1) {
    const bucket = ops[i] as OpsBucket;
    const startUs = bucket.us - bucket.spanUs;
    if (startUs > scale.toUs) break;
    const last = columns[columns.length - 1];
    if (last !== undefined && Math.floor(last.us / stepUs) === Math.floor(startUs / stepUs)) {
      last.ok += bucket.ok;
      last.failed += bucket.failed;
      last.unknown += bucket.unknown;
      last.spanUs = bucket.us - last.us;
    } else {
      const { ok, failed, unknown, spanUs } = bucket;
      columns.push({ x: clampX(scale, startUs), us: startUs, spanUs, ok, failed, unknown });
    }
  }
  return columns;
}

function clampX(scale: TimeScale, us: number): number {
  return Math.min(scale.left + scale.width, Math.max(scale.left, timeToX(scale, us)));
}
