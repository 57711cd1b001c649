/** Where discs, labels and links of a cluster stand. Pure geometry; n1 is on top. */
import type { FaultKindName, LinkFaultKind, NodeId } from '../../src-main/contract/words.ts';
import type { EraColour } from '../theme/palette.svelte.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Place extends Point {
  readonly id: NodeId;
  readonly labelX: number;
  readonly labelY: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

/** What a disc shows of its node. */
export interface Disc {
  readonly id: NodeId;
  readonly eraText: string;
  readonly era: EraColour;
  /** The protocol's own word for its role. */
  readonly word: string;
  /** Whether it votes, is only replicated to, or is no member at all. */
  readonly standing: 'voter' | 'learner' | 'outside';
  readonly state: 'starting' | 'up' | 'down';
  readonly leads: boolean;
  readonly ready: boolean;
  readonly paused: boolean;
  readonly cutOff: boolean;
  /** Votes it has while it seeks leadership; null when it does not. */
  readonly votes: number | null;
  /** Entries in memory that are not on its disk. */
  readonly unsynced: number;
  /** What is done to it besides being down or paused. */
  readonly faults: readonly FaultKindName[];
  readonly summary: string;
}

/** A broken direction between two nodes. */
export interface BrokenLink {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly cut: boolean;
  readonly delayMs: number;
  readonly loss: number;
  readonly others: readonly string[];
  /** Whose colour it has. */
  readonly kinds: readonly LinkFaultKind[];
}

export const DISC_RADIUS = 22;
const RING_MARGIN = 11;
/** With more nodes than this the first one's label has no room beside it and goes above. */
const BESIDE_MAX = 5;
const ABOVE_HEIGHT = 20;
/** From a disc's centre to the end of its longest label. */
const LABEL_WIDTH = 106;
/** In a box narrower than this labels at the sides would reach over its border: they go above the
 *  upper discs and below the lower ones. */
const NARROW = 320;
/** Discs higher than this on the ellipse have their neighbour below, and their label above. */
const UPPER = 0.3;
const BELOW_WIDTH = 40;
const BELOW_HEIGHT = 26;

/** Places `ids` evenly on an ellipse that fits the box with its labels, in the middle of it. */
export function placeNodes(ids: readonly NodeId[], width: number, height: number): Place[] {
  const angles = ids.map((_id, index) => -Math.PI / 2 + (index * 2 * Math.PI) / ids.length);
  const widest = Math.max(0.5, ...angles.map((angle) => Math.abs(Math.cos(angle))));
  const lowest = Math.max(...angles.map((angle) => Math.sin(angle)), -1);
  const edge = DISC_RADIUS + RING_MARGIN;
  const narrow = width < NARROW && ids.length > 1;
  const above = ids.length > BESIDE_MAX || (narrow && ids.length > 3) ? ABOVE_HEIGHT : 0;
  const below = narrow ? BELOW_HEIGHT : 0;
  const aside = narrow ? BELOW_WIDTH : LABEL_WIDTH;
  const room = height - 2 * edge - above - below;
  const radiusX = Math.max(40, Math.min((width / 2 - aside) / widest, room * 0.95));
  const radiusY = ids.length < 2 ? 0 : Math.min(room / (1 + lowest), radiusX * 1.15);
  const top = edge + above + (room - radiusY * (1 + lowest)) / 2;
  return ids.map((id, index) => {
    const angle = angles[index] ?? 0;
    const x = width / 2 + (ids.length < 2 ? 0 : radiusX * Math.cos(angle));
    const y = top + radiusY * (1 + Math.sin(angle));
    const label =
      above > 0 && index === 0
        ? placeAbove(x, y)
        : narrow && index > 0
          ? placeOutside(x, y, Math.sin(angle))
          : placeLabel(x, y, width / 2);
    return { id, x, y, ...label };
  });
}

/** The least height in which discs and labels do not cover each other. */
export function leastHeight(count: number, width: number): number {
  if (width >= NARROW) return count <= 5 ? 170 : 240;
  if (count <= 3) return 170;
  return count <= 5 ? 240 : 310;
}

/** Where a link's own mark goes: off the middle, towards the sender's right hand. */
export function lanePoint(from: Point, to: Point, progress: number, aside: number): Point {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy) || 1;
  const inset = DISC_RADIUS + 5;
  const along = inset + (length - 2 * inset) * progress;
  return {
    x: from.x + (dx / length) * along - (dy / length) * aside,
    y: from.y + (dy / length) * along + (dx / length) * aside,
  };
}

/** The outline round some discs: convex hull, to be drawn with round joins. */
export function hullOf(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  if (sorted.length < 3) return sorted;
  const half = (list: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const p of list) {
      while (chain.length > 1 && cross(chain[chain.length - 2], chain[chain.length - 1], p) <= 0) {
        chain.pop();
      }
      chain.push(p);
    }
    chain.pop();
    return chain;
  };
  return [...half(sorted), ...half(sorted.toReversed())];
}

type Label = Pick<Place, 'labelX' | 'labelY' | 'anchor'>;

function placeAbove(x: number, y: number): Label {
  return { labelX: x, labelY: y - DISC_RADIUS - 20, anchor: 'middle' };
}

function placeOutside(x: number, y: number, height: number): Label {
  if (height < UPPER) return placeAbove(x, y);
  return { labelX: x, labelY: y + DISC_RADIUS + 17, anchor: 'middle' };
}

function placeLabel(x: number, y: number, centre: number): Label {
  const out = DISC_RADIUS + 13;
  if (x < centre - 20) return { labelX: x - out, labelY: y - 2, anchor: 'end' };
  return { labelX: x + out, labelY: y - 2, anchor: 'start' };
}

function cross(a: Point | undefined, b: Point | undefined, c: Point): number {
  if (a === undefined || b === undefined) return 0;
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}
