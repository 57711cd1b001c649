/**
 * Failures of a node's disk that faults inject, at the places where the system would report them.
 * A full database needs none of this: SQLite itself runs out of pages there (full-database.ts).
 */
import type { NodeRules } from '../../vocabulary/fault.ts';

export type DiskFailureKind = NodeRules['disk']['failure'];

/** Told apart from what the system says by itself. */
const INJECTED = '(injected by the lab)';

export class DiskFailure {
  #kind: DiskFailureKind;

  constructor(kind: DiskFailureKind = 'none') {
    this.#kind = kind;
  }

  get kind(): DiskFailureKind {
    return this.#kind;
  }

  set(kind: DiskFailureKind): void {
    this.#kind = kind;
  }

  /** Something is about to be written: nothing of it will be there. */
  beforeWrite(): void {
    if (this.#kind === 'write') throw new Error(`EIO: i/o error, write ${INJECTED}`);
  }

  /** A file outside the database is about to grow. */
  beforeGrowth(): void {
    this.beforeWrite();
    if (this.#kind === 'full') {
      throw new Error(`ENOSPC: no space left on device, write ${INJECTED}`);
    }
  }

  /** What was written was handed to the disk: it is there this time, and nobody may rely on it. */
  afterSync(): void {
    if (this.#kind === 'sync') throw new Error(`EIO: i/o error, fsync ${INJECTED}`);
  }
}
