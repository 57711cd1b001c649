/**
 * The leader sends its image to a peer whose log ends before ours begins (Raft 7; protocols.md
 * 1.8): a small window of chunks, in order, while heartbeats go on. The image may vanish here, when
 * a newer one takes its place; a peer that gets no further is sent that one.
 */
import { ensure } from '../../base/assert.ts';
import type { InstallSnapshotResp } from './messages.ts';
import type { Peer, Sending } from './peers.ts';
import { metaOf } from './snapshot-meta.ts';
import type { RaftState } from './state.ts';
import { traceIgnored } from './tracing.ts';

/** Whether somebody who answers is being sent an image. */
export function isSendingImage(s: RaftState): boolean {
  return s.role === 'leader' && streams(s) > 0;
}

function streams(s: RaftState): number {
  return s.peers.filter((peer) => peer.sending !== null && isHeard(s, peer)).length;
}

function isHeard(s: RaftState, peer: Peer): boolean {
  return s.clock - peer.ackedAt < s.timing.electionTicksMin;
}

/** The log can no longer help this peer. It may have to wait until another one is done. */
export function ensureSnapshotSent(s: RaftState, peer: Peer): void {
  if (peer.progress !== 'snapshot') {
    peer.progress = 'snapshot';
    peer.inflight = [];
    peer.inflightBytes = [];
    peer.sending = null;
  }
  if (peer.sending !== null) return maybeResend(s, peer, peer.sending);
  if (isHeard(s, peer) && streams(s) < s.options.maxSnapshotStreams) beginSending(s, peer);
}

function beginSending(s: RaftState, peer: Peer): void {
  const snapshot = ensure(s.snapshot, `${s.nodeId}: log from ${s.log.base.pos}, no snapshot`);
  const { handle, chunks, lastPos } = snapshot;
  peer.sending = { handle, chunks, acked: 0, sent: 0, movedAt: s.clock, stalled: false };
  s.out.trace({ kind: 'catch-up', peer: peer.id, method: 'snapshot', from: lastPos });
  s.out.trace({ kind: 'snapshot', what: 'sent', pos: lastPos, peer: peer.id });
  sendChunks(s, peer, peer.sending);
}

/** Nothing moved for an election timeout: once more, or anew if the image is another one by now. */
function maybeResend(s: RaftState, peer: Peer, sending: Sending): void {
  if (s.clock - sending.movedAt < s.timing.electionTicksMin) return;
  if (sending.handle !== s.snapshot?.handle) return beginSending(s, peer);
  sending.sent = sending.acked;
  sending.movedAt = s.clock;
  sending.stalled = true;
  sendChunks(s, peer, sending);
}

function sendChunks(s: RaftState, peer: Peer, sending: Sending): void {
  const bound = Math.min(sending.chunks, sending.acked + s.options.maxChunksInflight);
  for (; sending.sent < bound; sending.sent += 1) sendChunk(s, peer, sending.sent);
}

function sendChunk(s: RaftState, peer: Peer, chunk: number): void {
  const { handle, lastPos, chunks, bytes, meta } = ensure(s.snapshot, 'no snapshot to send');
  s.out.send(peer.id, {
    type: 'InstallSnapshot',
    term: s.currentTerm,
    snapId: handle,
    lastPos,
    meta: metaOf({ handle, lastPos, chunks, bytes, meta }),
    chunk,
    chunks,
    bytes,
    image: { handle, chunk },
  });
}

/** The peer keeps chunks: on with the next ones, or from where it is if it lost what it had. */
export function noteChunkAnswer(s: RaftState, peer: Peer, m: InstallSnapshotResp): void {
  const { sending } = peer;
  if (sending === null || sending.handle !== m.snapId || m.next > sending.chunks) {
    return traceIgnored(s, peer.id, m, 'answer to no image on its way');
  }
  if (sending.handle !== s.snapshot?.handle) return beginSending(s, peer);
  const isRestart = m.next < sending.acked && (m.next === 0 || sending.stalled);
  if (m.next <= sending.acked && !isRestart) return;
  sending.acked = m.next;
  sending.sent = isRestart ? m.next : Math.max(sending.sent, m.next);
  sending.movedAt = s.clock;
  sending.stalled = false;
  sendChunks(s, peer, sending);
}
