/** Receiving a snapshot and taking it over (protocols.md 2.7, 2.11, museum R12, R13). */
import type { NodeId } from '../../vocabulary/ids.ts';
import { hasArrived, takeChunk } from '../kernel/arrival.ts';
import type { InstallSnapshot } from './messages.ts';
import { showMembership } from './membership.ts';
import { becomeAcceptor, restartElectionTimer } from './roles.ts';
import { useSnapshot } from './snapshots.ts';
import type { Machine } from './state.ts';
import { sendDurable } from './storing.ts';

export function handleInstallSnapshot(m: Machine, from: NodeId, msg: InstallSnapshot): void {
  const { state } = m;
  const { image, lastPos, chunks } = msg;
  const { handle } = image;
  if (lastPos <= state.log.chosenPrefix) {
    sendDurable(m, from, { type: 'SnapshotAck', handle, next: chunks, done: true });
    return;
  }
  const key = `${from} ${handle} ${lastPos}`;
  if (isBusyWithAnother(m, key)) {
    m.fx.trace({ kind: 'ignored', from, type: msg.type, why: 'another snapshot is arriving' });
    return;
  }
  const own = `in-${lastPos}-${state.incarnation}-${state.arrivals}`;
  const { arrival, keep } = takeChunk(state.arrival, key, own, image.chunk, chunks);
  if (keep && image.chunk === 0) state.arrivals += 1;
  state.arrival = arrival;
  if (arrival === null || arrival.key !== key) {
    m.fx.send(from, { type: 'SnapshotAck', handle, next: 0, done: false });
    return;
  }
  state.learnAskedAt = state.now;
  if (keep) {
    m.fx.keepChunk(arrival.handle, image.chunk);
    state.arrivalAt = state.now;
    // A candidate waits for it as for the rest of a long report.
    restartElectionTimer(m);
  }
  if (hasArrived(arrival)) install(m, from, msg, arrival.handle);
  else m.fx.send(from, { type: 'SnapshotAck', handle, next: arrival.next, done: false });
}

/** One sender at a time, as long as it goes on. */
function isBusyWithAnother(m: Machine, key: string): boolean {
  const { arrival, arrivalAt, now, timing } = m.state;
  return arrival !== null && arrival.key !== key && now - arrivalAt < timing.electionTicksMin;
}

/**
 * Everything up to its last slot is chosen and in it; what stood there in the log goes, chosen or
 * not. The reference stands first: a crash may keep any prefix of these operations.
 */
function install(m: Machine, from: NodeId, msg: InstallSnapshot, own: string): void {
  const { state } = m;
  const { lastPos, chunks, bytes, image } = msg;
  state.arrival = null;
  // What a leader proposed at or below is decided without it.
  if (state.lead !== null) becomeAcceptor(m, null, `${from} knows more chosen slots`);
  const meta = { ...msg.meta, installed: true };
  useSnapshot(m, { handle: own, lastPos, chunks, bytes, meta });
  state.log.install(lastPos);
  m.fx.persist({ op: 'hard', record: { floor: lastPos + 1 } }, { op: 'compact', upTo: lastPos });
  state.applied = lastPos;
  state.serviceTime = Math.max(state.serviceTime, meta.time);
  state.durablePos = Math.max(state.durablePos, lastPos);
  state.configs = state.configs.replacedBy(meta.configs);
  state.outgoing = meta.outgoing;
  m.fx.loadSnapshot(lastPos, own);
  m.fx.trace({ kind: 'snapshot', what: 'installed', pos: lastPos, peer: from });
  m.fx.trace({ kind: 'compact', upTo: lastPos });
  showMembership(m);
  sendDurable(m, from, { type: 'SnapshotAck', handle: image.handle, next: chunks, done: true });
}
