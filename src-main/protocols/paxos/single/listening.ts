/** How acceptors answer, and how learners find out (protocols.md 2.1). */
import type { NodeId } from '../../../vocabulary/ids.ts';
import { compareBallots, eraOf, type PaxosEntry } from '../ballot.ts';
import type { Accept, Accepted, PaxosMessage, Prepare } from '../messages.ts';
import { accept, promise } from './acceptor.ts';
import { countVote } from './learner.ts';
import { idsIn } from './roles.ts';
import { sendTo, showSingleRole, writePromised, type SingleMachine } from './single-machine.ts';
import { plays, SLOT } from './single-state.ts';

/** @returns whether the message was for an acceptor. */
export function handleAsAcceptor(m: SingleMachine, from: NodeId, msg: PaxosMessage): boolean {
  if (!plays(m.state, 'acceptor')) return false;
  if (msg.type === 'Prepare' && msg.ballot.node === from) answerPrepare(m, from, msg);
  else if (msg.type === 'Accept' && msg.ballot.node === from) answerAccept(m, from, msg);
  else return false;
  return true;
}

function answerPrepare(m: SingleMachine, from: NodeId, { ballot }: Prepare): void {
  const { acceptor } = m.state;
  const granted = promise(acceptor, ballot);
  const candidate = ballot.node;
  m.fx.trace({ kind: 'vote', candidate, era: eraOf(ballot), granted, phase: 'real' });
  if (!granted) {
    refuse(m, from, ballot);
    return;
  }
  const token = writePromised(m);
  showSingleRole(m, `promised ${candidate}`);
  const reports = acceptor.accepted === null ? [] : [acceptor.accepted];
  const msg = { type: 'Promise', ballot, fromSlot: SLOT, upTo: SLOT, more: false } as const;
  const known = { floor: 1, chosenPrefix: 0, chosen: [] };
  sendTo(m, from, { ...msg, ...known, reports }, early(m) ? 0 : token);
}

function early(m: SingleMachine): boolean {
  return m.state.mutants.has('ack-before-sync');
}

function refuse(m: SingleMachine, to: NodeId, ballot: Accept['ballot']): void {
  const { promised } = m.state.acceptor;
  sendTo(m, to, { type: 'Nack', ballot, promised, leader: null }, m.fx.lastToken);
}

/** To every learner, and to the proposer. */
function answerAccept(m: SingleMachine, from: NodeId, { ballot, items }: Accept): void {
  const { acceptor, cast, mutants } = m.state;
  const [entry] = items;
  if (entry === undefined || entry.pos !== SLOT || items.length > 1) return;
  if (compareBallots(entry.ballot, ballot) !== 0) return;
  if (!accept(acceptor, entry, mutants)) {
    refuse(m, from, ballot);
    return;
  }
  writePromised(m);
  const token = m.fx.persist({ op: 'put', entries: [entry] });
  m.fx.trace({ kind: 'append', from: SLOT, to: SLOT, era: eraOf(ballot), noop: false });
  showSingleRole(m, `accepted ${ballot.node}`);
  const accepted: Accepted = {
    type: 'Accepted',
    ballot,
    seq: 1,
    ranges: [SLOT, SLOT],
    chosenPrefix: 0,
    items: [entry],
  };
  for (const id of new Set([from, ...idsIn(cast, 'learner')])) {
    sendTo(m, id, accepted, early(m) ? 0 : token);
  }
}

/** @returns whether the message was for a learner. */
export function handleAsLearner(m: SingleMachine, from: NodeId, msg: PaxosMessage): boolean {
  const { state } = m;
  if (msg.type !== 'Accepted' || !plays(state, 'learner')) return false;
  const [entry] = msg.items ?? [];
  if (entry === undefined || entry.pos !== SLOT || !plays(state, 'acceptor', from)) return false;
  if (countVote(state.learner, from, entry, state.phase2)) learnOutcome(m, entry);
  return true;
}

/** Decided: kept, so that a later life knows it, and applied. */
export function learnOutcome(m: SingleMachine, entry: PaxosEntry): void {
  const { state, fx } = m;
  if (state.decided !== null) return;
  state.decided = entry;
  keepOutcome(m, entry);
  fx.persist({ op: 'hard', record: { decided: true } });
  fx.trace({ kind: 'commit', from: SLOT, to: SLOT });
  const { proposer } = state;
  const isOwn = proposer.own !== null && proposer.reqId !== null && isSame(entry, proposer.own);
  const waiting = isOwn && proposer.reqId !== null ? [{ pos: SLOT, reqId: proposer.reqId }] : [];
  if (!isOwn && proposer.reqId !== null) {
    fx.refuse(proposer.reqId, 'bad-request', `decided: ${JSON.stringify(entry.payload)}`);
  }
  proposer.reqId = null;
  proposer.phase = 'decided';
  fx.apply([entry], waiting);
  showSingleRole(m, 'a quorum voted in one ballot');
}

/** An acceptor here never replaces its vote by one of a lower ballot; the value is the same. */
function keepOutcome(m: SingleMachine, entry: PaxosEntry): void {
  const { acceptor } = m.state;
  const { accepted, promised } = acceptor;
  if (accepted !== null && compareBallots(accepted.ballot, entry.ballot) >= 0) return;
  acceptor.accepted = entry;
  if (compareBallots(entry.ballot, promised) > 0) {
    acceptor.promised = entry.ballot;
    writePromised(m);
  }
  m.fx.persist({ op: 'put', entries: [entry] });
}

function isSame(a: PaxosEntry, b: PaxosEntry): boolean {
  return a.time === b.time && JSON.stringify(a.payload) === JSON.stringify(b.payload);
}
