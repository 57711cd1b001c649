/**
 * Who the voters are (dissertation 4; protocols.md 1.9): a stack of the configurations in snapshot
 * and log. The last one is in force from the moment it is appended, and no more once it is
 * truncated; everything else asks `VoterSets`, never a number. This file only answers questions;
 * the stack changes in config-stack.ts.
 */
import { assert, ensure } from '../../base/assert.ts';
import { compareIds, type Member, type NodeId, type Position } from '../../vocabulary/ids.ts';
import {
  hasMember,
  initialConfig,
  isVoter,
  membersOf,
  type ClusterConfig,
} from '../kernel/config.ts';
import type { BootInput } from '../kernel/core.ts';
import type { VoterSets } from '../quorum/majority.ts';
import type { ConfigAt, Membership } from './config-at.ts';
import type { RaftEntry } from './log.ts';
import type { MutantName } from './mutants.ts';
import type { RaftState } from './state.ts';

/** What a node is in the configuration in force. */
export type Standing = 'voter' | 'learner' | 'outside';

export function membershipOf(
  stack: readonly ConfigAt[],
  nodeId: NodeId,
  mutants: ReadonlySet<MutantName>,
): Membership {
  const active = ensure(stack.at(-1), 'no configuration');
  return { stack, active, sets: voterSets(active.config, nodeId, mutants) };
}

function voterSets(
  { voters, votersOld, learners }: ClusterConfig,
  nodeId: NodeId,
  mutants: ReadonlySet<MutantName>,
): VoterSets {
  const ids = (members: readonly Member[]): NodeId[] => {
    const all = mutants.has('learner-counts') ? [...members, ...learners] : members;
    const counted = all.map((member) => member.nodeId);
    if (mutants.has('removed-leader-counts-itself')) counted.push(nodeId);
    return [...new Set(counted)].sort(compareIds);
  };
  return { voters: ids(voters), votersOld: votersOld === null ? null : ids(votersOld) };
}

/** The configurations of a disk: of its snapshot, or else of the boot, and those of its log. */
export function bootStack(
  boot: BootInput,
  base: ConfigAt | null,
  entries: readonly RaftEntry[],
): ConfigAt[] {
  const initial = initialConfig(boot.members);
  const ids = initial.voters.map((member) => member.nodeId);
  assert(new Set(ids).size === ids.length, `a node stands twice in ${ids.join()}`);
  return [base ?? { pos: 0, config: initial }, ...configsIn(entries)];
}

export function configsIn(entries: readonly RaftEntry[]): ConfigAt[] {
  const found: ConfigAt[] = [];
  for (const { type, pos, payload } of entries) {
    if (type === 'config') found.push({ pos, config: payload as unknown as ClusterConfig });
  }
  return found;
}

/** The one in force at `pos`, which is not below the last one known committed. */
export function configAsOf({ stack }: Membership, pos: Position): ConfigAt {
  return ensure(
    stack.findLast((one) => one.pos <= pos),
    `no configuration at ${pos}`,
  );
}

/**
 * A node whose removal is in its log but not known to be committed counts as a voter: the removal
 * may have to be replicated by itself, and it may have to win an election for that (1.9.5). It
 * still does not count itself.
 */
export function standingOf(s: RaftState): Standing {
  const { active, stack } = s.membership;
  if (isVoterIn(s, active.config)) return 'voter';
  const isOpen = active.pos > s.commitPos;
  if (isOpen && stack.some(({ config }) => isVoterIn(s, config))) return 'voter';
  return hasMember(active.config, s.nodeId, s.storageId) ? 'learner' : 'outside';
}

/** Whether this node, with this very disk, is a voter of the configuration in force. */
export function isActiveVoter(s: RaftState): boolean {
  return isVoterIn(s, s.membership.active.config);
}

function isVoterIn(s: RaftState, config: ClusterConfig): boolean {
  return isVoter(config, s.nodeId) && hasMember(config, s.nodeId, s.storageId);
}

/** Whether the votes and positions of `id` count. */
export function isCounted({ voters, votersOld }: VoterSets, id: NodeId): boolean {
  return voters.includes(id) || (votersOld !== null && votersOld.includes(id));
}

/** Everybody in any configuration that may still be needed, in the order of ids. */
export function membersThatMatter({ stack }: Membership): Member[] {
  const byId = new Map<NodeId, Member>();
  for (const { config } of stack) {
    for (const member of membersOf(config)) byId.set(member.nodeId, member);
  }
  return [...byId.values()].sort((a, b) => compareIds(a.nodeId, b.nodeId));
}
