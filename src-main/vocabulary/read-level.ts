/**
 * How fresh a read has to be, and what that costs (protocols.md 1.12, 2.10, 3.11).
 *
 * - `log`: the read is a command; as strong and as dear as a write.
 * - `index`: the leader makes sure that it still leads by one round; linearizable, no disk.
 * - `lease`: the leader trusts its lease; linearizable while clocks drift less than is assumed.
 * - `quorum`: any node asks a read quorum (Paxos); linearizable, no leader needed.
 * - `sync`: this node catches up with the leader first (ZAB); may be stale if that one was deposed.
 * - `local`: what this node has; may be stale by any amount, never older than `minPos`.
 */
export type ReadLevel = 'log' | 'index' | 'lease' | 'quorum' | 'sync' | 'local';

export const READ_LEVELS: readonly ReadLevel[] = [
  'log',
  'index',
  'lease',
  'quorum',
  'sync',
  'local',
];

/** Levels whose answers have to be linearizable under the stated assumptions. */
export const LINEARIZABLE_LEVELS: ReadonlySet<ReadLevel> = new Set<ReadLevel>([
  'log',
  'index',
  'lease',
  'quorum',
]);
