/**
 * The learner of single-decree Paxos (protocols.md 2.1): a value is decided when a quorum of
 * acceptors voted for it in one and the same ballot. Equal values of different ballots are not
 * counted together: that is not what chosen means.
 */
import type { NodeId } from '../../../vocabulary/ids.ts';
import { ballotLabel, type PaxosEntry } from '../ballot.ts';

export interface Learner {
  /** By ballot: who accepted in it. */
  votes: Map<string, Set<NodeId>>;
}

/** @returns whether this vote makes a quorum of so many. */
export function countVote(
  learner: Learner,
  from: NodeId,
  { ballot }: PaxosEntry,
  quorum: number,
): boolean {
  const label = ballotLabel(ballot);
  const voters = learner.votes.get(label) ?? new Set();
  learner.votes.set(label, voters.add(from));
  return voters.size >= quorum;
}
