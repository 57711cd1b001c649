/**
 * Stalls of the event loop: for a while nothing runs in this process, no timer, no socket and no
 * word of its supervisor, as in a long collection of garbage. What came meanwhile is seen after.
 */
import type { NodeRules } from '../../vocabulary/fault.ts';

type Stall = NodeRules['stall'];

export class Stalls {
  readonly #block: (ms: number) => void;
  #stall: Stall = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(block: (ms: number) => void = blockLoop) {
    this.#block = block;
  }

  /** From now on these; the same ones go on in their rhythm. */
  set(stall: Stall): void {
    const { stallMs = 0, everyMs = 0 } = stall ?? {};
    if (this.#stall?.stallMs === stallMs && this.#stall.everyMs === everyMs) return;
    this.stop();
    this.#stall = stall;
    if (stall !== null) this.#plan(stall);
  }

  #plan({ stallMs, everyMs }: NonNullable<Stall>): void {
    this.#timer = setTimeout(() => {
      this.#block(stallMs);
      if (this.#stall !== null) this.#plan(this.#stall);
    }, everyMs - stallMs);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#stall = null;
  }
}

/** Sleeps in place: a busy wait would take the processor from the other nodes as well. */
function blockLoop(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
