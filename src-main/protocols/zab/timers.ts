/** Heartbeats and limits (protocols.md 3.8): what the passing of time does in each role. */
import type { NodeId } from '../../vocabulary/ids.ts';
import { isQuorum } from '../quorum/majority.ts';
import { sleepTicksOfElection, tickElection } from './election.ts';
import { ensureRoomInEpoch } from './client.ts';
import { closeLink, send } from './outbox.ts';
import { becomeLooking } from './roles.ts';
import {
  isStreaming,
  type Learner,
  type LeadingState,
  type LearningState,
  type ZabNode,
} from './state.ts';
import { tickTransfer } from './transfer.ts';

export function handleTick(node: ZabNode, elapsed: number): void {
  tickTransfer(node, elapsed);
  if (node.state === 'looking') tickElection(node, elapsed);
  else if (node.learning !== null) tickLearning(node, node.learning, elapsed);
  else if (node.leading !== null) tickLeading(node, node.leading, elapsed);
}

function learningLimit(node: ZabNode): number {
  const { syncLimitTicks, initLimitTicks } = node.settings;
  return node.phase === 'broadcast' ? syncLimitTicks : initLimitTicks;
}

function tickLearning(node: ZabNode, learning: LearningState, elapsed: number): void {
  learning.quietTicks += elapsed;
  if (learning.quietTicks < learningLimit(node)) return;
  becomeLooking(node, `nothing of ${node.leader} for ${learning.quietTicks} ticks`);
}

function learnerLimit(node: ZabNode, learner: Learner): number {
  const { syncLimitTicks, initLimitTicks } = node.settings;
  return learner.stage === 'up-to-date' ? syncLimitTicks : initLimitTicks;
}

/** Establishing an epoch takes no longer, and neither does making way for another. */
function phaseLimit(node: ZabNode, { designated }: LeadingState): number {
  const isBounded = node.phase !== 'broadcast' || designated !== null;
  return isBounded ? node.settings.initLimitTicks : Number.POSITIVE_INFINITY;
}

function tickLeading(node: ZabNode, leading: LeadingState, elapsed: number): void {
  leading.clockTicks += elapsed;
  leading.phaseTicks += elapsed;
  leading.pingTicks += elapsed;
  for (const peer of node.peers) {
    const learner = leading.learners.get(peer);
    if (learner === undefined) continue;
    learner.quietTicks += elapsed;
    if (learner.quietTicks < learnerLimit(node, learner)) continue;
    closeLink(node, peer, `nothing of ${peer} for ${learner.quietTicks} ticks`);
  }
  if (leading.phaseTicks >= phaseLimit(node, leading)) {
    const why = `no quorum in ${node.phase} for ${leading.phaseTicks} ticks`;
    becomeLooking(node, why, leading.designated);
    return;
  }
  ensureFollowers(node);
  if (node.leading !== null && node.phase === 'broadcast') ensureRoomInEpoch(node, leading);
  if (node.leading !== null) maybePing(node, leading);
}

/**
 * A leader without a quorum of current followers stops (protocols.md 3.8); one that makes way stops
 * when all have left it, for the last of them, too, has to hear why.
 */
export function ensureFollowers(node: ZabNode): void {
  const { leading, settings } = node;
  if (leading === null || node.phase !== 'broadcast') return;
  const current = new Set<NodeId>();
  for (const learner of leading.learners.values()) {
    if (learner.stage === 'up-to-date') current.add(learner.peer);
  }
  const hasNobody = leading.designated !== null && current.size === 0;
  current.add(settings.nodeId);
  if (hasNobody || (leading.designated === null && !isQuorum(node.voters, current))) {
    becomeLooking(node, 'no quorum of current followers', leading.designated);
  }
}

function maybePing(node: ZabNode, leading: LeadingState): void {
  const { settings } = node;
  if (leading.pingTicks < settings.pingTicks) return;
  leading.pingTicks = 0;
  for (const peer of node.peers) {
    const learner = leading.learners.get(peer);
    // Also while it takes in a long history, or a slow disk does: that is not silence.
    if (learner === undefined || !isStreaming(learner)) continue;
    send(node, peer, { type: 'Ping', epoch: leading.epoch });
  }
}

/** Ticks until the next timer fires, at least 1. */
export function sleepTicks(node: ZabNode): number {
  return Math.max(1, timerTicks(node));
}

function timerTicks(node: ZabNode): number {
  const transfer = node.leading?.transfer ?? node.handedOver;
  return Math.min(roleTicks(node), transfer?.ticksLeft ?? Number.POSITIVE_INFINITY);
}

function roleTicks(node: ZabNode): number {
  if (node.state === 'looking') return sleepTicksOfElection(node);
  if (node.learning !== null) return learningLimit(node) - node.learning.quietTicks;
  if (node.leading !== null) return leadingTicks(node, node.leading);
  return node.settings.initLimitTicks;
}

function leadingTicks(node: ZabNode, leading: LeadingState): number {
  const { settings } = node;
  let ticks = settings.pingTicks - leading.pingTicks;
  ticks = Math.min(ticks, phaseLimit(node, leading) - leading.phaseTicks);
  for (const learner of leading.learners.values()) {
    ticks = Math.min(ticks, learnerLimit(node, learner) - learner.quietTicks);
  }
  return ticks;
}
