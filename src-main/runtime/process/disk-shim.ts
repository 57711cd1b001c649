/**
 * The fault shim of a node's disk. Held, it keeps every write in memory and tells nobody that it is
 * done; released, it completes them in their order. Slow, it completes each a while later. What
 * waits when the process is killed is lost: a power cut loses what was not synced, and a real disk
 * cannot be asked to do that.
 */
import { Prng } from '../../base/prng.ts';
import type { Token } from '../../protocols/kernel/core.ts';
import type { PersistOp } from '../../protocols/kernel/durable.ts';
import type { NodeRules } from '../../vocabulary/fault.ts';
import type { DiskMode } from './node-config.ts';

/** How much longer every sync takes. */
export type Slowness = Pick<NodeRules['disk'], 'delayMs' | 'jitterMs'>;

export interface DiskShimPorts {
  /** Writes a batch durably; throws when it cannot. */
  commit(ops: readonly PersistOp[]): void;
  /** Everything up to this barrier is durable. */
  done(token: Token): void;
  nowMs(): number;
  /** Runs `complete`, which may throw, outside of any turn of the driver. */
  later(complete: () => void): void;
}

interface Batch {
  readonly ops: readonly PersistOp[];
  readonly token: Token;
  readonly dueMs: number;
}

export class DiskShim {
  readonly #ports: DiskShimPorts;
  readonly #prng: Prng;
  #mode: DiskMode = 'instant';
  #slow: Slowness = { delayMs: 0, jitterMs: 0 };
  #waiting: Batch[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** @param seed of the delays of a slow disk. */
  constructor(seed: number, ports: DiskShimPorts) {
    this.#prng = new Prng(seed);
    this.#ports = ports;
  }

  /** Barriers that wait. */
  get held(): number {
    return this.#waiting.length;
  }

  persist(ops: readonly PersistOp[], token: Token): void {
    const lateMs = this.#lateMs();
    // Behind what waits still, or a later barrier would be done before an earlier one.
    if (this.#mode === 'held' || this.#waiting.length > 0 || lateMs > 0) {
      const lastMs = this.#waiting.at(-1)?.dueMs ?? 0;
      const dueMs = Math.max(lastMs, this.#ports.nowMs() + lateMs);
      this.#waiting.push({ ops, token, dueMs });
      this.#arm();
      return;
    }
    this.#ports.commit(ops);
    this.#ports.done(token);
  }

  #lateMs(): number {
    const { delayMs, jitterMs } = this.#slow;
    if (jitterMs === 0) return delayMs;
    return Math.max(0, delayMs + jitterMs * (this.#prng.nextUnit() * 2 - 1));
  }

  setMode(mode: DiskMode): void {
    this.#mode = mode;
    if (mode === 'instant') this.#complete(Infinity);
  }

  /** A disk that is less slow than before completes what waits at once. */
  setSlowness({ delayMs, jitterMs }: Slowness): void {
    const before = this.#slow;
    this.#slow = { delayMs, jitterMs };
    const isLess = delayMs < before.delayMs || jitterMs < before.jitterMs;
    if (isLess) this.#complete(Infinity);
  }

  /** In order; what comes of one (`done`) may add more, and those wait their turn here. */
  #complete(untilMs: number): void {
    for (let batch = this.#waiting[0]; batch !== undefined; batch = this.#waiting[0]) {
      if (this.#mode === 'held') return;
      if (batch.dueMs > untilMs) return this.#arm();
      this.#ports.commit(batch.ops);
      this.#waiting.shift();
      this.#ports.done(batch.token);
    }
  }

  #arm(): void {
    const first = this.#waiting[0];
    if (first === undefined || this.#mode === 'held' || this.#timer !== null) return;
    const waitMs = Math.max(0, Math.ceil(first.dueMs - this.#ports.nowMs()));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#ports.later(() => this.#complete(this.#ports.nowMs()));
    }, waitMs);
  }

  /** The node is gone: nothing is completed any more. */
  abandon(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** The node ends in order: what waits is written, nobody is told any more. */
  close(): void {
    this.abandon();
    for (const { ops } of this.#waiting.splice(0)) this.#ports.commit(ops);
  }
}
