/** What an operator asks for: snapshots here, everything else of the leader (protocols.md 3.10). */
import type { NodeId } from '../../vocabulary/ids.ts';
import type { Json } from '../../vocabulary/json.ts';
import { changedConfig, idsOf, isSameConfig, type ConfigChange } from '../kernel/config.ts';
import type { AdminOp } from '../kernel/core.ts';
import { isQuorum } from '../quorum/majority.ts';
import { ensureRoomInEpoch, proposeOwn, refuseRequest, refuseTransferring } from './client.ts';
import { committedConfig, pendingConfig } from './membership.ts';
import { handleSnapshotOp } from './snapshots.ts';
import type { LeadingState, ZabNode } from './state.ts';
import { startTransfer } from './transfer.ts';

export function handleAdmin(node: ZabNode, reqId: number, op: AdminOp): void {
  const { leading, effects, settings } = node;
  if (op.op === 'snapshot') return handleSnapshotOp(node, reqId, op.retain);
  if (leading === null || node.phase !== 'broadcast') return refuseRequest(node, reqId);
  if (leading.transfer !== null || leading.designated !== null) {
    return refuseTransferring(node, leading, reqId);
  }
  if (pendingConfig(node) !== null) {
    const text = 'the configuration before is not yet in force';
    return effects.refuse(reqId, 'config-in-progress', text, settings.nodeId);
  }
  if (op.op === 'transfer') return startTransfer(node, leading, reqId, op.to);
  return proposeChange(node, leading, reqId, op);
}

function proposeChange(
  node: ZabNode,
  leading: LeadingState,
  reqId: number,
  change: ConfigChange,
): void {
  const { effects } = node;
  const { config } = committedConfig(node);
  const next = changedConfig(config, change);
  if (typeof next === 'string') return effects.refuse(reqId, 'bad-request', next);
  if (isSameConfig(next, config)) return effects.refuse(reqId, 'bad-request', 'nothing changes');
  const lagging = laggingOf(node, leading, idsOf(next.voters), change);
  if (lagging !== null) return effects.refuse(reqId, 'not-caught-up', lagging);
  leading.waiting.push({ pos: node.log.lastPos + 1, epoch: leading.epoch, reqId });
  if (proposeOwn(node, leading, 'config', next as unknown as Json) !== null) return;
  leading.waiting.pop();
  effects.refuse(reqId, 'busy', `epoch ${leading.epoch} is full`);
  ensureRoomInEpoch(node, leading);
}

/** A quorum of the new configuration has to be connected and in sync, and whoever is promoted. */
function laggingOf(
  node: ZabNode,
  leading: LeadingState,
  voters: readonly NodeId[],
  change: ConfigChange,
): string | null {
  const { nodeId } = node.settings;
  const inSync = new Set(voters.filter((id) => id === nodeId || isCaughtUp(node, leading, id)));
  if (change.op === 'promote' && !inSync.has(change.nodeId)) {
    return `${change.nodeId} is not in sync`;
  }
  if (isQuorum({ voters, votersOld: null }, inSync)) return null;
  return `no quorum of ${voters.join(' ')} is in sync; add who is new as a learner first`;
}

/** Up to date, and within one message of what is committed. */
function isCaughtUp(node: ZabNode, leading: LeadingState, id: NodeId): boolean {
  const learner = leading.learners.get(id);
  const { maxEntriesPerMessage } = node.settings.options;
  return (
    learner?.stage === 'up-to-date' && node.committed - learner.ackedPos <= maxEntriesPerMessage
  );
}
