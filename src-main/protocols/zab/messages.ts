/**
 * Messages of ZAB (protocols.md 3.3) and the guards that stand before them: whatever a peer sends,
 * a handler only ever sees fields of the right shape. Every message after the election names the
 * epoch it belongs to, so that one that was held back behind a barrier and left in a later session
 * is told apart.
 */
import type { NodeId } from '../../vocabulary/ids.ts';
import type { MessageKind } from '../../vocabulary/trace.ts';
import { hasEntryShape, isCount, isFields, type Fields } from '../kernel/guards.ts';
import type { EpochEnd, ZabEntry } from './log.ts';
import { COUNTER_MAX, type Zxid } from './zxid.ts';

/** What a server stands for in an election: order is (epoch, zxid, leader), see election.ts. */
export interface Vote {
  readonly leader: NodeId;
  readonly zxid: Zxid;
  readonly epoch: number;
}

export type ServerState = 'looking' | 'following' | 'leading';

export interface Notification {
  readonly type: 'Notification';
  readonly state: ServerState;
  readonly round: number;
  readonly vote: Vote;
}

/** CEPOCH */
export interface FollowerInfo {
  readonly type: 'FollowerInfo';
  readonly acceptedEpoch: number;
}

/** NEWEPOCH */
export interface LeaderInfo {
  readonly type: 'LeaderInfo';
  readonly epoch: number;
}

/** ACK-E. `already`: this epoch was accepted before, so this is no new promise. */
export interface AckEpoch {
  readonly type: 'AckEpoch';
  readonly epoch: number;
  readonly already: boolean;
  readonly currentEpoch: number;
  readonly lastZxid: Zxid;
  /** The learner's history by epochs, newest first: tells the leader the exact common point. */
  readonly ends: readonly EpochEnd[];
}

/** The learner's history is a prefix of the leader's: it ends at `zxid`, more follows. */
export interface Diff {
  readonly type: 'Diff';
  readonly epoch: number;
  readonly zxid: Zxid;
}

/** Remove everything after `zxid`, which both hold; more follows. */
export interface Trunc {
  readonly type: 'Trunc';
  readonly epoch: number;
  readonly zxid: Zxid;
}

/** PROPOSE, and the history during synchronisation. `epoch`: of the leader, not of the entries. */
export interface Proposal {
  readonly type: 'Proposal';
  readonly epoch: number;
  readonly entries: readonly ZabEntry[];
}

/** NEWLEADER */
export interface NewLeader {
  readonly type: 'NewLeader';
  readonly epoch: number;
}

/** ACK-LD. `lastZxid`: the end of the durable history this acknowledges. */
export interface NewLeaderAck {
  readonly type: 'NewLeaderAck';
  readonly epoch: number;
  readonly lastZxid: Zxid;
}

/** COMMIT-LD, with what is committed now (not what was when the learner was synchronised). */
export interface UpToDate {
  readonly type: 'UpToDate';
  readonly epoch: number;
  readonly zxid: Zxid;
}

/** ACK: the history up to `zxid` is durable here. */
export interface Ack {
  readonly type: 'Ack';
  readonly epoch: number;
  readonly zxid: Zxid;
}

/** COMMIT: everything up to `zxid`. */
export interface Commit {
  readonly type: 'Commit';
  readonly epoch: number;
  readonly zxid: Zxid;
}

export interface Ping {
  readonly type: 'Ping';
  readonly epoch: number;
}

export interface Pong {
  readonly type: 'Pong';
  readonly epoch: number;
}

export type ZabMessage =
  | Notification
  | FollowerInfo
  | LeaderInfo
  | AckEpoch
  | Diff
  | Trunc
  | Proposal
  | NewLeader
  | NewLeaderAck
  | UpToDate
  | Ack
  | Commit
  | Ping
  | Pong;

export const MESSAGE_KINDS: { readonly [type in ZabMessage['type']]: MessageKind } = {
  Notification: 'election',
  FollowerInfo: 'election',
  LeaderInfo: 'election',
  AckEpoch: 'election',
  Diff: 'catch-up',
  Trunc: 'catch-up',
  NewLeader: 'catch-up',
  NewLeaderAck: 'catch-up',
  UpToDate: 'catch-up',
  Proposal: 'replicate',
  Ack: 'answer',
  Commit: 'commit',
  Ping: 'heartbeat',
  Pong: 'heartbeat',
};

const STATES: ReadonlySet<unknown> = new Set(['looking', 'following', 'leading']);

function isZxid(value: unknown): boolean {
  return isFields(value) && isCount(value.epoch) && isCounter(value.counter);
}

function isCounter(value: unknown): boolean {
  return isCount(value) && value <= COUNTER_MAX;
}

function isVote(value: unknown): boolean {
  if (!isFields(value)) return false;
  return typeof value.leader === 'string' && isCount(value.epoch) && isZxid(value.zxid);
}

function isEnds(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  return value.every(
    (end) => Array.isArray(end) && end.length === 2 && isCount(end[0]) && isCounter(end[1]),
  );
}

function isEntry(value: unknown): boolean {
  return (
    isFields(value) && isCount(value.epoch) && isCounter(value.counter) && hasEntryShape(value)
  );
}

const hasEpoch = (msg: Fields): boolean => isCount(msg.epoch);
const hasZxid = (msg: Fields): boolean => isCount(msg.epoch) && isZxid(msg.zxid);

const GUARDS: { readonly [type in ZabMessage['type']]: (msg: Fields) => boolean } = {
  Notification: (msg) => STATES.has(msg.state) && isCount(msg.round) && isVote(msg.vote),
  FollowerInfo: (msg) => isCount(msg.acceptedEpoch),
  LeaderInfo: hasEpoch,
  AckEpoch: (msg) =>
    isCount(msg.epoch) &&
    typeof msg.already === 'boolean' &&
    isCount(msg.currentEpoch) &&
    isZxid(msg.lastZxid) &&
    isEnds(msg.ends),
  Diff: hasZxid,
  Trunc: hasZxid,
  Proposal: (msg) => isCount(msg.epoch) && Array.isArray(msg.entries) && msg.entries.every(isEntry),
  NewLeader: hasEpoch,
  NewLeaderAck: (msg) => isCount(msg.epoch) && isZxid(msg.lastZxid),
  UpToDate: hasZxid,
  Ack: hasZxid,
  Commit: hasZxid,
  Ping: hasEpoch,
  Pong: hasEpoch,
};

/** The message narrowed, or null when its shape is not one of ours. */
export function narrowMessage(msg: unknown): ZabMessage | null {
  if (!isFields(msg) || typeof msg.type !== 'string' || !Object.hasOwn(GUARDS, msg.type)) {
    return null;
  }
  const narrowed = msg as unknown as ZabMessage;
  return GUARDS[narrowed.type](msg) ? narrowed : null;
}
