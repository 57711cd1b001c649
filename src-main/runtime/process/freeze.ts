/**
 * A pause without SIGSTOP: what would have been done while the node is frozen is done when it goes
 * on, in order. Only its control channel is served meanwhile: the supervisor has to be able to end
 * the pause.
 */

/** More is not kept; a real pause ends where the buffers of the system are full. */
const WAITING_MAX = 50_000;

export class Freeze {
  #waiting: (() => void)[] | null = null;

  get isOn(): boolean {
    return this.#waiting !== null;
  }

  /** Nothing more can wait. */
  get isFull(): boolean {
    return (this.#waiting?.length ?? 0) >= WAITING_MAX;
  }

  /** Does it now, or when the node goes on. */
  pass(act: () => void): void {
    if (this.#waiting === null) act();
    else this.#waiting.push(act);
  }

  set(on: boolean): void {
    if (on === this.isOn) return;
    const waiting = this.#waiting ?? [];
    this.#waiting = on ? [] : null;
    for (const act of waiting) act();
  }
}
