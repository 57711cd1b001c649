/** What the keys and the menu of a node do, and to which nodes of which clusters. */
import type { Action } from '../../src-main/contract/calls.ts';
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { NodeView } from '../../src-main/contract/node-view.ts';
import type { FaultRecord, NodeId } from '../../src-main/contract/words.ts';
import { isLimited } from './link-effects.ts';
import { currentLeader } from './leadership.ts';
import { presentIds } from './membership.ts';

export type BreakKind = 'kill' | 'stop' | 'pause' | 'isolate' | 'hold-disk' | 'power-cut';
export type NodeActionKind = BreakKind | 'start' | 'resume' | 'rejoin' | 'release-disk' | 'wipe';

const BREAKS: ReadonlySet<string> = new Set<BreakKind>([
  'kill',
  'stop',
  'pause',
  'isolate',
  'hold-disk',
  'power-cut',
]);

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

/** What is asked of the lab; `lostMs`: of a power cut, how much of what was written is lost. */
export function actionOf(
  kind: Exclude<NodeActionKind, 'rejoin'>,
  node: NodeId,
  lostMs: number,
): Action {
  return kind === 'power-cut' ? { do: kind, node, ms: lostMs } : { do: kind, node };
}

/** Faults that cut every link of this node both ways and no other link. */
export function isolationsOf(view: ClusterView, node: NodeId): FaultRecord[] {
  const others = presentIds(view).filter((id) => id !== node).length;
  return view.faults.filter(
    ({ spec }) =>
      spec.kind === 'cut' &&
      !isLimited(spec) &&
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

export function breaks(kind: NodeActionKind): kind is BreakKind {
  return BREAKS.has(kind);
}
