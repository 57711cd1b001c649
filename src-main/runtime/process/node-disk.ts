/**
 * All that a node keeps on its disk, and what faults do to it: the database, the images beside it,
 * writes that wait, and failures. The flight journal is the lab's record of the node; no fault
 * touches that.
 */
import path from 'node:path';
import { deriveSeed } from '../../base/prng.ts';
import type { Token } from '../../protocols/kernel/core.ts';
import type { DurableState, PersistOp } from '../../protocols/kernel/durable.ts';
import type { NodeRules } from '../../vocabulary/fault.ts';
import type { ImageStore } from '../driver/ports.ts';
import { guardDisk, guardedImages } from './disk-error.ts';
import { DiskFailure } from './disk-failure.ts';
import { DiskShim } from './disk-shim.ts';
import { ImageFiles } from './image-files.ts';
import { DATABASE_FILE, type DiskMode, type NodeConfig } from './node-config.ts';
import { SqliteStorage, type StorageIdentity } from './sqlite-storage.ts';

export interface NodeDiskPorts {
  /** Everything up to this barrier is durable. */
  done(token: Token): void;
  nowMs(): number;
  /** Runs what may complete barriers, outside of any turn. */
  later(complete: () => void): void;
  /** All of a batch is written, nothing of it is durable. */
  written(): void;
}

export class NodeDisk {
  /** Images of the state machine. */
  readonly images: ImageStore;
  readonly #failure: DiskFailure;
  readonly #storage: SqliteStorage;
  readonly #files: ImageFiles;
  readonly #shim: DiskShim;

  /** Opens the disk and begins a new life on it. @throws DiskError */
  constructor(config: NodeConfig, ports: NodeDiskPorts) {
    const { dataDir, storageId, livesBefore, rules, seed, nodeId } = config;
    this.#failure = new DiskFailure(rules.disk.failure);
    const file = path.join(dataDir, DATABASE_FILE);
    this.#storage = guardDisk(() => new SqliteStorage(file, storageId, livesBefore, this.#failure));
    this.#files = new ImageFiles(dataDir, this.#failure);
    this.images = guardedImages(this.#files);
    this.#shim = new DiskShim(deriveSeed(seed, `disk ${nodeId} ${this.identity.incarnation}`), {
      commit: (ops) => guardDisk(() => this.#storage.commit(ops, () => ports.written())),
      done: (token) => ports.done(token),
      nowMs: () => ports.nowMs(),
      later: (complete) => ports.later(complete),
    });
    this.setRules(rules.disk);
  }

  get identity(): StorageIdentity {
    return this.#storage.identity;
  }

  get syncs(): number {
    return this.#storage.syncs;
  }

  /** Barriers that wait. */
  get held(): number {
    return this.#shim.held;
  }

  /** Everything that survived. @throws DiskError when a part of it cannot be read. */
  load(): DurableState {
    const durable = guardDisk(() => this.#storage.load());
    const { snapshot } = durable;
    if (snapshot !== null) guardDisk(() => this.#files.ensureWhole(snapshot));
    return durable;
  }

  persist(ops: readonly PersistOp[], token: Token): void {
    this.#shim.persist(ops, token);
  }

  setMode(mode: DiskMode): void {
    this.#shim.setMode(mode);
  }

  /** What faults do to it from now on. */
  setRules({ failure, delayMs, jitterMs }: NodeRules['disk']): void {
    guardDisk(() => this.#storage.setFailure(failure));
    this.#shim.setSlowness({ delayMs, jitterMs });
  }

  /** @param inOrder what waits is written; else the node died, and it is lost. */
  close(inOrder: boolean): void {
    this.#files.close();
    if (inOrder) this.#shim.close();
    else this.#shim.abandon();
    this.#storage.close();
  }
}
