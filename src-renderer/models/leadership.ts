/** Who leads a cluster, as far as its picture tells. */
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { NodeView } from '../../src-main/contract/node-view.ts';
import { compareEras, type Era } from '../../src-main/contract/words.ts';

/** The leader to show: the newest era's. */
export function currentLeader(view: ClusterView): NodeView | null {
  let best: NodeView | null = null;
  for (const id of view.nodeIds) {
    const node = view.nodes[id] as NodeView;
    if (node.state !== 'up' || node.role !== 'leader') continue;
    if (best === null || compareEras(node.era, best.era) > 0) best = node;
  }
  return best;
}

/** The newest era that any node is in. */
export function newestEra(view: ClusterView): Era {
  let newest: Era = { number: 0, owner: null };
  for (const id of view.nodeIds) {
    const node = view.nodes[id] as NodeView;
    if (compareEras(node.era, newest) > 0) newest = node.era;
  }
  return newest;
}

export function isWorking(node: NodeView): boolean {
  return node.state === 'up' && !node.paused;
}
