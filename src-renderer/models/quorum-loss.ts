/** Whether a cluster can still commit, and what it waits for when it cannot. */
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { NodeId } from '../../src-main/contract/words.ts';
import { canTalk, largestGroup, linkStates, type LinkState } from './insight.ts';
import { isWorking } from './leadership.ts';
import { configurationOf, quorumStanding, standingOf, votersOf } from './membership.ts';
import { cannotWrite } from './node-state.ts';

export interface QuorumLoss {
  /** `lost`: no majority is up and connected. `through-one`: there is one, but only by way of a
   *  node that reaches the others, who do not reach one another. */
  readonly is: 'lost' | 'through-one';
  readonly have: number;
  readonly needed: number;
  readonly of: number;
  /** Voters that are missing, and why: `n4 paused`. */
  readonly missing: readonly string[];
  /** The node in the middle; null when it is lost. */
  readonly hub: NodeId | null;
}

/** null while a majority of the voters is up and connected, each with each, both ways. */
export function quorumLoss(view: ClusterView): QuorumLoss | null {
  const config = configurationOf(view);
  const states = linkStates(view.faults);
  const group = largestGroup(view, states);
  const { have, needed, of, spare } = quorumStanding(config, group);
  const missing = votersOf(config)
    .filter((id) => !group.includes(id))
    .map((id) => `${id} ${whyMissing(view, id)}`);
  if (spare < 0) return { is: 'lost', have, needed, of, missing, hub: null };
  const hub = group.find((id) =>
    group.every((other) => other === id || canTalk(states, id, other)),
  );
  const isQuorum = (nodes: readonly NodeId[]): boolean => quorumStanding(config, nodes).spare >= 0;
  if (hub === undefined || hasClique(group, isQuorum, states)) return null;
  return { is: 'through-one', have, needed, of, missing, hub };
}

/** Tries every subset in the worst case: a cluster has nine nodes at most. */
function hasClique(
  candidates: readonly NodeId[],
  isQuorum: (nodes: readonly NodeId[]) => boolean,
  states: ReadonlyMap<string, LinkState>,
  chosen: readonly NodeId[] = [],
): boolean {
  if (isQuorum(chosen)) return true;
  return candidates.some((node, at) => {
    const near = candidates.slice(at + 1).filter((other) => canTalk(states, node, other));
    return hasClique(near, isQuorum, states, [...chosen, node]);
  });
}

function whyMissing(view: ClusterView, id: NodeId): string {
  const node = view.nodes[id];
  if (node === undefined || node.state === 'down') return 'down';
  if (node.state === 'starting') return 'starts';
  if (!isWorking(node)) return 'paused';
  if (cannotWrite(view, id)) return 'cannot write';
  return standingOf(view, id) === 'voter' ? 'cut off' : 'on another disk';
}
