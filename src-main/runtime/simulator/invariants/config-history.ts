/**
 * The configurations that were committed, in the order of their positions: what decides who makes a
 * quorum, and so whose disks have to hold what (protocols.md 7.1, X3 and X10).
 */
import {
  initialConfig,
  isClusterConfig,
  isSameConfig,
  isSameList,
  votersChanged,
  type ClusterConfig,
} from '../../../protocols/kernel/config.ts';
import type { AdminOp } from '../../../protocols/kernel/core.ts';
import type { Entry } from '../../../protocols/kernel/entry.ts';
import type { Member, NodeId, Position } from '../../../vocabulary/ids.ts';

export interface CommittedConfig {
  readonly pos: Position;
  readonly config: ClusterConfig;
}

export class ConfigHistory {
  readonly #all: CommittedConfig[];

  constructor(members: readonly Member[]) {
    this.#all = [{ pos: 0, config: initialConfig(members) }];
  }

  get latest(): CommittedConfig {
    return this.#all.at(-1) as CommittedConfig;
  }

  get count(): number {
    return this.#all.length;
  }

  /** The last one at or before a position. */
  at(pos: Position): ClusterConfig {
    return (this.#all.findLast((each) => each.pos <= pos) ?? this.#all[0])?.config as ClusterConfig;
  }

  /** @returns the configuration of an entry, null when it changes none. */
  add({ pos, type, payload }: Entry): ClusterConfig | null {
    if (type !== 'config' || !isClusterConfig(payload)) return null;
    const { voters, votersOld, learners } = payload;
    const config = { voters, votersOld, learners };
    const before = this.#all.findIndex((each) => each.pos > pos);
    this.#all.splice(before === -1 ? this.#all.length : before, 0, { pos, config });
    return config;
  }

  /** Whether some configuration since `pos` is what an operator asked for. */
  hasSince(pos: Position, op: AdminOp): boolean {
    return this.#all.some((each) => each.pos >= pos && fulfils(each.config, op));
  }
}

function fulfils({ voters, votersOld, learners }: ClusterConfig, op: AdminOp): boolean {
  const has = (members: readonly Member[], id: NodeId): boolean =>
    members.some((member) => member.nodeId === id);
  switch (op.op) {
    case 'add': {
      const list = op.as === 'voter' ? voters : learners;
      return list.some((member) => isSameList([member], [op.member]));
    }
    case 'promote':
      return has(voters, op.nodeId) && votersOld === null;
    case 'remove':
      return !has(voters, op.nodeId) && !has(learners, op.nodeId) && votersOld === null;
    case 'reconfigure': {
      const wanted = { voters: op.voters, votersOld: null, learners: op.learners };
      return isSameConfig(sortedConfig({ voters, votersOld, learners }), sortedConfig(wanted));
    }
    default:
      return true;
  }
}

function sortedConfig(config: ClusterConfig): ClusterConfig {
  const { voters, learners } = config;
  const voting = initialConfig(voters).voters;
  return { voters: voting, votersOld: null, learners: initialConfig(learners).voters };
}

/**
 * R7: two configurations that follow each other have intersecting quorums: they differ by one
 * voter, or the change passes through a joint one.
 */
export function isOneStep(before: ClusterConfig, after: ClusterConfig): boolean {
  if (after.votersOld !== null) return isSameList(after.votersOld, before.voters);
  if (before.votersOld !== null) return isSameList(after.voters, before.voters);
  return votersChanged(before.voters, after.voters) <= 1;
}
