/** The one rule for what a cluster that lost nodes and links is still owed (design.md 8, 10). */
import type { NodeId } from '../vocabulary/ids.ts';
import { majoritySize } from '../protocols/quorum/majority.ts';

/** A cluster as its faults left it. */
export interface BrokenCluster {
  readonly nodeIds: readonly NodeId[];
  /** Up and awake. */
  readonly running: readonly NodeId[];
  isCut(from: NodeId, to: NodeId): boolean;
}

/**
 * Whether a majority of all nodes runs and is connected both ways, each with each: a hub whose
 * leaves do not reach one another is not owed a recovery by every protocol. With `member`, a
 * majority that this node belongs to.
 */
export function hasConnectedMajority(cluster: BrokenCluster, member?: NodeId): boolean {
  const { running, isCut } = cluster;
  const size = majoritySize(cluster.nodeIds.length);
  const connected = (a: NodeId, b: NodeId): boolean => !isCut(a, b) && !isCut(b, a);
  if (member === undefined) return hasClique(running, size, connected);
  if (!running.includes(member)) return false;
  const near = running.filter((node) => node !== member && connected(member, node));
  return hasClique(near, size - 1, connected);
}

/** Tries every subset in the worst case: a cluster has nine nodes at most. */
function hasClique(
  nodes: readonly NodeId[],
  size: number,
  connected: (a: NodeId, b: NodeId) => boolean,
): boolean {
  if (size <= 0) return true;
  return nodes.some((node, index) => {
    if (nodes.length - index < size) return false;
    const near = nodes.slice(index + 1).filter((other) => connected(node, other));
    return hasClique(near, size - 1, connected);
  });
}
