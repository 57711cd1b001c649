/**
 * Who the voters are. Now: the configuration of the boot, for every slot. Configuration entries,
 * which govern from their slot + alpha on (protocols.md 2.9), will change `voterSets` here.
 */
import { assert } from '../../base/assert.ts';
import { compareIds, type Member, type NodeId, type StorageId } from '../../vocabulary/ids.ts';
import { majoritySize, type VoterSets } from '../quorum/majority.ts';

/** Bits of a JavaScript bitwise operation that can be used without a sign. */
const VOTERS_MAX = 31;

export function voterSets(members: readonly Member[]): VoterSets {
  const voters = members.map((member) => member.nodeId).sort(compareIds);
  assert(voters.length <= VOTERS_MAX, `${voters.length} voters, at most ${VOTERS_MAX}`);
  return { voters, votersOld: null };
}

/**
 * Whether the configuration names this node on this very disk. A wiped disk has forgotten its
 * promises, so its node must not act for the id it had (protocols.md 0.5, museum R28).
 */
export function isOwnStorage(members: readonly Member[], id: NodeId, disk: StorageId): boolean {
  return members.some((member) => member.nodeId === id && member.storageId === disk);
}

/** Every voter other than `self`, in the order of ids. */
export function peersOf(sets: VoterSets, self: NodeId): readonly NodeId[] {
  const others = new Set([...sets.voters, ...(sets.votersOld ?? [])]);
  others.delete(self);
  return [...others].sort(compareIds);
}

/** The bit of `voter` in the acknowledgement masks; 0 for a node that does not vote. */
export function voterBit(sets: VoterSets, voter: NodeId): number {
  const index = sets.voters.indexOf(voter);
  return index === -1 ? 0 : 1 << index;
}

/**
 * `isQuorum` of quorum/majority.ts on a mask of `voterBit`s: it is asked once per slot and
 * acknowledgement, where building sets would cost more than all the rest.
 */
export function isQuorumMask(sets: VoterSets, mask: number): boolean {
  assert(sets.votersOld === null, 'masks over joint configurations');
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count >= majoritySize(sets.voters.length);
}
