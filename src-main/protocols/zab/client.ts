/** What clients ask becomes transactions: a batch is one barrier and one message a peer. */
import type { ClientOp, ClientRequest } from '../kernel/core.ts';
import type { ClientRef, EntryType } from '../kernel/entry.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { ZabEntry } from './log.ts';
import { propose } from './replication.ts';
import { becomeLooking } from './roles.ts';
import type { LeadingState, ZabNode } from './state.ts';
import { COUNTER_MAX } from './zxid.ts';

export function handleClient(node: ZabNode, requests: readonly ClientRequest[]): void {
  const { leading } = node;
  if (leading === null || node.phase !== 'broadcast') {
    for (const request of requests) refuseRequest(node, request.reqId);
    return;
  }
  const { log, effects, settings } = node;
  const { epoch, counter } = log.lastZxid;
  const firstCounter = epoch === leading.epoch ? counter + 1 : 1;
  const room = settings.options.maxUncommitted - (log.lastPos - node.committed);
  const count = Math.max(0, Math.min(room, requests.length, COUNTER_MAX - firstCounter + 1));
  for (const request of requests.slice(count)) {
    const text = `${log.lastPos - node.committed} transactions are not yet committed`;
    effects.refuse(request.reqId, 'busy', text, settings.nodeId);
  }
  if (count > 0)
    propose(node, leading, becomeEntries(node, leading, requests, count, firstCounter));
  // An exhausted counter needs a new epoch (protocols.md 3.1).
  else if (firstCounter > COUNTER_MAX) becomeLooking(node, `epoch ${leading.epoch} is full`);
}

function becomeEntries(
  node: ZabNode,
  leading: LeadingState,
  requests: readonly ClientRequest[],
  count: number,
  firstCounter: number,
): ZabEntry[] {
  const time = serviceTimeMs(node, leading);
  const { epoch } = leading;
  const entries: ZabEntry[] = [];
  let pos = node.log.lastPos;
  for (let i = 0; i < count; i += 1) {
    const request = requests[i];
    if (request === undefined) break;
    pos += 1;
    const { type, client, payload } = contentOf(request.op);
    entries.push({ pos, epoch, counter: firstCounter + i, type, time, client, payload });
    leading.waiting.push({ pos, epoch, reqId: request.reqId });
  }
  return entries;
}

/** protocols.md 4.1: goes on from the last entry at the start of the leadership, never back. */
function serviceTimeMs(node: ZabNode, leading: LeadingState): number {
  const now = leading.clockBaseMs + leading.clockTicks * node.settings.tickMs;
  return Math.max(now, node.log.lastTime);
}

function contentOf(op: ClientOp): { type: EntryType; client: ClientRef | null; payload: Json } {
  if (op.kind === 'open-session') return { type: 'session-open', client: null, payload: null };
  const { session } = op;
  if (op.kind === 'close-session') {
    return { type: 'session-close', client: { session, seq: 0, acked: 0 }, payload: null };
  }
  const { seq, acked, payload } = op;
  return { type: 'command', client: { session, seq, acked }, payload };
}

/** This node cannot take requests now; says who can, when that is known. */
export function refuseRequest(node: ZabNode, reqId: number): void {
  const { effects, leader } = node;
  if (node.leading !== null) effects.refuse(reqId, 'busy', `leader in ${node.phase}`, leader);
  else if (leader === null) effects.refuse(reqId, 'no-leader', 'no leader is known here');
  else effects.refuse(reqId, 'not-leader', `${leader} leads`, leader);
}
