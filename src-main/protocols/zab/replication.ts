/**
 * Phase 3, broadcast (protocols.md 3.7): Proposal, Ack, Commit, and Inform to observers. Several
 * transactions travel in one message, an Ack or a Commit stands for everything up to its zxid.
 */
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import { quorumPosition } from '../quorum/majority.ts';
import { commitTo } from './delivering.ts';
import type { ZabEntry } from './log.ts';
import { pendingConfig } from './membership.ts';
import type {
  Ack,
  Commit,
  CommitAndActivate,
  Inform,
  InformAndActivate,
  Pong,
  Proposal,
} from './messages.ts';
import { ignore, send } from './outbox.ts';
import { becomeLooking } from './roles.ts';
import {
  gateOf,
  hasMutant,
  isStreaming,
  type Learner,
  type LeadingState,
  type LearningState,
  type ZabNode,
} from './state.ts';
import { logEntries } from './storing.ts';
import {
  acknowledged,
  isKeepingUp,
  lastInMessage,
  maybeSendCommit,
  sendProposal,
  streamTo,
} from './stream.ts';
import { followDesignated, leaveIfRemoved, makeWayIfRemoved, maybeHandOver } from './transfer.ts';
import { isSuccessor, zxidLabel, type Zxid } from './zxid.ts';

/** Leader: new transactions enter its log and go out to every learner that has its history. */
export function propose(node: ZabNode, leading: LeadingState, entries: readonly ZabEntry[]): void {
  const { log } = node;
  const before = log.lastPos;
  logEntries(node, entries);
  const live: Proposal = { type: 'Proposal', epoch: leading.epoch, entries };
  const isOneMessage = lastInMessage(node, before + 1, log.lastPos) === log.lastPos;
  for (const peer of node.peers) {
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

/** An observer acknowledges nothing else, also not what it got before it was made a voter. */
export function handlePong(
  node: ZabNode,
  leading: LeadingState,
  learner: Learner,
  msg: Pong,
): void {
  if (learner.stage !== 'up-to-date' || msg.epoch !== leading.epoch) return;
  const pos = node.log.positionOf(msg.zxid);
  if (pos === null || pos > learner.sentPos || pos <= learner.ackedPos) return;
  acknowledged(learner, pos);
  maybeCommit(node);
  streamTo(node, leading, learner);
}

/**
 * Leader: commits what a quorum of voters that adopted the epoch has on disk; of itself it counts
 * what its own barriers cover. Everything before it is thereby committed too.
 */
export function maybeCommit(node: ZabNode): void {
  const { leading } = node;
  if (leading === null || node.phase !== 'broadcast') return;
  // Once more when a configuration came into force by that: its quorum may be there already.
  while (node.leading === leading && leading.designated === null) {
    const pos = committablePosition(node, leading);
    if (pos <= node.committed) break;
    commitTo(node, pos);
    makeWayIfRemoved(node, leading);
    tellCommit(node, leading);
  }
  maybeHandOver(node);
}

function tellCommit(node: ZabNode, leading: LeadingState): void {
  for (const peer of node.peers) {
    const learner = leading.learners.get(peer);
    if (learner === undefined) continue;
    if (learner.observes) streamTo(node, leading, learner);
    else maybeSendCommit(node, leading, learner);
  }
}

/**
 * While a configuration is pending, it and everything behind it needs both quorums, what stands
 * before it only the old one (protocols.md 3.10). Once it is committed the new quorum alone counts,
 * for what was proposed meanwhile, too: every later leader holds that configuration, because a
 * quorum of the old one does, and so it needs a quorum of the new one to be established.
 */
function committablePosition(node: ZabNode, leading: LeadingState): Position {
  const positionOf = (voter: NodeId): Position => countedPosition(node, leading, voter);
  const { voters, votersOld } = node.voters;
  if (votersOld === null) return quorumPosition(node.voters, positionOf);
  const inOld = quorumPosition({ voters: votersOld, votersOld: null }, positionOf);
  if (hasMutant(node, 'commit-with-old-quorum')) return inOld;
  const inNew = quorumPosition({ voters, votersOld: null }, positionOf);
  return Math.min(inOld, Math.max(inNew, (pendingConfig(node)?.pos ?? 1) - 1));
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
  const { stage, epoch } = learning;
  if (!isInStream(node, learning, msg) || !takeEntries(node, msg.entries, epoch)) return;
  // Between NewLeader and UpToDate proposals are logged; UpToDate acknowledges them.
  if (stage === 'adopting' || stage === 'adopted') return;
  const { log } = node;
  const after = hasMutant(node, 'ack-before-persist') ? 0 : gateOf(node);
  send(node, node.leader ?? '', { type: 'Ack', epoch, zxid: log.zxidAt(log.lastPos) }, after);
}

/** Observer: what is committed already is logged and delivered at once (protocols.md 3.9). */
export function handleInform(
  node: ZabNode,
  learning: LearningState,
  msg: Inform | InformAndActivate,
): void {
  const last = msg.entries.at(-1);
  if (!isInStream(node, learning, msg) || last === undefined) return;
  if (!takeEntries(node, msg.entries, learning.epoch)) return;
  noteCommit(node, learning, last.pos);
  if (msg.type === 'InformAndActivate') followDesignated(node, msg.designatedLeader);
}

function isInStream(
  node: ZabNode,
  { stage, epoch }: LearningState,
  msg: Commit | CommitAndActivate | Proposal | Inform | InformAndActivate,
): boolean {
  const isOpen = stage !== 'informing' && stage !== 'promised' && stage !== 'receiving';
  if (isOpen && msg.epoch === epoch) return true;
  ignore(node, node.leader ?? '', msg.type, `epoch ${msg.epoch} at stage ${stage}`);
  return false;
}

/** @returns false when they do not follow, which ends the session. */
function takeEntries(node: ZabNode, entries: readonly ZabEntry[], epoch: number): boolean {
  const fresh = freshEntries(node, epoch, entries);
  if (fresh === null) {
    const last = zxidLabel(node.log.lastZxid);
    becomeLooking(node, `a proposal of ${node.leader} does not follow ${last}`);
    return false;
  }
  if (fresh.length > 0) logEntries(node, fresh);
  return true;
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
      // What is delivered is the same everywhere, also where the log does not hold it any more.
      if (entry.pos > node.committed && log.positionOf(entry) !== entry.pos) return null;
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

export function handleCommit(
  node: ZabNode,
  learning: LearningState,
  msg: Commit | CommitAndActivate,
): void {
  if (!isInStream(node, learning, msg)) return;
  const pos = node.log.positionOf(msg.zxid);
  if (pos === null) {
    const label = zxidLabel(msg.zxid);
    becomeLooking(node, `${node.leader} commits ${label}, which is not logged here`);
    return;
  }
  noteCommit(node, learning, pos);
  if (msg.type === 'CommitAndActivate') followDesignated(node, msg.designatedLeader);
}

/** Nothing is delivered before UpToDate (museum Z05). */
function noteCommit(node: ZabNode, learning: LearningState, pos: Position): void {
  if (learning.stage !== 'following') {
    learning.committed = Math.max(learning.committed, pos);
    return;
  }
  commitTo(node, pos);
  leaveIfRemoved(node);
}
