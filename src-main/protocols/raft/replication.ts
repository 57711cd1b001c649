/**
 * The leader's side of replication (Raft 5.3; protocols.md 1.6): appending, a pipelined window per
 * peer, finding a common position, and telling what is committed.
 */
import { assert } from '../../base/assert.ts';
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import { lastThatFits } from '../kernel/message-size.ts';
import { maybeCommit } from './commit.ts';
import { appendEntries } from './durability.ts';
import type { RaftEntry } from './log.ts';
import type { AppendEntries, AppendEntriesOk, AppendEntriesReject } from './messages.ts';
import type { Peer, RaftState } from './state.ts';
import { traceIgnored } from './tracing.ts';

/** The first act of a leader: a no-op of its own term, which everything older commits with. */
export function startLeading(s: RaftState): void {
  const pos = s.termStartPos;
  const stamp = { term: s.currentTerm, time: serviceTime(s) };
  appendAndSend(s, [{ pos, type: 'noop', ...stamp, client: null, payload: null }]);
}

/** Service time of new entries: goes on from the last one while this leader leads (4.1). */
export function serviceTime(s: RaftState): number {
  const elapsedMs = (s.clock - s.leadSince) * s.timing.tickMs;
  return Math.max(s.log.lastTime, s.leadTimeBase + elapsedMs);
}

/**
 * Entries leave before they are on this leader's own disk: it does not count itself until they are
 * (protocols.md 0.2).
 */
export function appendAndSend(s: RaftState, entries: readonly RaftEntry[]): void {
  assert(s.role === 'leader', `${s.nodeId}: ${s.word} appends`);
  appendEntries(s, entries);
  for (const peer of s.peers) sendAppends(s, peer);
  if (s.mutants.has('count-self-before-sync')) maybeCommitAndNotify(s);
}

/** A peer that follows gets what it lacks as far as its window allows; a probed one, one message.
 *   */
function sendAppends(s: RaftState, peer: Peer): void {
  if (peer.progress === 'probe') {
    if (!peer.paused) sendNext(s, peer);
    peer.paused = true;
    return;
  }
  while (peer.next <= s.log.lastPos && peer.inflight.length < s.options.maxInflight) {
    const to = sendNext(s, peer);
    peer.next = to + 1;
    peer.inflight.push(to);
  }
}

/**
 * One AppendEntries from `peer.next` on; an empty one if there is nothing there.
 * @returns the last position it carries, or the one before `peer.next`.
 */
function sendNext(s: RaftState, peer: Peer): Position {
  const most = Math.min(s.log.lastPos, peer.next + s.options.maxEntriesPerMessage - 1);
  const to = most < peer.next ? most : lastThatFits(peer.next, most, (pos) => s.log.at(pos));
  s.out.send(peer.id, makeAppend(s, peer.next - 1, to));
  peer.commitSent = Math.max(peer.commitSent, Math.min(s.commitPos, to));
  return to;
}

/** Peers mostly need the same: they get the same object, which a host has to encode only once. */
function makeAppend(s: RaftState, prevPos: Position, to: Position): AppendEntries {
  const last = s.lastAppend;
  if (
    last?.prevPos === prevPos &&
    last.entries.length === to - prevPos &&
    last.leaderCommit === s.commitPos
  ) {
    return last;
  }
  const prevTerm = s.log.termAt(prevPos);
  if (prevTerm === null) assert(false, `${s.nodeId}: no term at ${prevPos} to append after`);
  const entries = s.log.range(prevPos + 1, to);
  const { currentTerm: term, commitPos: leaderCommit } = s;
  s.lastAppend = { type: 'AppendEntries', term, prevPos, prevTerm, entries, leaderCommit };
  return s.lastAppend;
}

export function broadcastHeartbeats(s: RaftState): void {
  s.heartbeatElapsed = 0;
  for (const peer of s.peers) sendHeartbeat(s, peer);
}

/** The commit position is bounded by what this very peer matches: it needs no check there. */
function sendHeartbeat(s: RaftState, peer: Peer): void {
  const commit = Math.min(peer.match, s.commitPos);
  s.out.send(peer.id, { type: 'Heartbeat', term: s.currentTerm, commit });
  peer.commitSent = Math.max(peer.commitSent, commit);
}

/** Tells a peer at once what is committed, if no message that would carry it is on the way. */
function maybeNotifyCommit(s: RaftState, peer: Peer): void {
  const commit = Math.min(peer.match, s.commitPos);
  if (peer.progress !== 'replicate' || peer.inflight.length > 0) return;
  if (peer.next <= s.log.lastPos || commit <= peer.commitSent) return;
  s.out.send(peer.id, { type: 'CommitNotice', term: s.currentTerm, commit });
  peer.commitSent = commit;
}

/** After what a quorum holds may have grown. */
export function maybeCommitAndNotify(s: RaftState): void {
  if (!maybeCommit(s)) return;
  for (const peer of s.peers) maybeNotifyCommit(s, peer);
}

export function handleAppendEntriesOk(s: RaftState, peer: Peer, m: AppendEntriesOk): void {
  peer.ackedAt = s.clock;
  if (m.matchPos > s.log.lastPos) {
    return traceIgnored(s, peer.id, m, `match ${m.matchPos} beyond the log ${s.log.lastPos}`);
  }
  const found = peer.progress === 'probe' && m.matchPos === peer.match;
  if (m.matchPos <= peer.match && !found) return;
  noteMatch(peer, m.matchPos);
  if (m.matchPos > s.commitPos) maybeCommitAndNotify(s);
  sendAppends(s, peer);
  maybeNotifyCommit(s, peer);
}

function noteMatch(peer: Peer, matchPos: Position): void {
  peer.match = matchPos;
  if (peer.progress === 'probe') {
    peer.progress = 'replicate';
    peer.next = matchPos + 1;
    peer.inflight = [];
    return;
  }
  peer.next = Math.max(peer.next, matchPos + 1);
  while (peer.inflight[0] !== undefined && peer.inflight[0] <= matchPos) peer.inflight.shift();
}

/**
 * The peer has no such entry at `rejectedPrev`. Its hint is its last entry that could match by its
 * term; ours is found the same way, so that each round skips a whole term (1.6).
 */
export function handleAppendEntriesReject(s: RaftState, peer: Peer, m: AppendEntriesReject): void {
  peer.ackedAt = s.clock;
  const { rejectedPrev } = m;
  const isStale =
    peer.progress === 'probe' ? rejectedPrev !== peer.next - 1 : rejectedPrev <= peer.match;
  if (isStale || rejectedPrev === 0 || rejectedPrev > s.log.lastPos) {
    return traceIgnored(s, peer.id, m, `stale: match ${peer.match}, next ${peer.next}`);
  }
  const hint = Math.min(m.hintPos, rejectedPrev - 1);
  const common = s.log.lastWithTermAtMost(hint, m.hintTerm);
  becomeProbe(peer, Math.max(peer.match, common) + 1);
  s.out.trace({ kind: 'catch-up', peer: peer.id, method: 'probe', from: peer.next });
  sendAppends(s, peer);
}

function becomeProbe(peer: Peer, next: Position): void {
  peer.progress = 'probe';
  peer.next = next;
  peer.inflight = [];
  peer.paused = false;
}

/**
 * The peer is there. If it lacks something, it is asked again: a probe that was lost is repeated,
 * and behind a window whose messages were all lost an empty one finds out.
 */
export function handleHeartbeatResp(s: RaftState, peer: Peer): void {
  peer.ackedAt = s.clock;
  if (peer.progress === 'probe') {
    peer.paused = false;
    return sendAppends(s, peer);
  }
  if (peer.match === s.log.lastPos) return;
  const sentBefore = peer.next;
  sendAppends(s, peer);
  if (peer.next === sentBefore) s.out.send(peer.id, makeAppend(s, peer.next - 1, peer.next - 1));
}

/** What was on the way to this peer is probably lost. */
export function handlePeerDown(s: RaftState, id: NodeId): void {
  const peer = s.peers.find((p) => p.id === id);
  if (s.role !== 'leader' || peer === undefined) return;
  becomeProbe(peer, peer.match + 1);
  peer.paused = true;
}

/** A heartbeat now brings a returned peer up to date without waiting for the next round. */
export function handlePeerUp(s: RaftState, id: NodeId): void {
  const peer = s.peers.find((p) => p.id === id);
  if (s.role === 'leader' && peer !== undefined) sendHeartbeat(s, peer);
}
