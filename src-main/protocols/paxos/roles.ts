/**
 * The only place where a node changes its role (`become...`), its promise or its leadership, so
 * that no role can forget what ends with the one before it.
 */
import { assert, ensure } from '../../base/assert.ts';
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import type { Role } from '../../vocabulary/trace.ts';
import { compareBallots, ballotLabel, eraOf, sameBallot, type Ballot } from './ballot.ts';
import type { Campaign, Leadership, Machine, Peer, Phase } from './state.ts';

const ROLES: Readonly<Record<Phase, Role>> = {
  acceptor: 'follower',
  resigned: 'follower',
  'pre-preparing': 'candidate',
  preparing: 'candidate',
  recovering: 'leader',
  leader: 'leader',
  outsider: 'outsider',
};

export function roleOf(phase: Phase): Role {
  return ROLES[phase];
}

/** Tells role, era, leader and readiness when any of them changed. */
export function showRole(m: Machine, why: string): void {
  const { phase, promised: ballot, leader, shown } = m.state;
  const ready = phase === 'leader';
  const unchanged =
    shown !== null &&
    shown.phase === phase &&
    shown.leader === leader &&
    shown.ready === ready &&
    sameBallot(shown.ballot, ballot);
  if (unchanged) return;
  const role = roleOf(phase);
  m.state.shown = { role, phase, ballot, leader, ready };
  m.fx.trace({ kind: 'role', role, word: phase, era: eraOf(ballot), leader, ready, why });
}

/** A full random timeout from now on. */
export function restartElectionTimer(m: Machine): void {
  const { timing, prng } = m.state;
  m.state.electionElapsed = 0;
  m.state.electionTimeout = prng.nextInt(timing.electionTicksMin + 1, timing.electionTicksMax);
}

/**
 * Raises the promise; durable before any message says so (`promisedToken`). Whatever this node was
 * under its old promise ends: a leader must not go on under a ballot it has promised away.
 */
export function raisePromise(m: Machine, ballot: Ballot): void {
  const { state } = m;
  assert(
    compareBallots(ballot, state.promised) > 0,
    `${state.self}: promise ${ballotLabel(ballot)} is not above ${ballotLabel(state.promised)}`,
  );
  state.promised = ballot;
  writePromise(m);
  state.roundSeen = Math.max(state.roundSeen, ballot.round);
  state.leaderCommit = 0;
  state.learnAskedAt = null;
}

/** Puts the promise into this step's barrier. */
export function writePromise(m: Machine): void {
  const { round, node } = m.state.promised;
  m.state.promisedToken = m.fx.persist({ op: 'hard', record: { promised: { round, node } } });
}

/** Follows the promised ballot; `leader` is its owner once heard of, null before. */
export function becomeAcceptor(m: Machine, leader: NodeId | null, why: string): void {
  const { state } = m;
  assert(state.phase !== 'outsider', `${state.self} has no vote and accepts nothing`);
  endLeadership(m, leader);
  state.campaign = null;
  state.phase = 'acceptor';
  state.leader = leader;
  showRole(m, why);
}

export function becomePrePreparing(m: Machine, campaign: Campaign): void {
  const { state } = m;
  assert(state.lead === null, `${state.self} leads and campaigns`);
  state.phase = 'pre-preparing';
  state.leader = null;
  state.campaign = campaign;
  showRole(m, 'heard no leader for an election timeout');
}

/** Requires that the own promise of the campaign's ballot is on its way to the disk. */
export function becomePreparing(m: Machine, campaign: Campaign, why: string): void {
  const { state } = m;
  assert(
    sameBallot(state.promised, campaign.ballot),
    `${state.self} prepares ${ballotLabel(campaign.ballot)} but promised another`,
  );
  state.phase = 'preparing';
  state.leader = null;
  state.campaign = campaign;
  showRole(m, why);
}

/** Phase 1 is complete; the reported slots have to be chosen first (protocols.md 2.5-6). */
export function becomeRecovering(m: Machine, serviceTime: number): Leadership {
  const { state } = m;
  const campaign = ensure(state.campaign, `${state.self} leads without a campaign`);
  assert(state.phase === 'preparing', `${state.self} leads out of ${state.phase}`);
  const nextSlot = state.log.chosenPrefix + 1;
  const lead: Leadership = {
    ballot: campaign.ballot,
    recoverUpTo: Math.max(campaign.maxReported, state.log.last),
    recovered: campaign.reports,
    nextSlot,
    outstanding: new Map(),
    pending: new Map(),
    queue: [],
    peers: new Map(state.peers.map((peer) => [peer, freshPeer(nextSlot, state.now)])),
    ticksSinceHeartbeat: 0,
    heartbeatSeq: 0,
    ticksStalled: 0,
    startedAt: state.now,
    startTime: serviceTime,
    lastTime: serviceTime,
  };
  state.lead = lead;
  state.campaign = null;
  state.phase = 'recovering';
  state.leader = state.self;
  showRole(m, 'a quorum promised');
  return lead;
}

function freshPeer(next: Position, now: number): Peer {
  return {
    seqSent: 0,
    seqAnswered: 0,
    next,
    progressAt: now,
    heardAt: now,
    heartbeatAcked: 0,
    chosenPrefix: 0,
    commitSent: 0,
  };
}

/** Everything reported in phase 1 is chosen and applied: the leader may serve. */
export function becomeLeader(m: Machine): void {
  const { state } = m;
  assert(state.phase === 'recovering', `${state.self} is ready out of ${state.phase}`);
  state.phase = 'leader';
  showRole(m, 'all recovered slots are chosen and applied');
}

/** Gives up a leadership; silent for a full random timeout (protocols.md 2.4). */
export function becomeResigned(m: Machine, why: string): void {
  const { state } = m;
  assert(state.lead !== null, `${state.self} resigns what it does not have`);
  endLeadership(m, null);
  state.phase = 'resigned';
  state.leader = null;
  restartElectionTimer(m);
  // Mutant: the duel of two proposers (protocols.md 2.13-10).
  if (state.mutants.has('prepare-at-once')) state.electionTimeout = 1;
  showRole(m, why);
}

/** Proposed commands may or may not be chosen; queued ones were never proposed. */
function endLeadership(m: Machine, hint: NodeId | null): void {
  const { lead } = m.state;
  if (lead === null) return;
  m.state.lead = null;
  for (const reqId of lead.pending.values()) {
    m.fx.refuse(reqId, 'leadership-lost', 'the leader was preempted, the outcome is unknown', hint);
  }
  const code = hint === null ? 'no-leader' : 'not-leader';
  for (const request of lead.queue) {
    m.fx.refuse(request.reqId, code, 'leadership ended before the command was proposed', hint);
  }
}
