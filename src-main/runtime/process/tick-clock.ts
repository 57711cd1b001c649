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
  /** While it stands still: since when, on the machine's clock. */
  #stoppedAtMs: number | null = null;
  /** How long it has stood still in all. */
  #stoodMs = 0;
  /** Ticks that passed by hand. */
  #steppedTicks = 0;

  constructor(tickMs: number, nowMs: number) {
    this.#tickMs = tickMs;
    this.#originMs = nowMs;
  }

  #ownMs(nowMs: number): number {
    return this.#atOriginMs + (this.#countedMs(nowMs) - this.#originMs) * this.#rate;
  }

  /** The machine's time without that in which this clock stood still. */
  #countedMs(nowMs: number): number {
    return (this.#stoppedAtMs ?? nowMs) - this.#stoodMs;
  }

  get isStopped(): boolean {
    return this.#stoppedAtMs !== null;
  }

  /** It stands still; only `step` and `jump` move it. */
  stop(nowMs: number): void {
    this.#stoppedAtMs ??= nowMs;
  }

  /** It goes on from where it stands: what passed meanwhile is no lost time. */
  goOn(nowMs: number): void {
    if (this.#stoppedAtMs === null) return;
    this.#stoodMs += nowMs - this.#stoppedAtMs;
    this.#stoppedAtMs = null;
  }

  /** So many ticks more at the next `take`. */
  step(ticks: number): void {
    this.#steppedTicks += ticks;
  }

  /** From now on it runs at this rate. */
  setRate(rate: number, nowMs: number): void {
    if (rate === this.#rate) return;
    this.#atOriginMs = this.#ownMs(nowMs);
    this.#originMs = this.#countedMs(nowMs);
    this.#rate = rate;
  }

  /** So much time has passed at once. */
  jump(ms: number): void {
    this.#atOriginMs += ms;
  }

  /** Whole ticks since the last call. */
  take(nowMs: number): number {
    const passed = Math.floor((this.#ownMs(nowMs) - this.#takenMs) / this.#tickMs);
    const ticks = Math.max(0, passed);
    this.#takenMs += ticks * this.#tickMs;
    const stepped = this.#steppedTicks;
    this.#steppedTicks = 0;
    return ticks + stepped;
  }

  /** Milliseconds until `ticks` more ticks are full. */
  msUntil(ticks: number, nowMs: number): number {
    return Math.max(0, this.#takenMs + ticks * this.#tickMs - this.#ownMs(nowMs)) / this.#rate;
  }
}
