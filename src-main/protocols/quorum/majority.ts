/**
 * Majority and joint arithmetic, shared by the three protocols. Counting quorums are computed from
 * the sets of voters, never from numbers carried over from another configuration
 * (protocols.md 1.16-11).
 */
import { assert } from '../../base/assert.ts';
import type { NodeId } from '../../vocabulary/ids.ts';

/** One or two sets of voters; with two (joint), every decision needs both. */
export interface VoterSets {
  readonly voters: readonly NodeId[];
  readonly votersOld: readonly NodeId[] | null;
}

export type VoteResult = 'won' | 'lost' | 'pending';

/** Smallest number of voters that is more than half of `size`. */
export function majoritySize(size: number): number {
  assert(size > 0, `majority of ${size} voters`);
  return Math.floor(size / 2) + 1;
}

/** Whether `members` holds a majority of every set. Members that are not voters do not count. */
export function isQuorum(sets: VoterSets, members: ReadonlySet<NodeId>): boolean {
  return holdsMajority(sets.voters, members) && holdsOld(sets, members);
}

function holdsOld(sets: VoterSets, members: ReadonlySet<NodeId>): boolean {
  return sets.votersOld === null || holdsMajority(sets.votersOld, members);
}

function holdsMajority(voters: readonly NodeId[], members: ReadonlySet<NodeId>): boolean {
  if (voters.length === 0) return false;
  let count = 0;
  for (const voter of voters) if (members.has(voter)) count += 1;
  return count >= majoritySize(voters.length);
}

/**
 * Result of a vote: `won` when grants hold a majority of every set, `lost` when in some set those
 * that have not refused no longer can.
 */
export function voteResult(sets: VoterSets, votes: ReadonlyMap<NodeId, boolean>): VoteResult {
  const results = [sets.voters, ...(sets.votersOld === null ? [] : [sets.votersOld])].map(
    (voters) => resultIn(voters, votes),
  );
  if (results.includes('lost')) return 'lost';
  return results.every((result) => result === 'won') ? 'won' : 'pending';
}

function resultIn(voters: readonly NodeId[], votes: ReadonlyMap<NodeId, boolean>): VoteResult {
  let granted = 0;
  let refused = 0;
  for (const voter of voters) {
    const vote = votes.get(voter);
    if (vote === true) granted += 1;
    else if (vote === false) refused += 1;
  }
  if (voters.length === 0) return 'lost';
  const needed = majoritySize(voters.length);
  if (granted >= needed) return 'won';
  return voters.length - refused < needed ? 'lost' : 'pending';
}

/**
 * The largest position that a quorum has reached, given what each voter has (a voter without a
 * value has 0): the commit rule of Raft (5.3, 5.4) and ZAB on plain numbers.
 */
export function quorumPosition(sets: VoterSets, positionOf: (voter: NodeId) => number): number {
  const inNew = majorityPosition(sets.voters, positionOf);
  if (sets.votersOld === null) return inNew;
  return Math.min(inNew, majorityPosition(sets.votersOld, positionOf));
}

function majorityPosition(
  voters: readonly NodeId[],
  positionOf: (voter: NodeId) => number,
): number {
  if (voters.length === 0) return 0;
  const positions = voters.map(positionOf).sort((a, b) => b - a);
  return positions[majoritySize(voters.length) - 1] ?? 0;
}
