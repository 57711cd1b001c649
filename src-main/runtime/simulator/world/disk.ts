/**
 * A simulated disk with the crash modes of protocols.md 0.3: one small record and one log, written
 * through one ordered queue of barriers. What a power cut leaves is everything up to the last
 * completed barrier and a part of what came after; a killed process loses nothing it has written.
 */
import { assert } from '../../../base/assert.ts';
import type {
  DurableState,
  HardRecord,
  PersistOp,
  SnapshotRef,
} from '../../../protocols/kernel/durable.ts';
import type { Entry } from '../../../protocols/kernel/entry.ts';
import type { Token } from '../../../protocols/kernel/core.ts';
import type { ImageStore } from '../../driver/ports.ts';

/**
 * `instant`: a barrier completes at once. `held`: it waits until somebody completes it. `failing`,
 * `full`: the next barrier fails, which is fatal for the node; `failing-sync`: it fails when it was
 * written, so that a later life may find what nobody was told of.
 */
export type DiskMode = 'instant' | 'held' | 'failing' | 'failing-sync' | 'full';

export interface Barrier {
  readonly token: Token;
  readonly ops: readonly PersistOp[];
}

interface SavedImage {
  readonly handle: string;
  readonly chunks: readonly string[];
  readonly sealed: boolean;
}

export interface SavedDisk {
  readonly storageId: string;
  readonly incarnation: number;
  readonly hard: HardRecord;
  readonly snapshot: SnapshotRef | null;
  readonly log: readonly Entry[];
  readonly images: readonly SavedImage[];
  readonly pending: readonly Barrier[];
  readonly mode: DiskMode;
  readonly syncs: number;
}

export class SimDisk {
  storageId: string;
  incarnation = 0;
  mode: DiskMode = 'instant';
  syncs = 0;
  #hard: HardRecord = {};
  /** Index = position; holes are possible. */
  #log: (Entry | undefined)[] = [];
  #snapshot: SnapshotRef | null = null;
  #images = new Map<string, { chunks: string[]; sealed: boolean }>();
  #pending: Barrier[] = [];

  constructor(storageId: string) {
    this.storageId = storageId;
  }

  /** What would survive a power cut now. */
  get hard(): HardRecord {
    return this.#hard;
  }

  at(pos: number): Entry | undefined {
    return this.#log[pos];
  }

  /** Of the log, or of the snapshot when that reaches further. */
  get lastPos(): number {
    return Math.max(0, this.#log.length - 1, this.#snapshot?.lastPos ?? 0);
  }

  get snapshot(): SnapshotRef | null {
    return this.#snapshot;
  }

  /** Images of the state machine. What was not sealed is lost with the power. */
  readonly images: ImageStore = {
    put: (handle, chunk, text) => this.#putChunk(handle, chunk, text),
    get: (handle, chunk) => this.#images.get(handle)?.chunks[chunk] ?? null,
    seal: (handle, chunks) => this.#seal(handle, chunks),
    keepOnly: (handles) => {
      for (const handle of [...this.#images.keys()]) {
        if (!handles.includes(handle)) this.#images.delete(handle);
      }
    },
  };

  #putChunk(handle: string, chunk: number, text: string): void {
    if (chunk === 0) this.#images.set(handle, { chunks: [], sealed: false });
    const image = this.#images.get(handle);
    const next = image?.chunks.length ?? 0;
    assert(image !== undefined && chunk === next, `${handle}: chunk ${chunk}, not ${next}`);
    image.chunks.push(text);
  }

  #seal(handle: string, chunks: number): void {
    const image = this.#images.get(handle);
    const has = image?.chunks.length ?? 0;
    assert(image !== undefined && has === chunks, `${handle} has ${has} chunks, not ${chunks}`);
    image.sealed = true;
  }

  get pending(): readonly Barrier[] {
    return this.#pending;
  }

  write(token: Token, ops: readonly PersistOp[]): void {
    this.#pending.push({ token, ops });
  }

  /** Completes up to `count` barriers, oldest first. @returns them. */
  complete(count: number): readonly Barrier[] {
    const done = count >= this.#pending.length ? this.#pending : this.#pending.slice(0, count);
    this.#pending = this.#pending.slice(done.length);
    for (const barrier of done) {
      this.syncs += 1;
      for (const op of barrier.ops) this.#carryOut(op);
    }
    return done;
  }

  /** Single writes behind the last completed barrier: of the record, and of the log. */
  unsynced(): { readonly hard: number; readonly log: number } {
    let hard = 0;
    let log = 0;
    for (const { ops } of this.#pending) {
      for (const op of ops) {
        if (op.op === 'hard') hard += 1;
        else log += op.op === 'put' ? op.entries.length : 1;
      }
    }
    return { hard, log };
  }

  /**
   * The power goes. Of what no barrier covers, the first `keepHard` writes of the record and the
   * first `keepLog` writes of the log survive: two files, no order between them, but for the writes
   * of one barrier, which are one record of a write-ahead log and torn from its end. Entries of a
   * log are chained, so what stands behind a lost one is cut when it is opened.
   * @returns what survived of the unsynced writes.
   */
  crash(keepHard: number, keepLog: number): readonly PersistOp[] {
    const kept: PersistOp[] = [];
    let hardLeft = keepHard;
    let logLeft = keepLog;
    for (const { ops } of this.#pending) {
      let isTorn = false;
      for (const op of ops) {
        if (op.op === 'hard') {
          if (isTorn || hardLeft <= 0) hardLeft = 0;
          else kept.push(op);
          isTorn ||= hardLeft === 0;
          hardLeft = Math.max(0, hardLeft - 1);
        } else {
          if (isTorn) logLeft = 0;
          const size = op.op === 'put' ? op.entries.length : 1;
          const survivor = keptOf(op, logLeft);
          if (survivor !== null) kept.push(survivor);
          isTorn ||= logLeft < size;
          logLeft = Math.max(0, logLeft - size);
        }
      }
    }
    this.#pending = [];
    for (const op of kept) this.#carryOut(op);
    for (const [handle, { sealed }] of [...this.#images]) {
      if (!sealed) this.#images.delete(handle);
    }
    return kept;
  }

  #carryOut(op: PersistOp): void {
    if (op.op === 'hard') this.#hard = { ...this.#hard, ...op.record };
    else if (op.op === 'truncate') this.#log.length = Math.min(this.#log.length, op.from);
    else if (op.op === 'snapshot') this.#snapshot = op.snapshot;
    else if (op.op === 'compact') this.#compact(op.upTo);
    else for (const entry of op.entries) this.#log[entry.pos] = entry;
  }

  #compact(upTo: number): void {
    for (let pos = 0; pos <= upTo && pos < this.#log.length; pos += 1) delete this.#log[pos];
  }

  /** What a life finds when it begins. */
  durable(): DurableState {
    assert(this.#pending.length === 0, `${this.storageId}: read with writes under way`);
    const log: Entry[] = [];
    for (const entry of this.#log) if (entry !== undefined) log.push(entry);
    return { hard: this.#hard, snapshot: this.#snapshot, log };
  }

  /** Everything is gone; `storageId` names the new disk. */
  wipe(storageId: string): void {
    this.storageId = storageId;
    this.#hard = {};
    this.#log = [];
    this.#snapshot = null;
    this.#images.clear();
    this.#pending = [];
  }

  save(): SavedDisk {
    return {
      storageId: this.storageId,
      incarnation: this.incarnation,
      hard: this.#hard,
      snapshot: this.#snapshot,
      log: this.#log.filter((entry) => entry !== undefined),
      images: [...this.#images].map(([handle, { chunks, sealed }]) => {
        return { handle, chunks: [...chunks], sealed };
      }),
      pending: [...this.#pending],
      mode: this.mode,
      syncs: this.syncs,
    };
  }

  static restore(saved: SavedDisk): SimDisk {
    const disk = new SimDisk(saved.storageId);
    disk.incarnation = saved.incarnation;
    disk.mode = saved.mode;
    disk.syncs = saved.syncs;
    disk.#hard = saved.hard;
    disk.#snapshot = saved.snapshot;
    for (const { handle, chunks, sealed } of saved.images) {
      disk.#images.set(handle, { chunks: [...chunks], sealed });
    }
    for (const entry of saved.log) disk.#log[entry.pos] = entry;
    disk.#pending = [...saved.pending];
    return disk;
  }
}

/** What is left of a write of the log when only `left` single writes reached the disk. */
function keptOf(op: Exclude<PersistOp, { op: 'hard' }>, left: number): PersistOp | null {
  if (left <= 0) return null;
  if (op.op !== 'put') return op;
  return { op: 'put', entries: op.entries.slice(0, left) };
}
