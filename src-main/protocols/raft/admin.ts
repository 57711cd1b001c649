/**
 * Operator commands, and changes of the configuration (dissertation 4.1 to 4.3; protocols.md 1.9):
 * one voter at a time, or any number by way of a joint configuration that needs both majorities.
 */
import type { NodeId } from '../../vocabulary/ids.ts';
import type { Json } from '../../vocabulary/json.ts';
import {
  changedConfig,
  isSameConfig,
  votersChanged,
  type ClusterConfig,
  type ConfigChange,
} from '../kernel/config.ts';
import type { AdminOp } from '../kernel/core.ts';
import { refuseAsNoLeader } from './client.ts';
import { isActiveVoter, isCounted } from './membership.ts';
import { appendAndSend, serviceTime } from './replication.ts';
import { becomeFollower } from './roles.ts';
import { handleSnapshotAdmin } from './snapshots.ts';
import type { RaftState } from './state.ts';
import { handleTransfer, sendTimeoutNow } from './transfer.ts';

export function handleAdmin(s: RaftState, reqId: number, op: AdminOp): void {
  if (op.op === 'snapshot') return handleSnapshotAdmin(s, reqId, op.retain);
  if (s.role !== 'leader') return refuseAsNoLeader(s, reqId);
  if (op.op === 'transfer') return handleTransfer(s, reqId, op.to);
  handleChange(s, reqId, op);
}

function handleChange(s: RaftState, reqId: number, change: ConfigChange): void {
  if (s.transfer !== null) {
    return s.out.refuse(reqId, 'transferring', `handing over to ${s.transfer.to}`, s.nodeId);
  }
  const open = whyNotNow(s);
  if (open !== null) return s.out.refuse(reqId, 'config-in-progress', open, s.nodeId);
  const { config } = s.membership.active;
  const next = changedConfig(config, change);
  if (typeof next === 'string') return s.out.refuse(reqId, 'bad-request', next, s.nodeId);
  if (isSameConfig(config, next)) {
    return s.out.refuse(reqId, 'bad-request', 'that is the configuration already', s.nodeId);
  }
  if (change.op === 'promote' && !isCaughtUp(s, change.nodeId)) {
    const text = `${change.nodeId} is not caught up yet`;
    return s.out.refuse(reqId, 'not-caught-up', text, s.nodeId);
  }
  beginChange(s, reqId, config, next);
}

/**
 * One change at a time, and none before an entry of this term is committed: else two leaders could
 * each take a step from the same configuration, and the two results need not overlap (the 2015 fix,
 * protocols.md 1.9.2, museum R24).
 */
function whyNotNow(s: RaftState): string | null {
  const { pos, config } = s.membership.active;
  if (pos > s.commitPos) return `the change at ${pos} is not committed yet`;
  if (config.votersOld !== null) return 'a joint change is not complete yet';
  const hasCommitted = s.commitPos >= s.termStartPos || s.mutants.has('skip-2015-guard');
  return hasCommitted ? null : 'this leader has committed nothing in its term yet';
}

/**
 * The learner answers, and lacks nothing, or its last round was short and the one under way is not
 * long (1.9.6). Without entries to send no round ever ends.
 */
function isCaughtUp(s: RaftState, id: NodeId): boolean {
  const peer = s.peers.find((other) => other.id === id);
  if (peer === undefined) return false;
  const isRecent = (tick: number): boolean => s.clock - tick < s.timing.electionTicksMin;
  if (peer.match === s.log.lastPos) return isRecent(peer.ackedAt);
  return peer.caughtUp && isRecent(peer.ackedAt) && isRecent(peer.round?.since ?? peer.ackedAt);
}

/** A joint change is answered when it is complete, not when it has begun. */
function beginChange(s: RaftState, reqId: number, now: ClusterConfig, next: ClusterConfig): void {
  const changed = votersChanged(now.voters, next.voters);
  const isOneStep = changed <= (s.options.alwaysJoint ? 0 : 1) || s.mutants.has('no-joint-phase');
  if (isOneStep) return appendConfig(s, next, reqId);
  s.changeReqId = reqId;
  appendConfig(s, { ...next, votersOld: now.voters }, null);
}

function appendConfig(s: RaftState, config: ClusterConfig, reqId: number | null): void {
  const pos = s.log.lastPos + 1;
  const term = s.currentTerm;
  if (reqId !== null) s.pending.push({ pos, term, reqId });
  const payload = config as unknown as Json;
  appendAndSend(s, [{ pos, type: 'config', term, time: serviceTime(s), client: null, payload }]);
}

/** A committed joint configuration is left by whoever leads then (1.9.4). */
export function maybeLeaveJoint(s: RaftState): void {
  const { pos, config } = s.membership.active;
  if (config.votersOld === null || pos > s.commitPos) return;
  const reqId = s.changeReqId;
  s.changeReqId = null;
  appendConfig(s, { ...config, votersOld: null }, reqId);
}

/**
 * A leader that is no voter any more leads until the configuration without it is committed, and
 * then asks the best of the others to go on (1.9.5, museum R30).
 */
export function maybeRetire(s: RaftState): void {
  const { pos, config } = s.membership.active;
  if (pos > s.commitPos || config.votersOld !== null || isActiveVoter(s)) return;
  let best = null;
  for (const peer of s.peers) {
    if (!isCounted(s.membership.sets, peer.id)) continue;
    if (best === null || peer.match > best.match) best = peer;
  }
  if (best !== null) sendTimeoutNow(s, best);
  becomeFollower(s, s.currentTerm, null, 'no voter any more');
}
