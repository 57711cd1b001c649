/**
 * The messages of Multi-Paxos (protocols.md 2.3) and what of their shape is checked on arrival. A
 * message that fails its guard is traced as `ignored`: the network may say anything.
 */
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import type { MessageKind } from '../../vocabulary/trace.ts';
import { hasEntryShape, isCount, isFields, isPosition, type Fields } from '../kernel/guards.ts';
import type { Ballot, PaxosEntry } from './ballot.ts';

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
}

export interface HeartbeatAck {
  readonly type: 'HeartbeatAck';
  readonly ballot: Ballot;
  readonly seq: number;
  readonly chosenPrefix: Position;
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
  | LearnResp;

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
};

const RANGES_MAX = 8192;

/** Why `msg` cannot be a message of ours, or null when its shape is right. */
export function shapeFault(msg: unknown): string | null {
  if (!isFields(msg)) return 'not an object';
  const { type } = msg;
  if (typeof type !== 'string' || !Object.hasOwn(GUARDS, type)) return 'unknown type';
  return GUARDS[type as PaxosMessage['type']](msg) ? null : 'malformed';
}

const GUARDS: Readonly<Record<PaxosMessage['type'], (msg: Fields) => boolean>> = {
  PrePrepare: (msg) => isBallot(msg['ballot']),
  PrePrepareResp: (msg) =>
    isBallot(msg['ballot']) && typeof msg['ok'] === 'boolean' && isBallot(msg['promised']),
  Prepare: (msg) => isBallot(msg['ballot']) && isPosition(msg['fromSlot']),
  Promise: isPromise,
  Accept: (msg) =>
    isBallot(msg['ballot']) &&
    isCount(msg['seq']) &&
    isCount(msg['commitUpTo']) &&
    isEntries(msg['items']),
  Accepted: (msg) =>
    isBallot(msg['ballot']) &&
    isCount(msg['seq']) &&
    isCount(msg['chosenPrefix']) &&
    isRanges(msg['ranges']),
  Nack: (msg) =>
    isBallot(msg['ballot']) &&
    isBallot(msg['promised']) &&
    (msg['leader'] === null || typeof msg['leader'] === 'string'),
  Heartbeat: (msg) => isBallot(msg['ballot']) && isCount(msg['seq']) && isCount(msg['commitUpTo']),
  HeartbeatAck: (msg) =>
    isBallot(msg['ballot']) && isCount(msg['seq']) && isCount(msg['chosenPrefix']),
  Commit: (msg) => isBallot(msg['ballot']) && isCount(msg['commitUpTo']),
  LearnReq: (msg) => isPosition(msg['fromSlot']) && isCount(msg['toSlot']) && isRuns(msg['held']),
  LearnResp: (msg) =>
    isPosition(msg['fromSlot']) &&
    isCount(msg['upTo']) &&
    isRuns(msg['same']) &&
    isEntries(msg['items']),
};

function isPromise(msg: Fields): boolean {
  return (
    isBallot(msg['ballot']) &&
    isPosition(msg['fromSlot']) &&
    isCount(msg['upTo']) &&
    typeof msg['more'] === 'boolean' &&
    isCount(msg['floor']) &&
    isCount(msg['chosenPrefix']) &&
    Array.isArray(msg['chosen']) &&
    msg['chosen'].every(isPosition) &&
    isEntries(msg['reports'])
  );
}

function isBallot(value: unknown): value is Ballot {
  return isFields(value) && isCount(value['round']) && typeof value['node'] === 'string';
}

/** Ascending by slot: receivers walk them once. */
function isEntries(value: unknown): value is PaxosEntry[] {
  if (!Array.isArray(value)) return false;
  let before = 0;
  for (const entry of value as unknown[]) {
    if (!isEntry(entry) || entry.pos <= before) return false;
    before = entry.pos;
  }
  return true;
}

function isEntry(value: unknown): value is PaxosEntry {
  return isFields(value) && isBallot(value['ballot']) && hasEntryShape(value);
}

function isRanges(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length % 2 === 0 &&
    value.length <= RANGES_MAX &&
    value.every(isPosition)
  );
}

function isRuns(value: unknown): value is BallotRun[] {
  return Array.isArray(value) && value.length <= RANGES_MAX && value.every(isRun);
}

function isRun(value: unknown): boolean {
  return (
    isFields(value) &&
    isPosition(value['from']) &&
    isPosition(value['to']) &&
    isBallot(value['ballot'])
  );
}
