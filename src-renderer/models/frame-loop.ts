/**
 * The one animation-frame loop of the dashboard. At most about 30 frames a second: the nodes of the
 * clusters run on the same processors as this page.
 */

const FRAME_MS_MIN = 30;

export class FrameLoop {
  readonly #handlers = new Set<(nowMs: number) => void>();
  readonly #page: Pick<Window, 'requestAnimationFrame'>;
  #lastMs = 0;
  #running = false;

  constructor(page: Pick<Window, 'requestAnimationFrame'>) {
    this.#page = page;
  }

  /** Calls `handler` on every frame until the returned undo is called. */
  add(handler: (nowMs: number) => void): () => void {
    this.#handlers.add(handler);
    if (!this.#running) {
      this.#running = true;
      this.#page.requestAnimationFrame(this.#handleFrame);
    }
    return () => {
      this.#handlers.delete(handler);
    };
  }

  readonly #handleFrame = (nowMs: number): void => {
    if (this.#handlers.size === 0) {
      this.#running = false;
      return;
    }
    this.#page.requestAnimationFrame(this.#handleFrame);
    if (nowMs - this.#lastMs < FRAME_MS_MIN) return;
    this.#lastMs = nowMs;
    for (const handler of this.#handlers) handler(nowMs);
  };
}
