/**
 * The only place where a role, a term or a vote changes (protocols.md 1.1, 1.3). Who may become
 * what:
 *
 *     follower -> pre-candidate -> candidate -> leader
 *     any of them -> follower, outsider; an outsider stays one for the rest of its life
 */
import { assert } from '../../base/assert.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import type { Role } from '../../vocabulary/trace.ts';
import { persistHard } from './durability.ts';
import type { RaftState, Word } from './state.ts';
import { traceRole, traceVote } from './tracing.ts';

/** Starts a life. */
export function becomeBooted(s: RaftState, isMember: boolean): void {
  restartElectionTimer(s);
  if (isMember) traceRole(s, 'boot');
  else becomeOutsider(s, 'boot with a disk the configuration does not know');
}

/** Takes no part any more: its disk is not the configured one, or cannot be trusted. */
export function becomeOutsider(s: RaftState, why: string): void {
  setRole(s, 'outsider', 'outsider', null);
  failPending(s);
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
  assert(s.role !== 'outsider', `${s.nodeId}: an outsider has no term`);
  assert(term >= s.currentTerm, `${s.nodeId}: term ${term} after ${s.currentTerm}`);
  const wasLeader = s.role === 'leader';
  const forgets = s.role === 'candidate' && s.mutants.has('forget-vote-on-step-down');
  setRole(s, 'follower', 'follower', leader);
  if (term > s.currentTerm || forgets) {
    s.currentTerm = term;
    s.votedFor = vote;
    persistHard(s);
  }
  if (wasLeader) {
    restartElectionTimer(s);
    failPending(s);
  }
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
  s.heartbeatElapsed = 0;
  s.termStartPos = s.log.lastPos + 1;
  s.leadSince = s.clock;
  s.leadTimeBase = s.log.lastTime;
  s.lastAppend = null;
  for (const peer of s.peers) {
    peer.progress = 'probe';
    peer.match = 0;
    peer.next = s.termStartPos;
    peer.inflight = [];
    peer.paused = false;
    peer.ackedAt = s.clock;
    peer.commitSent = 0;
  }
  traceRole(s, why);
}

/** Notes that `from` leads the current term, and that it is alive. */
export function followLeader(s: RaftState, from: NodeId): void {
  assert(s.role !== 'leader', `${s.nodeId} and ${from} both lead term ${s.currentTerm}`);
  if (s.role !== 'follower' || s.leaderId !== from) {
    becomeFollower(s, s.currentTerm, from, 'heard the leader of the term');
  }
  s.electionElapsed = 0;
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

function setRole(s: RaftState, role: Role, word: Word, leader: NodeId | null): void {
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

function failPending(s: RaftState): void {
  for (const { reqId } of s.pending) {
    s.out.refuse(reqId, 'leadership-lost', 'the leader stepped down; outcome unknown', s.leaderId);
  }
  s.pending = [];
}
