/**
 * Phase 3, broadcast (protocols.md 3.7), and the stream that also carries the history during
 * synchronisation: Proposal, Ack, Commit. Several transactions travel in one message, an Ack or a
 * Commit stands for everything up to its zxid.
 */
import { assert } from '../../base/assert.ts';
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import type { PersistOp } from '../kernel/durable.ts';
import { quorumPosition } from '../quorum/majority.ts';
import { lastThatFits } from '../kernel/message-size.ts';
import type { ZabEntry } from './log.ts';
import type { Ack, Commit, Proposal } from './messages.ts';
import { ignore, send } from './outbox.ts';
import { becomeLooking, traceRole } from './roles.ts';
import {
  gateOf,
  hasMutant,
  isStreaming,
  type Learner,
  type LeadingState,
  type LearningState,
  type ZabNode,
} from './state.ts';
import { isSuccessor, zxidLabel, type Zxid } from './zxid.ts';

/** Entries an `apply` effect holds at most. */
const APPLY_ENTRIES_MAX = 4096;

/** Answered requests kept in front of the queue before it is cut. */
const WAITING_SLACK = 4096;

/** Leader: new transactions enter its log and go out to every learner that has its history. */
export function propose(node: ZabNode, leading: LeadingState, entries: readonly ZabEntry[]): void {
  const { log, effects, durability, settings } = node;
  const before = log.lastPos;
  log.append(entries);
  durability.note(effects.persist({ op: 'put', entries }), log.lastPos);
  traceAppend(node, before + 1);
  const live: Proposal = { type: 'Proposal', epoch: leading.epoch, entries };
  const isOneMessage = lastInMessage(node, before + 1, log.lastPos) === log.lastPos;
  for (const peer of settings.peers) {
    const learner = leading.learners.get(peer);
    if (learner === undefined) continue;
    // One message for all who keep up; the others get theirs out of the log.
    if (isOneMessage && isKeepingUp(node, learner, before)) {
      sendProposal(node, learner, live, log.lastPos);
    } else {
      streamTo(node, leading, learner);
    }
  }
  if (hasMutant(node, 'self-ack-before-persist')) maybeCommit(node);
}

/** The last position of [from, to] that one Proposal from `from` on may carry. */
function lastInMessage(node: ZabNode, from: Position, to: Position): Position {
  const most = Math.min(to, from + node.settings.options.maxEntriesPerMessage - 1);
  return lastThatFits(from, most, (pos) => node.log.entryAt(pos));
}

function isKeepingUp(node: ZabNode, learner: Learner, before: Position): boolean {
  const hasRoom = learner.inflight.length < node.settings.options.maxInflight;
  return learner.newLeaderSent && learner.sentPos === before && hasRoom;
}

function sendProposal(node: ZabNode, learner: Learner, msg: Proposal, lastPos: Position): void {
  send(node, learner.peer, msg);
  learner.sentPos = lastPos;
  learner.inflight.push(lastPos);
}

export function traceAppend(node: ZabNode, from: Position): void {
  for (const run of node.log.runsIn(from, node.log.lastPos)) {
    const { to, epoch, counter, noop } = run;
    const era = { number: epoch, owner: null };
    node.effects.trace({ kind: 'append', from: run.from, to, era, noop, counter });
  }
}

/**
 * Sends a learner what its window has room for: history up to the target, NewLeader, then whatever
 * the log has grown since, and the commits of what it was sent.
 */
export function streamTo(node: ZabNode, leading: LeadingState, learner: Learner): void {
  if (!isStreaming(learner)) return;
  const { maxInflight } = node.settings.options;
  const { lastPos } = node.log;
  for (;;) {
    const end = learner.newLeaderSent ? lastPos : learner.targetPos;
    if (learner.sentPos < end && learner.inflight.length < maxInflight) {
      const to = lastInMessage(node, learner.sentPos + 1, end);
      const entries = node.log.slice(learner.sentPos + 1, to);
      sendProposal(node, learner, { type: 'Proposal', epoch: leading.epoch, entries }, to);
    } else if (learner.sentPos === end && !learner.newLeaderSent) {
      send(node, learner.peer, { type: 'NewLeader', epoch: leading.epoch });
      learner.newLeaderSent = true;
    } else {
      break;
    }
  }
  maybeSendCommit(node, leading, learner);
}

function maybeSendCommit(node: ZabNode, leading: LeadingState, learner: Learner): void {
  if (learner.stage !== 'up-to-date') return;
  const pos = Math.min(node.committed, learner.sentPos);
  if (pos <= learner.toldCommit) return;
  learner.toldCommit = pos;
  const zxid = node.log.zxidAt(pos);
  send(node, learner.peer, { type: 'Commit', epoch: leading.epoch, zxid });
}

/** The learner holds everything up to `pos` durably. */
export function acknowledged(learner: Learner, pos: Position): void {
  learner.ackedPos = Math.max(learner.ackedPos, pos);
  let done = 0;
  while (done < learner.inflight.length && (learner.inflight[done] ?? 0) <= pos) done += 1;
  if (done > 0) learner.inflight.splice(0, done);
}

export function handleAck(node: ZabNode, leading: LeadingState, learner: Learner, msg: Ack): void {
  const pos = node.log.positionOf(msg.zxid);
  const isKnown = msg.epoch === leading.epoch && isStreaming(learner);
  if (!isKnown || pos === null || pos > learner.sentPos) {
    ignore(node, learner.peer, msg.type, `${zxidLabel(msg.zxid)} at stage ${learner.stage}`);
    return;
  }
  leading.phaseTicks = 0;
  acknowledged(learner, pos);
  maybeCommit(node);
  streamTo(node, leading, learner);
}

/**
 * Leader: commits what a quorum of voters that adopted the epoch has on disk; of itself it counts
 * what its own barriers cover. Everything before it is thereby committed too.
 */
export function maybeCommit(node: ZabNode): void {
  const { leading, settings, voters } = node;
  if (leading === null || node.phase !== 'broadcast') return;
  const pos = quorumPosition(voters, (voter) => countedPosition(node, leading, voter));
  if (pos <= node.committed) return;
  commitTo(node, pos);
  for (const peer of settings.peers) {
    const learner = leading.learners.get(peer);
    if (learner !== undefined) maybeSendCommit(node, leading, learner);
  }
}

function countedPosition(node: ZabNode, leading: LeadingState, voter: NodeId): Position {
  if (voter === node.settings.nodeId) {
    const isEarly = hasMutant(node, 'self-ack-before-persist');
    return isEarly ? node.log.lastPos : node.durability.pos;
  }
  const learner = leading.learners.get(voter);
  if (learner?.stage !== 'adopted' && learner?.stage !== 'up-to-date') return 0;
  return learner.ackedPos;
}

/** Follower: logs proposals and acknowledges them when they are durable. */
export function handleProposal(node: ZabNode, learning: LearningState, msg: Proposal): void {
  const { log, effects, durability } = node;
  const { stage, epoch } = learning;
  const leader = node.leader ?? '';
  if (stage === 'informing' || stage === 'promised' || msg.epoch !== epoch) {
    ignore(node, leader, msg.type, `epoch ${msg.epoch} at stage ${stage}`);
    return;
  }
  const fresh = freshEntries(node, epoch, msg.entries);
  if (fresh === null) {
    becomeLooking(node, `a proposal of ${leader} does not follow ${zxidLabel(log.lastZxid)}`);
    return;
  }
  if (fresh.length > 0) {
    log.append(fresh);
    durability.note(effects.persist(...persistOps(node, fresh)), log.lastPos);
    traceAppend(node, log.lastPos - fresh.length + 1);
  }
  // Between NewLeader and UpToDate proposals are logged; UpToDate acknowledges them.
  if (stage === 'adopting' || stage === 'adopted') return;
  const after = hasMutant(node, 'ack-before-persist') ? 0 : gateOf(node);
  send(node, leader, { type: 'Ack', epoch, zxid: log.zxidAt(log.lastPos) }, after);
}

/**
 * Entries not logged yet; null when they do not follow what is (protocols.md 3.7-3): what is
 * already logged must be the very same, and the rest dense in position and zxid.
 */
function freshEntries(
  node: ZabNode,
  epochMax: number,
  entries: readonly ZabEntry[],
): readonly ZabEntry[] | null {
  const { log } = node;
  let lastPos = log.lastPos;
  let last: Zxid = log.lastZxid;
  let known = 0;
  for (const entry of entries) {
    if (entry.pos <= log.lastPos) {
      if (log.positionOf(entry) !== entry.pos) return null;
      known += 1;
      continue;
    }
    const isNext = entry.pos === lastPos + 1 && entry.epoch <= epochMax;
    if (!isNext || !isSuccessor(last, entry)) return null;
    lastPos = entry.pos;
    last = entry;
  }
  return known === 0 ? entries : entries.slice(known);
}

/**
 * History of an epoch above currentEpoch raises currentEpoch with it, in one barrier and after the
 * entries, so that currentEpoch >= epoch(last zxid) holds on disk at any time (protocols.md 7.4
 * Z1). That is no early adoption: a prefix of the leader's history that ends in epoch k holds the
 * whole initial history of k, which is what currentEpoch = k says.
 */
function persistOps(node: ZabNode, entries: readonly ZabEntry[]): PersistOp<ZabEntry>[] {
  const put: PersistOp<ZabEntry> = { op: 'put', entries };
  const { epoch } = node.log.lastZxid;
  if (epoch <= node.currentEpoch) return [put];
  node.currentEpoch = epoch;
  traceRole(node, `history of epoch ${epoch} logged`);
  return [put, { op: 'hard', record: { currentEpoch: epoch } }];
}

export function handleCommit(node: ZabNode, learning: LearningState, msg: Commit): void {
  const { stage, epoch } = learning;
  const leader = node.leader ?? '';
  if (stage === 'informing' || stage === 'promised' || msg.epoch !== epoch) {
    ignore(node, leader, msg.type, `epoch ${msg.epoch} at stage ${stage}`);
    return;
  }
  const pos = node.log.positionOf(msg.zxid);
  if (pos === null) {
    becomeLooking(node, `${leader} commits ${zxidLabel(msg.zxid)}, which is not logged here`);
    return;
  }
  // Nothing is delivered before UpToDate (museum Z05).
  if (stage === 'following') commitTo(node, pos);
  else learning.committed = Math.max(learning.committed, pos);
}

/** Everything up to `pos` is committed: delivers what is new, in order. */
export function commitTo(node: ZabNode, pos: Position): void {
  const { log, effects } = node;
  if (pos <= node.committed) return;
  assert(pos <= log.lastPos, `commit ${pos} beyond the log, which ends at ${log.lastPos}`);
  const from = node.committed + 1;
  node.committed = pos;
  effects.trace({ kind: 'commit', from, to: pos });
  for (let start = from; start <= pos; start += APPLY_ENTRIES_MAX) {
    const end = Math.min(pos, start + APPLY_ENTRIES_MAX - 1);
    effects.apply(log.slice(start, end), takeWaiting(node, end));
  }
}

/** Requests asked here whose transactions are now delivered, up to `pos`. */
function takeWaiting(node: ZabNode, pos: Position): { pos: Position; reqId: number }[] {
  const { leading, log } = node;
  const taken: { pos: Position; reqId: number }[] = [];
  if (leading === null) return taken;
  const { waiting } = leading;
  for (;;) {
    const next = waiting[leading.waitingHead];
    if (next === undefined || next.pos > pos) break;
    if (log.entryAt(next.pos)?.epoch !== next.epoch) {
      assert(false, `request ${next.reqId} waits for epoch ${next.epoch} at ${next.pos}`);
    }
    taken.push({ pos: next.pos, reqId: next.reqId });
    leading.waitingHead += 1;
  }
  if (leading.waitingHead > WAITING_SLACK && leading.waitingHead * 2 > waiting.length) {
    leading.waiting = waiting.slice(leading.waitingHead);
    leading.waitingHead = 0;
  }
  return taken;
}
