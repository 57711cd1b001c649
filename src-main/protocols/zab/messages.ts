/**
 * Messages of ZAB (protocols.md 3.3); message-guards.ts stands before them. Every message after the
 * election names the epoch it belongs to, so that one that was held back behind a barrier and left
 * in a later session is told apart.
 */
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import type { MessageKind } from '../../vocabulary/trace.ts';
import type { ConfigAt } from './configs.ts';
import type { EpochEnd, ZabEntry } from './log.ts';
import type { Zxid } from './zxid.ts';

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
  /** The newest configuration the sender knows to be committed; null: the one all began with. */
  readonly config: ConfigAt | null;
  /** One in its history that may not be committed: others need it to reach all who vote. */
  readonly pending: ConfigAt | null;
}

/** CEPOCH. `configVersion`: of the newest configuration known to be committed. */
export interface FollowerInfo {
  readonly type: 'FollowerInfo';
  readonly acceptedEpoch: number;
  readonly configVersion: Zxid;
}

/** The same of a server that does not vote, as far as it knows. */
export interface ObserverInfo {
  readonly type: 'ObserverInfo';
  readonly acceptedEpoch: number;
  readonly configVersion: Zxid;
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

/**
 * One chunk of a snapshot that takes the place of the learner's history; more follows. Every chunk
 * says all there is to know of it, `id` names the image at the leader.
 */
export interface Snap {
  readonly type: 'Snap';
  readonly epoch: number;
  readonly id: string;
  readonly lastPos: Position;
  readonly zxid: Zxid;
  readonly time: number;
  readonly config: ConfigAt;
  readonly chunk: number;
  readonly chunks: number;
  readonly bytes: number;
  readonly image: { readonly handle: string; readonly chunk: number };
}

/** So many chunks have arrived: room for more. */
export interface SnapAck {
  readonly type: 'SnapAck';
  readonly epoch: number;
  readonly chunks: number;
}

/** What Trunc names is not in the history here (protocols.md 3.6, learner rule 1). */
export interface SnapRequest {
  readonly type: 'SnapRequest';
  readonly epoch: number;
}

/** PROPOSE, and the history during synchronisation. `epoch`: of the leader, not of the entries. */
export interface Proposal {
  readonly type: 'Proposal';
  readonly epoch: number;
  readonly entries: readonly ZabEntry[];
}

/** NEWLEADER. `configVersion`: of the newest configuration in the history before it. */
export interface NewLeader {
  readonly type: 'NewLeader';
  readonly epoch: number;
  readonly configVersion: Zxid;
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

/** COMMIT of a configuration. Followers of another designated leader look for that one. */
export interface CommitAndActivate {
  readonly type: 'CommitAndActivate';
  readonly epoch: number;
  readonly zxid: Zxid;
  readonly designatedLeader: NodeId;
}

/** To observers: transactions that are committed already. */
export interface Inform {
  readonly type: 'Inform';
  readonly epoch: number;
  readonly entries: readonly ZabEntry[];
}

/** The same, with a configuration at its end. */
export interface InformAndActivate {
  readonly type: 'InformAndActivate';
  readonly epoch: number;
  readonly entries: readonly ZabEntry[];
  readonly designatedLeader: NodeId;
}

/** The leader makes way for another server, which has everything. */
export interface HandOver {
  readonly type: 'HandOver';
  readonly epoch: number;
  readonly designatedLeader: NodeId;
}

/** A learner asks how far it has to be; the answer comes behind that commit. */
export interface Sync {
  readonly type: 'Sync';
  readonly epoch: number;
  readonly id: number;
}

export interface Synced {
  readonly type: 'Synced';
  readonly epoch: number;
  readonly id: number;
}

export interface Ping {
  readonly type: 'Ping';
  readonly epoch: number;
}

/** `zxid`: what is durable here, which an observer says in no other way. */
export interface Pong {
  readonly type: 'Pong';
  readonly epoch: number;
  readonly zxid: Zxid;
}

export type ZabMessage =
  | Notification
  | FollowerInfo
  | ObserverInfo
  | LeaderInfo
  | AckEpoch
  | Diff
  | Trunc
  | Snap
  | SnapAck
  | SnapRequest
  | Proposal
  | NewLeader
  | NewLeaderAck
  | UpToDate
  | Ack
  | Commit
  | CommitAndActivate
  | Inform
  | InformAndActivate
  | HandOver
  | Sync
  | Synced
  | Ping
  | Pong;

export const MESSAGE_KINDS: { readonly [type in ZabMessage['type']]: MessageKind } = {
  Notification: 'election',
  FollowerInfo: 'election',
  ObserverInfo: 'election',
  LeaderInfo: 'election',
  AckEpoch: 'election',
  HandOver: 'election',
  Diff: 'catch-up',
  Trunc: 'catch-up',
  Snap: 'catch-up',
  SnapAck: 'catch-up',
  SnapRequest: 'catch-up',
  NewLeader: 'catch-up',
  NewLeaderAck: 'catch-up',
  UpToDate: 'catch-up',
  Proposal: 'replicate',
  Inform: 'replicate',
  InformAndActivate: 'replicate',
  Ack: 'answer',
  Commit: 'commit',
  CommitAndActivate: 'commit',
  Sync: 'read',
  Synced: 'read',
  Ping: 'heartbeat',
  Pong: 'heartbeat',
};
