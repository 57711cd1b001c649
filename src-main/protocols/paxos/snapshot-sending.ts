/**
 * Sending a snapshot to a node that asked for slots below the floor, a few chunks at a time
 * (protocols.md 2.7, 2.11). Any node may do so: what is chosen does not depend on who leads.
 */
import type { NodeId } from '../../vocabulary/ids.ts';
import type { SnapshotAck } from './messages.ts';
import { resendTicks, type Machine, type Sending } from './state.ts';

/** Begins, unless it is under way already. */
export function sendSnapshot(m: Machine, to: NodeId): void {
  const { state } = m;
  const { snapshot, sendings, now } = state;
  if (snapshot === null || sendings.get(to)?.handle === snapshot.handle) return;
  const sending = { handle: snapshot.handle, acked: 0, next: 0, progressAt: now, sentAt: now };
  sendings.set(to, sending);
  m.fx.trace({ kind: 'snapshot', what: 'sent', pos: snapshot.lastPos, peer: to });
  m.fx.trace({ kind: 'catch-up', peer: to, method: 'snapshot', from: snapshot.lastPos });
  sendChunks(m, to, sending);
}

function sendChunks(m: Machine, to: NodeId, sending: Sending): void {
  const { snapshot, now, options } = m.state;
  if (snapshot === null) return;
  const { handle, lastPos, chunks, bytes, meta } = snapshot;
  const end = Math.min(chunks, sending.acked + options.maxChunksInflight);
  for (; sending.next < end; sending.next += 1) {
    sending.sentAt = now;
    const image = { handle, chunk: sending.next };
    m.fx.send(to, { type: 'InstallSnapshot', image, lastPos, chunks, bytes, meta });
  }
}

export function handleSnapshotAck(m: Machine, from: NodeId, msg: SnapshotAck): void {
  const { sendings, now } = m.state;
  const sending = sendings.get(from);
  if (sending === undefined || sending.handle !== msg.handle) {
    m.fx.trace({ kind: 'ignored', from, type: msg.type, why: 'answers no snapshot on its way' });
    return;
  }
  if (msg.done) {
    sendings.delete(from);
    return;
  }
  const isStalled = now - sending.progressAt >= resendTicks(m.state);
  if (msg.next > sending.acked) {
    sending.acked = msg.next;
    sending.next = Math.max(msg.next, sending.next);
    sending.progressAt = now;
  } else if (msg.next < sending.acked && isStalled) {
    // It lost what it had: it began anew, or had to make room for another one.
    sending.acked = msg.next;
    sending.next = msg.next;
    sending.progressAt = now;
  }
  sendChunks(m, from, sending);
}

/** Sends again what stays without an answer; gives up on who does not answer at all: it asks
 *  again when it is back. */
export function tickSendings(m: Machine): void {
  const { state } = m;
  const { sendings, snapshot, now, timing } = state;
  for (const [to, sending] of [...sendings]) {
    if (now - sending.progressAt >= 2 * timing.electionTicksMax) sendings.delete(to);
    else if (sending.handle !== snapshot?.handle) {
      // The image is gone: begin again with the one that took its place.
      sendings.delete(to);
      sendSnapshot(m, to);
    } else if (now - sending.sentAt >= resendTicks(state)) {
      sending.next = sending.acked;
      sending.sentAt = now;
      sendChunks(m, to, sending);
    }
  }
}
