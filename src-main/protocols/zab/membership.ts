/**
 * Who votes. Today the members of the boot configuration; reconfiguration (protocols.md 3.10) will
 * add the pending configuration here as the second set.
 */
import type { Member, NodeId, StorageId } from '../../vocabulary/ids.ts';
import type { VoterSets } from '../quorum/majority.ts';

export function votersOf(members: readonly Member[]): VoterSets {
  return { voters: members.map((member) => member.nodeId), votersOld: null };
}

export function isVoter(sets: VoterSets, nodeId: NodeId): boolean {
  return sets.voters.includes(nodeId) || (sets.votersOld?.includes(nodeId) ?? false);
}

/** Whether the configuration knows this node under this storage (protocols.md 0.5). */
export function isMember(
  members: readonly Member[],
  nodeId: NodeId,
  storageId: StorageId,
): boolean {
  return members.some((member) => member.nodeId === nodeId && member.storageId === storageId);
}
