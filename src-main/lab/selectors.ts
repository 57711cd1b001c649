/** Turns the words of a scenario into nodes at the moment a step runs. */
import type { Prng } from '../base/prng.ts';
import { majoritySize } from '../protocols/quorum/majority.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { Selector } from '../vocabulary/scenario.ts';
import type { FaultRecord } from '../vocabulary/fault.ts';

/** What the words are resolved against: a live cluster or a simulated one. */
export interface SelectableCluster {
  readonly nodeIds: readonly NodeId[];
  readonly membership: {
    readonly learnerIds: readonly NodeId[];
    readonly addedIds: readonly NodeId[];
    readonly removedIds: readonly NodeId[];
    /** Who decides: majorities are of these. */
    readonly voterIds: readonly NodeId[];
  };
  readonly leadership: { ready(): NodeId | null };
  readonly ledger: { readonly active: readonly FaultRecord[] };
  isRunning(node: NodeId): boolean;
}

/** null: a word stands for nobody now (no leader). */
export function resolveNodes(
  selectors: readonly Selector[],
  cluster: SelectableCluster,
  prng: Prng,
): readonly NodeId[] | null {
  const found = new Set<NodeId>();
  for (const selector of selectors) {
    const nodes = resolveOne(selector, cluster, prng);
    if (nodes === null) return null;
    for (const node of nodes) found.add(node);
  }
  return [...found];
}

function resolveOne(
  selector: Selector,
  cluster: SelectableCluster,
  prng: Prng,
): readonly NodeId[] | null {
  const all = cluster.nodeIds;
  const voters = cluster.membership.voterIds;
  const leader = cluster.leadership.ready();
  switch (selector) {
    case 'leader':
      return leader === null ? null : [leader];
    case 'followers':
      if (leader === null) return null;
      return all.filter((node) => node !== leader && cluster.isRunning(node));
    case 'random': {
      const running = all.filter((node) => cluster.isRunning(node));
      const node = running[prng.nextInt(0, Math.max(0, running.length - 1))];
      return node === undefined ? null : [node];
    }
    case 'killed':
      return [
        ...nodesWith(cluster, ['kill', 'stop', 'power-cut']),
        ...nodesWith(cluster, ['crash-at']).filter((node) => !cluster.isRunning(node)),
      ];
    case 'paused':
      return nodesWith(cluster, ['pause']);
    case 'held':
      return nodesWith(cluster, ['hold-disk']);
    case 'learner':
      return cluster.membership.learnerIds;
    case 'added':
      return cluster.membership.addedIds;
    case 'removed':
      return cluster.membership.removedIds;
    case 'any':
      return all;
    case 'minority':
      return some(voters, Math.max(1, voters.length - majoritySize(voters.length)), prng);
    case 'majority':
      return some(voters, majoritySize(voters.length), prng);
    case 'majority-with-leader':
      return leader === null ? null : withLeader(voters, leader, majoritySize(voters.length));
    case 'minority-with-leader': {
      const size = Math.max(1, voters.length - majoritySize(voters.length));
      return leader === null ? null : withLeader(voters, leader, size);
    }
    default:
      return [selector];
  }
}

/** So many of these, drawn. */
function some(all: readonly NodeId[], count: number, prng: Prng): readonly NodeId[] {
  const left = [...all];
  const drawn = Array.from({ length: count }, () =>
    left.splice(prng.nextInt(0, left.length - 1), 1),
  );
  return drawn.flat();
}

function nodesWith(cluster: SelectableCluster, kinds: readonly string[]): readonly NodeId[] {
  return cluster.ledger.active.flatMap(({ spec }) =>
    'node' in spec && kinds.includes(spec.kind) ? [spec.node] : [],
  );
}

function withLeader(all: readonly NodeId[], leader: NodeId, size: number): readonly NodeId[] {
  return [leader, ...all.filter((node) => node !== leader)].slice(0, size);
}

/** Groups of a partition; `rest` is everybody whom no other group names. */
export function resolveGroups(
  groups: readonly (readonly Selector[])[],
  cluster: SelectableCluster,
  prng: Prng,
): readonly (readonly NodeId[])[] | null {
  const named = groups.map((group) =>
    group.includes('rest') ? null : resolveNodes(group, cluster, prng),
  );
  const taken = new Set<NodeId>();
  const resolved: NodeId[][] = [];
  for (const [index, group] of groups.entries()) {
    if (group.includes('rest')) continue;
    const nodes = named[index];
    if (nodes === null || nodes === undefined) return null;
    // A node stands in the first group that names it.
    const own = nodes.filter((node) => !taken.has(node));
    for (const node of own) taken.add(node);
    resolved[index] = own;
  }
  const rest = cluster.nodeIds.filter((node) => !taken.has(node));
  return groups.map((_, index) => resolved[index] ?? rest);
}
