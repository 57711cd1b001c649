/** Operator commands: who is a member, who leads, what is kept (protocols.md 2.4, 2.9, 2.11). */
import type { AdminOp } from '../kernel/core.ts';
import {
  changedConfig,
  membersOf,
  type ClusterConfig,
  type ConfigChange,
} from '../kernel/config.ts';
import { quorumProblem, quorumsFor } from './quorums.ts';
import { askSnapshot } from './snapshots.ts';
import type { Leadership, Machine } from './state.ts';
import { beginTransfer } from './transfer.ts';

export function takeAdmin(m: Machine, reqId: number, op: AdminOp): void {
  const { lead, leader } = m.state;
  if (op.op === 'snapshot') askSnapshot(m, reqId, op.retain);
  else if (lead !== null) {
    if (op.op === 'transfer') beginTransfer(m, lead, reqId, op.to);
    else changeMembers(m, lead, reqId, op);
  } else if (leader === null) m.fx.refuse(reqId, 'no-leader', 'no leader is known');
  else m.fx.refuse(reqId, 'not-leader', `${leader} leads`, leader);
}

/** One change at a time: the next one when this one governs and its predecessor is retire-safe. */
function changeMembers(m: Machine, lead: Leadership, reqId: number, op: ConfigChange): void {
  const { state, fx } = m;
  const { newest, list } = state.configs;
  if (lead.transfer !== null) {
    fx.refuse(reqId, 'transferring', `handing over to ${lead.transfer.to}`);
    return;
  }
  if (state.phase !== 'leader' || lead.change !== null || list.length > 1) {
    fx.refuse(reqId, 'config-in-progress', whatIsOpen(m, lead));
    return;
  }
  const config = { voters: newest.voters, votersOld: null, learners: newest.learners };
  const target = changedConfig(config, op);
  if (typeof target === 'string') {
    fx.refuse(reqId, 'bad-request', target);
    return;
  }
  if (isOldDiskThere(m, target)) {
    fx.refuse(reqId, 'config-in-progress', 'its old disk is not retire-safe yet');
    return;
  }
  if (op.op === 'promote' && !isCaughtUp(m, lead, op.nodeId)) {
    fx.refuse(reqId, 'not-caught-up', `${op.nodeId} is too far behind`);
    return;
  }
  const { q1, q2 } = quorumsFor(target.voters.length, newest);
  const problem = quorumProblem(target.voters.length, { q1, q2 });
  if (problem !== null) {
    fx.refuse(reqId, 'bad-request', problem);
    return;
  }
  const expectedVersion = newest.version;
  const command = { ...target, version: expectedVersion + 1, expectedVersion, q1, q2 };
  lead.change = { reqId, command, pos: 0 };
}

function whatIsOpen(m: Machine, lead: Leadership): string {
  if (m.state.phase !== 'leader') return 'the leader recovers';
  if (lead.change !== null) return 'a change is under way';
  return `the configuration of slot ${m.state.configs.newest.pos} does not govern yet`;
}

/** Nobody is talked to under two disks at once. */
function isOldDiskThere(m: Machine, target: ClusterConfig): boolean {
  return (m.state.outgoing?.members ?? []).some(({ nodeId, storageId }) => {
    return membersOf(target).some((one) => one.nodeId === nodeId && one.storageId !== storageId);
  });
}

/** Its last round of catching up was short, and it is still there (protocols.md 1.9.6). */
function isCaughtUp(m: Machine, lead: Leadership, id: string): boolean {
  const peer = lead.peers.get(id);
  if (peer === undefined) return false;
  return peer.caughtUp && m.state.now - peer.heardAt <= m.state.timing.electionTicksMin;
}

/** The change is done when every slot before those it governs is chosen. */
export function maybeEndChange(m: Machine, lead: Leadership): void {
  const { change } = lead;
  if (change === null || change.pos === 0) return;
  const { configs, log } = m.state;
  const from = configs.effectiveFrom(change.pos);
  if (log.chosenPrefix < from - 1) return;
  lead.change = null;
  m.fx.done(change.reqId, { pos: change.pos, from });
}
