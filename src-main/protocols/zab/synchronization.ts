/**
 * Phase 2, synchronisation (protocols.md 3.6): every learner gets the leader's history, adopts the
 * epoch once it is durable there, and is told so when a quorum has. The history and the live
 * proposals are one stream out of the leader's log (replication.ts), with NewLeader placed after
 * what the log held when the learner's synchronisation began; so nothing can fall between them.
 */
import { compareIds } from '../../vocabulary/ids.ts';
import { isQuorum } from '../quorum/majority.ts';
import { commitTo } from './delivering.ts';
import { lastSeenConfig } from './membership.ts';
import type { AckEpoch, Diff, NewLeader, NewLeaderAck, Trunc, UpToDate } from './messages.ts';
import { ignore, send } from './outbox.ts';
import { maybeCommit } from './replication.ts';
import { becomeBroadcasting, becomeLooking, becomeSynchronizing, traceRole } from './roles.ts';
import { startSnap } from './snap.ts';
import { truncateAfter } from './storing.ts';
import { acknowledged, startStream, streamTo } from './stream.ts';
import { handOverIfRemoved, leaveIfRemoved } from './transfer.ts';
import {
  gateOf,
  hasMutant,
  type Learner,
  type LeadingState,
  type LearningState,
  type ZabNode,
} from './state.ts';
import { compareZxids, zxidLabel } from './zxid.ts';

/** The epoch is promised: from here on all of the leader's log, committed or not, will be. */
export function startSynchronization(node: ZabNode, leading: LeadingState): void {
  leading.initialPos = node.log.lastPos;
  leading.adoptToken = adoptEpoch(node, leading.epoch);
  becomeSynchronizing(node, `a quorum promised epoch ${leading.epoch}`);
  synchronizeAll(node, leading);
  maybeEstablish(node);
}

/** Writes currentEpoch. The history it speaks of is durable already, or before it in the queue. */
function adoptEpoch(node: ZabNode, epoch: number): number {
  node.currentEpoch = epoch;
  return node.effects.persist({ op: 'hard', record: { currentEpoch: epoch } });
}

function synchronizeAll(node: ZabNode, leading: LeadingState): void {
  for (const peer of node.peers) {
    const learner = leading.learners.get(peer);
    if (learner !== undefined) maybeSynchronize(node, leading, learner);
  }
}

/** Observers get nothing that is not committed, so they wait until something is. */
export function maybeSynchronize(node: ZabNode, leading: LeadingState, learner: Learner): void {
  if (learner.answer === null || node.phase === 'discovery') return;
  if (learner.observes && node.phase !== 'broadcast') return;
  synchronizeLearner(node, leading, learner, learner.answer);
}

/**
 * Starts a learner's stream at the last position both histories hold. With it being the end of the
 * learner's history there is nothing to remove; with it before the floor only a snapshot helps.
 */
function synchronizeLearner(
  node: ZabNode,
  leading: LeadingState,
  learner: Learner,
  answer: AckEpoch,
): void {
  const { log } = node;
  const { peer } = learner;
  learner.answer = null;
  const common = log.commonPosition(answer.ends);
  if (common === null) {
    startSnap(node, leading, learner);
    return;
  }
  const zxid = log.zxidAt(common);
  const isPrefix = compareZxids(zxid, answer.lastZxid) === 0;
  const method = isPrefix ? 'diff' : 'trunc';
  node.effects.trace({ kind: 'catch-up', peer, method, from: common + 1 });
  send(node, peer, { type: isPrefix ? 'Diff' : 'Trunc', epoch: leading.epoch, zxid });
  startStream(node, leading, learner, common);
}

/** The leader's history continues ours (Diff), or ours must be cut back first (Trunc). */
export function handleHistoryStart(
  node: ZabNode,
  learning: LearningState,
  msg: Diff | Trunc,
): void {
  const { log } = node;
  const leader = node.leader ?? '';
  if (learning.stage !== 'promised' || msg.epoch !== node.acceptedEpoch) {
    ignore(node, leader, msg.type, `epoch ${msg.epoch} at stage ${learning.stage}`);
    return;
  }
  const pos = log.positionOf(msg.zxid);
  if (pos === null && msg.type === 'Trunc') {
    // Never on from somewhere else: the leader's whole state then (protocols.md 3.6).
    send(node, leader, { type: 'SnapRequest', epoch: msg.epoch });
    return;
  }
  const isFit = msg.type === 'Diff' ? pos === log.lastPos : pos !== null && pos >= node.committed;
  if (pos === null || !isFit) {
    becomeLooking(node, `${msg.type} to ${zxidLabel(msg.zxid)} does not fit the history here`);
    return;
  }
  learning.stage = 'syncing';
  becomeSynchronizing(node, `${msg.type} to ${zxidLabel(msg.zxid)}`);
  truncateAfter(node, pos);
}

export function handleNewLeader(node: ZabNode, learning: LearningState, msg: NewLeader): void {
  if (learning.stage !== 'syncing' || msg.epoch !== node.acceptedEpoch) {
    ignore(node, node.leader ?? '', msg.type, `epoch ${msg.epoch} at stage ${learning.stage}`);
    return;
  }
  if (compareZxids(msg.configVersion, lastSeenConfig(node).version) < 0) {
    becomeLooking(node, `${node.leader} is at configuration ${zxidLabel(msg.configVersion)}`);
    return;
  }
  learning.stage = 'adopting';
  learning.flushToken = node.effects.lastToken;
  maybeAdopt(node);
}

/**
 * Strictly in this order: the synchronised history is durable, then currentEpoch is written, then
 * the acknowledgement leaves. With the first two exchanged, a crash leaves a short history with a
 * high epoch, which wins elections and deletes committed transactions (museum Z01, Z03).
 */
export function maybeAdopt(node: ZabNode): void {
  const { learning, durability, log } = node;
  if (learning?.stage !== 'adopting' || durability.token < learning.flushToken) return;
  learning.stage = 'adopted';
  if (node.currentEpoch < learning.epoch) adoptEpoch(node, learning.epoch);
  traceRole(node, `history of epoch ${learning.epoch} adopted`);
  const lastZxid = log.zxidAt(log.lastPos);
  const after = hasMutant(node, 'ack-before-persist') ? 0 : gateOf(node);
  send(node, node.leader ?? '', { type: 'NewLeaderAck', epoch: learning.epoch, lastZxid }, after);
}

export function handleNewLeaderAck(
  node: ZabNode,
  leading: LeadingState,
  learner: Learner,
  msg: NewLeaderAck,
): void {
  const pos = node.log.positionOf(msg.lastZxid);
  const isExpected = learner.stage === 'syncing' && learner.newLeaderSent;
  const isFit = pos !== null && pos >= learner.targetPos && pos <= learner.sentPos;
  if (msg.epoch !== leading.epoch || !isExpected || !isFit) {
    ignore(node, learner.peer, msg.type, `${zxidLabel(msg.lastZxid)} at stage ${learner.stage}`);
    return;
  }
  learner.stage = 'adopted';
  leading.phaseTicks = 0;
  acknowledged(learner, pos);
  if (node.phase === 'broadcast') {
    maybeCommit(node);
    if (node.leading === leading) sendUpToDate(node, leading, learner);
  } else {
    maybeEstablish(node);
  }
}

/** A quorum, this node among it, has adopted the epoch: its initial history is committed. */
export function maybeEstablish(node: ZabNode): void {
  const { leading, settings, durability } = node;
  if (leading === null || node.phase !== 'synchronization') return;
  const adopted = new Set<string>();
  if (durability.token >= leading.adoptToken) adopted.add(settings.nodeId);
  for (const learner of leading.learners.values()) {
    if (learner.stage === 'adopted') adopted.add(learner.peer);
  }
  traceTally(node, leading, adopted);
  const isEstablished = adopted.has(settings.nodeId) && isQuorum(node.voters, adopted);
  if (!isEstablished && !hasMutant(node, 'serve-before-sync')) return;
  becomeBroadcasting(node, `a quorum adopted epoch ${leading.epoch}`);
  commitTo(node, leading.initialPos);
  for (const peer of node.peers) {
    const learner = leading.learners.get(peer);
    if (learner?.stage === 'adopted') sendUpToDate(node, leading, learner);
  }
  synchronizeAll(node, leading);
  handOverIfRemoved(node, leading);
}

function traceTally(node: ZabNode, leading: LeadingState, adopted: ReadonlySet<string>): void {
  const votes = [...adopted].sort(compareIds);
  const tally = `synchronization ${leading.epoch} ${votes.join(' ')}`;
  if (tally === leading.tally) return;
  leading.tally = tally;
  node.effects.trace({ kind: 'tally', era: { number: leading.epoch, owner: null }, votes });
}

/**
 * Tells the learner what is committed *now*, as far as its stream has got. What it acknowledged is
 * older, and would leave it behind for ever if no further commit came.
 */
function sendUpToDate(node: ZabNode, leading: LeadingState, learner: Learner): void {
  learner.stage = 'up-to-date';
  learner.toldCommit = Math.min(node.committed, learner.sentPos);
  const isSynced = hasMutant(node, 'up-to-date-with-synced-zxid');
  const pos = isSynced ? Math.min(learner.targetPos, learner.toldCommit) : learner.toldCommit;
  send(node, learner.peer, {
    type: 'UpToDate',
    epoch: leading.epoch,
    zxid: node.log.zxidAt(pos),
  });
  streamTo(node, leading, learner);
}

export function handleUpToDate(node: ZabNode, learning: LearningState, msg: UpToDate): void {
  const { log } = node;
  const leader = node.leader ?? '';
  if (learning.stage !== 'adopted' || msg.epoch !== learning.epoch) {
    ignore(node, leader, msg.type, `epoch ${msg.epoch} at stage ${learning.stage}`);
    return;
  }
  const pos = log.positionOf(msg.zxid);
  if (pos === null) {
    becomeLooking(node, `up to date with ${zxidLabel(msg.zxid)}, which is not logged here`);
    return;
  }
  learning.stage = 'following';
  becomeBroadcasting(node, `up to date with ${zxidLabel(msg.zxid)}`);
  // Proposals that came since NewLeader were logged, but are acknowledged from here on only.
  const zxid = log.zxidAt(log.lastPos);
  send(node, leader, { type: 'Ack', epoch: learning.epoch, zxid }, gateOf(node));
  commitTo(node, Math.max(pos, learning.committed));
  leaveIfRemoved(node);
}
