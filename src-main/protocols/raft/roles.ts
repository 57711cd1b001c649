/**
 * The only place where a role, a term or a vote changes (protocols.md 1.1, 1.3). Who may become
 * what:
 *
 *     follower -> pre-candidate -> candidate -> leader
 *     any of them -> follower
 *     follower, learner, outsider: each of the other two, as the configuration says
 *     any of them -> stopped, for the rest of its life
 */
import { assert } from '../../base/assert.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import type { Role } from '../../vocabulary/trace.ts';
import { persistHard } from './durability.ts';
import { standingOf, type Standing } from './membership.ts';
import { becomeProbe } from './peers.ts';
import type { RaftState, Word } from './state.ts';
import { traceRole, traceVote } from './tracing.ts';
import { answerTransfer, maybeAnswerTransfer, maybeLoseTransfer } from './transfer.ts';

/** What a node that leads nobody and asks for no votes is called. */
const FOLLOWING: Readonly<Record<Standing, readonly [Role, Word]>> = {
  voter: ['follower', 'follower'],
  learner: ['follower', 'learner'],
  outside: ['outsider', 'outsider'],
};

/** Starts a life. */
export function becomeBooted(s: RaftState): void {
  restartElectionTimer(s);
  setFollowing(s, null);
  const why = s.word === 'outsider' ? 'boot with a disk that no configuration knows' : 'boot';
  traceRole(s, why);
}

/** Takes no part any more: its disk cannot be trusted. */
export function becomeStopped(s: RaftState, why: string): void {
  const wasLeader = s.role === 'leader';
  setRole(s, 'outsider', 'stopped', null);
  if (wasLeader) failWaiting(s);
  answerTransfer(s, 'leadership-lost', 'the disk of this node failed');
  traceRole(s, why);
}

/** What the configuration makes of a node that leads nobody. */
export function becomeStanding(s: RaftState, why: string): void {
  if (s.word === 'stopped' || s.role === 'leader') return;
  const standing = standingOf(s);
  if (s.role === 'candidate' && standing === 'voter') return;
  setFollowing(s, s.leaderId);
  traceRole(s, why);
}

/**
 * Follower of `leader` in `term`. The vote is kept unless the term is a new one (pitfall 1.16-6),
 * which can start with a `vote` in the same record.
 * Whoever waits for an answer of a leader that gives up learns so at once.
 */
export function becomeFollower(
  s: RaftState,
  term: number,
  leader: NodeId | null,
  why: string,
  vote: NodeId | null = null,
): void {
  assert(s.word !== 'stopped', `${s.nodeId}: a stopped node has no term`);
  assert(term >= s.currentTerm, `${s.nodeId}: term ${term} after ${s.currentTerm}`);
  const wasLeader = s.role === 'leader';
  const forgets = s.role === 'candidate' && s.mutants.has('forget-vote-on-step-down');
  if (term > s.currentTerm) failAsked(s, 'the term changed');
  setFollowing(s, leader);
  if (term > s.currentTerm || forgets) {
    s.currentTerm = term;
    s.votedFor = vote;
    persistHard(s);
  }
  if (wasLeader) {
    restartElectionTimer(s);
    failWaiting(s);
  }
  traceRole(s, why);
}

/** A node that may not campaign has not heard its leader for an election timeout. */
export function becomeLeaderless(s: RaftState, why: string): void {
  restartElectionTimer(s);
  setFollowing(s, null);
  traceRole(s, why);
}

/** Asks for grants without a promise, so that a node cut off cannot raise terms (1.5). */
export function becomePreCandidate(s: RaftState, why: string): void {
  assert(s.role === 'follower' || s.role === 'candidate', `${s.word} cannot ask for pre-votes`);
  setRole(s, 'candidate', 'pre-candidate', null);
  restartElectionTimer(s);
  s.votes = new Map([[s.nodeId, true]]);
  traceRole(s, why);
}

/** A new term with a vote for itself, which counts when it is on disk. */
export function becomeCandidate(s: RaftState, why: string): void {
  assert(s.role === 'follower' || s.role === 'candidate', `${s.word} cannot campaign`);
  setRole(s, 'candidate', 'candidate', null);
  restartElectionTimer(s);
  s.votes = new Map();
  s.currentTerm += 1;
  s.votedFor = s.nodeId;
  persistHard(s);
  traceRole(s, why);
  traceVote(s, s.nodeId, s.currentTerm, true, 'real');
}

/** Leader of the current term: nothing is known of anybody's log yet. */
export function becomeLeader(s: RaftState, why: string): void {
  assert(s.word === 'candidate', `${s.word} cannot lead`);
  setRole(s, 'leader', 'leader', s.nodeId);
  answerTransfer(s, 'leadership-lost', 'this node leads again');
  s.heartbeatElapsed = 0;
  s.termStartPos = s.log.lastPos + 1;
  s.leadSince = s.clock;
  s.leadTimeBase = s.log.lastTime;
  s.lastAppend = null;
  s.leaseBlocked = false;
  for (const peer of s.peers) {
    becomeProbe(peer, s.termStartPos);
    peer.match = 0;
    peer.ackedAt = s.clock;
    peer.commitSent = 0;
    peer.roundAcked = 0;
    peer.leaseFrom = -1;
    peer.round = null;
    peer.caughtUp = false;
    peer.leavesAt = null;
  }
  traceRole(s, why);
}

/** Notes that `from` leads the current term, and that it is alive. */
export function followLeader(s: RaftState, from: NodeId): void {
  assert(s.role !== 'leader', `${s.nodeId} and ${from} both lead term ${s.currentTerm}`);
  if (s.role === 'candidate' || s.leaderId !== from) {
    becomeFollower(s, s.currentTerm, from, 'heard the leader of the term');
  }
  maybeAnswerTransfer(s, from);
  s.electionElapsed = 0;
  s.contactAt = s.clock;
}

/** A vote for `candidate` in the current term, on its way to disk. */
export function grantVote(s: RaftState, candidate: NodeId): void {
  const free = s.votedFor === null || s.votedFor === candidate;
  assert(free, `${s.nodeId}: second vote in term ${s.currentTerm}: ${s.votedFor}, ${candidate}`);
  if (s.votedFor === null) {
    s.votedFor = candidate;
    persistHard(s);
  }
  restartElectionTimer(s);
}

function setFollowing(s: RaftState, leader: NodeId | null): void {
  const [role, word] = FOLLOWING[standingOf(s)];
  setRole(s, role, word, leader);
}

function setRole(s: RaftState, role: Role, word: Word, leader: NodeId | null): void {
  if (leader !== s.leaderId) failAsked(s, 'the leader changed');
  s.role = role;
  s.word = word;
  s.leaderId = leader;
}

/** The lower bound excludes ET, at which other voters can still be sticky (protocols.md 0.7). */
function restartElectionTimer(s: RaftState): void {
  const min = s.timing.electionTicksMin + 1;
  s.electionElapsed = 0;
  s.electionTimeout = s.prng.nextInt(min, Math.max(min, s.timing.electionTicksMax));
}

/** Everything that only a leader can answer. */
function failWaiting(s: RaftState): void {
  const refuse = (reqId: number, what: string): void =>
    s.out.refuse(reqId, 'leadership-lost', `the leader stepped down; ${what}`, s.leaderId);
  for (const { reqId } of s.pending) refuse(reqId, 'outcome unknown');
  if (s.changeReqId !== null) refuse(s.changeReqId, 'the change may still be completed');
  for (const { requests } of s.reads) for (const { reqId } of requests) refuse(reqId, 'not read');
  maybeLoseTransfer(s);
  s.pending = [];
  s.changeReqId = null;
  s.reads = [];
  s.uncommitted = [];
  s.uncommittedBytes = 0;
}

/** Reads that wait for the word of a leader. */
function failAsked(s: RaftState, why: string): void {
  const asked = s.asked;
  s.asked = [];
  for (const { requests } of asked) {
    for (const { reqId } of requests) s.out.refuse(reqId, 'leadership-lost', why, s.leaderId);
  }
}
