/**
 * Reads that are no log entries (dissertation 6.4; protocols.md 1.12). The leader notes what is
 * committed, proves by a round of heartbeats sent afterwards that it still leads, and answers from
 * that state or a later one. Any other member asks the leader for the position and answers itself.
 */
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import type { ReadRequest } from '../kernel/core.ts';
import { quorumPosition } from '../quorum/majority.ts';
import { refuseAsNoLeader } from './client.ts';
import { hardGate } from './durability.ts';
import { holdsLease } from './leases.ts';
import type { ReadIndex, ReadIndexResp } from './messages.ts';
import { broadcastHeartbeats } from './replication.ts';
import type { LeaderReads, RaftState } from './state.ts';
import { isReady, traceIgnored } from './tracing.ts';

/** Batches of reads that wait for a round at one node. */
const WAITING_MAX = 4_096;

/** All reads of one turn: one round, or one question to the leader. */
export function handleRead(s: RaftState, requests: readonly ReadRequest[]): void {
  const strong = requests.filter((request) => !isAnswered(s, request));
  if (strong.length === 0) return;
  if (s.role === 'leader') addReads(s, { requests: strong, asker: null, round: 0, pos: 0 });
  else askLeader(s, strong);
}

/** What needs no word of anybody: local reads, leases, and what this node does not have. */
function isAnswered(s: RaftState, { reqId, level, minPos, payload }: ReadRequest): boolean {
  if (level === 'local') {
    s.out.read(reqId, minPos, payload);
    return true;
  }
  if (level !== 'index' && !(level === 'lease' && s.options.leaseReads)) {
    const why = level === 'lease' ? 'leaseReads is off' : `raft has no reads of level ${level}`;
    s.out.refuse(reqId, 'bad-request', why);
    return true;
  }
  if (level !== 'lease') return false;
  if (s.role !== 'leader') refuseAsNoLeader(s, reqId);
  else if (holdsLease(s)) s.out.read(reqId, Math.max(s.commitPos, minPos), payload);
  else return false;
  return true;
}

function addReads(s: RaftState, reads: LeaderReads): void {
  if (s.reads.length < WAITING_MAX) {
    s.reads.push(reads);
  } else if (reads.asker === null) {
    refuseBusy(s, reads.requests);
  }
}

function refuseBusy(s: RaftState, requests: readonly ReadRequest[]): void {
  for (const { reqId } of requests) {
    s.out.refuse(reqId, 'busy', `${WAITING_MAX} batches of reads are waiting`, s.nodeId);
  }
}

/**
 * Starts a round for the reads that wait for one, once an entry of this term is committed: before,
 * this leader may not know of everything that is (museum R40).
 */
export function maybeStartRound(s: RaftState): void {
  if (s.reads.at(-1)?.round !== 0) return;
  if (!isReady(s) && !s.mutants.has('read-before-own-commit')) return;
  broadcastHeartbeats(s);
  for (const waiting of s.reads) {
    if (waiting.round !== 0) continue;
    waiting.round = s.round;
    waiting.pos = s.commitPos;
  }
}

/** Answers those whose round, or a later one, a quorum has answered; older ones prove nothing. */
export function maybeServeReads(s: RaftState): void {
  const oldest = s.reads[0]?.round ?? 0;
  if (oldest === 0) return;
  const proven = s.mutants.has('read-without-round') ? s.round : roundOfQuorum(s);
  while (s.reads[0] !== undefined && s.reads[0].round !== 0 && s.reads[0].round <= proven) {
    serve(s, s.reads[0]);
    s.reads.shift();
  }
}

function roundOfQuorum(s: RaftState): number {
  return quorumPosition(s.membership.sets, (voter) =>
    voter === s.nodeId ? s.round : (s.peers.find(({ id }) => id === voter)?.roundAcked ?? 0),
  );
}

function serve(s: RaftState, { requests, asker, pos }: LeaderReads): void {
  if (asker !== null) sendAnswer(s, asker.from, asker.id, pos);
  answerReads(s, requests, pos);
}

function answerReads(s: RaftState, requests: readonly ReadRequest[], pos: Position): void {
  for (const { reqId, minPos, payload } of requests) {
    s.out.read(reqId, Math.max(pos, minPos), payload);
  }
}

/** A follower or learner; who is not in the configuration serves nothing (protocols.md 0.5). */
function askLeader(s: RaftState, requests: readonly ReadRequest[]): void {
  if (s.leaderId === null || s.role === 'outsider') {
    for (const { reqId } of requests) refuseAsNoLeader(s, reqId);
    return;
  }
  if (s.asked.length >= WAITING_MAX) return refuseBusy(s, requests);
  s.asks += 1;
  s.asked.push({ id: s.asks, at: s.clock, requests });
  const { currentTerm: term } = s;
  s.out.send(s.leaderId, { type: 'ReadIndex', term, id: s.asks }, hardGate(s));
}

/** At the leader that somebody believes in. */
export function handleReadIndex(s: RaftState, from: NodeId, { term, id }: ReadIndex): void {
  if (s.role !== 'leader' || term !== s.currentTerm) return sendAnswer(s, from, id, null);
  addReads(s, { requests: [], asker: { from, id }, round: 0, pos: 0 });
}

function sendAnswer(s: RaftState, to: NodeId, id: number, pos: Position | null): void {
  const { currentTerm: term } = s;
  s.out.send(to, { type: 'ReadIndexResp', term, id, pos }, hardGate(s));
}

export function handleReadIndexResp(s: RaftState, from: NodeId, m: ReadIndexResp): void {
  const found = s.asked.findIndex(({ id }) => id === m.id);
  const asked = s.asked[found];
  if (asked === undefined || from !== s.leaderId) {
    return traceIgnored(s, from, m, `answer to question ${m.id}, not asked now`);
  }
  s.asked.splice(found, 1);
  if (m.pos !== null && m.term === s.currentTerm) return answerReads(s, asked.requests, m.pos);
  for (const { reqId } of asked.requests) {
    s.out.refuse(reqId, 'leadership-lost', `${from} does not lead term ${s.currentTerm}`);
  }
}

/** Questions or answers were lost: the client asks again, perhaps elsewhere. */
export function maybeGiveUpAsked(s: RaftState): void {
  while (s.asked[0] !== undefined && s.clock - s.asked[0].at >= s.timing.electionTicksMin) {
    for (const { reqId } of s.asked[0].requests) {
      s.out.refuse(reqId, 'leadership-lost', 'the leader did not answer', s.leaderId);
    }
    s.asked.shift();
  }
}
