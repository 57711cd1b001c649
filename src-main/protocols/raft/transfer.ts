/**
 * Handing over leadership (dissertation 3.10; protocols.md 1.10): the leader takes nothing new,
 * brings the target up to date and tells it to campaign at once. What the target does stands in
 * election.ts.
 */
import type { NodeId } from '../../vocabulary/ids.ts';
import type { RefusalCode } from '../../vocabulary/refusal.ts';
import { hasNode } from '../kernel/config.ts';
import type { Peer } from './peers.ts';
import type { RaftState } from './state.ts';

/** At the leader. */
export function handleTransfer(s: RaftState, reqId: number, to: NodeId): void {
  if (s.transfer !== null) {
    return s.out.refuse(reqId, 'transferring', `to ${s.transfer.to} already`, s.nodeId);
  }
  const why = unfitTarget(s, to);
  if (why !== null) return s.out.refuse(reqId, 'bad-request', why, s.nodeId);
  const deadline = s.clock + s.timing.electionTicksMin;
  s.transfer = { to, reqId, deadline, sent: false };
  // The TimeoutNow may arrive late, and its campaign does not ask who still hears the leader.
  s.leaseBlocked = true;
  s.out.trace({ kind: 'transfer', what: 'begin', to });
}

function unfitTarget(s: RaftState, to: NodeId): string | null {
  if (to === s.nodeId) return `${to} leads already`;
  const peer = s.peers.find(({ id }) => id === to);
  const isVoter = hasNode(s.membership.active.config.voters, to);
  if (!isVoter || peer === undefined) return `${to} is no voter`;
  const isHeard = s.clock - peer.ackedAt < s.timing.electionTicksMin;
  return isHeard ? null : `${to} has not answered for an election timeout`;
}

/** As soon as the target has everything. */
export function maybeSendTimeoutNow(s: RaftState): void {
  const { transfer } = s;
  if (transfer === null || transfer.sent) return;
  const peer = s.peers.find(({ id }) => id === transfer.to);
  if (peer?.match !== s.log.lastPos) return;
  s.transfer = { ...transfer, sent: true };
  sendTimeoutNow(s, peer);
}

export function sendTimeoutNow(s: RaftState, { id }: Peer): void {
  s.leaseBlocked = true;
  s.out.send(id, { type: 'TimeoutNow', term: s.currentTerm });
}

/** Its time ran out: a leader goes on as before, but for its leases (museum R46). */
export function maybeAbortTransfer(s: RaftState): void {
  if (s.transfer === null || s.clock < s.transfer.deadline) return;
  if (s.role === 'leader') s.out.trace({ kind: 'transfer', what: 'abort', to: s.transfer.to });
  answerTransfer(s, 'busy', `${s.transfer.to} did not take over in time`);
}

/** The old leader hears who leads now. */
export function maybeAnswerTransfer(s: RaftState, leader: NodeId): void {
  if (s.transfer === null) return;
  const { to, reqId } = s.transfer;
  if (leader !== to) return answerTransfer(s, 'leadership-lost', `${leader} leads instead`);
  s.transfer = null;
  s.out.done(reqId, { to });
}

/** This leader steps down: if the target was told to campaign, who leads next tells. */
export function maybeLoseTransfer(s: RaftState): void {
  if (s.transfer === null) return;
  if (!s.transfer.sent) return answerTransfer(s, 'leadership-lost', 'the leader stepped down');
  s.transfer = { ...s.transfer, deadline: s.clock + s.timing.electionTicksMin };
}

export function answerTransfer(s: RaftState, code: RefusalCode, why: string): void {
  if (s.transfer !== null) s.out.refuse(s.transfer.reqId, code, why, s.leaderId);
  s.transfer = null;
}
