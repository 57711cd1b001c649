/** Client requests become log entries here; sessions live in the replicated state machine (4.2). */
import type { ClientOp, ClientRequest } from '../kernel/core.ts';
import { roughBytes } from '../kernel/message-size.ts';
import type { RaftEntry } from './log.ts';
import { appendAndSend, serviceTime } from './replication.ts';
import type { RaftState } from './state.ts';

/** All requests of one turn: one barrier, and one message a peer. */
export function handleClient(s: RaftState, requests: readonly ClientRequest[]): void {
  if (s.role !== 'leader') {
    for (const { reqId } of requests) refuseAsNoLeader(s, reqId);
    return;
  }
  const time = serviceTime(s);
  const term = s.currentTerm;
  const entries: RaftEntry[] = [];
  let bytes = 0;
  for (const { reqId, op } of requests) {
    const busy = whyBusy(s, entries.length, bytes);
    if (busy !== null) {
      s.out.refuse(reqId, s.transfer === null ? 'busy' : 'transferring', busy, s.nodeId);
      continue;
    }
    const pos = s.log.lastPos + 1 + entries.length;
    const entry = { pos, ...entryParts(op), time, term };
    entries.push(entry);
    bytes += roughBytes(entry);
    s.pending.push({ pos, term, reqId });
  }
  if (entries.length === 0) return;
  s.uncommitted.push({ upTo: s.log.lastPos + entries.length, bytes });
  s.uncommittedBytes += bytes;
  appendAndSend(s, entries);
}

/** Why this leader takes nothing more just now (1.14); one entry always fits an empty window. */
function whyBusy(s: RaftState, newEntries: number, newBytes: number): string | null {
  const { maxUncommitted, maxUncommittedBytes } = s.options;
  if (s.transfer !== null) return `handing over to ${s.transfer.to}`;
  if (s.log.lastPos - s.commitPos + newEntries >= maxUncommitted) {
    return `${maxUncommitted} entries are uncommitted`;
  }
  if (s.uncommittedBytes + newBytes < maxUncommittedBytes) return null;
  return `${maxUncommittedBytes} bytes are uncommitted`;
}

/** Refuses what only a leader can do. */
export function refuseAsNoLeader(s: RaftState, reqId: number): void {
  const hint = s.leaderId;
  if (hint === null) s.out.refuse(reqId, 'no-leader', `${s.nodeId} knows no leader`);
  else s.out.refuse(reqId, 'not-leader', `${hint} leads term ${s.currentTerm}`, hint);
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
