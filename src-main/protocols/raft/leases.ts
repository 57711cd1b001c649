/**
 * How long a leader may trust that nobody else was elected (dissertation 6.4.1; protocols.md 1.12).
 * Time counts from when the newest round that a quorum answered was sent: each of them denies its
 * vote for ET ticks from then on, and for ET ticks after its boot.
 */
import { quorumPosition } from '../quorum/majority.ts';
import type { RaftState } from './state.ts';
import { isReady } from './tracing.ts';

/** Clocks run at most 5 % apart from true time: (1 - rho) / (1 + rho) = 19 / 21. */
const SLOW = 19;
const FAST = 21;

/** Ticks of a lease. The tick subtracted pays for the phase: a voter's first tick may be short. */
export function leaseTicks(electionTicksMin: number): number {
  return Math.floor(((electionTicksMin - 1) * SLOW) / FAST);
}

/** Whether this leader may answer from its state without asking anybody. */
export function holdsLease(s: RaftState): boolean {
  if (!s.options.leaseReads || s.leaseBlocked || !isReady(s)) return false;
  const from = quorumPosition(s.membership.sets, (voter) =>
    voter === s.nodeId ? s.clock : (s.peers.find(({ id }) => id === voter)?.leaseFrom ?? -1),
  );
  return from >= 0 && s.clock - from < leaseTicks(s.timing.electionTicksMin);
}
