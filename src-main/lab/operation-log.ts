/** Finished operations of the clients of a cluster: to those who listen at once, to the recorder in
 *  batches. */
import type { OperationRecord } from '../vocabulary/workload.ts';

const FLUSH_MS = 40;

type OperationWriter = (operations: readonly OperationRecord[], closedUs: number | null) => void;

export class OperationLog {
  readonly #listeners = new Set<(record: OperationRecord) => void>();
  readonly #write: OperationWriter | null;
  #waiting: OperationRecord[] = [];
  #timer: NodeJS.Timeout | null = null;

  #closedUs: (() => number) | null = null;

  /** @param write null: nobody keeps them. */
  constructor(write: OperationWriter | null) {
    this.#write = write;
  }

  /** @param closedUs all that was asked before that moment has been added */
  start(closedUs: () => number): void {
    this.#closedUs = closedUs;
    this.#timer = setInterval(() => this.#flush(), FLUSH_MS);
  }

  /** @returns how to stop listening. */
  listen(listener: (record: OperationRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(record: OperationRecord): void {
    if (this.#write !== null) this.#waiting.push(record);
    for (const listener of this.#listeners) listener(record);
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    this.#write?.(this.#waiting, this.#closedUs?.() ?? null);
    this.#waiting = [];
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#flush();
  }
}
