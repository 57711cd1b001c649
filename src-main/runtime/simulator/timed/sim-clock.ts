/** The clock of one node: virtual time at a rate of its own, counted in ticks from a phase. */
export interface SimClock {
  rate: number;
  /** The clock read `originTicks` at `originUs` of virtual time. */
  originUs: number;
  originTicks: number;
  /** Whole ticks its node was told of. */
  taken: number;
  /** When its next wake-up is due, Infinity when none is planned. */
  wakeUs: number;
}

export function newClock(nowUs: number, rate: number, phase: number): SimClock {
  const wakeUs = Number.POSITIVE_INFINITY;
  return { rate, originUs: nowUs, originTicks: phase, taken: 0, wakeUs };
}

function ticksAt(clock: SimClock, nowUs: number, tickUs: number): number {
  return clock.originTicks + ((nowUs - clock.originUs) * clock.rate) / tickUs;
}

/** Whole ticks since the last call. */
export function takeTicks(clock: SimClock, nowUs: number, tickUs: number): number {
  // The tolerance keeps a wake-up planned for a full tick from arriving a rounding error before it.
  const ticks = Math.floor(ticksAt(clock, nowUs, tickUs) + 1e-6) - clock.taken;
  if (ticks <= 0) return 0;
  clock.taken += ticks;
  return ticks;
}

/** When `ticks` more whole ticks are full. */
export function dueUs(clock: SimClock, ticks: number, tickUs: number): number {
  const missing = clock.taken + ticks - clock.originTicks;
  return Math.ceil(clock.originUs + (missing * tickUs) / clock.rate);
}

/** From now on the clock runs at another rate. */
export function changeRate(clock: SimClock, nowUs: number, tickUs: number, rate: number): void {
  clock.originTicks = ticksAt(clock, nowUs, tickUs);
  clock.originUs = nowUs;
  clock.rate = rate;
}

/** From now on the clock is so much further. */
export function jumpClock(clock: SimClock, byUs: number, tickUs: number): void {
  clock.originTicks += byUs / tickUs;
}
