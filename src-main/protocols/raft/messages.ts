/**
 * Messages of Raft (protocols.md 1.2) and the guards that keep malformed ones out. `forTerm` echoes
 * the term of a vote request, so that a denial by a voter that kept its own term is attributable.
 */
import type { Position, StorageId } from '../../vocabulary/ids.ts';
import type { MessageKind } from '../../vocabulary/trace.ts';
import { isClusterConfig } from '../kernel/config.ts';
import { hasEntryShape, isCount, isFields, isPosition, type Fields } from '../kernel/guards.ts';
import type { RaftEntry } from './log.ts';
import { isSnapshotMeta, type SnapshotMeta } from './snapshot-meta.ts';

export interface PreVote {
  readonly type: 'PreVote';
  /** The term the sender would campaign in: its current term + 1. */
  readonly term: number;
  readonly lastPos: Position;
  readonly lastTerm: number;
  /** The disk by which the sender's configuration knows the addressee. */
  readonly disk: StorageId;
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
  readonly disk: StorageId;
  /** The leader itself asked for this campaign: nobody has to wait until it is silent (1.10). */
  readonly transfer: boolean;
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
  /** Number of this round, and the leader's `clock` when it was sent; the answer echoes both. */
  readonly round: number;
  readonly sentAt: number;
}

export interface HeartbeatResp {
  readonly type: 'HeartbeatResp';
  readonly term: number;
  readonly round: number;
  readonly sentAt: number;
}

/** The eager notice of 1.6: a Heartbeat that nobody answers. */
export interface CommitNotice {
  readonly type: 'CommitNotice';
  readonly term: number;
  readonly commit: Position;
}

/** One chunk of the leader's image, which travels with it, and all that belongs to the image. */
export interface InstallSnapshot {
  readonly type: 'InstallSnapshot';
  readonly term: number;
  readonly snapId: string;
  readonly lastPos: Position;
  readonly meta: SnapshotMeta;
  readonly chunk: number;
  readonly chunks: number;
  readonly bytes: number;
  readonly image: { readonly handle: string; readonly chunk: number };
}

export interface InstallSnapshotResp {
  readonly type: 'InstallSnapshotResp';
  readonly term: number;
  readonly snapId: string;
  /** The chunk wanted next. */
  readonly next: number;
  /** Everything up to `matchPos` is here, on disk. */
  readonly done: boolean;
  readonly matchPos: Position;
}

/** Campaign at once (1.10). */
export interface TimeoutNow {
  readonly type: 'TimeoutNow';
  readonly term: number;
}

/** What is committed now, by a leader that proves it still leads? Carries no promise. */
export interface ReadIndex {
  readonly type: 'ReadIndex';
  readonly term: number;
  readonly id: number;
}

export interface ReadIndexResp {
  readonly type: 'ReadIndexResp';
  readonly term: number;
  readonly id: number;
  /** null: not the leader of that term. */
  readonly pos: Position | null;
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
  | CommitNotice
  | InstallSnapshot
  | InstallSnapshotResp
  | TimeoutNow
  | ReadIndex
  | ReadIndexResp;

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
  InstallSnapshot: 'catch-up',
  InstallSnapshotResp: 'catch-up',
  TimeoutNow: 'election',
  ReadIndex: 'read',
  ReadIndexResp: 'read',
};

/** Whether `value` has the shape of a Raft message, down to the last field the core reads. */
export function isRaftMessage(value: unknown): value is RaftMessage {
  if (typeof value !== 'object' || value === null) return false;
  const msg = value as Fields;
  if (!isCount(msg['term'])) return false;
  switch (msg['type']) {
    case 'PreVote':
      return isVoteRequest(msg, msg['term']);
    case 'RequestVote':
      return isVoteRequest(msg, msg['term']) && typeof msg['transfer'] === 'boolean';
    case 'PreVoteResp':
    case 'RequestVoteResp':
      return isCount(msg['forTerm']) && typeof msg['granted'] === 'boolean';
    case 'AppendEntries':
      return isAppendEntries(msg, msg['term']);
    case 'AppendEntriesResp':
      return msg['ok'] === true ? isCount(msg['matchPos']) : isReject(msg);
    case 'Heartbeat':
      return isCount(msg['commit']) && msg['term'] > 0 && isRound(msg);
    case 'CommitNotice':
      return isCount(msg['commit']) && msg['term'] > 0;
    case 'HeartbeatResp':
      return isRound(msg);
    case 'InstallSnapshot':
      return isInstallSnapshot(msg, msg['term']);
    case 'InstallSnapshotResp':
      return isInstallSnapshotResp(msg);
    case 'TimeoutNow':
      return msg['term'] > 0;
    case 'ReadIndex':
      return isCount(msg['id']);
    case 'ReadIndexResp':
      return isCount(msg['id']) && (msg['pos'] === null || isCount(msg['pos']));
    default:
      return false;
  }
}

/** What to call a message in a trace, whatever it is. */
export function messageName(value: unknown): string {
  const type: unknown = (value as Fields | null | undefined)?.['type'];
  return typeof type === 'string' ? type.slice(0, 40) : 'unknown';
}

function isVoteRequest(msg: Fields, term: number): boolean {
  if (!isCount(msg['lastPos']) || !isCount(msg['lastTerm'])) return false;
  return typeof msg['disk'] === 'string' && term > 0;
}

function isRound(msg: Fields): boolean {
  return isCount(msg['round']) && isCount(msg['sentAt']);
}

function isInstallSnapshot(msg: Fields, term: number): boolean {
  const { snapId, lastPos, meta, chunk, chunks, bytes, image } = msg;
  if (!isHandle(snapId) || !isPosition(lastPos) || !isSnapshotMeta(meta, lastPos)) return false;
  if (meta.term > term || !isCount(chunk) || !isPosition(chunks) || !isCount(bytes)) return false;
  const hasImage = isFields(image) && image['handle'] === snapId && image['chunk'] === chunk;
  return hasImage && chunk < chunks;
}

function isInstallSnapshotResp(msg: Fields): boolean {
  const { snapId, next, done, matchPos } = msg;
  return isHandle(snapId) && isCount(next) && typeof done === 'boolean' && isCount(matchPos);
}

function isHandle(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9.-]{1,80}$/.test(value);
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
  if (!isFields(value) || !isCount(value['term']) || !hasEntryShape(value)) return false;
  return value['type'] !== 'config' || isClusterConfig(value['payload']);
}
