/** How many voters decide, and which configuration governs a position, in each protocol. */
import type { ClusterConfig } from '../../../protocols/kernel/config.ts';
import { majoritySize } from '../../../protocols/quorum/majority.ts';
import { idsIn, readCast } from '../../../protocols/paxos/single/roles.ts';
import type { Member, Position } from '../../../vocabulary/ids.ts';
import type { World } from '../world/world.ts';
import type { WorldSpec } from '../world/world-spec.ts';
import type { ConfigHistory } from './config-history.ts';

export interface QuorumRules {
  /** Voters that elect a leader, or hear a ballot's promises (Q1), of so many. */
  electing(voters: number): number;
  /** Voters that commit, or choose (Q2). */
  committing(voters: number): number;
  /** So many positions behind its own a configuration takes effect. */
  readonly lag: number;
  /** Whose quorums chose what stands at `pos`. */
  governing(configs: ConfigHistory, pos: Position): ClusterConfig;
}

/** Flexible quorums (protocols.md 2.12) are the options q1 and q2; 0 is a majority. */
export function quorumRules({ protocol, options }: WorldSpec): QuorumRules {
  const { q1, q2, window } = { ...protocol.defaultOptions, ...options };
  const sized = (wanted: unknown, voters: number): number =>
    typeof wanted === 'number' && wanted > 0 ? wanted : majoritySize(voters);
  const lag = protocol.name === 'paxos' && typeof window === 'number' ? window : 0;
  return {
    lag,
    electing: (voters) => (voters === 0 ? 1 : sized(q1, voters)),
    committing: (voters) => (voters === 0 ? 1 : sized(q2, voters)),
    // Paxos: a configuration takes effect alpha slots after its own (2.9), which is the window.
    governing: (configs, pos) => (lag === 0 ? configs.latest.config : configs.at(pos - lag)),
  };
}

/** Who votes at first: all members, but for single-decree Paxos, where the acceptors do. */
export function firstVoters({ spec, members }: World): readonly Member[] {
  const { mode, roles } = { ...spec.protocol.defaultOptions, ...spec.options };
  if (mode !== 'single-decree' || typeof roles !== 'string') return members;
  const ids = members.map((member) => member.nodeId);
  const acceptors = idsIn(readCast(roles, ids), 'acceptor');
  return members.filter((member) => acceptors.includes(member.nodeId));
}
