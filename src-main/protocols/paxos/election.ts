/**
 * The candidate: PrePrepare, Prepare over the open suffix, and what the Promises report
 * (protocols.md 2.4, 2.5). No logs are compared: any node may lead, it learns what it lacks.
 */
import { ensure } from '../../base/assert.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import { voteResult } from '../quorum/majority.ts';
import {
  ballotLabel,
  compareBallots,
  eraOf,
  sameBallot,
  type Ballot,
  type PaxosEntry,
} from './ballot.ts';
import { learnChosen } from './learning.ts';
import { outranks } from './log.ts';
import type { Nack, PrePrepareResp, Prepare, PromiseMessage } from './messages.ts';
import { noteRound, traceVote } from './promising.ts';
import { startLeading } from './replication.ts';
import {
  becomeAcceptor,
  becomePrePreparing,
  becomePreparing,
  becomeResigned,
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
  if (state.electionElapsed >= state.electionTimeout) {
    startCampaign(m);
    return;
  }
  const { campaign } = state;
  if (campaign === null) return;
  campaign.ticksSinceSend += elapsed;
  if (campaign.ticksSinceSend >= resendTicks(m.state)) sendCampaign(m, campaign);
}

function startCampaign(m: Machine): void {
  restartElectionTimer(m);
  if (m.state.options.prePrepare && !m.state.mutants.has('prepare-at-once')) {
    startPrePreparing(m);
  } else {
    startPreparing(m, 'heard no leader for an election timeout');
  }
}

function startPrePreparing(m: Machine): void {
  const campaign = newCampaign(m);
  // No promise is made, so nothing has to be durable before the own vote counts.
  campaign.votes.set(m.state.self, true);
  becomePrePreparing(m, campaign);
  traceTally(m, campaign);
  sendCampaign(m, campaign);
  maybePrepare(m, campaign);
}

function startPreparing(m: Machine, why: string): void {
  const campaign = newCampaign(m);
  raisePromise(m, campaign.ballot);
  becomePreparing(m, campaign, why);
  traceVote(m, campaign.ballot, true, 'real');
  sendCampaign(m, campaign);
}

function newCampaign(m: Machine): Campaign {
  const { state } = m;
  return {
    ballot: { round: state.roundSeen + 1, node: state.self },
    fromSlot: state.log.chosenPrefix + 1,
    votes: new Map(),
    nextFrom: new Map(state.peers.map((peer) => [peer, state.log.chosenPrefix + 1])),
    reports: new Map(),
    maxReported: 0,
    ticksSinceSend: 0,
  };
}

/** Asks every peer that has not agreed yet: one that refused may no longer hear a leader. */
function sendCampaign(m: Machine, campaign: Campaign): void {
  campaign.ticksSinceSend = 0;
  for (const peer of m.state.peers) {
    if (campaign.votes.get(peer) !== true) sendCampaignTo(m, campaign, peer);
  }
}

function sendCampaignTo(m: Machine, campaign: Campaign, peer: NodeId): void {
  const { ballot } = campaign;
  if (m.state.phase === 'pre-preparing') {
    sendPromised(m, peer, { type: 'PrePrepare', ballot });
    return;
  }
  const fromSlot = ensure(campaign.nextFrom.get(peer), `no reports expected of ${peer}`);
  const prepare: Prepare = { type: 'Prepare', ballot, fromSlot };
  // Mutant: the ballot could be used again after a crash (protocols.md 1.16-8, 2.13-1).
  if (m.state.mutants.has('prepare-before-sync')) m.fx.send(peer, prepare);
  else sendPromised(m, peer, prepare);
}

function traceTally(m: Machine, campaign: Campaign): void {
  const votes = m.state.sets.voters.filter((voter) => campaign.votes.get(voter) === true);
  m.fx.trace({ kind: 'tally', era: eraOf(campaign.ballot), votes });
}

export function handlePrePrepareResp(m: Machine, from: NodeId, msg: PrePrepareResp): void {
  const campaign = ownCampaign(m, from, msg, 'pre-preparing');
  noteRound(m, msg.promised);
  if (campaign === null) return;
  if (campaign.votes.get(from) === msg.ok) return;
  campaign.votes.set(from, msg.ok);
  if (msg.ok) traceTally(m, campaign);
  maybePrepare(m, campaign);
}

function maybePrepare(m: Machine, campaign: Campaign): void {
  const result = voteResult(m.state.sets, campaign.votes);
  if (result === 'won') startPreparing(m, 'a quorum would promise');
  else if (result === 'lost') becomeAcceptor(m, null, 'a quorum would not promise');
}

/** The running campaign that `msg` answers, or null, traced, when it answers another one. */
function ownCampaign(
  m: Machine,
  from: NodeId,
  msg: { readonly type: string; readonly ballot: Ballot },
  phase: 'pre-preparing' | 'preparing',
): Campaign | null {
  const { campaign } = m.state;
  if (campaign !== null && m.state.phase === phase && sameBallot(campaign.ballot, msg.ballot)) {
    return campaign;
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
  mergeReports(m, campaign, msg);
  restartElectionTimer(m);
  if (msg.more) {
    campaign.nextFrom.set(from, msg.upTo + 1);
    sendCampaignTo(m, campaign, from);
    return;
  }
  campaign.votes.set(from, true);
  traceTally(m, campaign);
  maybeLead(m, campaign);
}

function promiseFault(
  m: Machine,
  campaign: Campaign,
  from: NodeId,
  msg: PromiseMessage,
): string | null {
  if (campaign.votes.get(from) === true || campaign.nextFrom.get(from) !== msg.fromSlot) {
    return 'reports already counted';
  }
  if (msg.more && msg.upTo < msg.fromSlot) return 'more reports, but none here';
  // Below its floor everything is chosen and unreported: "not reported" is not "not accepted".
  if (msg.floor > campaign.fromSlot) return `reports start at slot ${msg.floor} only`;
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
  const better = mutants.has('first-report-wins') ? held === null : outranks(entry, held);
  if (better) campaign.reports.set(entry.pos, entry);
  campaign.maxReported = Math.max(campaign.maxReported, entry.pos);
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
  if (voteResult(m.state.sets, campaign.votes) === 'won') startLeading(m);
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
  const lost = voteResult(state.sets, campaign.votes) === 'lost';
  if (preempted || lost) becomeAcceptor(m, null, `${from} refused the ballot`);
}
