/**
 * The machine's monotonic clock as ticks (protocols.md 6.2): one `tick {elapsed}` per turn at most,
 * delivered before anything else, so that a node that was frozen learns of the lost time before it
 * answers anything.
 */
export class TickClock {
  readonly #tickMs: number;
  #baseMs: number;

  constructor(tickMs: number, nowMs: number) {
    this.#tickMs = tickMs;
    this.#baseMs = nowMs;
  }

  /** Whole ticks since the last call. */
  take(nowMs: number): number {
    const ticks = Math.floor((nowMs - this.#baseMs) / this.#tickMs);
    if (ticks <= 0) return 0;
    this.#baseMs += ticks * this.#tickMs;
    return ticks;
  }

  /** Milliseconds until `ticks` more ticks are full. */
  msUntil(ticks: number, nowMs: number): number {
    return Math.max(0, this.#baseMs + ticks * this.#tickMs - nowMs);
  }
}
