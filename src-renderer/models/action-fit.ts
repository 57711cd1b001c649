/**
 * Where an action would change something: what is done to all clusters alike leaves out those where
 * it makes no sense. A cluster of three has no n5, and a dead node cannot be killed again.
 */
import type { Action } from '../../src-main/contract/calls.ts';
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { FaultSpec, NodeId } from '../../src-main/contract/words.ts';
import type { LiveCluster } from './live-cluster.svelte.ts';
import { isolationsOf } from './node-actions.ts';
import { isDiskHeld } from './node-state.ts';

type NodeAction = Extract<Action, { node: NodeId }>;

/** Whether the cluster is one that the action can be meant for. */
export function fits({ info, view }: LiveCluster, action: Action): boolean {
  switch (action.do) {
    case 'recover':
      return view.faults.length > 0 || hasDown(view);
    case 'heal':
      return hasLinkFaults(view) && areKnown(info.nodeIds, [action.from, action.to]);
    case 'partition':
      return areKnown(info.nodeIds, action.groups.flat());
    case 'shape':
      return areKnown(info.nodeIds, [action.node]);
    case 'fault':
      return areKnown(info.nodeIds, endsOf(action.fault));
    case 'cut':
    case 'delay':
    case 'loss':
      return areKnown(info.nodeIds, [action.from, action.to]);
    default:
      return fitsNode(view, action);
  }
}

function fitsNode(view: ClusterView, action: NodeAction): boolean {
  const node = view.nodes[action.node];
  if (node === undefined) return false;
  const up = node.state === 'up';
  switch (action.do) {
    case 'start':
    case 'wipe':
      return !up;
    case 'release-disk':
      return isDiskHeld(view, node.id);
    case 'hold-disk':
      return up && !isDiskHeld(view, node.id);
    case 'isolate':
      // A second isolation on top would have to be undone twice.
      return up && isolationsOf(view, node.id).length === 0;
    case 'pause':
    case 'resume':
      return up && (action.do === 'resume') === node.paused;
    case 'restore':
      return view.faults.some(({ spec }) => 'node' in spec && spec.node === node.id);
    default:
      return up;
  }
}

/** Every node that a fault names. */
function endsOf(spec: FaultSpec): readonly NodeId[] {
  return 'node' in spec ? [spec.node] : spec.links.flatMap(({ from, to }) => [from, to]);
}

function areKnown(known: readonly NodeId[], nodes: readonly (NodeId | undefined)[]): boolean {
  return nodes.every((node) => node === undefined || known.includes(node));
}

function hasLinkFaults(view: ClusterView): boolean {
  return view.faults.some(({ spec }) => 'links' in spec);
}

function hasDown(view: ClusterView): boolean {
  return view.nodeIds.some((id) => view.nodes[id]?.state === 'down');
}
