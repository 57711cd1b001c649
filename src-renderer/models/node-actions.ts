/** What the keys and the menu of a node do, and to which nodes of which clusters. */
import type { Action } from '../../src-main/contract/calls.ts';
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { NodeView } from '../../src-main/contract/node-view.ts';
import type { FaultRecord, NodeId } from '../../src-main/contract/words.ts';
import { currentLeader } from './insight.ts';

export type NodeActionKind = 'kill' | 'stop' | 'start' | 'pause' | 'resume' | 'isolate' | 'rejoin';
export type BreakKind = Extract<NodeActionKind, 'kill' | 'stop' | 'pause' | 'isolate'>;

/** What a letter does to a node as it is now; null where it does nothing. */
export function actionForKey(
  key: string,
  node: NodeView,
  isolated: boolean,
): NodeActionKind | null {
  const up = node.state === 'up';
  switch (key.toLowerCase()) {
    case 'k':
      return up ? 'kill' : null;
    case 's':
      return up ? null : 'start';
    case 'p':
      return up ? (node.paused ? 'resume' : 'pause') : null;
    case 'i':
      return isolated ? 'rejoin' : up ? 'isolate' : null;
    default:
      return null;
  }
}

/** Faults that cut every link of this node both ways and no other link. */
export function isolationsOf(view: ClusterView, node: NodeId): FaultRecord[] {
  const others = view.nodeIds.length - 1;
  return view.faults.filter(
    ({ spec }) =>
      spec.kind === 'cut' &&
      spec.links.length >= 2 * others &&
      spec.links.every((link) => link.from === node || link.to === node),
  );
}

/** Whether a click on this node means the leader: of every cluster then, by whatever name. A paused
 *  leader is meant by its name, so that the same click resumes it. */
export function isMeantAsLeader(view: ClusterView, node: NodeId): boolean {
  const leader = currentLeader(view);
  return leader !== null && leader.id === node && !leader.paused;
}

export function breaks(kind: Action['do'] | NodeActionKind): kind is BreakKind {
  return kind === 'kill' || kind === 'stop' || kind === 'pause' || kind === 'isolate';
}
