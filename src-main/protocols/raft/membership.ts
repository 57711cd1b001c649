/**
 * Who the voters are. Until configurations can change they are the boot configuration, the same on
 * every initial voter (protocols.md 1.9.8); config entries will be stacked here as they are
 * appended and dropped as they are truncated (1.9). Everything else asks `VoterSets`, never a
 * number.
 */
import { assert } from '../../base/assert.ts';
import { compareIds, type Member, type NodeId, type StorageId } from '../../vocabulary/ids.ts';
import type { VoterSets } from '../quorum/majority.ts';

export interface Membership {
  readonly members: readonly Member[];
  readonly sets: VoterSets;
}

/** The configuration a cluster starts from, in the order of ids. */
export function bootMembership(members: readonly Member[]): Membership {
  const sorted = [...members].sort((a, b) => compareIds(a.nodeId, b.nodeId));
  const ids = sorted.map((member) => member.nodeId);
  assert(new Set(ids).size === ids.length, `a node stands twice in ${ids.join()}`);
  return { members: sorted, sets: { voters: ids, votersOld: null } };
}

/**
 * Whether this node is a voter with the disk the configuration knows. A node that came back with
 * another disk has forgotten its votes and entries and must stay outside (museum R28).
 */
export function isOwnStorage(
  membership: Membership,
  nodeId: NodeId,
  storageId: StorageId,
): boolean {
  return membership.members.some((m) => m.nodeId === nodeId && m.storageId === storageId);
}

/** Every member but this node, in the order of ids. */
export function peersOf(membership: Membership, nodeId: NodeId): NodeId[] {
  return membership.members.map((member) => member.nodeId).filter((id) => id !== nodeId);
}
