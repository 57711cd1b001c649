/**
 * Shapes of a broken network, as the directed links that are cut. Nodes stand in the order they are
 * given in.
 */
import type { Link, ShapeName } from './fault.ts';
import type { NodeId } from './ids.ts';

/** Whether the shape is about one node. */
export function hasCentre(shape: ShapeName): boolean {
  return shape !== 'ring' && shape !== 'chain';
}

/** The links that are cut so that the others make this shape. */
export function shapeLinks(
  shape: ShapeName,
  nodes: readonly NodeId[],
  centre: NodeId | null,
): readonly Link[] {
  const others = nodes.filter((node) => node !== centre);
  const half = Math.ceil(others.length / 2);
  switch (shape) {
    case 'isolate':
      return linksBetween([[centre ?? ''], others]);
    // It is heard, and hears nothing: a leader that goes on sending heartbeats.
    case 'half-open':
      return others.map((from) => ({ from, to: centre ?? '' }));
    // Two halves, and one node that reaches both.
    case 'bridge':
      return linksBetween([others.slice(0, half), others.slice(half)]);
    case 'star':
      return linksBetween(others.map((node) => [node]));
    case 'ring':
      return farLinks(nodes, (distance) => distance === 1 || distance === nodes.length - 1);
    case 'chain':
      return farLinks(nodes, (distance) => distance === 1);
  }
}

function farLinks(nodes: readonly NodeId[], isNear: (distance: number) => boolean): Link[] {
  return nodes.flatMap((from, a) =>
    nodes.flatMap((to, b) => (a === b || isNear(Math.abs(a - b)) ? [] : [{ from, to }])),
  );
}

/** All directed links between different groups: a partition. */
export function linksBetween(
  groups: readonly (readonly NodeId[])[],
): { from: NodeId; to: NodeId }[] {
  const links: { from: NodeId; to: NodeId }[] = [];
  for (const group of groups) {
    for (const other of groups) {
      if (group === other) continue;
      for (const from of group) for (const to of other) links.push({ from, to });
    }
  }
  return links;
}
