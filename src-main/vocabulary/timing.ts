/** Timing of a cluster, in ticks of `tickMs` (protocols.md 0.7). */

export interface Timing {
  /** Length of a tick in milliseconds of the host's clock. */
  readonly tickMs: number;
  readonly heartbeatTicks: number;
  /** ET: stickiness, CheckQuorum and leases count in it. Timeouts are drawn from
   *  [electionTicksMin + 1, electionTicksMax]. */
  readonly electionTicksMin: number;
  readonly electionTicksMax: number;
}

/** What a scenario or the dashboard says, in milliseconds. */
export interface TimingMs {
  readonly electionTimeoutMs: readonly [min: number, max: number];
  readonly heartbeatMs: number;
}

export const TICK_MS = 10;

export const DEFAULT_TIMING_MS: TimingMs = { electionTimeoutMs: [150, 300], heartbeatMs: 50 };

/** Milliseconds to ticks; at least one tick each, and a maximum above the minimum. */
export function timingFromMs(ms: TimingMs): Timing {
  const min = Math.max(2, Math.round(ms.electionTimeoutMs[0] / TICK_MS));
  return {
    tickMs: TICK_MS,
    heartbeatTicks: Math.max(1, Math.round(ms.heartbeatMs / TICK_MS)),
    electionTicksMin: min,
    electionTicksMax: Math.max(min + 1, Math.round(ms.electionTimeoutMs[1] / TICK_MS)),
  };
}
