/**
 * The candidate: PrePrepare, Prepare over the open suffix, and what the Promises report
 * (protocols.md 2.4, 2.5). No logs are compared: any node may lead, it learns what it lacks.
 */
import { compareIds, type NodeId } from '../../vocabulary/ids.ts';
import {
  ballotLabel,
  compareBallots,
  eraOf,
  sameBallot,
  type Ballot,
  type PaxosEntry,
} from './ballot.ts';
import { phase1Result } from './configs.ts';
import { takeEntryPromise } from './entering.ts';
import { learnChosen, learnFromPeer, maybeLearnFrom } from './learning.ts';
import { outranks } from './log.ts';
import type { Nack, PrePrepareResp, PromiseMessage } from './messages.ts';
import type { MutantName } from './mutants.ts';
import { emptyCampaign, expectedFrom, sendPrepare, sendPrepares } from './preparing.ts';
import { noteRound, traceVote } from './promising.ts';
import { startLeading } from './replication.ts';
import {
  becomeAcceptor,
  becomePrePreparing,
  becomePreparing,
  becomeResigned,
  mayCampaign,
  raisePromise,
  restartElectionTimer,
} from './roles.ts';
import { resendTicks, type Campaign, type Machine } from './state.ts';
import { heldEntries, sendPromised } from './storing.ts';

/** Open slots a candidate takes over at most; a report beyond is not ours. */
const OPEN_SLOTS_MAX = 2 ** 26;

export function tickElection(m: Machine, elapsed: number): void {
  const { state } = m;
  state.electionElapsed += elapsed;
  if (!mayCampaign(state)) {
    maybeForgetLeader(m);
    return;
  }
  if (state.electionElapsed >= state.electionTimeout) {
    startCampaign(m);
    return;
  }
  const { campaign } = state;
  if (campaign === null) return;
  campaign.ticksSinceSend += elapsed;
  if (campaign.ticksSinceSend >= resendTicks(m.state)) sendCampaign(m, campaign);
}

/** A node without a vote never campaigns; it only stops to hint at a leader it does not hear. */
function maybeForgetLeader(m: Machine): void {
  const { state } = m;
  if (state.leader === null || state.electionElapsed < state.electionTimeout) return;
  becomeAcceptor(m, null, 'heard no leader for an election timeout');
}

function startCampaign(m: Machine): void {
  restartElectionTimer(m);
  if (m.state.options.prePrepare && !m.state.mutants.has('prepare-at-once')) {
    startPrePreparing(m);
  } else {
    startPreparing(m, 'heard no leader for an election timeout', null);
  }
}

function startPrePreparing(m: Machine): void {
  const campaign = newCampaign(m, null);
  // No promise is made, so nothing has to be durable before the own vote counts.
  campaign.votes.set(m.state.self, true);
  becomePrePreparing(m, campaign);
  traceTally(m, campaign);
  sendCampaign(m, campaign);
  maybePrepare(m, campaign);
}

/** @param handover the ballot whose leader asked this node to take over, or null. */
export function startPreparing(m: Machine, why: string, handover: Ballot | null): void {
  const campaign = newCampaign(m, handover);
  raisePromise(m, campaign.ballot);
  becomePreparing(m, campaign, why);
  traceVote(m, campaign.ballot, true, 'real');
  sendCampaign(m, campaign);
}

function newCampaign(m: Machine, handover: Ballot | null): Campaign {
  const { roundSeen, self, log } = m.state;
  const ballot = { round: roundSeen + 1, node: self };
  return emptyCampaign(ballot, log.chosenPrefix + 1, handover);
}

/** The voters of every configuration of an open slot as far as it is known (protocols.md 2.5-1). */
function electors(m: Machine): NodeId[] {
  const { configs } = m.state;
  if (configs.list.length === 1) return [...configs.current.ids];
  return [...new Set(configs.list.flatMap((config) => config.ids))].sort(compareIds);
}

function sendCampaign(m: Machine, campaign: Campaign): void {
  if (m.state.phase === 'preparing') {
    sendPrepares(m, campaign, electors(m));
    return;
  }
  campaign.ticksSinceSend = 0;
  const { ballot } = campaign;
  for (const id of electors(m)) {
    if (id === m.state.self || campaign.votes.get(id) === true) continue;
    sendPromised(m, id, { type: 'PrePrepare', ballot });
  }
}

function traceTally(m: Machine, campaign: Campaign): void {
  const votes = electors(m).filter((voter) => campaign.votes.get(voter) === true);
  m.fx.trace({ kind: 'tally', era: eraOf(campaign.ballot), votes });
}

export function handlePrePrepareResp(m: Machine, from: NodeId, msg: PrePrepareResp): void {
  const campaign = ownCampaign(m, from, msg, 'pre-preparing');
  noteRound(m, msg.promised);
  if (campaign === null) return;
  if (!msg.ok && compareBallots(msg.promised, m.state.promised) > 0) learnFromPeer(m, from);
  if (campaign.votes.get(from) === msg.ok) return;
  campaign.votes.set(from, msg.ok);
  if (msg.ok) traceTally(m, campaign);
  maybePrepare(m, campaign);
}

function maybePrepare(m: Machine, campaign: Campaign): void {
  const result = phase1Result(m.state.configs.list, campaign.votes);
  if (result === 'won') startPreparing(m, 'a quorum would promise', null);
  else if (result === 'lost') becomeAcceptor(m, null, 'a quorum would not promise');
}

/** The running campaign that `msg` answers, or null, traced, when it answers another one. */
function ownCampaign(
  m: Machine,
  from: NodeId,
  msg: { readonly type: string; readonly ballot: Ballot },
  phase: 'pre-preparing' | 'preparing',
): Campaign | null {
  const { campaign, lead } = m.state;
  if (campaign !== null && m.state.phase === phase && sameBallot(campaign.ballot, msg.ballot)) {
    return campaign;
  }
  const entering = lead?.entering ?? null;
  if (phase === 'preparing' && entering !== null && sameBallot(entering.ballot, msg.ballot)) {
    return entering;
  }
  m.fx.trace({ kind: 'ignored', from, type: msg.type, why: 'answers no running campaign' });
  return null;
}

export function handlePromise(m: Machine, from: NodeId, msg: PromiseMessage): void {
  const campaign = ownCampaign(m, from, msg, 'preparing');
  if (campaign === null) return;
  const why = promiseFault(m, campaign, from, msg);
  if (why !== null) {
    m.fx.trace({ kind: 'ignored', from, type: msg.type, why });
    return;
  }
  restartElectionTimer(m);
  if (isBelowFloor(m, campaign, msg)) {
    // It has to have them first; asked again, the same node may then be counted (2.5-4).
    maybeLearnFrom(m, from, msg.chosenPrefix);
    return;
  }
  mergeReports(m, campaign, msg);
  if (msg.more) {
    campaign.nextFrom.set(from, msg.upTo + 1);
    sendPrepare(m, campaign, from);
    return;
  }
  campaign.votes.set(from, true);
  traceTally(m, campaign);
  if (m.state.lead !== null) takeEntryPromise(m, m.state.lead, campaign);
  else if (m.state.campaign === campaign) maybeLead(m, campaign);
}

/** Below its floor everything is chosen and unreported: "not reported" is not "not accepted". */
function isBelowFloor(m: Machine, campaign: Campaign, { floor }: PromiseMessage): boolean {
  const { log, mutants } = m.state;
  // Mutant: no-ops are proposed where a chosen value stood (2.13-2, museum P15).
  if (mutants.has('fill-below-floor')) return false;
  return floor > Math.max(campaign.fromSlot, log.chosenPrefix + 1);
}

function promiseFault(
  m: Machine,
  campaign: Campaign,
  from: NodeId,
  msg: PromiseMessage,
): string | null {
  if (campaign.votes.get(from) === true || expectedFrom(campaign, from) !== msg.fromSlot) {
    return 'reports already counted';
  }
  if (msg.more && msg.upTo < msg.fromSlot) return 'more reports, but none here';
  const last = msg.reports.at(-1);
  if (last !== undefined && last.pos > m.state.log.chosenPrefix + OPEN_SLOTS_MAX) {
    return `report of slot ${last.pos} is out of reach`;
  }
  for (const entry of msg.reports) {
    if (entry.pos < msg.fromSlot || entry.pos > msg.upTo) return `slot ${entry.pos} was not asked`;
    if (compareBallots(entry.ballot, msg.ballot) > 0) return 'reports a ballot above the promise';
  }
  return null;
}

/** Chosen slots are taken over as such; of the others the highest ballot counts (P3). */
function mergeReports(m: Machine, campaign: Campaign, msg: PromiseMessage): void {
  const { mutants } = m.state;
  const chosen: PaxosEntry[] = [];
  const ahead = new Set(msg.chosen);
  for (const entry of msg.reports) {
    const known = entry.pos <= msg.chosenPrefix || ahead.has(entry.pos);
    if (known || mutants.has('reported-means-chosen')) chosen.push(entry);
    else mergeReport(m, campaign, entry);
  }
  learnChosen(m, chosen);
}

function mergeReport(m: Machine, campaign: Campaign, entry: PaxosEntry): void {
  const { mutants } = m.state;
  if (mutants.has('blind-takeover')) return;
  const held = campaign.reports.get(entry.pos) ?? null;
  const better = isBetterReport(campaign, entry, held, mutants);
  if (better) campaign.reports.set(entry.pos, entry);
  campaign.maxReported = Math.max(campaign.maxReported, entry.pos);
}

/** The higher ballot wins (P3); how often a value is reported means nothing. */
function isBetterReport(
  campaign: Campaign,
  entry: PaxosEntry,
  held: PaxosEntry | null,
  mutants: ReadonlySet<MutantName>,
): boolean {
  if (mutants.has('first-report-wins')) return held === null;
  if (!mutants.has('value-by-count')) return outranks(entry, held);
  const count = (campaign.counts.get(reportKey(entry)) ?? 0) + 1;
  campaign.counts.set(reportKey(entry), count);
  return held === null || count > (campaign.counts.get(reportKey(held)) ?? 0);
}

function reportKey({ pos, ballot }: PaxosEntry): string {
  return `${pos}/${ballotLabel(ballot)}`;
}

/** The own promise is durable: it counts like any other, with the own votes as its reports. */
export function countOwnPromise(m: Machine): void {
  const { state } = m;
  const { campaign } = state;
  if (campaign === null || state.phase !== 'preparing') return;
  if (state.durableToken < state.promisedToken || campaign.votes.has(state.self)) return;
  campaign.votes.set(state.self, true);
  for (const entry of heldEntries(m, state.log.chosenPrefix + 1, state.log.last)) {
    if (!state.log.isChosen(entry.pos)) mergeReport(m, campaign, entry);
  }
  traceTally(m, campaign);
  maybeLead(m, campaign);
}

function maybeLead(m: Machine, campaign: Campaign): void {
  if (!campaign.votes.has(m.state.self)) return;
  if (phase1Result(m.state.configs.list, campaign.votes) === 'won') startLeading(m);
}

export function handleNack(m: Machine, from: NodeId, msg: Nack): void {
  const { state } = m;
  noteRound(m, msg.promised);
  const preempted = compareBallots(msg.promised, msg.ballot) > 0;
  if (state.lead !== null && sameBallot(state.lead.ballot, msg.ballot)) {
    if (preempted) becomeResigned(m, `${from} promised ${ballotLabel(msg.promised)}`);
    return;
  }
  const campaign = ownCampaign(m, from, msg, 'preparing');
  if (campaign === null) return;
  if (campaign.votes.get(from) !== true) campaign.votes.set(from, false);
  const lost = phase1Result(state.configs.list, campaign.votes) === 'lost';
  if (preempted || lost) becomeAcceptor(m, null, `${from} refused the ballot`);
}
