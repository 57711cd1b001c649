/**
 * What of a message's shape is checked on arrival. A message that fails its guard is traced as
 * `ignored`: the network may say anything.
 */
import { hasEntryShape, isCount, isFields, isPosition, type Fields } from '../kernel/guards.ts';
import type { Ballot, PaxosEntry } from './ballot.ts';
import { isOutgoing, isStoredConfigs } from './configs.ts';
import type { BallotRun, PaxosMessage } from './messages.ts';

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
  Prepare: (msg) =>
    isBallot(msg['ballot']) &&
    isPosition(msg['fromSlot']) &&
    (msg['handover'] === null || isBallot(msg['handover'])),
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
    isRanges(msg['ranges']) &&
    (msg['items'] === undefined || isEntries(msg['items'])),
  Nack: (msg) =>
    isBallot(msg['ballot']) &&
    isBallot(msg['promised']) &&
    (msg['leader'] === null || typeof msg['leader'] === 'string'),
  Heartbeat: (msg) =>
    isBallot(msg['ballot']) &&
    isCount(msg['seq']) &&
    isCount(msg['commitUpTo']) &&
    isCount(msg['settled']),
  HeartbeatAck: (msg) =>
    isBallot(msg['ballot']) &&
    isCount(msg['seq']) &&
    isCount(msg['chosenPrefix']) &&
    isCount(msg['kept']),
  Commit: (msg) => isBallot(msg['ballot']) && isCount(msg['commitUpTo']),
  LearnReq: (msg) => isPosition(msg['fromSlot']) && isCount(msg['toSlot']) && isRuns(msg['held']),
  LearnResp: (msg) =>
    isPosition(msg['fromSlot']) &&
    isCount(msg['upTo']) &&
    isRuns(msg['same']) &&
    isEntries(msg['items']),
  ReadProbe: (msg) => typeof msg['readId'] === 'string',
  ReadProbeResp: (msg) =>
    typeof msg['readId'] === 'string' &&
    isCount(msg['maxAcceptedSlot']) &&
    isCount(msg['chosenPrefix']) &&
    isCount(msg['newestConfigSlot']),
  ReadFill: (msg) => isPosition(msg['upTo']),
  Handover: (msg) => isBallot(msg['ballot']),
  InstallSnapshot: isInstallSnapshot,
  SnapshotAck: (msg) =>
    typeof msg['handle'] === 'string' && isCount(msg['next']) && typeof msg['done'] === 'boolean',
};

function isInstallSnapshot(msg: Fields): boolean {
  const { image, meta } = msg;
  return (
    isFields(image) &&
    typeof image['handle'] === 'string' &&
    isCount(image['chunk']) &&
    isPosition(msg['lastPos']) &&
    isPosition(msg['chunks']) &&
    image['chunk'] < msg['chunks'] &&
    isCount(msg['bytes']) &&
    isFields(meta) &&
    isBallot(meta['ballot']) &&
    isCount(meta['time']) &&
    isStoredConfigs(meta['configs']) &&
    (meta['outgoing'] === null || isOutgoing(meta['outgoing'])) &&
    typeof meta['installed'] === 'boolean'
  );
}

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
