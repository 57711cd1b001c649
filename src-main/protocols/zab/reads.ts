/**
 * Reads without a transaction (protocols.md 3.11). `local`: from what this server has delivered, as
 * long as it is connected to a quorum through its leader. `sync`: after everything the leader had
 * proposed when it was asked. The leader does not make sure that it still leads, so that may be
 * stale too (museum Z25), unless `strictSync` makes the sync a transaction.
 */
import type { Position } from '../../vocabulary/ids.ts';
import type { ReadRequest } from '../kernel/core.ts';
import { proposeOwn } from './client.ts';
import { answerCommittedReads } from './delivering.ts';
import type { Sync, Synced } from './messages.ts';
import { ignore, send } from './outbox.ts';
import {
  isServing,
  type Learner,
  type LeadingState,
  type LearningState,
  type ZabNode,
} from './state.ts';
import { maybeSendCommit } from './stream.ts';

/** Reads that wait for a `sync`, and Syncs of one learner that wait for a commit. */
const WAITING_MAX = 8192;

export function handleReads(node: ZabNode, requests: readonly ReadRequest[]): void {
  const syncs: ReadRequest[] = [];
  for (const request of requests) {
    const { reqId, level, minPos, payload } = request;
    if (level !== 'local' && level !== 'sync') {
      node.effects.refuse(reqId, 'bad-request', `ZAB has no ${level} reads`);
    } else if (!isServing(node)) {
      node.effects.refuse(reqId, 'no-leader', 'not connected to a quorum', node.leader);
    } else if (level === 'local') {
      node.effects.read(reqId, minPos, payload);
    } else if (node.reads.length + syncs.length >= WAITING_MAX) {
      node.effects.refuse(reqId, 'busy', `${WAITING_MAX} reads wait already`);
    } else {
      syncs.push(request);
    }
  }
  if (syncs.length > 0) startSync(node, syncs);
}

/** One question for all reads of a turn. */
function startSync(node: ZabNode, requests: readonly ReadRequest[]): void {
  const { leading, learning } = node;
  let sync = 0;
  let pos: Position = 0;
  if (leading !== null) {
    pos = syncPosition(node, leading);
  } else if (learning !== null) {
    node.lastSync += 1;
    sync = node.lastSync;
    send(node, node.leader ?? '', { type: 'Sync', epoch: learning.epoch, id: sync });
  }
  const waiting = requests.map(({ reqId, minPos, payload }) => {
    return { reqId, minPos, payload, sync, pos };
  });
  node.reads = [...node.reads, ...waiting];
  if (leading !== null) answerCommittedReads(node);
}

/** What has to be committed before a `sync` that comes now is over. */
function syncPosition(node: ZabNode, leading: LeadingState): Position {
  const { strictSync } = node.settings.options;
  const noop = strictSync ? proposeOwn(node, leading, 'noop', null) : null;
  return noop ?? node.log.lastPos + (strictSync ? 1 : 0);
}

/** Leader: a learner asks. */
export function handleSync(
  node: ZabNode,
  leading: LeadingState,
  learner: Learner,
  msg: Sync,
): void {
  const isKnown = msg.epoch === leading.epoch && learner.stage === 'up-to-date';
  if (!isKnown || learner.syncs.length >= WAITING_MAX) {
    ignore(node, learner.peer, msg.type, `epoch ${msg.epoch} at stage ${learner.stage}`);
    return;
  }
  learner.syncs.push({ id: msg.id, pos: syncPosition(node, leading) });
  maybeSendCommit(node, leading, learner);
}

/** Learner: what the sync is about came before this in the session, and has been delivered. */
export function handleSynced(node: ZabNode, learning: LearningState, msg: Synced): void {
  if (msg.epoch !== learning.epoch || learning.stage !== 'following') {
    ignore(node, node.leader ?? '', msg.type, `epoch ${msg.epoch} at stage ${learning.stage}`);
    return;
  }
  for (const { reqId, minPos, payload, sync } of node.reads) {
    if (sync > msg.id) continue;
    node.effects.read(reqId, Math.max(minPos, node.committed), payload);
  }
  node.reads = node.reads.filter(({ sync }) => sync > msg.id);
}
