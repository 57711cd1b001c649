/**
 * Snap (protocols.md 3.6): a learner whose history ends before what the leader's log still holds
 * gets the leader's snapshot, chunk by chunk, then the entries behind it. Chunks are acknowledged,
 * so that a long image never fills the session.
 */
import { hasArrived, takeChunk } from '../kernel/arrival.ts';
import type { SnapshotRef } from '../kernel/durable.ts';
import type { Json } from '../../vocabulary/json.ts';
import { noteSnapshot } from './membership.ts';
import type { Snap, SnapAck, SnapRequest } from './messages.ts';
import { closeLink, ignore, send } from './outbox.ts';
import { becomeSynchronizing, traceRole } from './roles.ts';
import {
  hasMutant,
  type Learner,
  type LeadingState,
  type LearningState,
  type ZabNode,
} from './state.ts';
import { clearingOps } from './snapshots.ts';
import { truncateAfter } from './storing.ts';
import { startStream, streamTo } from './stream.ts';
import { zxidLabel } from './zxid.ts';

// Leader

/** The snapshot first, then everything behind it. */
export function startSnap(node: ZabNode, leading: LeadingState, learner: Learner): void {
  const { snapshot, effects } = node;
  const { peer } = learner;
  if (snapshot === null) {
    closeLink(node, peer, 'it needs a snapshot, and there is none here');
    return;
  }
  const { lastPos } = snapshot;
  effects.trace({ kind: 'catch-up', peer, method: 'snap', from: lastPos + 1 });
  effects.trace({ kind: 'snapshot', what: 'sent', pos: lastPos, peer });
  learner.snap = { snapshot, sent: 0, acked: 0 };
  startStream(node, leading, learner, lastPos);
}

export function handleSnapAck(
  node: ZabNode,
  leading: LeadingState,
  learner: Learner,
  msg: SnapAck,
): void {
  const { snap } = learner;
  if (msg.epoch !== leading.epoch) {
    ignore(node, learner.peer, msg.type, `epoch ${msg.epoch}`);
    return;
  }
  leading.phaseTicks = 0;
  if (snap === null || msg.chunks > snap.sent) return;
  snap.acked = Math.max(snap.acked, msg.chunks);
  streamTo(node, leading, learner);
}

export function handleSnapRequest(
  node: ZabNode,
  leading: LeadingState,
  learner: Learner,
  msg: SnapRequest,
): void {
  if (msg.epoch !== leading.epoch || learner.stage !== 'syncing' || learner.snap !== null) {
    ignore(node, learner.peer, msg.type, `epoch ${msg.epoch} at stage ${learner.stage}`);
    return;
  }
  startSnap(node, leading, learner);
}

/** A newer snapshot takes the place of the one under way, whose image is about to go. */
export function restartSnaps(node: ZabNode): void {
  const { leading } = node;
  if (leading === null) return;
  for (const peer of node.peers) {
    const learner = leading.learners.get(peer);
    if (learner?.snap && learner.snap.snapshot.handle !== node.snapshot?.handle) {
      startSnap(node, leading, learner);
    }
  }
}

// Learner

export function handleSnap(node: ZabNode, learning: LearningState, msg: Snap): void {
  const leader = node.leader ?? '';
  const isExpected = learning.stage === 'promised' || learning.stage === 'receiving';
  if (!isExpected || msg.epoch !== node.acceptedEpoch || !isSound(msg)) {
    ignore(node, leader, msg.type, `epoch ${msg.epoch} at stage ${learning.stage}`);
    return;
  }
  const key = `${leader} ${msg.epoch} ${msg.id}`;
  const { arrival, keep } = takeChunk(
    learning.arrival,
    key,
    `in-${msg.lastPos}-${node.settings.incarnation}-${node.imagesReceived + 1}`,
    msg.chunk,
    msg.chunks,
  );
  learning.arrival = arrival;
  if (arrival === null || !keep) {
    ignore(node, leader, msg.type, `chunk ${msg.chunk} is not the next one`);
    return;
  }
  if (msg.chunk === 0) beginReceiving(node, learning, msg);
  // Stale: everything in it has been delivered here.
  const isNews = msg.lastPos > node.committed;
  if (isNews) node.effects.keepChunk(arrival.handle, msg.chunk);
  send(node, leader, { type: 'SnapAck', epoch: msg.epoch, chunks: arrival.next });
  if (!hasArrived(arrival)) return;
  learning.arrival = null;
  learning.stage = 'syncing';
  if (isNews) install(node, msg, arrival.handle);
  // What this node holds beyond what is delivered is not the leader's.
  else truncateAfter(node, node.committed);
}

/** Nobody's history ends in an epoch that its leader has not reached. */
function isSound({ epoch, zxid, lastPos, config }: Snap): boolean {
  return zxid.epoch > 0 && zxid.epoch <= epoch && zxid.counter > 0 && config.pos <= lastPos;
}

function beginReceiving(node: ZabNode, learning: LearningState, msg: Snap): void {
  node.imagesReceived += 1;
  if (learning.stage === 'receiving') return;
  learning.stage = 'receiving';
  becomeSynchronizing(node, `Snap to ${zxidLabel(msg.zxid)}`);
}

/**
 * The snapshot takes the place of everything. It stands first in the barrier: a crash between
 * leaves a snapshot and a log that is seen not to fit (snapshots.ts). Only with all of it on disk
 * the history may go on: what is logged behind it is worth nothing without it (museum Z11).
 */
function install(node: ZabNode, msg: Snap, handle: string): void {
  const { log, durability, effects } = node;
  const { lastPos, zxid, time, config, chunks, bytes } = msg;
  const meta = { zxid, time, config } as unknown as Json;
  const snapshot: SnapshotRef = { handle, lastPos, chunks, bytes, meta };
  const ops = clearingOps(lastPos);
  if (!hasMutant(node, 'snap-in-memory')) ops.unshift({ op: 'snapshot', snapshot });
  if (zxid.epoch > node.currentEpoch) {
    // As with entries: a prefix of the leader's history that ends in that epoch.
    node.currentEpoch = zxid.epoch;
    ops.push({ op: 'hard', record: { currentEpoch: zxid.epoch } });
  }
  const token = effects.persist(...ops);
  if (log.lastPos > lastPos) effects.trace({ kind: 'truncate', from: lastPos + 1 });
  log.startFrom({ pos: lastPos, zxid, time });
  durability.truncateAfter(0);
  durability.note(token, lastPos);
  node.snapshot = snapshot;
  node.committed = lastPos;
  node.installing = { token, pos: lastPos, peer: node.leader ?? '' };
  effects.loadSnapshot(lastPos, handle);
  effects.trace({ kind: 'compact', upTo: lastPos });
  noteSnapshot(node, config, Number.POSITIVE_INFINITY);
  traceRole(node, `history up to ${zxidLabel(zxid)} installed`);
}
