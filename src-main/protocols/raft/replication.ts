/**
 * The leader's side of replication (Raft 5.3; protocols.md 1.6): appending, a pipelined window per
 * peer, finding a common position, and telling what is committed.
 */
import { assert } from '../../base/assert.ts';
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import { lastThatFits, roughBytes } from '../kernel/message-size.ts';
import { maybeCommit } from './commit.ts';
import { announceMembers, syncPeers } from './config-stack.ts';
import type { RaftEntry } from './log.ts';
import { appendEntries } from './log-writing.ts';
import type {
  AppendEntriesOk,
  AppendEntriesReject,
  HeartbeatResp,
  InstallSnapshotResp,
} from './messages.ts';
import { becomeProbe, type Peer } from './peers.ts';
import { ensureSnapshotSent, noteChunkAnswer } from './snapshot-sending.ts';
import type { MadeAppend, RaftState } from './state.ts';
import { traceIgnored } from './tracing.ts';

/** The first act of a leader: a no-op of its own term, which everything older commits with. */
export function startLeading(s: RaftState): void {
  syncPeers(s);
  announceMembers(s);
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
  if (peer.next <= s.log.base.pos) return ensureSnapshotSent(s, peer);
  if (peer.progress === 'probe') {
    if (!peer.paused) sendNext(s, peer);
    peer.paused = true;
    return;
  }
  while (peer.next <= s.log.lastPos && hasRoom(s, peer)) {
    const made = sendNext(s, peer);
    const to = lastPosOf(made);
    peer.next = to + 1;
    peer.inflight.push(to);
    peer.inflightBytes.push(made.bytes);
  }
}

/** Messages and bytes on the way to a peer are bounded (1.14); one message always may be. */
function hasRoom({ options }: RaftState, { inflight, inflightBytes }: Peer): boolean {
  if (inflight.length >= options.maxInflight) return false;
  let bytes = 0;
  for (const size of inflightBytes) bytes += size;
  return bytes < options.maxInflightBytes;
}

/** One AppendEntries from `peer.next` on; an empty one if there is nothing there. */
function sendNext(s: RaftState, peer: Peer): MadeAppend {
  const most = Math.min(s.log.lastPos, peer.next + s.options.maxEntriesPerMessage - 1);
  const to = most < peer.next ? most : lastThatFits(peer.next, most, (pos) => s.log.at(pos));
  const made = makeAppend(s, peer.next - 1, to);
  s.out.send(peer.id, made.msg);
  peer.commitSent = Math.max(peer.commitSent, Math.min(s.commitPos, to));
  return made;
}

function lastPosOf({ msg }: MadeAppend): Position {
  return msg.prevPos + msg.entries.length;
}

/** Peers mostly need the same: they get the same object, which a host has to encode only once. */
function makeAppend(s: RaftState, prevPos: Position, to: Position): MadeAppend {
  const last = s.lastAppend;
  if (
    last?.msg.prevPos === prevPos &&
    last.msg.entries.length === to - prevPos &&
    last.msg.leaderCommit === s.commitPos
  ) {
    return last;
  }
  const prevTerm = s.log.termAt(prevPos);
  if (prevTerm === null) assert(false, `${s.nodeId}: no term at ${prevPos} to append after`);
  const entries = s.log.range(prevPos + 1, to);
  let bytes = 0;
  for (const entry of entries) bytes += roughBytes(entry);
  const { currentTerm: term, commitPos: leaderCommit } = s;
  const msg = { type: 'AppendEntries', term, prevPos, prevTerm, entries, leaderCommit } as const;
  s.lastAppend = { msg, bytes };
  return s.lastAppend;
}

export function broadcastHeartbeats(s: RaftState): void {
  s.heartbeatElapsed = 0;
  s.round += 1;
  for (const peer of s.peers) sendHeartbeat(s, peer);
}

/** The commit position is bounded by what this very peer matches: it needs no check there. */
function sendHeartbeat(s: RaftState, peer: Peer): void {
  const commit = Math.min(peer.match, s.commitPos);
  const { currentTerm: term, round, clock: sentAt } = s;
  s.out.send(peer.id, { type: 'Heartbeat', term, commit, round, sentAt });
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
  noteMatch(s, peer, m.matchPos);
  if (m.matchPos > s.commitPos) maybeCommitAndNotify(s);
  sendAppends(s, peer);
  maybeNotifyCommit(s, peer);
}

function noteMatch(s: RaftState, peer: Peer, matchPos: Position): void {
  peer.match = matchPos;
  noteRound(s, peer);
  if (peer.progress !== 'replicate') {
    if (matchPos < s.log.base.pos) return;
    becomeProbe(peer, matchPos + 1);
    peer.progress = 'replicate';
    return;
  }
  peer.next = Math.max(peer.next, matchPos + 1);
  while (peer.inflight[0] !== undefined && peer.inflight[0] <= matchPos) {
    peer.inflight.shift();
    peer.inflightBytes.shift();
  }
}

/** Catch-up goes in rounds; a short one shows that the peer keeps up (1.9.6). */
function noteRound(s: RaftState, peer: Peer): void {
  if (peer.round !== null && peer.match < peer.round.upTo) return;
  const since = peer.round?.since ?? s.clock;
  peer.caughtUp = peer.round !== null && s.clock - since < s.timing.electionTicksMin;
  peer.round = { upTo: s.log.lastPos, since: s.clock };
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
  const common = commonPosition(s, Math.min(m.hintPos, rejectedPrev - 1), m.hintTerm);
  becomeProbe(peer, Math.max(peer.match, common) + 1);
  s.out.trace({ kind: 'catch-up', peer: peer.id, method: 'probe', from: peer.next });
  sendAppends(s, peer);
}

/** The largest position up to the hint that may match; below the base only a snapshot helps. */
function commonPosition({ log }: RaftState, hint: Position, hintTerm: number): Position {
  if (hint < log.base.pos) return hint;
  const common = log.lastWithTermAtMost(hint, hintTerm);
  return common === log.base.pos && log.base.term > hintTerm ? common - 1 : common;
}

/**
 * The peer is there. If it lacks something, it is asked again: a probe that was lost is repeated,
 * and behind a window whose messages were all lost an empty one finds out.
 */
export function handleHeartbeatResp(s: RaftState, peer: Peer, m: HeartbeatResp): void {
  peer.ackedAt = s.clock;
  noteRoundAnswer(s, peer, m);
  if (peer.progress !== 'replicate') {
    peer.paused = false;
    return sendAppends(s, peer);
  }
  if (peer.match === s.log.lastPos) return;
  const sentBefore = peer.next;
  sendAppends(s, peer);
  if (peer.next !== sentBefore || !isReplicating(peer)) return;
  s.out.send(peer.id, makeAppend(s, peer.next - 1, peer.next - 1).msg);
}

function isReplicating(peer: Peer): boolean {
  return peer.progress === 'replicate';
}

/** Rounds count from when they were sent, for reads and for leases (1.12). */
function noteRoundAnswer(s: RaftState, peer: Peer, { round, sentAt }: HeartbeatResp): void {
  if (round > s.round || sentAt > s.clock) return;
  peer.roundAcked = Math.max(peer.roundAcked, round);
  const from = s.mutants.has('lease-from-ack-time') ? s.clock : sentAt;
  peer.leaseFrom = Math.max(peer.leaseFrom, from);
}

/** The peer keeps chunks, or has it all: then it goes on from the log. */
export function handleInstallSnapshotResp(s: RaftState, peer: Peer, m: InstallSnapshotResp): void {
  peer.ackedAt = s.clock;
  if (!m.done) return noteChunkAnswer(s, peer, m);
  if (m.matchPos > s.log.lastPos || peer.progress !== 'snapshot' || m.matchPos < peer.match) {
    return traceIgnored(s, peer.id, m, `match ${peer.match}, ${peer.progress}`);
  }
  peer.match = m.matchPos;
  becomeProbe(peer, peer.match + 1);
  if (m.matchPos > s.commitPos) maybeCommitAndNotify(s);
  sendAppends(s, peer);
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
