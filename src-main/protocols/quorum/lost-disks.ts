/** Which disks a cluster cannot do without (protocols.md 0.5). */
import type { NodeId } from '../../vocabulary/ids.ts';
import { majoritySize, type VoterSets } from './majority.ts';

/**
 * Why the disk of `node` must not be wiped: a wiped voter never votes again for the one it was, so
 * with a majority of them gone nothing can ever be decided, not even their removal.
 * @param isWhole whether this voter still has the disk it votes with.
 * @returns null when the others are enough.
 */
export function whyNotWiped(
  node: NodeId,
  { voters, votersOld }: VoterSets,
  isWhole: (voter: NodeId) => boolean,
): string | null {
  for (const set of [voters, votersOld ?? []]) {
    if (!set.includes(node)) continue;
    const left = set.filter((voter) => voter !== node && isWhole(voter)).length;
    const needed = majoritySize(set.length);
    if (left >= needed) continue;
    return (
      `without the disk of ${node} only ${left} of ${set.length} voters would have theirs, ` +
      `${needed} are needed: replace a wiped voter first`
    );
  }
  return null;
}
