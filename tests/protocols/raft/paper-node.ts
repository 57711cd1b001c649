/** Raft as the paper has it: messages and a leader, without PreVote and CheckQuorum. */
import { logOf, OneNode } from './one-node.ts';

export const options = { preVote: false, checkQuorum: false };

export function voteRequest(term: number, lastPos = 9, lastTerm = 9): object {
  return { type: 'RequestVote', term, lastPos, lastTerm, transfer: false, disk: 'disk-n1' };
}

export function grant(term: number): object {
  return { type: 'RequestVoteResp', term, forTerm: term, granted: true };
}

/** n1 leads `term`, elected by n2. */
export function leader(term = 1, log = logOf(), nodes = 3): OneNode {
  const node = new OneNode({ term: term - 1, log, nodes, options });
  node.lead(term);
  return node;
}

export function reject(
  term: number,
  rejectedPrev: number,
  hintPos: number,
  hintTerm: number,
): object {
  return { type: 'AppendEntriesResp', term, ok: false, rejectedPrev, hintPos, hintTerm };
}
