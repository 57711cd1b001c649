/** The levels at which each protocol can be read, what each promises and what it costs. */
import type { ProtocolName, ReadLevel } from '../../src-main/contract/words.ts';

/** The strongest and dearest first. */
export const READ_LEVELS_OF: Readonly<Record<ProtocolName, readonly ReadLevel[]>> = {
  paxos: ['log', 'index', 'quorum', 'lease', 'local'],
  raft: ['log', 'index', 'lease', 'local'],
  zab: ['log', 'sync', 'local'],
};

export const READ_LEVEL_TITLES: Readonly<Record<ReadLevel, string>> = {
  log: 'through the log',
  index: 'leader, confirmed',
  lease: 'leader, under a lease',
  quorum: 'any node, asks a quorum',
  sync: 'any node, after a sync',
  local: 'any node, what it has',
};

const PROMISES: Readonly<Record<ReadLevel, string>> = {
  log: 'Linearizable. Each read is an entry of the log, as dear as a write.',
  index: 'Linearizable. The leader asks a quorum whether it still leads: one round, no disk.',
  lease: 'Linearizable while clocks drift less than assumed. The leader answers alone.',
  quorum: 'Linearizable without a leader. Asks a quorum, and waits for what it finds under way.',
  sync: 'As new as the leader was when asked; old if that one was deposed and had not noticed.',
  local: 'May be old by any amount, but never goes back for one client. No message at all.',
};

/** One line: what a read of this level promises, and what it costs. */
export function describeReadLevel(level: ReadLevel): string {
  return PROMISES[level];
}
