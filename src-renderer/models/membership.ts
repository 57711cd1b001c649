/**
 * Who is in a cluster, read from its picture alone, so that it is the same live and in playback:
 * the configuration to go by, what each node is to it, which nodes to draw, and what a quorum is.
 */
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { NodeConfigView, NodeView } from '../../src-main/contract/node-view.ts';
import type { NodeId } from '../../src-main/contract/words.ts';
import { currentLeader } from './leadership.ts';
import { byNumber } from '../timeline/node-order.ts';

/** `outside`: it runs, but no configuration has it with the disk it has. `gone`: it was removed,
 *  and its process has ended. */
export type Standing = 'voter' | 'learner' | 'outside' | 'gone';

/** More than this is never drawn: nodes of one cluster at a time. */
export const NODES_MAX = 9;

/** The configuration of who leads; while nobody does, the newest that any node goes by; before any
 *  node said so, all that do not know themselves outside are voters. */
export function configurationOf(view: ClusterView): NodeConfigView {
  const leading = currentLeader(view)?.config ?? null;
  if (leading !== null) return leading;
  let newest: NodeConfigView | null = null;
  for (const id of view.nodeIds) {
    const own = view.nodes[id]?.config ?? null;
    if (own !== null && own.voters.length > 0 && own.pos >= (newest?.pos ?? 0)) newest = own;
  }
  if (newest !== null) return newest;
  const voters = view.nodeIds.filter((id) => !isForeign(view.nodes[id] as NodeView));
  return { pos: 0, voters, votersOld: null, learners: [] };
}

/** Everybody who decides: of a configuration in change, both halves. */
export function votersOf(config: NodeConfigView): NodeId[] {
  return [...new Set([...config.voters, ...(config.votersOld ?? [])])].sort(byNumber);
}

export function standingOf(
  view: ClusterView,
  id: NodeId,
  config = configurationOf(view),
): Standing {
  const node = view.nodes[id];
  if (node !== undefined && isForeign(node)) return 'outside';
  if (votersOf(config).includes(id)) return 'voter';
  if (config.learners.includes(id)) return 'learner';
  return node === undefined || node.state === 'down' ? 'gone' : 'outside';
}

/** It runs and says itself that nobody made it a member: new, removed, or on a fresh disk. */
function isForeign(node: NodeView): boolean {
  return node.state === 'up' && node.role === 'outsider' && isTold(node);
}

/** A node that has just come up says nothing of itself yet. */
function isTold(node: NodeView): boolean {
  return node.word !== 'starting' && node.word !== 'stopped';
}

/** The nodes to draw, in the order of ids: who is gone has no place in the picture any more. */
export function presentIds(view: ClusterView): NodeId[] {
  const config = configurationOf(view);
  const known = view.nodeIds.filter((id) => standingOf(view, id, config) !== 'gone');
  return known.sort(byNumber);
}

/** Nodes that were removed and have ended. */
export function goneIds(view: ClusterView): NodeId[] {
  const config = configurationOf(view);
  return view.nodeIds.filter((id) => standingOf(view, id, config) === 'gone').sort(byNumber);
}

export interface QuorumStanding {
  /** Voters of `group`, of the half that is closest to losing its quorum. */
  readonly have: number;
  readonly needed: number;
  readonly of: number;
  /** How many more of them may fail; negative: nothing can commit. */
  readonly spare: number;
}

/** How a group of nodes that can talk stands to a quorum; of two halves the worse one counts. */
export function quorumStanding(config: NodeConfigView, group: readonly NodeId[]): QuorumStanding {
  const halves = config.votersOld === null ? [config.voters] : [config.voters, config.votersOld];
  const standings = halves.map((voters) => {
    const have = voters.filter((id) => group.includes(id)).length;
    const needed = Math.floor(voters.length / 2) + 1;
    return { have, needed, of: voters.length, spare: have - needed };
  });
  return standings.reduce((worst, next) => (next.spare < worst.spare ? next : worst));
}

/** Whether a node goes by another configuration than the cluster. */
export function goesByAnother(view: ClusterView, node: NodeView): boolean {
  const config = configurationOf(view);
  return node.config !== null && node.config.pos !== config.pos && node.state === 'up';
}

/** The first id that is not taken. */
export function nextFreeId(taken: readonly NodeId[]): NodeId {
  let number = 1;
  while (taken.includes(`n${number}`)) number += 1;
  return `n${number}`;
}
