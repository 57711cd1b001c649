/** What drives a proposer: a client's value, the answers, and the pauses between two tries. */
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { ClientRequest } from '../../kernel/core.ts';
import { compareBallots, sameBallot, type PaxosEntry } from '../ballot.ts';
import type { Nack, PaxosMessage, PromiseMessage } from '../messages.ts';
import { learnOutcome } from './listening.ts';
import { begin, chooseValue } from './proposer.ts';
import { sendTo, showSingleRole, writePromised, type SingleMachine } from './single-machine.ts';
import { plays, SLOT } from './single-state.ts';

/** The pause doubles with each failure, up to so many doublings. */
const DOUBLINGS_MAX = 5;

/** One value for each proposer: the first that a client asks for. */
export function takeValues(m: SingleMachine, requests: readonly ClientRequest[]): void {
  const { state, fx } = m;
  const { proposer } = state;
  for (const { reqId, op } of requests) {
    if (!plays(state, 'proposer') || op.kind !== 'command') {
      fx.refuse(reqId, 'bad-request', 'single-decree Paxos takes commands, at proposers only');
    } else if (state.decided !== null) {
      fx.refuse(reqId, 'bad-request', `decided: ${JSON.stringify(state.decided.payload)}`);
    } else if (proposer.own !== null) fx.refuse(reqId, 'busy', 'it proposes a value already');
    else {
      proposer.own = ownValue(state.acceptor.promised, op.payload);
      proposer.reqId = reqId;
      startBallot(m, 'a client asked for its value');
    }
  }
}

function ownValue(ballot: PaxosEntry['ballot'], payload: PaxosEntry['payload']): PaxosEntry {
  return { pos: SLOT, type: 'command', time: 0, client: null, payload, ballot };
}

/** Phase 1a. The round is durable first: no later life uses the ballot again (P8). */
function startBallot(m: SingleMachine, why: string): void {
  const { state } = m;
  const { proposer, acceptor, acceptors } = state;
  state.round = Math.max(state.round, acceptor.promised.round) + 1;
  const ballot = { round: state.round, node: state.self };
  begin(proposer, ballot, state.timing.electionTicksMin);
  // The record is shared by both parts; an acceptor here promises its own proposer by this.
  acceptor.promised = ballot;
  const written = writePromised(m);
  const token = state.mutants.has('prepare-before-sync') ? 0 : written;
  showSingleRole(m, why);
  for (const id of acceptors) {
    sendTo(m, id, { type: 'Prepare', ballot, fromSlot: SLOT, handover: null }, token);
  }
}

/** @returns whether the message was for this proposer. */
export function handleAsProposer(m: SingleMachine, from: NodeId, msg: PaxosMessage): boolean {
  const { state } = m;
  if (msg.type !== 'Promise' && msg.type !== 'Accepted' && msg.type !== 'Nack') return false;
  if (!sameBallot(msg.ballot, state.proposer.ballot)) return false;
  if (!plays(state, 'acceptor', from)) return false;
  if (msg.type === 'Promise') takePromise(m, from, msg);
  else if (msg.type === 'Nack') takeNack(m, msg);
  else takeAccepted(m, from);
  return true;
}

/** Phase 2a with a quorum of promises, once for each ballot. */
function takePromise(m: SingleMachine, from: NodeId, msg: PromiseMessage): void {
  const { state } = m;
  const { proposer } = state;
  if (proposer.phase !== 'preparing') return;
  const [report] = msg.reports;
  proposer.promises.set(from, report ?? null);
  const votes = [...proposer.promises.keys()];
  m.fx.trace({ kind: 'tally', era: eraOfBallot(m), votes });
  if (votes.length < state.phase1) return;
  const value = chooseValue(proposer, state.mutants);
  if (value === null) return;
  proposer.phase = 'accepting';
  proposer.value = value;
  proposer.ticksLeft = state.timing.electionTicksMin;
  showSingleRole(m, 'a quorum promised');
  const { ballot } = proposer;
  for (const id of state.acceptors) {
    sendTo(m, id, { type: 'Accept', ballot, seq: 1, commitUpTo: 0, items: [value] }, 0);
  }
}

function eraOfBallot(m: SingleMachine) {
  const { round, node } = m.state.proposer.ballot;
  return { number: round, owner: node };
}

function takeAccepted(m: SingleMachine, from: NodeId): void {
  const { state } = m;
  const { proposer } = state;
  if (proposer.phase !== 'accepting' || proposer.value === null) return;
  proposer.accepts.add(from);
  if (proposer.accepts.size >= state.phase2) learnOutcome(m, proposer.value);
}

/** Somebody prepared higher: with both at it and no pause, neither ever ends (museum P08). */
function takeNack(m: SingleMachine, msg: Nack): void {
  const { state } = m;
  const { proposer } = state;
  state.round = Math.max(state.round, msg.promised.round);
  if (proposer.phase !== 'preparing' && proposer.phase !== 'accepting') return;
  if (compareBallots(msg.promised, proposer.ballot) <= 0) return;
  giveUp(m, 'refused for a higher ballot');
}

function giveUp(m: SingleMachine, why: string): void {
  const { state } = m;
  const { proposer, timing, prng } = state;
  proposer.failures += 1;
  if (!state.pauses) {
    startBallot(m, why);
    return;
  }
  proposer.phase = 'waiting';
  const doublings = Math.min(proposer.failures, DOUBLINGS_MAX);
  proposer.ticksLeft = prng.nextInt(1, timing.electionTicksMin * 2 ** doublings);
  showSingleRole(m, why);
}

export function tickProposer(m: SingleMachine, elapsed: number): void {
  const { proposer } = m.state;
  if (proposer.phase === 'idle' || proposer.phase === 'decided') return;
  proposer.ticksLeft -= elapsed;
  if (proposer.ticksLeft > 0) return;
  if (proposer.phase === 'waiting') startBallot(m, 'the pause is over');
  else giveUp(m, 'no quorum answered in time');
}
