/**
 * Phase 1, discovery (protocols.md 3.5): a quorum promises a new epoch, and the leader makes sure
 * that nobody in that quorum knows more than it does.
 */
import { compareIds, type NodeId } from '../../vocabulary/ids.ts';
import { isQuorum } from '../quorum/majority.ts';
import { committedConfig, isVoterHere, isVoting, lastSeenConfig } from './membership.ts';
import type { AckEpoch, FollowerInfo, LeaderInfo, ObserverInfo, Vote } from './messages.ts';
import { closeLink, ignore, send } from './outbox.ts';
import { becomeLeader, becomeLearner, becomeLooking } from './roles.ts';
import {
  gateOf,
  hasMutant,
  type Knock,
  type Learner,
  type LeadingState,
  type LearningState,
  type ZabNode,
} from './state.ts';
import { maybeSynchronize, startSynchronization } from './synchronization.ts';
import { compareZxids, zxidLabel, type Zxid } from './zxid.ts';

/** What the election ends with. */
export function leadOrFollow(node: ZabNode, vote: Vote): void {
  const { election, settings } = node;
  election.vote = vote;
  const knocks = node.peers.flatMap((peer) => election.knocks.get(peer) ?? []);
  election.knocks.clear();
  if (vote.leader === settings.nodeId) {
    becomeLeader(node, `elected in round ${election.round}`);
    for (const knock of knocks) admitLearner(node, knock);
    maybeProposeEpoch(node);
    return;
  }
  becomeLearner(node, vote.leader, `elected ${vote.leader} in round ${election.round}`);
  for (const knock of knocks) closeLink(node, knock.peer, `follows ${vote.leader} itself`);
  const type = isVoting(node) ? 'FollowerInfo' : 'ObserverInfo';
  const configVersion = committedConfig(node).version;
  send(node, vote.leader, { type, acceptedEpoch: node.acceptedEpoch, configVersion });
}

export function handleLearnerInfo(
  node: ZabNode,
  from: NodeId,
  msg: FollowerInfo | ObserverInfo,
): void {
  const { acceptedEpoch, configVersion } = msg;
  const observes = msg.type === 'ObserverInfo';
  const knock = { peer: from, acceptedEpoch, configVersion, observes };
  if (node.state === 'looking') {
    // The sender may have decided first; it is admitted if this node comes to lead.
    node.election.knocks.set(from, knock);
  } else if (from === node.leader) {
    becomeLooking(node, `${from} follows a leader itself`);
  } else if (node.leading === null) {
    closeLink(node, from, `does not lead, follows ${node.leader ?? 'nobody'}`);
  } else if (node.leading.designated !== null) {
    closeLink(node, from, `makes way for ${node.leading.designated}`);
  } else if (node.leading.learners.has(from)) {
    ignore(node, from, msg.type, 'already a learner in this session');
  } else {
    admitLearner(node, knock);
    maybeProposeEpoch(node);
  }
}

function admitLearner(node: ZabNode, knock: Knock): void {
  const { leading } = node;
  const { peer, acceptedEpoch } = knock;
  const linkEpoch = node.links.get(peer);
  if (leading === null || linkEpoch === undefined) return;
  if (compareZxids(knock.configVersion, lastSeenConfig(node).version) > 0) {
    // protocols.md 3.5-1: what put it in force is committed, and this node does not hold it.
    becomeLooking(node, `${peer} is at configuration ${zxidLabel(knock.configVersion)}`);
    return;
  }
  if (isStranded(node, leading, knock)) {
    node.strandedCount += 1;
    const why = `${peer} promised epoch ${acceptedEpoch}, this one is ${leading.epoch}`;
    if (node.phase === 'broadcast' && !node.settings.options.rescueStranded) {
      ignore(node, peer, 'FollowerInfo', `stranded: ${why}`);
    } else {
      becomeLooking(node, `a new epoch is needed: ${why}`);
    }
    return;
  }
  const observes = knock.observes && !isVoterHere(node, peer);
  leading.learners.set(peer, newLearner(knock, linkEpoch, observes));
  if (leading.epoch > 0) sendLeaderInfo(node, leading, peer);
}

/** Nobody follows an epoch below its promise; and before the quorum is there, nobody who made
 *  this very promise to another leader counts either. */
function isStranded(node: ZabNode, leading: LeadingState, knock: Knock): boolean {
  const { peer, acceptedEpoch } = knock;
  if (leading.epoch === 0) return false;
  if (acceptedEpoch > leading.epoch) return true;
  const isSame = acceptedEpoch === leading.epoch && isVoterHere(node, peer);
  return node.phase === 'discovery' && isSame;
}

function newLearner(knock: Knock, linkEpoch: number, observes: boolean): Learner {
  return {
    peer: knock.peer,
    linkEpoch,
    acceptedEpoch: knock.acceptedEpoch,
    observes,
    stage: 'informed',
    answer: null,
    quietTicks: 0,
    targetPos: 0,
    newLeaderSent: false,
    sentPos: 0,
    ackedPos: 0,
    toldCommit: 0,
    inflight: [],
    snap: null,
    syncs: [],
  };
}

/** With a quorum connected: an epoch above everything any of them promised. */
function maybeProposeEpoch(node: ZabNode): void {
  const { leading, settings } = node;
  if (leading === null || leading.epoch > 0) return;
  const connected = new Set<NodeId>([settings.nodeId, ...leading.learners.keys()]);
  if (!isQuorum(node.voters, connected)) return;
  let highest = node.acceptedEpoch;
  for (const learner of leading.learners.values()) {
    highest = Math.max(highest, learner.acceptedEpoch);
  }
  leading.epoch = hasMutant(node, 'reuse-epoch') ? Math.max(1, highest) : highest + 1;
  leading.promiseToken = promiseEpoch(node, leading.epoch, settings.nodeId);
  for (const peer of node.peers) {
    if (leading.learners.has(peer)) sendLeaderInfo(node, leading, peer);
  }
}

/** Durable promise never to follow a smaller epoch. @returns the barrier it waits for. */
function promiseEpoch(node: ZabNode, epoch: number, leader: NodeId): number {
  node.acceptedEpoch = epoch;
  const era = { number: epoch, owner: null };
  node.effects.trace({ kind: 'vote', candidate: leader, era, granted: true, phase: 'real' });
  return node.effects.persist({ op: 'hard', record: { acceptedEpoch: epoch } });
}

function sendLeaderInfo(node: ZabNode, leading: LeadingState, peer: NodeId): void {
  const after = leading.promiseToken > node.durability.token ? leading.promiseToken : 0;
  send(node, peer, { type: 'LeaderInfo', epoch: leading.epoch }, after);
}

/** protocols.md 3.5-3 */
export function handleLeaderInfo(node: ZabNode, learning: LearningState, msg: LeaderInfo): void {
  const leader = node.leader ?? '';
  const { epoch } = msg;
  if (learning.stage !== 'informing' && learning.stage !== 'promised') {
    ignore(node, leader, msg.type, `synchronising with epoch ${learning.epoch} already`);
    return;
  }
  if (epoch < node.acceptedEpoch) {
    const era = { number: epoch, owner: null };
    node.effects.trace({ kind: 'vote', candidate: leader, era, granted: false, phase: 'real' });
    becomeLooking(node, `${leader} leads epoch ${epoch}, promised is ${node.acceptedEpoch}`);
    return;
  }
  const already = epoch === node.acceptedEpoch;
  const ack = ackEpoch(node, epoch, already);
  if (!already) promiseEpoch(node, epoch, leader);
  if (hasMutant(node, 'epoch-before-history')) {
    node.currentEpoch = epoch;
    node.effects.persist({ op: 'hard', record: { currentEpoch: epoch } });
  }
  learning.stage = 'promised';
  learning.epoch = epoch;
  send(node, leader, ack, hasMutant(node, 'promise-before-persist') ? 0 : gateOf(node));
}

function ackEpoch(node: ZabNode, epoch: number, already: boolean): AckEpoch {
  const { log, currentEpoch } = node;
  const lastZxid = log.zxidAt(log.lastPos);
  return { type: 'AckEpoch', epoch, already, currentEpoch, lastZxid, ends: log.epochEnds() };
}

export function handleAckEpoch(
  node: ZabNode,
  leading: LeadingState,
  learner: Learner,
  msg: AckEpoch,
): void {
  if (msg.epoch !== leading.epoch || learner.stage !== 'informed') {
    ignore(node, learner.peer, msg.type, `epoch ${msg.epoch} at stage ${learner.stage}`);
    return;
  }
  const isCounted = isVoterHere(node, learner.peer);
  if (node.phase === 'discovery' && isCounted && isAhead(node, msg)) {
    const theirs = `${msg.currentEpoch}/${zxidLabel(msg.lastZxid)}`;
    becomeLooking(node, `${learner.peer} is ahead with ${theirs}`);
    return;
  }
  if (!msg.already) leading.promised.add(learner.peer);
  learner.stage = 'answered';
  learner.answer = msg;
  maybeSynchronize(node, leading, learner);
  maybeFinishDiscovery(node);
}

/** protocols.md 3.5-4: whoever adopted a later epoch, or has more of it, must lead instead. */
function isAhead(node: ZabNode, msg: AckEpoch): boolean {
  if (msg.already) return false;
  const theirs: Zxid = msg.lastZxid;
  return (msg.currentEpoch - node.currentEpoch || compareZxids(theirs, node.log.lastZxid)) > 0;
}

/**
 * With a quorum of promises, its own among them, the epoch is this node's alone. Its own barrier
 * covers its whole history too, so that its currentEpoch never stands above a short one.
 */
export function maybeFinishDiscovery(node: ZabNode): void {
  const { leading, settings } = node;
  if (leading === null || node.phase !== 'discovery' || leading.epoch === 0) return;
  if (node.durability.token < leading.promiseToken) return;
  leading.promised.add(settings.nodeId);
  traceTally(node, leading);
  if (isQuorum(node.voters, leading.promised)) startSynchronization(node, leading);
}

function traceTally(node: ZabNode, leading: LeadingState): void {
  const votes = [...leading.promised].sort(compareIds);
  const tally = `discovery ${leading.epoch} ${votes.join(' ')}`;
  if (tally === leading.tally) return;
  leading.tally = tally;
  node.effects.trace({ kind: 'tally', era: { number: leading.epoch, owner: null }, votes });
}
