/** The messages of Multi-Paxos (protocols.md 2.3). */
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import type { MessageKind } from '../../vocabulary/trace.ts';
import type { Ballot, PaxosEntry } from './ballot.ts';
import type { SnapshotMeta } from './configs.ts';

/** All slots of [from, to], each with this ballot. */
export interface BallotRun {
  readonly from: Position;
  readonly to: Position;
  readonly ballot: Ballot;
}

/** Would you promise this ballot? Changes nothing at the acceptor. */
export interface PrePrepare {
  readonly type: 'PrePrepare';
  readonly ballot: Ballot;
}

export interface PrePrepareResp {
  readonly type: 'PrePrepareResp';
  readonly ballot: Ballot;
  readonly ok: boolean;
  readonly promised: Ballot;
}

/** Phase 1a over every slot from `fromSlot` on; sent again from further on to get more reports. */
export interface Prepare {
  readonly type: 'Prepare';
  readonly ballot: Ballot;
  readonly fromSlot: Position;
  /** The ballot whose leader handed over to the sender: its own stickiness is no obstacle. */
  readonly handover: Ballot | null;
}

/** Phase 1b: the accepted values of [fromSlot, upTo], and whether there are more above. */
export interface PromiseMessage {
  readonly type: 'Promise';
  readonly ballot: Ballot;
  readonly fromSlot: Position;
  readonly upTo: Position;
  readonly more: boolean;
  /** Slots below are chosen, and no longer reported. */
  readonly floor: Position;
  readonly chosenPrefix: Position;
  /** Reported slots above `chosenPrefix` that the sender knows chosen. */
  readonly chosen: readonly Position[];
  readonly reports: readonly PaxosEntry[];
}

/** Phase 2a. Every item carries this ballot. */
export interface Accept {
  readonly type: 'Accept';
  readonly ballot: Ballot;
  /** Counts the Accepts of this ballot to this peer. */
  readonly seq: number;
  readonly commitUpTo: Position;
  readonly items: readonly PaxosEntry[];
}

/** Phase 2b: durably accepted under this ballot; `ranges` is [from, to, from, to, ...]. */
export interface Accepted {
  readonly type: 'Accepted';
  readonly ballot: Ballot;
  readonly seq: number;
  readonly ranges: readonly Position[];
  readonly chosenPrefix: Position;
  /** Only in single-decree mode, where learners have not seen the Accept. */
  readonly items?: readonly PaxosEntry[];
}

/** Refuses Prepare, Accept or Heartbeat of `ballot`; a lower `promised` means: I hear a leader. */
export interface Nack {
  readonly type: 'Nack';
  readonly ballot: Ballot;
  readonly promised: Ballot;
  readonly leader: NodeId | null;
}

export interface Heartbeat {
  readonly type: 'Heartbeat';
  readonly ballot: Ballot;
  readonly seq: number;
  readonly commitUpTo: Position;
  /** Slot of the configuration before which all others are retire-safe. */
  readonly settled: Position;
}

export interface HeartbeatAck {
  readonly type: 'HeartbeatAck';
  readonly ballot: Ballot;
  readonly seq: number;
  readonly chosenPrefix: Position;
  /** No restart makes the sender forget that slots up to here are chosen. */
  readonly kept: Position;
}

/** Tells an idle follower what was chosen without waiting for the next heartbeat. */
export interface Commit {
  readonly type: 'Commit';
  readonly ballot: Ballot;
  readonly commitUpTo: Position;
}

/** What is chosen in [fromSlot, toSlot]? `held` spares the values the asker already has. */
export interface LearnReq {
  readonly type: 'LearnReq';
  readonly fromSlot: Position;
  readonly toSlot: Position;
  readonly held: readonly BallotRun[];
}

/**
 * Every slot of [fromSlot, upTo] is chosen: with the value that was proposed in the ballot of its
 * `same` run, or with the value of its item.
 */
export interface LearnResp {
  readonly type: 'LearnResp';
  readonly fromSlot: Position;
  readonly upTo: Position;
  readonly same: readonly BallotRun[];
  readonly items: readonly PaxosEntry[];
}

/** What have you accepted? Of a quorum read (protocols.md 2.10). `readId` is unique for ever. */
export interface ReadProbe {
  readonly type: 'ReadProbe';
  readonly readId: string;
}

export interface ReadProbeResp {
  readonly type: 'ReadProbeResp';
  readonly readId: string;
  readonly maxAcceptedSlot: Position;
  readonly chosenPrefix: Position;
  readonly newestConfigSlot: Position;
}

/** A read waits for slots up to here that nobody seems to propose in: close the gaps. */
export interface ReadFill {
  readonly type: 'ReadFill';
  readonly upTo: Position;
}

/** The leader of `ballot` hands over to the addressee (protocols.md 2.4). */
export interface Handover {
  readonly type: 'Handover';
  readonly ballot: Ballot;
}

/** A chunk of a snapshot; `image` names it at the sender's host. All of it is chosen, whoever
 *  leads. */
export interface InstallSnapshot {
  readonly type: 'InstallSnapshot';
  readonly image: { readonly handle: string; readonly chunk: number };
  readonly lastPos: Position;
  readonly chunks: number;
  readonly bytes: number;
  readonly meta: SnapshotMeta;
}

/** `next`: the first chunk that is missing; all of them before it are here. */
export interface SnapshotAck {
  readonly type: 'SnapshotAck';
  readonly handle: string;
  readonly next: number;
  /** It is installed, or was not needed. */
  readonly done: boolean;
}

export type PaxosMessage =
  | PrePrepare
  | PrePrepareResp
  | Prepare
  | PromiseMessage
  | Accept
  | Accepted
  | Nack
  | Heartbeat
  | HeartbeatAck
  | Commit
  | LearnReq
  | LearnResp
  | ReadProbe
  | ReadProbeResp
  | ReadFill
  | Handover
  | InstallSnapshot
  | SnapshotAck;

export const MESSAGE_KINDS: Readonly<Record<PaxosMessage['type'], MessageKind>> = {
  PrePrepare: 'election',
  PrePrepareResp: 'election',
  Prepare: 'election',
  Promise: 'election',
  Accept: 'replicate',
  Accepted: 'answer',
  Nack: 'answer',
  Heartbeat: 'heartbeat',
  HeartbeatAck: 'heartbeat',
  Commit: 'commit',
  LearnReq: 'catch-up',
  LearnResp: 'catch-up',
  ReadProbe: 'read',
  ReadProbeResp: 'read',
  ReadFill: 'read',
  Handover: 'election',
  InstallSnapshot: 'catch-up',
  SnapshotAck: 'catch-up',
};
