/**
 * The stack of configurations changes here and nowhere else (protocols.md 1.9): on append, on
 * truncation (museum R14), when one is known committed, and when a snapshot replaces the log. Each
 * change tells the peers list, the host and the screen.
 */
import { compareIds, type Member, type NodeId, type Position } from '../../vocabulary/ids.ts';
import { idsOf } from '../kernel/config.ts';
import type { RaftEntry } from './log.ts';
import type { ConfigAt } from './config-at.ts';
import { configsIn, membershipOf, membersThatMatter } from './membership.ts';
import { newPeer, type Peer } from './peers.ts';
import { becomeStanding } from './roles.ts';
import type { RaftState } from './state.ts';

/** Entries were appended; those that are configurations take effect. */
export function pushConfigs(s: RaftState, entries: readonly RaftEntry[]): void {
  const found = configsIn(entries);
  if (found.length > 0) changeStack(s, [...s.membership.stack, ...found]);
}

/** The log was cut: back to the configuration before (museum R14). */
export function popConfigs(s: RaftState, from: Position): void {
  const { stack, active } = s.membership;
  if (active.pos < from || s.mutants.has('forget-config-on-truncate')) return;
  changeStack(
    s,
    stack.filter(({ pos }) => pos < from),
  );
}

/** The log begins anew above a snapshot. */
export function replaceConfigs(s: RaftState, base: ConfigAt): void {
  changeStack(s, [base]);
}

/**
 * The commit position passed configurations: what was before the last of them matters no more. A
 * leader goes on sending to those it removed for an election timeout: they should learn it (1.9.7).
 */
export function maybeSettleConfigs(s: RaftState): void {
  const { stack } = s.membership;
  if (stack[1] === undefined || stack[1].pos > s.commitPos) return;
  const settled = stack.findLastIndex(({ pos }) => pos <= s.commitPos);
  const isLeader = s.role === 'leader';
  const kept = stack.slice(settled);
  const wanted = membersThatMatter({ ...s.membership, stack: kept });
  for (const peer of s.peers) {
    if (!isLeader || wanted.some((member) => isPeer(peer, member))) continue;
    peer.leavesAt ??= s.clock + s.timing.electionTicksMin;
  }
  changeStack(s, kept);
}

/** Removed peers that know it, or were told long enough, are sent nothing any more. */
export function maybeDismiss(s: RaftState): void {
  const { pos } = s.membership.active;
  let left = false;
  for (const peer of s.peers) {
    const knows = peer.match >= pos && peer.commitSent >= pos;
    if (peer.leavesAt === null || (!knows && s.clock < peer.leavesAt)) continue;
    peer.leavesAt = null;
    left = true;
  }
  if (!left) return;
  syncPeers(s);
  announceMembers(s);
}

function changeStack(s: RaftState, stack: readonly ConfigAt[]): void {
  const before = s.membership.active;
  s.membership = membershipOf(stack, s.nodeId, s.mutants);
  syncPeers(s);
  announceMembers(s);
  if (s.membership.active !== before) traceConfig(s);
  becomeStanding(s, 'the configuration changed');
}

/** One peer for everybody but this node; what is known of those that stay is kept. */
export function syncPeers(s: RaftState): void {
  const next = s.role === 'leader' ? s.log.lastPos + 1 : 1;
  const needed = membersThatMatter(s.membership);
  const peers: Peer[] = [];
  for (const member of talkingTo(s)) {
    if (member.nodeId === s.nodeId) continue;
    const known = s.peers.find((peer) => isPeer(peer, member));
    const peer = known ?? newPeer(member, next, s.clock);
    if (needed.some((other) => isPeer(peer, other))) peer.leavesAt = null;
    peers.push(peer);
  }
  s.peers = peers;
}

/** Those of all configurations that matter, and the removed that are still owed something. */
function talkingTo(s: RaftState): Member[] {
  const byId = new Map<NodeId, Member>();
  for (const { id, storageId, leavesAt } of s.peers) {
    if (s.role === 'leader' && leavesAt !== null) byId.set(id, { nodeId: id, storageId });
  }
  for (const member of membersThatMatter(s.membership)) byId.set(member.nodeId, member);
  return [...byId.values()].sort((a, b) => compareIds(a.nodeId, b.nodeId));
}

function isPeer({ id, storageId }: Peer, member: Member): boolean {
  return id === member.nodeId && storageId === member.storageId;
}

/** Tells the host whom this node talks to, if that changed. */
export function announceMembers(s: RaftState): void {
  const members = talkingTo(s);
  const told = members.map(({ nodeId, storageId }) => `${nodeId}=${storageId}`).join(' ');
  if (told === s.membersTold) return;
  s.membersTold = told;
  s.out.members(members);
}

export function traceConfig(s: RaftState): void {
  const { pos, config } = s.membership.active;
  const votersOld = config.votersOld === null ? null : idsOf(config.votersOld);
  const learners = idsOf(config.learners);
  s.out.trace({ kind: 'config', pos, voters: idsOf(config.voters), votersOld, learners });
}
