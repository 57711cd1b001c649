/** Client requests: taken, refused, and turned into entries once they get a slot. */
import type { Json } from '../../vocabulary/json.ts';
import type { Position } from '../../vocabulary/ids.ts';
import type { ClientOp, ClientRequest } from '../kernel/core.ts';
import type { ClientRef, EntryType } from '../kernel/entry.ts';
import type { PaxosEntry } from './ballot.ts';
import { isCount } from '../kernel/guards.ts';
import type { Leadership, Machine } from './state.ts';

/** Queues what can be taken; the rest is refused, certainly without effect. */
export function takeRequests(m: Machine, requests: readonly ClientRequest[]): void {
  const { state, fx } = m;
  const { lead } = state;
  for (const request of requests) {
    const { reqId } = request;
    if (lead === null) {
      if (state.leader === null) fx.refuse(reqId, 'no-leader', 'no leader is known');
      else fx.refuse(reqId, 'not-leader', `${state.leader} leads`, state.leader);
    } else if (lead.transfer !== null) {
      fx.refuse(reqId, 'transferring', `handing over to ${lead.transfer.to}`);
    } else if (!isSoundOp(request.op)) {
      fx.refuse(reqId, 'bad-request', 'session, seq and acked have to be counts');
    } else if (backlog(m, lead) >= state.options.maxUncommitted) {
      fx.refuse(reqId, 'busy', `${state.options.maxUncommitted} commands wait to be chosen`);
    } else lead.queue.push(request);
  }
}

function backlog(m: Machine, lead: Leadership): number {
  return lead.queue.length + lead.nextSlot - 1 - m.state.log.chosenPrefix;
}

/** An entry that peers would drop as malformed must never get a slot. */
function isSoundOp(op: ClientOp): boolean {
  if (op.kind === 'open-session') return true;
  if (op.kind === 'close-session') return isCount(op.session);
  return isCount(op.session) && isCount(op.seq) && isCount(op.acked) && op.payload !== undefined;
}

export function entryOf(lead: Leadership, op: ClientOp, pos: Position): PaxosEntry {
  return {
    pos,
    type: typeOf(op),
    time: lead.lastTime,
    client: clientOf(op),
    payload: payloadOf(op),
    ballot: lead.ballot,
  };
}

function typeOf(op: ClientOp): EntryType {
  if (op.kind === 'open-session') return 'session-open';
  return op.kind === 'close-session' ? 'session-close' : 'command';
}

function clientOf(op: ClientOp): ClientRef | null {
  if (op.kind === 'open-session') return null;
  if (op.kind === 'close-session') return { session: op.session, seq: 0, acked: 0 };
  return { session: op.session, seq: op.seq, acked: op.acked };
}

function payloadOf(op: ClientOp): Json {
  return op.kind === 'command' ? op.payload : null;
}
