/** What clients ask becomes transactions: a batch is one barrier and one message a peer. */
import type { ClientOp, ClientRequest } from '../kernel/core.ts';
import type { ClientRef, EntryType } from '../kernel/entry.ts';
import type { Position } from '../../vocabulary/ids.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { ZabEntry } from './log.ts';
import { propose } from './replication.ts';
import { becomeLooking } from './roles.ts';
import type { LeadingState, ZabNode } from './state.ts';

export function handleClient(node: ZabNode, requests: readonly ClientRequest[]): void {
  const { leading } = node;
  if (leading === null || node.phase !== 'broadcast') {
    for (const request of requests) refuseRequest(node, request.reqId);
    return;
  }
  if (leading.transfer !== null || leading.designated !== null) {
    for (const { reqId } of requests) refuseTransferring(node, leading, reqId);
    return;
  }
  const { log, effects, settings } = node;
  const { counterMax } = settings.options;
  const firstCounter = nextCounter(node, leading);
  const room = settings.options.maxUncommitted - (log.lastPos - node.committed);
  const count = Math.max(0, Math.min(room, requests.length, counterMax - firstCounter + 1));
  for (const request of requests.slice(count)) {
    const text = `${log.lastPos - node.committed} transactions are not yet committed`;
    effects.refuse(request.reqId, 'busy', text, settings.nodeId);
  }
  if (count > 0)
    propose(node, leading, becomeEntries(node, leading, requests, count, firstCounter));
  ensureRoomInEpoch(node, leading);
}

function nextCounter(node: ZabNode, leading: LeadingState): number {
  const { epoch, counter } = node.log.lastZxid;
  return epoch === leading.epoch ? counter + 1 : 1;
}

/** An exhausted counter needs a new epoch (protocols.md 3.1); what is under way ends first. */
export function ensureRoomInEpoch(node: ZabNode, leading: LeadingState): void {
  const isFull = nextCounter(node, leading) > node.settings.options.counterMax;
  if (!isFull || node.committed < node.log.lastPos) return;
  becomeLooking(node, `epoch ${leading.epoch} is full`);
}

/**
 * One transaction of the leader's own: a configuration, or a no-op that a `sync` waits for.
 * @returns its position, null when this epoch has no room for it.
 */
export function proposeOwn(
  node: ZabNode,
  leading: LeadingState,
  type: 'config' | 'noop',
  payload: Json,
): Position | null {
  const counter = nextCounter(node, leading);
  if (leading.designated !== null) return null;
  if (counter > node.settings.options.counterMax) return null;
  const pos = node.log.lastPos + 1;
  const time = serviceTimeMs(node, leading);
  const { epoch } = leading;
  propose(node, leading, [{ pos, epoch, counter, type, time, client: null, payload }]);
  return pos;
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

/** Nothing is proposed while the leadership goes elsewhere. */
export function refuseTransferring(node: ZabNode, leading: LeadingState, reqId: number): void {
  const to = leading.designated ?? leading.transfer?.to ?? null;
  node.effects.refuse(reqId, 'transferring', `the leadership goes to ${to}`, to);
}

/** This node cannot take requests now; says who can, when that is known. */
export function refuseRequest(node: ZabNode, reqId: number): void {
  const { effects, leader } = node;
  if (node.leading !== null) effects.refuse(reqId, 'busy', `leader in ${node.phase}`, leader);
  else if (leader === null) effects.refuse(reqId, 'no-leader', 'no leader is known here');
  else effects.refuse(reqId, 'not-leader', `${leader} leads`, leader);
}
