/**
 * Elections: PreVote, RequestVote, and who still believes in a leader (Raft 5.2, 5.4.1;
 * dissertation 4.2.3, 9.6; protocols.md 1.5).
 */
import type { NodeId } from '../../vocabulary/ids.ts';
import { quorumPosition, voteResult } from '../quorum/majority.ts';
import { hardGate, isVoteDurable } from './durability.ts';
import { isCounted, standingOf } from './membership.ts';
import type { PreVote, PreVoteResp, RequestVote, RequestVoteResp, TimeoutNow } from './messages.ts';
import { startLeading } from './replication.ts';
import {
  becomeCandidate,
  becomeFollower,
  becomeLeader,
  becomeLeaderless,
  becomePreCandidate,
  grantVote,
} from './roles.ts';
import type { RaftState } from './state.ts';
import { traceIgnored, traceTally, traceVote } from './tracing.ts';

/** The election timer fired. Only voters campaign (1.4); others forget the silent leader. */
export function campaign(s: RaftState): void {
  if (standingOf(s) !== 'voter') return becomeLeaderless(s, 'election timeout');
  if (!s.options.preVote) return campaignForReal(s, 'election timeout', false);
  becomePreCandidate(s, 'election timeout');
  const { lastPos, lastTerm } = s.log;
  const term = s.currentTerm + 1;
  traceTally(s, term);
  sendToVoters(s, { type: 'PreVote', term, lastPos, lastTerm }, hardGate(s));
  maybeWin(s);
}

/**
 * The request waits for the disk: a candidate that forgot its vote could win the same term twice
 * (pitfall 1.16-8).
 */
function campaignForReal(s: RaftState, why: string, transfer: boolean): void {
  becomeCandidate(s, why);
  const { lastPos, lastTerm } = s.log;
  const { currentTerm: term } = s;
  const after = s.mutants.has('vote-without-sync') ? 0 : hardGate(s);
  sendToVoters(s, { type: 'RequestVote', term, lastPos, lastTerm, transfer }, after);
}

function sendToVoters(
  s: RaftState,
  msg: Omit<PreVote, 'disk'> | Omit<RequestVote, 'disk'>,
  after: number,
): void {
  for (const { id, storageId: disk } of s.peers) {
    if (isCounted(s.membership.sets, id)) s.out.send(id, { ...msg, disk }, after);
  }
}

/**
 * Whether this node may vote for a candidate that asks the voter with this disk. What its own
 * configuration says does not matter: a node that was promoted and has not heard of it must vote
 * (museum R47). One that lost the disk it is asked for has forgotten its votes (museum R28).
 */
export function isAskedVoter(s: RaftState, { disk }: PreVote | RequestVote): boolean {
  return disk === s.storageId || s.mutants.has('wiped-voter-votes');
}

/** The leader of this term asks for it, so nobody has to find out that it is silent (1.10). */
export function handleTimeoutNow(s: RaftState, from: NodeId, m: TimeoutNow): void {
  if (s.word !== 'follower' || m.term < s.currentTerm) {
    return traceIgnored(s, from, m, `to a ${s.word} of term ${s.currentTerm}`);
  }
  s.out.trace({ kind: 'transfer', what: 'now', to: s.nodeId });
  campaignForReal(s, `${from} hands over`, true);
}

/** A leader that reached a quorum less than ET ago (CheckQuorum, protocols.md 1.11). */
export function hasActiveQuorum(s: RaftState): boolean {
  return s.clock - quorumAckedAt(s) < s.timing.electionTicksMin;
}

/** The newest tick by which a quorum, this leader included, had answered. */
export function quorumAckedAt(s: RaftState): number {
  return quorumPosition(s.membership.sets, (voter) =>
    voter === s.nodeId ? s.clock : (s.peers.find((peer) => peer.id === voter)?.ackedAt ?? 0),
  );
}

/**
 * Still believes in a living leader, and so does not help to replace it. With leases it also counts
 * the time since the last word of any leader or since boot, whoever was heard of since: a lease may
 * be built on it (1.12).
 */
export function isSticky(s: RaftState): boolean {
  const { preVote, checkQuorum, leaseReads } = s.options;
  if (!preVote && !checkQuorum && !leaseReads) return false;
  if (s.role === 'leader') return hasActiveQuorum(s);
  const ticks = s.timing.electionTicksMin;
  if (leaseReads && s.clock - s.contactAt < ticks) return true;
  return s.leaderId !== null && s.electionElapsed < ticks;
}

/** Raft 5.4.1: the last term decides, then the length. */
function isUpToDate(s: RaftState, lastTerm: number, lastPos: number): boolean {
  if (s.mutants.has('vote-without-log-check')) return true;
  if (lastTerm !== s.log.lastTerm) return lastTerm > s.log.lastTerm;
  return lastPos >= s.log.lastPos;
}

/** Promises nothing and changes nothing. */
export function handlePreVote(s: RaftState, from: NodeId, m: PreVote): void {
  const granted = m.term > s.currentTerm && isUpToDate(s, m.lastTerm, m.lastPos) && !isSticky(s);
  traceVote(s, from, m.term, granted, 'pre');
  const term = granted ? m.term : s.currentTerm;
  s.out.send(from, { type: 'PreVoteResp', term, forTerm: m.term, granted }, hardGate(s));
}

/** A term that starts with a request starts with the vote for it, if its log allows one. */
export function adoptTermOfRequest(s: RaftState, from: NodeId, m: RequestVote): void {
  const vote = isUpToDate(s, m.lastTerm, m.lastPos) ? from : null;
  becomeFollower(s, m.term, null, 'asked to vote in a higher term', vote);
}

/** After the term rules, so the request is of this term, of an older one, or denied as sticky. */
export function handleRequestVote(s: RaftState, from: NodeId, m: RequestVote): void {
  const granted =
    m.term === s.currentTerm &&
    (s.votedFor === null || s.votedFor === from) &&
    isUpToDate(s, m.lastTerm, m.lastPos);
  if (granted) grantVote(s, from);
  traceVote(s, from, m.term, granted, 'real');
  const after = s.mutants.has('vote-without-sync') ? 0 : hardGate(s);
  const term = s.currentTerm;
  s.out.send(from, { type: 'RequestVoteResp', term, forTerm: m.term, granted }, after);
}

export function handlePreVoteResp(s: RaftState, from: NodeId, m: PreVoteResp): void {
  if (s.word !== 'pre-candidate' || m.forTerm !== s.currentTerm + 1) {
    return traceIgnored(s, from, m, `pre-vote for term ${m.forTerm}, not asked for now`);
  }
  countVote(s, from, m.granted, m.forTerm);
}

/** Counts only answers to the request of this very term (pitfall 1.16-5, museum R17). */
export function handleRequestVoteResp(s: RaftState, from: NodeId, m: RequestVoteResp): void {
  const isOurs = m.forTerm === s.currentTerm || s.mutants.has('count-stale-votes');
  if (s.word !== 'candidate' || !isOurs) {
    return traceIgnored(s, from, m, `vote for term ${m.forTerm}, not asked for now`);
  }
  countVote(s, from, m.granted, s.currentTerm);
}

/** The own vote counts once it is on disk. */
export function maybeCountOwnVote(s: RaftState): void {
  if (s.word !== 'candidate' || s.votes.has(s.nodeId) || !isVoteDurable(s)) return;
  countVote(s, s.nodeId, true, s.currentTerm);
}

/** The first answer of a voter counts, a repeated one does not (museum R16). */
function countVote(s: RaftState, voter: NodeId, granted: boolean, term: number): void {
  if (s.votes.has(voter) || !isCounted(s.membership.sets, voter)) return;
  s.votes.set(voter, granted);
  if (granted) traceTally(s, term);
  maybeWin(s);
}

function maybeWin(s: RaftState): void {
  const result = voteResult(s.membership.sets, s.votes);
  if (result === 'lost') {
    becomeFollower(s, s.currentTerm, null, 'a quorum refused');
  } else if (result === 'won' && s.word === 'pre-candidate') {
    campaignForReal(s, 'a quorum would vote', false);
  } else if (result === 'won') {
    becomeLeader(s, 'a quorum voted');
    startLeading(s);
  }
}
