/**
 * The acceptor's part of elections: what it promises, to whom, and whom it follows
 * (protocols.md 2.1, 2.4, 2.5-2).
 */
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import { lastThatFits } from '../kernel/message-size.ts';
import { ballotLabel, compareBallots, eraOf, sameBallot, type Ballot } from './ballot.ts';
import type { PrePrepare, Prepare, PromiseMessage } from './messages.ts';
import { becomeAcceptor, raisePromise, restartElectionTimer, isResting } from './roles.ts';
import type { Machine } from './state.ts';
import { heldEntries, sendDurable, sendPromised } from './storing.ts';

/** A live leader is known: other candidates are refused (protocols.md 2.4). */
function isSticky(m: Machine): boolean {
  const { state } = m;
  if (state.mutants.has('no-stickiness')) return false;
  // A lease may have been granted in the life before: who knows to whom (protocols.md 1.12).
  if (state.options.leaseReads && state.now < state.timing.electionTicksMin) return true;
  if (state.lead !== null) return true;
  if (state.leader === null) return false;
  return state.now - state.leaderHeardAt < state.timing.electionTicksMin;
}

export function handlePrePrepare(m: Machine, from: NodeId, msg: PrePrepare): void {
  const { state } = m;
  const { ballot } = msg;
  const ok = compareBallots(ballot, state.promised) > 0 && !isSticky(m);
  traceVote(m, ballot, ok, 'pre');
  sendPromised(m, from, { type: 'PrePrepareResp', ballot, ok, promised: state.promised });
}

export function traceVote(
  m: Machine,
  ballot: Ballot,
  granted: boolean,
  phase: 'pre' | 'real',
): void {
  m.fx.trace({ kind: 'vote', candidate: ballot.node, era: eraOf(ballot), granted, phase });
}

/** Phase 1b (protocols.md 2.1, 2.5-2). The same ballot asks again for lost or further reports. */
export function handlePrepare(m: Machine, from: NodeId, msg: Prepare): void {
  const { state } = m;
  const { ballot } = msg;
  const order = compareBallots(ballot, state.promised);
  if (ballot.node !== from) {
    m.fx.trace({ kind: 'ignored', from, type: msg.type, why: 'ballot of another node' });
    return;
  }
  noteRound(m, ballot);
  if (order < 0 || (order > 0 && !isHandover(m, msg) && isSticky(m))) {
    traceVote(m, ballot, false, 'real');
    sendNack(m, from, ballot);
    return;
  }
  if (order > 0) {
    raisePromise(m, ballot);
    becomeAcceptor(m, null, `promised ${ballotLabel(ballot)}`);
    traceVote(m, ballot, true, 'real');
  }
  // Each chunk counts as contact, or a long phase 1 would be cut short by other candidates.
  restartElectionTimer(m);
  sendDurable(m, from, promiseOf(m, msg));
}

/** The leader this node would stick to asked for it, and has given its lease up for good. */
function isHandover(m: Machine, { handover }: Prepare): boolean {
  return handover !== null && sameBallot(handover, m.state.promised);
}

export function sendNack(m: Machine, to: NodeId, ballot: Ballot): void {
  const { promised, leader } = m.state;
  sendPromised(m, to, { type: 'Nack', ballot, promised, leader });
}

/** Reports about a bounded number of slots; the candidate asks for the rest. */
function promiseOf(m: Machine, msg: Prepare): PromiseMessage {
  const { log, options } = m.state;
  const slotsMax = options.maxEntriesPerMessage;
  const { ballot, fromSlot } = msg;
  const most = Math.min(log.last, fromSlot + slotsMax - 1);
  const fits = (): Position => lastThatFits(fromSlot, most, (pos) => log.at(pos));
  const upTo = most < fromSlot ? fromSlot - 1 : fits();
  const reports = heldEntries(m, Math.max(fromSlot, log.first), upTo);
  const { chosenPrefix, first: floor } = log;
  const chosen: Position[] = [];
  for (let pos = Math.max(chosenPrefix + 1, fromSlot); pos <= upTo; pos += 1) {
    if (log.isChosen(pos)) chosen.push(pos);
  }
  const more = upTo < log.last;
  return {
    type: 'Promise',
    ballot,
    fromSlot,
    upTo,
    more,
    floor,
    chosenPrefix,
    chosen,
    reports,
  };
}

/** Own campaigns start above every round met. */
export function noteRound(m: Machine, ballot: Ballot): void {
  m.state.roundSeen = Math.max(m.state.roundSeen, ballot.round);
}

/**
 * A message of the leader of `ballot`: follows it, unless the own promise stands above.
 * @returns whether the message is to be worked on
 */
export function observeLeader(m: Machine, from: NodeId, type: string, ballot: Ballot): boolean {
  const { state } = m;
  if (ballot.node !== from) {
    m.fx.trace({ kind: 'ignored', from, type, why: 'ballot of another node' });
    return false;
  }
  const order = compareBallots(ballot, state.promised);
  noteRound(m, ballot);
  if (type === 'Accept' && order !== 0) {
    // Mutants: a chosen value could be overwritten, now (P1) or by a later, lower ballot (P07).
    const mutant = order < 0 ? 'accept-below-promise' : 'accept-keeps-promise';
    if (state.mutants.has(mutant)) return true;
  }
  if (order < 0) {
    sendNack(m, from, ballot);
    return false;
  }
  if (order > 0) raisePromise(m, ballot);
  state.leaderHeardAt = state.now;
  state.electionElapsed = 0;
  if (!isResting(state.phase) || state.leader !== from || order > 0) {
    restartElectionTimer(m);
    becomeAcceptor(m, from, `heard the leader of ${ballotLabel(ballot)}`);
  }
  return true;
}
