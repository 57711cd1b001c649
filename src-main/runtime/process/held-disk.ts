/**
 * The fault shim of a node's disk. Held, it keeps every write in memory and tells nobody that it is
 * done; released, it completes them in their order. What was held when the process is killed is
 * lost: a power cut loses what was not synced, and a real disk cannot be asked to do that.
 */
import type { Token } from '../../protocols/kernel/core.ts';
import type { PersistOp } from '../../protocols/kernel/durable.ts';
import type { DiskMode } from './node-config.ts';

interface Batch {
  readonly ops: readonly PersistOp[];
  readonly token: Token;
}

export class HeldDisk {
  readonly #commit: (ops: readonly PersistOp[]) => void;
  readonly #done: (token: Token) => void;
  #mode: DiskMode = 'instant';
  #waiting: Batch[] = [];

  /**
   * @param commit writes a batch durably; throws when it cannot.
   * @param done everything up to this barrier is durable.
   */
  constructor(commit: (ops: readonly PersistOp[]) => void, done: (token: Token) => void) {
    this.#commit = commit;
    this.#done = done;
  }

  /** Barriers that wait. */
  get held(): number {
    return this.#waiting.length;
  }

  persist(ops: readonly PersistOp[], token: Token): void {
    // Behind what waits still, or a later barrier would be done before an earlier one.
    if (this.#mode === 'held' || this.#waiting.length > 0) {
      this.#waiting.push({ ops, token });
      return;
    }
    this.#commit(ops);
    this.#done(token);
  }

  setMode(mode: DiskMode): void {
    this.#mode = mode;
    if (mode === 'instant') this.#complete();
  }

  /** In order; what comes of one (`done`) may add more, and those wait their turn here. */
  #complete(): void {
    for (let batch = this.#waiting[0]; batch !== undefined; batch = this.#waiting[0]) {
      if (this.#mode === 'held') return;
      this.#commit(batch.ops);
      this.#waiting.shift();
      this.#done(batch.token);
    }
  }

  /** The node ends in order: what waits is written, nobody is told any more. */
  close(): void {
    for (const { ops } of this.#waiting.splice(0)) this.#commit(ops);
  }
}
