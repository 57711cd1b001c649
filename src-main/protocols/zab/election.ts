/**
 * Fast leader election (protocols.md 3.4): servers tell each other whom they support and adopt the
 * better vote until a quorum agrees. Nothing here is durable; the promises of discovery are what
 * makes a leader safe, the election only picks a candidate that will pass them.
 */
import { compareIds, type NodeId } from '../../vocabulary/ids.ts';
import { idsOf } from '../kernel/config.ts';
import { isQuorum } from '../quorum/majority.ts';
import {
  committedConfig,
  isCandidate,
  isVoterHere,
  isVoting,
  noteHeard,
  noteRumour,
  pendingConfig,
} from './membership.ts';
import type { Notification, Vote } from './messages.ts';
import { ignore, send } from './outbox.ts';
import { gateOf, hasMutant, type ZabNode } from './state.ts';
import { compareZxids, ZXID_ZERO } from './zxid.ts';

/** Positive when `a` is better: by epoch, then zxid, then server (museum Z21). */
export function compareVotes(node: ZabNode, a: Vote, b: Vote): number {
  const byEpoch = hasMutant(node, 'vote-by-zxid-only') ? 0 : a.epoch - b.epoch;
  return byEpoch || compareZxids(a.zxid, b.zxid) || compareIds(a.leader, b.leader);
}

function isSameVote(a: Vote, b: Vote): boolean {
  return a.leader === b.leader && a.epoch === b.epoch && compareZxids(a.zxid, b.zxid) === 0;
}

/** This node for leader, with its last logged zxid and the last epoch it adopted. Who cannot lead
 *  stands behind everybody. */
function ownVote(node: ZabNode): Vote {
  const leader = node.settings.nodeId;
  if (!isVoting(node)) return { leader, zxid: ZXID_ZERO, epoch: 0 };
  const { epoch, counter } = node.log.lastZxid;
  const accepted = hasMutant(node, 'vote-with-accepted-epoch');
  const epochOfVote = accepted ? node.acceptedEpoch : node.currentEpoch;
  return { leader, zxid: { epoch, counter }, epoch: epochOfVote };
}

/**
 * A new round of the election, from scratch.
 * @param hint stands for this node's first vote when the leader before designated it. Whether it
 *   may lead is decided where that is always decided, in discovery.
 */
export function startRound(node: ZabNode, hint: NodeId | null = null): void {
  const { election } = node;
  election.round += 1;
  election.received.clear();
  election.outOfElection.clear();
  election.timeoutTicks = node.settings.notifyTicksMin;
  const own = ownVote(node);
  support(node, hint !== null && isVoterHere(node, hint) ? { ...own, leader: hint } : own);
}

/** Takes over a vote and tells everybody. */
function support(node: ZabNode, vote: Vote): void {
  const { election } = node;
  election.vote = vote;
  election.finalizeTicks = null;
  // Who does not vote says all the same whom it hears of: it may be a voter and not know it yet.
  if (isVoting(node)) election.received.set(node.settings.nodeId, vote);
  const era = { number: vote.epoch, owner: null };
  // A notification promises nothing and may be changed at any time, hence `pre`.
  const phase = 'pre';
  node.effects.trace({ kind: 'vote', candidate: vote.leader, era, granted: true, phase });
  broadcastNotification(node);
}

function broadcastNotification(node: ZabNode): void {
  node.election.quietTicks = 0;
  for (const peer of node.peers) sendNotification(node, peer);
}

export function sendNotification(node: ZabNode, to: NodeId): void {
  if (node.state === 'outsider') return;
  const { round, vote } = node.election;
  const newest = committedConfig(node);
  const config = newest.version.epoch === 0 ? null : newest;
  const pending = pendingConfig(node);
  const msg = { type: 'Notification', state: node.state, round, vote, config, pending } as const;
  send(node, to, msg, gateOf(node));
}

/**
 * A server tells whom it supports.
 * @returns the vote to follow at once, when servers outside of the election agree on it.
 */
export function handleNotification(node: ZabNode, from: NodeId, msg: Notification): Vote | null {
  if (node.state === 'looking' && msg.config !== null && noteHeard(node, msg.config)) {
    startRound(node);
  }
  if (node.state !== 'looking') {
    if (msg.state === 'looking') sendNotification(node, from);
    return null;
  }
  if (msg.pending !== null && isCandidate(node, from)) noteRumour(node, msg.pending);
  // Who has no vote, as far as it knows, passes on the best it hears of: a configuration that makes
  // it a voter, and others voters that it has not heard of, may be pending (museum R47).
  if (isVoting(node) && !(isCandidate(node, from) && isCandidate(node, msg.vote.leader))) {
    ignore(node, from, msg.type, `a vote of ${from} for ${msg.vote.leader}, not both voters`);
    if (isCandidate(node, from) && msg.state === 'looking') catchUpRound(node, msg.round);
    return null;
  }
  if (msg.state !== 'looking') return considerEstablished(node, from, msg);
  considerLooking(node, from, msg);
  return null;
}

/** A voter that does not know it yet is ahead: it would not listen to an earlier round. */
function catchUpRound(node: ZabNode, round: number): void {
  const { election } = node;
  if (round <= election.round) return;
  election.round = round - 1;
  startRound(node);
}

function considerLooking(node: ZabNode, from: NodeId, msg: Notification): void {
  const { election } = node;
  election.outOfElection.delete(from);
  if (msg.round < election.round) {
    sendNotification(node, from);
    return;
  }
  if (msg.round > election.round) {
    election.round = msg.round;
    election.received.clear();
    election.timeoutTicks = node.settings.notifyTicksMin;
    const own = ownVote(node);
    election.received.set(from, msg.vote);
    support(node, compareVotes(node, msg.vote, own) > 0 ? msg.vote : own);
    return;
  }
  const isFirst = !election.received.has(from);
  election.received.set(from, msg.vote);
  if (compareVotes(node, msg.vote, election.vote) > 0) support(node, msg.vote);
  // It may have been outside of the election, or not connected, when this node last told its vote.
  else if (isFirst) sendNotification(node, from);
}

/** protocols.md 3.4-2: joining an ensemble that has a leader. */
function considerEstablished(node: ZabNode, from: NodeId, msg: Notification): Vote | null {
  const { election } = node;
  const { state, round, vote } = msg;
  election.outOfElection.set(from, { state, round, vote });
  if (round === election.round) {
    election.received.set(from, vote);
    if (isAgreed(node, election.received, vote) && passesLeaderCheck(node, msg)) return vote;
  }
  const outside = new Map<NodeId, Vote>();
  for (const [peer, out] of election.outOfElection) outside.set(peer, out.vote);
  if (!isAgreed(node, outside, vote) || !passesLeaderCheck(node, msg)) return null;
  election.round = round;
  return vote;
}

/**
 * Without a word from the leader itself, a crashed one is elected again and again out of its
 * followers' memory. That this node leads is believed only for the very vote it stands for now:
 * after a restart its round may repeat one of an earlier life.
 */
function passesLeaderCheck(node: ZabNode, msg: Notification): boolean {
  if (hasMutant(node, 'no-leader-check')) return true;
  const { election, settings } = node;
  const { leader } = msg.vote;
  if (leader === settings.nodeId) {
    const isNow = msg.round === election.round && isSameVote(msg.vote, election.vote);
    return isNow && isVoting(node);
  }
  const said = election.outOfElection.get(leader);
  return said?.state === 'leading' && said.vote.leader === leader;
}

function supportersOf(votes: ReadonlyMap<NodeId, Vote>, vote: Vote): Set<NodeId> {
  const supporters = new Set<NodeId>();
  for (const [voter, theirs] of votes) if (isSameVote(theirs, vote)) supporters.add(voter);
  return supporters;
}

/**
 * Whether an ensemble follows it. Here the committed configuration alone decides: a pending one may
 * be part of a history that this ensemble went on without, and to be rid of it this server has to
 * join. Whom it follows is no matter of safety; whom it promises an epoch is.
 */
function isAgreed(node: ZabNode, votes: ReadonlyMap<NodeId, Vote>, vote: Vote): boolean {
  const voters = idsOf(committedConfig(node).config.voters);
  return isQuorum({ voters, votersOld: null }, supportersOf(votes, vote));
}

/**
 * Looks at the votes of this round: starts the wait for a better one when a quorum agrees, stops it
 * when it no longer does.
 * @returns the winning vote once the wait is over.
 */
export function maybeDecide(node: ZabNode): Vote | null {
  const { election, settings } = node;
  const supporters = supportersOf(election.received, election.vote);
  traceTally(node, supporters);
  const { leader } = election.vote;
  const isSelf = leader === settings.nodeId;
  const reachable = isSelf ? isVoting(node) : node.links.has(leader);
  if (!reachable || !isQuorum(node.voters, supporters)) {
    election.finalizeTicks = null;
    return null;
  }
  // With every voter agreed there is nobody left who could send a better vote.
  if (hasEverybody(node, supporters)) return election.vote;
  election.finalizeTicks ??= settings.options.finalizeWaitTicks;
  return election.finalizeTicks <= 0 ? election.vote : null;
}

function hasEverybody({ voters }: ZabNode, supporters: ReadonlySet<NodeId>): boolean {
  const isIn = (voter: NodeId): boolean => supporters.has(voter);
  return voters.voters.every(isIn) && (voters.votersOld?.every(isIn) ?? true);
}

function traceTally(node: ZabNode, supporters: ReadonlySet<NodeId>): void {
  const { election } = node;
  const votes = [...supporters].sort(compareIds);
  const tally = `${election.vote.epoch} ${election.vote.leader} ${votes.join(' ')}`;
  if (tally === election.tally) return;
  election.tally = tally;
  const era = { number: election.vote.epoch, owner: null };
  node.effects.trace({ kind: 'tally', era, votes });
}

/** Time passes in the election: the wait for a better vote, and the repetition into silence. */
export function tickElection(node: ZabNode, elapsed: number): void {
  const { election, settings } = node;
  election.quietTicks += elapsed;
  if (election.finalizeTicks !== null) {
    election.finalizeTicks -= elapsed;
    return;
  }
  if (election.quietTicks < election.timeoutTicks) return;
  const { leader } = election.vote;
  if (leader !== settings.nodeId && !node.links.has(leader)) {
    // Whom this node supports has gone meanwhile: its vote must not outlive it.
    startRound(node);
    return;
  }
  election.timeoutTicks = Math.min(election.timeoutTicks * 2, settings.notifyTicksMax);
  broadcastNotification(node);
}

export function sleepTicksOfElection(node: ZabNode): number {
  const { election } = node;
  if (election.finalizeTicks !== null) return election.finalizeTicks;
  return election.timeoutTicks - election.quietTicks;
}
