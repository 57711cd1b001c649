export interface ClockRates {
  /** Its own: clocks drift. */
  readonly own: number;
  /** What faults make of that. */
  readonly skew: number;
}

/** The clock of one node: virtual time at a rate of its own, counted in ticks from a phase. */
export interface SimClock {
  own: number;
  skew: number;
  /** The clock read `originTicks` at `originUs` of virtual time. */
  originUs: number;
  originTicks: number;
  /** Whole ticks its node was told of. */
  taken: number;
  /** When its next wake-up is due, Infinity when none is planned. */
  wakeUs: number;
}

export function newClock(nowUs: number, { own, skew }: ClockRates, phase: number): SimClock {
  const wakeUs = Number.POSITIVE_INFINITY;
  return { own, skew, originUs: nowUs, originTicks: phase, taken: 0, wakeUs };
}

function rateOf({ own, skew }: SimClock): number {
  return own * skew;
}

function ticksAt(clock: SimClock, nowUs: number, tickUs: number): number {
  return clock.originTicks + ((nowUs - clock.originUs) * rateOf(clock)) / tickUs;
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
  return Math.ceil(clock.originUs + (missing * tickUs) / rateOf(clock));
}

/** From now on the clock runs at other rates. */
export function changeRates(
  clock: SimClock,
  nowUs: number,
  tickUs: number,
  { own, skew }: Partial<ClockRates>,
): void {
  clock.originTicks = ticksAt(clock, nowUs, tickUs);
  clock.originUs = nowUs;
  clock.own = own ?? clock.own;
  clock.skew = skew ?? clock.skew;
}

/** From now on the clock is so much further. */
export function jumpClock(clock: SimClock, byUs: number, tickUs: number): void {
  clock.originTicks += byUs / tickUs;
}
