/**
 * Leadership that ends on purpose: an operator names the next leader, or a configuration comes into
 * force that has no vote for this one (protocols.md 3.10). Either way the others are told whom to
 * support first. That is a hint only: an election and a discovery follow as always, so a server
 * that does not have everything is not established whoever was named.
 */
import type { NodeId } from '../../vocabulary/ids.ts';
import { committedConfig, isVoterHere, isVoting, pendingConfig } from './membership.ts';
import type { HandOver } from './messages.ts';
import { ignore, send } from './outbox.ts';
import { abortTransfer, becomeLooking, traceRole } from './roles.ts';
import type { LeadingState, LearningState, ZabNode } from './state.ts';
import { zxidLabel } from './zxid.ts';

export function startTransfer(
  node: ZabNode,
  leading: LeadingState,
  reqId: number,
  to: NodeId,
): void {
  const { effects, settings } = node;
  if (to === settings.nodeId || !isVoterHere(node, to)) {
    const why = to === settings.nodeId ? 'leads already' : 'is no voter';
    effects.refuse(reqId, 'bad-request', `${to} ${why}`);
    return;
  }
  leading.transfer = { to, reqId, ticksLeft: settings.initLimitTicks };
  effects.trace({ kind: 'transfer', what: 'begin', to });
  maybeHandOver(node);
}

/** Once the target has everything there is, and nothing is under way, this node makes way. */
export function maybeHandOver(node: ZabNode): void {
  const { leading, log, settings } = node;
  if (leading === null || leading.transfer === null) return;
  const { to, reqId } = leading.transfer;
  const target = leading.learners.get(to);
  const hasAll = target?.stage === 'up-to-date' && target.ackedPos === log.lastPos;
  if (!hasAll || node.committed < log.lastPos) return;
  leading.transfer = null;
  node.handedOver = { to, reqId, ticksLeft: settings.initLimitTicks };
  makeWay(node, leading, to);
  sendHandOver(node, leading, to);
}

/**
 * From here on it proposes and commits nothing. It keeps its sessions, for what was sent over them
 * has to arrive; its followers end them, and without a quorum of them it is looking itself.
 */
function makeWay(node: ZabNode, leading: LeadingState, to: NodeId): void {
  leading.designated = to;
  leading.phaseTicks = 0;
  traceRole(node, `makes way for ${to}`);
}

function sendHandOver(node: ZabNode, leading: LeadingState, to: NodeId): void {
  for (const peer of node.peers) {
    if (leading.learners.get(peer)?.stage !== 'up-to-date') continue;
    send(node, peer, { type: 'HandOver', epoch: leading.epoch, designatedLeader: to });
  }
}

/** Its time is limited: a target that never gets there must not stop the service. */
export function tickTransfer(node: ZabNode, elapsed: number): void {
  const { leading, handedOver } = node;
  const transfer = leading?.transfer ?? handedOver;
  if (transfer === null) return;
  transfer.ticksLeft -= elapsed;
  if (transfer.ticksLeft > 0) return;
  if (leading !== null) leading.transfer = null;
  node.handedOver = null;
  abortTransfer(node, transfer, 'it took too long');
}

export function handleHandOver(node: ZabNode, learning: LearningState, msg: HandOver): void {
  const { designatedLeader: to } = msg;
  if (learning.stage !== 'following' || msg.epoch !== learning.epoch) {
    ignore(node, node.leader ?? '', msg.type, `epoch ${msg.epoch} at stage ${learning.stage}`);
    return;
  }
  if (to === node.settings.nodeId) node.effects.trace({ kind: 'transfer', what: 'now', to });
  becomeLooking(node, `${node.leader} hands over to ${to}`, to);
}

/** A configuration without a vote for this leader has come into force: of its voters the one that
 *  acknowledged most leads from now on. Commits of that configuration tell so (stream.ts). */
export function makeWayIfRemoved(node: ZabNode, leading: LeadingState): void {
  if (pendingConfig(node) !== null || isVoting(node)) return;
  const to = mostAdvanced(node, leading);
  if (to === null) becomeLooking(node, noPlace(node));
  else makeWay(node, leading, to);
}

/** The same right after the epoch was established with that configuration in its history. */
export function handOverIfRemoved(node: ZabNode, leading: LeadingState): void {
  makeWayIfRemoved(node, leading);
  if (leading.designated !== null) sendHandOver(node, leading, leading.designated);
}

function mostAdvanced(node: ZabNode, leading: LeadingState): NodeId | null {
  let best: NodeId | null = null;
  let most = -1;
  for (const peer of node.peers) {
    const learner = leading.learners.get(peer);
    if (learner?.stage !== 'up-to-date' || !isVoterHere(node, peer)) continue;
    if (learner.ackedPos <= most) continue;
    most = learner.ackedPos;
    best = peer;
  }
  return best;
}

/** A configuration in which this learner has no part has come into force. */
export function leaveIfRemoved(node: ZabNode): void {
  const { isRemoved } = node;
  node.isRemoved = false;
  if (isRemoved && node.learning !== null) becomeLooking(node, noPlace(node));
}

function noPlace(node: ZabNode): string {
  return `no place in configuration ${zxidLabel(committedConfig(node).version)}`;
}

/** The leader that this node follows is not the one that leads from now on. */
export function followDesignated(node: ZabNode, to: NodeId): void {
  if (node.learning === null || to === node.leader) return;
  becomeLooking(node, `${node.leader} designates ${to}`, to);
}
