/**
 * The guards that stand before the handlers: whatever a peer sends, a handler only ever sees fields
 * of the right shape.
 */
import { isClusterConfig } from '../kernel/config.ts';
import { hasEntryShape, isCount, isFields, isPosition, type Fields } from '../kernel/guards.ts';
import { isConfigAt } from './configs.ts';
import type { ZabMessage } from './messages.ts';
import { isCounter, isZxid } from './zxid.ts';

const STATES: ReadonlySet<unknown> = new Set(['looking', 'following', 'leading']);

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
  if (!isFields(value) || !isCount(value.epoch) || !isCounter(value.counter)) return false;
  if (value.epoch === 0 || value.counter === 0) return false;
  return hasEntryShape(value) && (value.type !== 'config' || isClusterConfig(value.payload));
}

function isSnap(msg: Fields): boolean {
  const { chunk, chunks, image } = msg;
  if (!isPosition(chunks) || !isCount(chunk) || chunk >= chunks || !isFields(image)) return false;
  return (
    hasZxid(msg) &&
    typeof msg.id === 'string' &&
    isPosition(msg.lastPos) &&
    isCount(msg.time) &&
    isCount(msg.bytes) &&
    isConfigAt(msg.config)
  );
}

const hasEpoch = (msg: Fields): boolean => isCount(msg.epoch);
const hasZxid = (msg: Fields): boolean => isCount(msg.epoch) && isZxid(msg.zxid);
const hasEntries = (msg: Fields): boolean =>
  isCount(msg.epoch) && Array.isArray(msg.entries) && msg.entries.every(isEntry);
const hasId = (msg: Fields): boolean => isCount(msg.epoch) && isCount(msg.id);
const isInfo = (msg: Fields): boolean => isCount(msg.acceptedEpoch) && isZxid(msg.configVersion);
const isDesignation = (msg: Fields): boolean =>
  isCount(msg.epoch) && typeof msg.designatedLeader === 'string';

const GUARDS: { readonly [type in ZabMessage['type']]: (msg: Fields) => boolean } = {
  Notification: (msg) =>
    STATES.has(msg.state) &&
    isCount(msg.round) &&
    isVote(msg.vote) &&
    (msg.config === null || isConfigAt(msg.config)) &&
    (msg.pending === null || isConfigAt(msg.pending)),
  FollowerInfo: isInfo,
  ObserverInfo: isInfo,
  LeaderInfo: hasEpoch,
  AckEpoch: (msg) =>
    isCount(msg.epoch) &&
    typeof msg.already === 'boolean' &&
    isCount(msg.currentEpoch) &&
    isZxid(msg.lastZxid) &&
    isEnds(msg.ends),
  Diff: hasZxid,
  Trunc: hasZxid,
  Snap: isSnap,
  SnapAck: (msg) => isCount(msg.epoch) && isCount(msg.chunks),
  SnapRequest: hasEpoch,
  Proposal: hasEntries,
  NewLeader: (msg) => isCount(msg.epoch) && isZxid(msg.configVersion),
  NewLeaderAck: (msg) => isCount(msg.epoch) && isZxid(msg.lastZxid),
  UpToDate: hasZxid,
  Ack: hasZxid,
  Commit: hasZxid,
  CommitAndActivate: (msg) => hasZxid(msg) && isDesignation(msg),
  Inform: hasEntries,
  InformAndActivate: (msg) => hasEntries(msg) && isDesignation(msg),
  HandOver: isDesignation,
  Sync: hasId,
  Synced: hasId,
  Ping: hasEpoch,
  Pong: hasZxid,
};

/** The message narrowed, or null when its shape is not one of ours. */
export function narrowMessage(msg: unknown): ZabMessage | null {
  if (!isFields(msg) || typeof msg.type !== 'string' || !Object.hasOwn(GUARDS, msg.type)) {
    return null;
  }
  const narrowed = msg as unknown as ZabMessage;
  return GUARDS[narrowed.type](msg) ? narrowed : null;
}
