/**
 * The only place where a node changes its role (`become...`), its promise or its leadership, so
 * that no role can forget what ends with the one before it.
 */
import { assert, ensure } from '../../base/assert.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import type { Role } from '../../vocabulary/trace.ts';
import { compareBallots, ballotLabel, eraOf, sameBallot, type Ballot } from './ballot.ts';
import { hasNode } from '../kernel/config.ts';
import type { Governing } from './configs.ts';
import { endLeadership } from './leadership-end.ts';
import { freshPeers } from './peers.ts';
import type { Campaign, Leadership, Machine, PaxosState, Phase } from './state.ts';

const ROLES: Readonly<Record<Phase, Role>> = {
  acceptor: 'follower',
  learner: 'follower',
  retired: 'outsider',
  stopped: 'outsider',
  resigned: 'follower',
  'pre-preparing': 'candidate',
  preparing: 'candidate',
  recovering: 'leader',
  leader: 'leader',
  outsider: 'outsider',
};

const RESTING: ReadonlySet<Phase> = new Set(['acceptor', 'learner', 'retired', 'outsider']);

/** Neither leads nor wants to. */
export function isResting(phase: Phase): boolean {
  return RESTING.has(phase);
}

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

/** Whether a configuration has this node, with this very disk, among its voters. */
export function votesIn({ self, storageId }: PaxosState, { voters }: Governing): boolean {
  return voters.some((one) => one.nodeId === self && one.storageId === storageId);
}

/** What a node is that neither leads nor wants to, by the configurations it holds. */
export function restingPhase(state: PaxosState): 'acceptor' | 'learner' | 'retired' | 'outsider' {
  if (!state.belongs) return 'outsider';
  if (state.configs.list.some((config) => votesIn(state, config))) return 'acceptor';
  return hasNode(state.configs.newest.learners, state.self) ? 'learner' : 'retired';
}

/**
 * A voter of some configuration that matters, and of none under a disk that it lost: there it
 * would count a promise that it has forgotten. One of an ended configuration campaigns as long as
 * nobody said that it may go: members of the new one that lag may know nobody else who could
 * teach them, and without them there is no quorum.
 */
export function mayCampaign(state: PaxosState): boolean {
  const { belongs, configs, outgoing, self } = state;
  if (!belongs) return false;
  let votes = false;
  for (const config of configs.list) {
    if (votesIn(state, config)) votes = true;
    else if (config.ids.includes(self)) return false;
  }
  return votes || (outgoing?.voters.includes(self) ?? false);
}

/** Follows the promised ballot; `leader` is its owner once heard of, null before. A node without a
 *  vote follows in the same way, but nobody counts it. */
export function becomeAcceptor(m: Machine, leader: NodeId | null, why: string): void {
  const { state } = m;
  endLeadership(m, leader);
  state.campaign = null;
  state.phase = restingPhase(state);
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
    promised: campaign.votes,
    entering: null,
    nextSlot,
    fillUpTo: 0,
    outstanding: new Map(),
    pending: new Map(),
    queue: [],
    peers: freshPeers(state),
    ticksSinceHeartbeat: 0,
    heartbeatSeq: 0,
    rounds: [],
    ticksStalled: 0,
    startedAt: state.now,
    startTime: serviceTime,
    lastTime: serviceTime,
    change: null,
    transfer: null,
    leaseBlocked: false,
    readRound: null,
    reads: [],
    settled: 0,
    settledTold: 0,
  };
  state.lead = lead;
  state.campaign = null;
  state.phase = 'recovering';
  state.leader = state.self;
  showRole(m, 'a quorum promised');
  return lead;
}

/** Everything reported in phase 1 is chosen and applied: the leader may serve. */
export function becomeLeader(m: Machine): void {
  const { state } = m;
  assert(state.phase === 'recovering', `${state.self} is ready out of ${state.phase}`);
  state.phase = 'leader';
  showRole(m, 'all recovered slots are chosen and applied');
}

/** Gives up a leadership; silent for a full random timeout (protocols.md 2.4). */
export function becomeResigned(m: Machine, why: string, hint: NodeId | null = null): void {
  const { state } = m;
  assert(state.lead !== null, `${state.self} resigns what it does not have`);
  endLeadership(m, hint);
  state.phase = mayCampaign(state) ? 'resigned' : restingPhase(state);
  state.leader = null;
  restartElectionTimer(m);
  // Mutant: the duel of two proposers (protocols.md 2.13-10).
  if (state.mutants.has('prepare-at-once')) state.electionTimeout = 1;
  showRole(m, why);
}

/** Its storage failed: nothing that was written can be trusted, so it says nothing any more. */
export function becomeStopped(m: Machine, why: string): void {
  const { state } = m;
  endLeadership(m, null);
  state.campaign = null;
  state.phase = 'stopped';
  state.leader = null;
  showRole(m, why);
}

/** A configuration came or went: the same node may be another by it. */
export function maybeChangeStanding(m: Machine): void {
  const { state } = m;
  const phase = restingPhase(state);
  if (!isResting(state.phase) || state.phase === phase) return;
  state.phase = phase;
  showRole(m, `by the configuration of slot ${state.configs.newest.pos}`);
}
