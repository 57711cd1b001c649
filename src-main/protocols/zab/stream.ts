/**
 * What a leader sends one learner, in the order of its log: chunks of a snapshot where that is
 * needed, history, NewLeader, live transactions, commits. One stream for all of it, so nothing can
 * fall between synchronisation and broadcast (protocols.md 3.6). Proposals queue behind a snapshot
 * in the log itself; pings overtake it, because its window keeps the session short of it.
 */
import type { Position } from '../../vocabulary/ids.ts';
import { lastThatFits } from '../kernel/message-size.ts';
import { lastSeenConfig } from './membership.ts';
import type { Proposal } from './messages.ts';
import { send } from './outbox.ts';
import { metaOf } from './snapshots.ts';
import {
  isStreaming,
  type Learner,
  type LeadingState,
  type Sending,
  type ZabNode,
} from './state.ts';

/** The learner holds everything up to `from` and nothing that this node does not. */
export function startStream(
  node: ZabNode,
  leading: LeadingState,
  learner: Learner,
  from: Position,
): void {
  learner.stage = 'syncing';
  learner.sentPos = from;
  learner.ackedPos = from;
  learner.targetPos = learner.observes ? Math.max(from, node.committed) : node.log.lastPos;
  learner.newLeaderSent = false;
  learner.inflight.length = 0;
  streamTo(node, leading, learner);
}

/** The last position of [from, to] that one message from `from` on may carry. */
export function lastInMessage(node: ZabNode, from: Position, to: Position): Position {
  const most = Math.min(to, from + node.settings.options.maxEntriesPerMessage - 1);
  return lastThatFits(from, most, (pos) => node.log.entryAt(pos));
}

/** Whether one message for all can be its next, too. */
export function isKeepingUp(node: ZabNode, learner: Learner, before: Position): boolean {
  const hasRoom = learner.inflight.length < node.settings.options.maxInflight;
  return learner.newLeaderSent && !learner.observes && learner.sentPos === before && hasRoom;
}

export function sendProposal(
  node: ZabNode,
  learner: Learner,
  msg: Proposal,
  lastPos: Position,
): void {
  send(node, learner.peer, msg);
  learner.sentPos = lastPos;
  learner.inflight.push(lastPos);
}

/** Sends a learner what its window has room for. */
export function streamTo(node: ZabNode, leading: LeadingState, learner: Learner): void {
  if (!isStreaming(learner) || !sendChunks(node, leading, learner)) return;
  const { maxInflight } = node.settings.options;
  for (;;) {
    const end = endFor(node, learner);
    if (learner.sentPos < end && learner.inflight.length < maxInflight) {
      sendEntries(node, leading, learner, end);
    } else if (learner.sentPos >= learner.targetPos && !learner.newLeaderSent) {
      const configVersion = lastSeenConfig(node).version;
      send(node, learner.peer, { type: 'NewLeader', epoch: leading.epoch, configVersion });
      learner.newLeaderSent = true;
    } else {
      break;
    }
  }
  maybeSendCommit(node, leading, learner);
}

function endFor(node: ZabNode, learner: Learner): Position {
  if (!learner.newLeaderSent) return learner.targetPos;
  return learner.observes ? node.committed : node.log.lastPos;
}

function sendEntries(node: ZabNode, leading: LeadingState, learner: Learner, end: Position): void {
  const { epoch } = leading;
  const to = lastInMessage(node, learner.sentPos + 1, end);
  const entries = node.log.slice(learner.sentPos + 1, to);
  if (!learner.newLeaderSent || !learner.observes) {
    sendProposal(node, learner, { type: 'Proposal', epoch, entries }, to);
    return;
  }
  learner.sentPos = to;
  learner.inflight.push(to);
  learner.toldCommit = Math.max(learner.toldCommit, to);
  if (entries.some(({ type }) => type === 'config')) {
    const designatedLeader = leading.designated ?? node.settings.nodeId;
    send(node, learner.peer, { type: 'InformAndActivate', epoch, entries, designatedLeader });
  } else {
    send(node, learner.peer, { type: 'Inform', epoch, entries });
  }
}

/** @returns whether the snapshot, if there is one, is out. */
function sendChunks(node: ZabNode, leading: LeadingState, learner: Learner): boolean {
  const { snap } = learner;
  if (snap === null) return true;
  const { maxChunksInflight } = node.settings.options;
  const { chunks } = snap.snapshot;
  while (snap.sent < chunks && snap.sent - snap.acked < maxChunksInflight) {
    sendChunk(node, leading, learner, snap);
  }
  if (snap.sent < chunks) return false;
  learner.snap = null;
  return true;
}

function sendChunk(node: ZabNode, leading: LeadingState, learner: Learner, snap: Sending): void {
  const { handle, lastPos, chunks, bytes } = snap.snapshot;
  const chunk = snap.sent;
  const image = { handle, chunk };
  const about = { id: handle, lastPos, ...metaOf(snap.snapshot), chunks, bytes };
  send(node, learner.peer, { type: 'Snap', epoch: leading.epoch, ...about, chunk, image });
  snap.sent += 1;
}

/** Commits of what it was sent, then the answers that wait for them. */
export function maybeSendCommit(node: ZabNode, leading: LeadingState, learner: Learner): void {
  if (learner.stage !== 'up-to-date') return;
  const pos = Math.min(node.committed, learner.sentPos);
  const told = learner.toldCommit;
  if (pos > told) sendCommit(node, leading, learner, pos);
  if (learner.syncs.length > 0) answerSyncs(node, leading, learner);
}

function sendCommit(
  node: ZabNode,
  { epoch, designated }: LeadingState,
  learner: Learner,
  pos: Position,
): void {
  const { log, settings } = node;
  const told = learner.toldCommit;
  learner.toldCommit = pos;
  const activated = node.configs.findLast((one) => one.pos > told && one.pos <= pos);
  if (activated !== undefined) {
    const zxid = log.zxidAt(activated.pos);
    const designatedLeader = designated ?? settings.nodeId;
    send(node, learner.peer, { type: 'CommitAndActivate', epoch, zxid, designatedLeader });
    if (activated.pos === pos) return;
  }
  send(node, learner.peer, { type: 'Commit', epoch, zxid: log.zxidAt(pos) });
}

/** Behind the commit each waits for, in the same stream. */
function answerSyncs(node: ZabNode, { epoch }: LeadingState, learner: Learner): void {
  for (;;) {
    const next = learner.syncs[0];
    if (next === undefined || next.pos > learner.toldCommit) return;
    learner.syncs.shift();
    send(node, learner.peer, { type: 'Synced', epoch, id: next.id });
  }
}

/** The learner holds everything up to `pos` durably. */
export function acknowledged(learner: Learner, pos: Position): void {
  learner.ackedPos = Math.max(learner.ackedPos, pos);
  let done = 0;
  while (done < learner.inflight.length && (learner.inflight[done] ?? 0) <= pos) done += 1;
  if (done > 0) learner.inflight.splice(0, done);
}
