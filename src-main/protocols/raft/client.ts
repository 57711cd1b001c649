/** Client requests become log entries here; sessions live in the replicated state machine (4.2). */
import type { ClientOp, ClientRequest } from '../kernel/core.ts';
import type { RaftEntry } from './log.ts';
import { appendAndSend, serviceTime } from './replication.ts';
import type { RaftState } from './state.ts';

/** All requests of one turn: one barrier, and one message a peer. */
export function handleClient(s: RaftState, requests: readonly ClientRequest[]): void {
  if (s.role !== 'leader') return refuseAll(s, requests);
  const time = serviceTime(s);
  const room = s.options.maxUncommitted - (s.log.lastPos - s.commitPos);
  const entries: RaftEntry[] = [];
  for (const { reqId, op } of requests) {
    if (entries.length >= room) {
      s.out.refuse(reqId, 'busy', `${s.options.maxUncommitted} entries are uncommitted`, s.nodeId);
      continue;
    }
    const pos = s.log.lastPos + 1 + entries.length;
    const term = s.currentTerm;
    entries.push({ pos, ...entryParts(op), time, term });
    s.pending.push({ pos, term, reqId });
  }
  if (entries.length > 0) appendAndSend(s, entries);
}

function refuseAll(s: RaftState, requests: readonly ClientRequest[]): void {
  const hint = s.leaderId;
  for (const { reqId } of requests) {
    if (hint === null) s.out.refuse(reqId, 'no-leader', `${s.nodeId} knows no leader`);
    else s.out.refuse(reqId, 'not-leader', `${hint} leads term ${s.currentTerm}`, hint);
  }
}

function entryParts(op: ClientOp): Pick<RaftEntry, 'type' | 'client' | 'payload'> {
  switch (op.kind) {
    case 'open-session':
      return { type: 'session-open', client: null, payload: null };
    case 'close-session':
      return {
        type: 'session-close',
        client: { session: op.session, seq: 0, acked: 0 },
        payload: null,
      };
    case 'command':
      return {
        type: 'command',
        client: { session: op.session, seq: op.seq, acked: op.acked },
        payload: op.payload,
      };
  }
}
