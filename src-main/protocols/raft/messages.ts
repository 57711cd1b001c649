/**
 * Messages of Raft (protocols.md 1.2) and the guards that keep malformed ones out. `forTerm` echoes
 * the term of a vote request, so that a denial by a voter that kept its own term is attributable.
 */
import type { Position } from '../../vocabulary/ids.ts';
import type { MessageKind } from '../../vocabulary/trace.ts';
import { hasEntryShape, isCount, isFields, type Fields } from '../kernel/guards.ts';
import type { RaftEntry } from './log.ts';

export interface PreVote {
  readonly type: 'PreVote';
  /** The term the sender would campaign in: its current term + 1. */
  readonly term: number;
  readonly lastPos: Position;
  readonly lastTerm: number;
}

export interface PreVoteResp {
  readonly type: 'PreVoteResp';
  readonly term: number;
  readonly forTerm: number;
  readonly granted: boolean;
}

export interface RequestVote {
  readonly type: 'RequestVote';
  readonly term: number;
  readonly lastPos: Position;
  readonly lastTerm: number;
}

export interface RequestVoteResp {
  readonly type: 'RequestVoteResp';
  readonly term: number;
  readonly forTerm: number;
  readonly granted: boolean;
}

export interface AppendEntries {
  readonly type: 'AppendEntries';
  readonly term: number;
  readonly prevPos: Position;
  readonly prevTerm: number;
  readonly entries: readonly RaftEntry[];
  readonly leaderCommit: Position;
}

export interface AppendEntriesOk {
  readonly type: 'AppendEntriesResp';
  readonly term: number;
  readonly ok: true;
  readonly matchPos: Position;
}

export interface AppendEntriesReject {
  readonly type: 'AppendEntriesResp';
  readonly term: number;
  readonly ok: false;
  readonly rejectedPrev: Position;
  readonly hintPos: Position;
  readonly hintTerm: number;
}

/** Liveness and bounded commit; unlike AppendEntries it needs no agreement about the log. */
export interface Heartbeat {
  readonly type: 'Heartbeat';
  readonly term: number;
  /** Never above what the leader knows to match on the addressee. */
  readonly commit: Position;
}

export interface HeartbeatResp {
  readonly type: 'HeartbeatResp';
  readonly term: number;
}

/** The eager notice of 1.6: a Heartbeat that nobody answers. */
export interface CommitNotice {
  readonly type: 'CommitNotice';
  readonly term: number;
  readonly commit: Position;
}

export type RaftMessage =
  | PreVote
  | PreVoteResp
  | RequestVote
  | RequestVoteResp
  | AppendEntries
  | AppendEntriesOk
  | AppendEntriesReject
  | Heartbeat
  | HeartbeatResp
  | CommitNotice;

export const MESSAGE_KINDS: Readonly<Record<RaftMessage['type'], MessageKind>> = {
  PreVote: 'election',
  PreVoteResp: 'election',
  RequestVote: 'election',
  RequestVoteResp: 'election',
  AppendEntries: 'replicate',
  AppendEntriesResp: 'answer',
  Heartbeat: 'heartbeat',
  HeartbeatResp: 'heartbeat',
  CommitNotice: 'commit',
};

/** Whether `value` has the shape of a Raft message, down to the last field the core reads. */
export function isRaftMessage(value: unknown): value is RaftMessage {
  if (typeof value !== 'object' || value === null) return false;
  const msg = value as Fields;
  if (!isCount(msg['term'])) return false;
  switch (msg['type']) {
    case 'PreVote':
    case 'RequestVote':
      return isCount(msg['lastPos']) && isCount(msg['lastTerm']) && msg['term'] > 0;
    case 'PreVoteResp':
    case 'RequestVoteResp':
      return isCount(msg['forTerm']) && typeof msg['granted'] === 'boolean';
    case 'AppendEntries':
      return isAppendEntries(msg, msg['term']);
    case 'AppendEntriesResp':
      return msg['ok'] === true ? isCount(msg['matchPos']) : isReject(msg);
    case 'Heartbeat':
    case 'CommitNotice':
      return isCount(msg['commit']) && msg['term'] > 0;
    case 'HeartbeatResp':
      return true;
    default:
      return false;
  }
}

/** What to call a message in a trace, whatever it is. */
export function messageName(value: unknown): string {
  const type: unknown = (value as Fields | null | undefined)?.['type'];
  return typeof type === 'string' ? type.slice(0, 40) : 'unknown';
}

function isReject(msg: Fields): boolean {
  return (
    msg['ok'] === false &&
    isCount(msg['rejectedPrev']) &&
    isCount(msg['hintPos']) &&
    isCount(msg['hintTerm'])
  );
}

function isAppendEntries(msg: Fields, term: number): boolean {
  const { prevPos, prevTerm, leaderCommit, entries } = msg;
  if (!isCount(prevPos) || !isCount(prevTerm) || !isCount(leaderCommit)) return false;
  if (term === 0 || prevTerm > term || !Array.isArray(entries)) return false;
  let lastTerm = prevTerm;
  for (let i = 0; i < entries.length; i += 1) {
    const entry: unknown = entries[i];
    if (!isEntry(entry) || entry.pos !== prevPos + 1 + i) return false;
    if (entry.term < lastTerm || entry.term > term) return false;
    lastTerm = entry.term;
  }
  return true;
}

function isEntry(value: unknown): value is RaftEntry {
  return isFields(value) && isCount(value['term']) && hasEntryShape(value);
}
