/**
 * Planned hand-over (protocols.md 2.4): the leader stops proposing, gives up its lease for good,
 * waits until the target knows all that is chosen, and asks it to prepare. Acceptors then do not
 * stick to the leader that asked for it, and to no other.
 */
import { hasNode } from '../kernel/config.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import { sameBallot } from './ballot.ts';
import { startPreparing } from './election.ts';
import type { Handover } from './messages.ts';
import { restartElectionTimer } from './roles.ts';
import { resendTicks, type Leadership, type Machine, type Transfer } from './state.ts';
import { sendPromised } from './storing.ts';

export function beginTransfer(m: Machine, lead: Leadership, reqId: number, to: NodeId): void {
  const { state, fx } = m;
  if (state.phase !== 'leader' || lead.change !== null) {
    fx.refuse(reqId, 'config-in-progress', 'the leader recovers, or changes the membership');
  } else if (lead.transfer !== null) {
    fx.refuse(reqId, 'transferring', `handing over to ${lead.transfer.to}`);
  } else if (to === state.self) fx.refuse(reqId, 'bad-request', `${to} leads already`);
  else if (!hasNode(state.configs.newest.voters, to)) {
    fx.refuse(reqId, 'bad-request', `${to} is no voter`);
  } else {
    lead.transfer = { reqId, to, startedAt: state.now, sentAt: null };
    lead.leaseBlocked = true;
    fx.trace({ kind: 'transfer', what: 'begin', to });
  }
}

/** After every step of a leader. */
export function continueTransfer(m: Machine, lead: Leadership): void {
  const { transfer } = lead;
  if (transfer === null) return;
  const { now, timing, log } = m.state;
  if (now - transfer.startedAt >= timing.electionTicksMax) {
    abortTransfer(m, lead, transfer);
    return;
  }
  const isDue = transfer.sentAt === null || now - transfer.sentAt >= resendTicks(m.state);
  const target = lead.peers.get(transfer.to);
  const isUpToDate = (target?.chosenPrefix ?? 0) >= log.chosenPrefix;
  if (!isDue || !isUpToDate || lead.outstanding.size > 0) return;
  transfer.sentAt = now;
  sendHandover(m, lead, transfer.to);
}

/** From here on there is no lease in this ballot. */
export function sendHandover(m: Machine, lead: Leadership, to: NodeId): void {
  lead.leaseBlocked = true;
  sendPromised(m, to, { type: 'Handover', ballot: lead.ballot });
}

function abortTransfer(m: Machine, lead: Leadership, { reqId, to }: Transfer): void {
  lead.transfer = null;
  m.fx.trace({ kind: 'transfer', what: 'abort', to });
  m.fx.refuse(reqId, 'busy', `${to} did not take over in time`);
}

/** At the target. Only from the leader it follows: a late one would depose somebody else. */
export function handleHandover(m: Machine, from: NodeId, msg: Handover): void {
  const { state } = m;
  const isFollowed = state.leader === from && sameBallot(state.promised, msg.ballot);
  if (!isFollowed || state.phase !== 'acceptor') {
    m.fx.trace({ kind: 'ignored', from, type: msg.type, why: 'not of the leader followed here' });
    return;
  }
  m.fx.trace({ kind: 'transfer', what: 'now', to: state.self });
  restartElectionTimer(m);
  startPreparing(m, `${from} hands over`, msg.ballot);
}
