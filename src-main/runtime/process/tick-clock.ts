/**
 * The machine's monotonic clock as ticks (protocols.md 6.2): one `tick {elapsed}` per turn at most,
 * delivered before anything else, so that a node that was frozen learns of the lost time before it
 * answers anything. It can be made to run at another rate than the machine's, or to jump.
 */
export class TickClock {
  readonly #tickMs: number;
  /** The clock's own time is `rate` times what has passed since `originMs`, on top of `atOriginMs`.
   *   */
  #rate = 1;
  #originMs: number;
  #atOriginMs = 0;
  /** Up to here, in its own time, ticks were taken. */
  #takenMs = 0;

  constructor(tickMs: number, nowMs: number) {
    this.#tickMs = tickMs;
    this.#originMs = nowMs;
  }

  #ownMs(nowMs: number): number {
    return this.#atOriginMs + (nowMs - this.#originMs) * this.#rate;
  }

  /** From now on it runs at this rate. */
  setRate(rate: number, nowMs: number): void {
    if (rate === this.#rate) return;
    this.#atOriginMs = this.#ownMs(nowMs);
    this.#originMs = nowMs;
    this.#rate = rate;
  }

  /** So much time has passed at once. */
  jump(ms: number): void {
    this.#atOriginMs += ms;
  }

  /** Whole ticks since the last call. */
  take(nowMs: number): number {
    const ticks = Math.floor((this.#ownMs(nowMs) - this.#takenMs) / this.#tickMs);
    if (ticks <= 0) return 0;
    this.#takenMs += ticks * this.#tickMs;
    return ticks;
  }

  /** Milliseconds until `ticks` more ticks are full. */
  msUntil(ticks: number, nowMs: number): number {
    return Math.max(0, this.#takenMs + ticks * this.#tickMs - this.#ownMs(nowMs)) / this.#rate;
  }
}
