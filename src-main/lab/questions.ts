/** Questions to a node over its control channel, each answered once, or given up after a while. */
export class Questions<T> {
  readonly #limitMs: number;
  readonly #open = new Map<number, (answer: T | null) => void>();
  #next = 1;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** @returns the answer, null when there is none in time or the node is gone. */
  ask(send: (id: number) => void): Promise<T | null> {
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(id, null), this.#limitMs);
      this.#open.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      send(id);
    });
  }

  answer(id: number, answer: T): void {
    this.#end(id, answer);
  }

  /** Nobody is there to answer any more. */
  endAll(): void {
    for (const id of [...this.#open.keys()]) this.#end(id, null);
  }

  #end(id: number, answer: T | null): void {
    const waiter = this.#open.get(id);
    this.#open.delete(id);
    waiter?.(answer);
  }
}
