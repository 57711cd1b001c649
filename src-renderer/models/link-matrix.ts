/** The links of one or several clusters as cells, rows from, columns to. */
import { linksBetween, shapeLinks } from '../../src-main/contract/words.ts';
import type {
  FaultRecord,
  Link,
  LinkEffect,
  LinkFaultKind,
  NodeId,
  ShapeName,
} from '../../src-main/contract/words.ts';
import { linkKey } from './insight.ts';
import { effectText } from './link-effects.ts';

/** One fault on one direction, in one cluster or in several alike. */
export interface CellMark {
  readonly kind: LinkFaultKind;
  readonly text: string;
  /** How many clusters have it there. */
  readonly clusters: number;
}

export interface Cell extends Link {
  readonly key: string;
  readonly marks: readonly CellMark[];
}

/** What is on, for every direction; the clusters' own nodes that others lack have cells, too. */
export function matrixCells(
  nodes: readonly NodeId[],
  clusters: readonly (readonly FaultRecord[])[],
): Cell[] {
  const marks = new Map<string, CellMark[]>();
  for (const faults of clusters) {
    for (const [key, own] of marksOf(faults)) {
      const known = marks.get(key) ?? [];
      for (const mark of own) addMark(known, mark);
      marks.set(key, known);
    }
  }
  return nodes.flatMap((from) =>
    nodes.flatMap((to) => {
      const key = linkKey(from, to);
      return from === to ? [] : [{ key, from, to, marks: marks.get(key) ?? [] }];
    }),
  );
}

/** Of one cluster: the same effect twice on a link is one mark. */
function marksOf(faults: readonly FaultRecord[]): Map<string, CellMark[]> {
  const marks = new Map<string, CellMark[]>();
  for (const { spec } of faults) {
    if (!('links' in spec)) continue;
    const effect: LinkEffect = spec;
    const mark = { kind: spec.kind, text: effectText(effect), clusters: 1 };
    for (const { from, to } of spec.links) {
      const key = linkKey(from, to);
      const known = marks.get(key) ?? [];
      if (!known.some((other) => isSame(other, mark))) known.push(mark);
      marks.set(key, known);
    }
  }
  return marks;
}

function addMark(marks: CellMark[], mark: CellMark): void {
  const at = marks.findIndex((other) => isSame(other, mark));
  const known = marks[at];
  if (known === undefined) marks.push(mark);
  else marks[at] = { ...known, clusters: known.clusters + mark.clusters };
}

function isSame(a: CellMark, b: CellMark): boolean {
  return a.kind === b.kind && a.text === b.text;
}

export type PresetName = ShapeName | 'partition';

/** The directions that a preset cuts; `partition` is the smaller half, the newest ids, apart. */
export function presetLinks(
  preset: PresetName,
  nodes: readonly NodeId[],
  centre: NodeId | null,
): readonly Link[] {
  if (preset === 'partition') return linksBetween(halves(nodes));
  return shapeLinks(preset, nodes, centre);
}

/** A majority, and the rest. */
export function halves(nodes: readonly NodeId[]): NodeId[][] {
  const most = Math.floor(nodes.length / 2) + 1;
  return [nodes.slice(0, most), nodes.slice(most)].filter((group) => group.length > 0);
}
