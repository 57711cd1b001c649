/**
 * Cluster configurations as they stand in `config` entries and snapshots, and what operator
 * commands make of one. When a configuration takes effect, and with whose quorum, is each
 * protocol's own (protocols.md 1.9, 2.9, 3.10); who may be in it is the same for all.
 */
import { compareIds, type Member, type NodeId, type StorageId } from '../../vocabulary/ids.ts';
import type { AdminOp } from './core.ts';
import { isFields } from './guards.ts';

export interface ClusterConfig {
  /** In the order of ids, as all lists here. */
  readonly voters: readonly Member[];
  /** The voters before, while their quorum is needed as well (joint consensus); else null. */
  readonly votersOld: readonly Member[] | null;
  /** Replicated to, never counted: learners, in ZAB observers. */
  readonly learners: readonly Member[];
}

export type ConfigChange = Exclude<AdminOp, { op: 'transfer' | 'snapshot' }>;

/** Nodes in one configuration, learners included. */
export const MEMBERS_MAX = 15;

export function initialConfig(members: readonly Member[]): ClusterConfig {
  return { voters: sorted(members), votersOld: null, learners: [] };
}

function sorted(members: readonly Member[]): Member[] {
  const plain = members.map(({ nodeId, storageId }) => ({ nodeId, storageId }));
  return plain.sort((a, b) => compareIds(a.nodeId, b.nodeId));
}

/** Everybody in it, in the order of ids, each node once. */
export function membersOf(config: ClusterConfig): Member[] {
  const byId = new Map<NodeId, Member>();
  for (const member of config.votersOld ?? []) byId.set(member.nodeId, member);
  for (const member of config.learners) byId.set(member.nodeId, member);
  for (const member of config.voters) byId.set(member.nodeId, member);
  return sorted([...byId.values()]);
}

export function isVoter(config: ClusterConfig, nodeId: NodeId): boolean {
  return hasNode(config.voters, nodeId) || hasNode(config.votersOld ?? [], nodeId);
}

/** Whether the configuration knows this node with this disk (protocols.md 0.5). */
export function hasMember(config: ClusterConfig, nodeId: NodeId, storageId: StorageId): boolean {
  const all = [...config.voters, ...(config.votersOld ?? []), ...config.learners];
  return all.some((member) => member.nodeId === nodeId && member.storageId === storageId);
}

export function hasNode(members: readonly Member[], nodeId: NodeId): boolean {
  return members.some((member) => member.nodeId === nodeId);
}

export function idsOf(members: readonly Member[]): NodeId[] {
  return members.map((member) => member.nodeId);
}

/**
 * The configuration that a command asks for, as if it took effect in one step.
 * @returns why it cannot be, in words for the operator, when it cannot.
 */
export function changedConfig(config: ClusterConfig, change: ConfigChange): ClusterConfig | string {
  const { voters, learners } = config;
  switch (change.op) {
    case 'add':
      return withMember(config, change.member, change.as);
    case 'promote': {
      const learner = learners.find((member) => member.nodeId === change.nodeId);
      if (learner === undefined) return `${change.nodeId} is no learner`;
      return checked([...voters, learner], without(learners, change.nodeId));
    }
    case 'remove':
      if (!hasNode(voters, change.nodeId) && !hasNode(learners, change.nodeId)) {
        return `${change.nodeId} is no member`;
      }
      return checked(without(voters, change.nodeId), without(learners, change.nodeId));
    case 'reconfigure':
      return swappedDisk(voters, change.voters) ?? checked(change.voters, change.learners);
  }
}

/** One step must not put a voter's new disk beside its old one: what it answers would count for
 *  both, and the new one has forgotten what the old one promised (museum R28). */
function swappedDisk(before: readonly Member[], after: readonly Member[]): string | null {
  for (const { nodeId, storageId } of after) {
    const old = before.find((member) => member.nodeId === nodeId);
    if (old === undefined || old.storageId === storageId) continue;
    return `${nodeId} is a voter with another disk: remove it first, then add it`;
  }
  return null;
}

function withMember(
  { voters, learners }: ClusterConfig,
  member: Member,
  as: 'voter' | 'learner',
): ClusterConfig | string {
  const { nodeId } = member;
  if (hasNode(voters, nodeId)) return `${nodeId} is a voter already`;
  if (as === 'voter') return checked([...voters, member], without(learners, nodeId));
  if (hasNode(learners, nodeId)) return `${nodeId} is a learner already`;
  return checked(voters, [...learners, member]);
}

function without(members: readonly Member[], nodeId: NodeId): Member[] {
  return members.filter((member) => member.nodeId !== nodeId);
}

function checked(voters: readonly Member[], learners: readonly Member[]): ClusterConfig | string {
  const ids = idsOf([...voters, ...learners]);
  if (voters.length === 0) return 'a cluster needs a voter';
  if (new Set(ids).size !== ids.length) return `a node stands twice in ${ids.join(' ')}`;
  if (ids.length > MEMBERS_MAX) return `more than ${MEMBERS_MAX} members`;
  return { voters: sorted(voters), votersOld: null, learners: sorted(learners) };
}

/** Whether two configurations have the same voters with the same disks, and the same learners. */
export function isSameConfig(a: ClusterConfig, b: ClusterConfig): boolean {
  return (
    isSameList(a.voters, b.voters) &&
    isSameList(a.votersOld ?? [], b.votersOld ?? []) &&
    isSameList(a.learners, b.learners)
  );
}

export function isSameList(a: readonly Member[], b: readonly Member[]): boolean {
  return (
    a.length === b.length &&
    a.every((member, i) => {
      return member.nodeId === b[i]?.nodeId && member.storageId === b[i]?.storageId;
    })
  );
}

/** How many voters differ between two lists; the same node with another disk counts as two. */
export function votersChanged(a: readonly Member[], b: readonly Member[]): number {
  const has = (list: readonly Member[], one: Member): boolean =>
    list.some((other) => other.nodeId === one.nodeId && other.storageId === one.storageId);
  return a.filter((one) => !has(b, one)).length + b.filter((one) => !has(a, one)).length;
}

/** Whether a message's or an entry's payload is one; the network may say anything. */
export function isClusterConfig(value: unknown): value is ClusterConfig {
  if (!isFields(value)) return false;
  const { voters, votersOld, learners } = value;
  return (
    isMemberList(voters) &&
    voters.length > 0 &&
    (votersOld === null || isMemberList(votersOld)) &&
    isMemberList(learners)
  );
}

function isMemberList(value: unknown): value is readonly Member[] {
  return Array.isArray(value) && value.length <= MEMBERS_MAX && value.every(isMember);
}

function isMember(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { nodeId, storageId } = value;
  return typeof nodeId === 'string' && nodeId !== '' && typeof storageId === 'string';
}
