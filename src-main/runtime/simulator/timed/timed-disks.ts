/** Disks on virtual time: how long a barrier takes, and what faults do to it. */
import { deriveSeed, Prng, type PrngState } from '../../../base/prng.ts';
import { SOUND_NODE, type NodeRules } from '../../../vocabulary/fault.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { DiskMode } from '../world/disk.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { World } from '../world/world.ts';

export interface DiskTimes {
  readonly latencyUsMin: number;
  readonly latencyUsMax: number;
}

/** A barrier of this life of the node is due. */
export interface BarrierDue {
  readonly node: NodeId;
  readonly life: number;
  readonly token: number;
}

export interface DiskPorts {
  readonly world: World;
  nowUs(): number;
  /** Calls `handle` with it at that time. */
  plan(due: BarrierDue, timeUs: number): void;
  /** Before a node hears anything it learns how much time has passed. */
  advance(node: NodeId): void;
}

type DiskRules = NodeRules['disk'];

export interface SavedDisks {
  readonly prng: PrngState;
  readonly faultPrng: PrngState;
  readonly slow: readonly (readonly [NodeId, number])[];
  readonly held: readonly (readonly [NodeId, number | null])[];
  readonly rules: readonly (readonly [NodeId, DiskRules])[];
  readonly lastDue: readonly (readonly [NodeId, number])[];
}

/** What the next barrier meets. */
const MODES: Readonly<Record<Exclude<DiskRules['failure'], 'none'>, DiskMode>> = {
  full: 'full',
  write: 'failing',
  sync: 'failing-sync',
};

export class TimedDisks {
  readonly #ports: DiskPorts;
  readonly #times: DiskTimes;
  #prng: Prng;
  /** Apart, so that a fault moves nothing but its own draws. */
  #faultPrng: Prng;
  /** Latency added to every barrier of a node, beside what rules add. */
  readonly slow = new Map<NodeId, number>();
  /** Disks that complete nothing now, and the newest barrier that was due since. */
  readonly #held = new Map<NodeId, number | null>();
  readonly #rules = new Map<NodeId, DiskRules>();
  /** When the last barrier of a disk is due: what keeps their order. */
  readonly #lastDue = new Map<NodeId, number>();

  constructor(times: DiskTimes, seed: number, ports: DiskPorts) {
    this.#times = times;
    this.#ports = ports;
    this.#prng = new Prng(deriveSeed(seed, 'disks'));
    this.#faultPrng = new Prng(deriveSeed(seed, 'slow disks'));
  }

  /** How a sound disk of this world works. */
  get #soundMode(): DiskMode {
    return this.#times.latencyUsMax > 0 ? 'held' : 'instant';
  }

  start(): void {
    if (this.#soundMode === 'instant') return;
    for (const id of this.#ports.world.ids) this.#ports.world.setDisk(id, 'held');
  }

  /** A barrier waits for its time. */
  queued({ id, disk }: SimNode): void {
    const { latencyUsMin, latencyUsMax } = this.#times;
    const slowUs = (this.slow.get(id) ?? 0) + this.#ruledUs(id);
    const latencyUs = this.#prng.nextInt(latencyUsMin, latencyUsMax) + slowUs;
    const timeUs = Math.max(this.#ports.nowUs() + latencyUs, this.#lastDue.get(id) ?? 0);
    this.#lastDue.set(id, timeUs);
    const token = disk.pending.at(-1)?.token ?? 0;
    this.#ports.plan({ node: id, life: disk.incarnation, token }, timeUs);
  }

  #ruledUs(id: NodeId): number {
    const { delayMs, jitterMs } = this.#rulesOf(id);
    if (jitterMs === 0) return delayMs * 1_000;
    const drawnMs = delayMs + (this.#faultPrng.nextUnit() * 2 - 1) * jitterMs;
    return Math.round(Math.max(0, drawnMs) * 1_000);
  }

  #rulesOf(id: NodeId): DiskRules {
    return this.#rules.get(id) ?? SOUND_NODE.disk;
  }

  handle({ node, life, token }: BarrierDue): void {
    const { disk } = this.#ports.world.node(node);
    if (disk.incarnation !== life) return;
    const count = disk.pending.findIndex((barrier) => barrier.token === token) + 1;
    // It completed with others before its time.
    if (count === 0) return;
    if (this.#held.has(node)) this.#held.set(node, token);
    else this.#complete(node, count);
  }

  #complete(node: NodeId, count: number): void {
    this.#ports.advance(node);
    this.#ports.world.complete(node, count);
  }

  isHeld(id: NodeId): boolean {
    return this.#held.has(id);
  }

  /** From now on no barrier of this disk completes. */
  hold(id: NodeId): void {
    if (!this.#held.has(id)) this.#held.set(id, null);
  }

  /** What was due completes at once, the rest in its time. */
  release(id: NodeId): void {
    const due = this.#held.get(id) ?? null;
    this.#held.delete(id);
    const { life, disk } = this.#ports.world.node(id);
    if (due === null || life === null) return;
    const count = disk.pending.findIndex((barrier) => barrier.token === due) + 1;
    if (count > 0) this.#complete(id, count);
  }

  /** What faults do to a disk from now on. */
  setRules(id: NodeId, rules: DiskRules): void {
    const before = this.#rulesOf(id);
    this.#rules.set(id, rules);
    if (rules.delayMs < before.delayMs) this.#hurry(id);
    if (rules.failure !== before.failure) this.#setFailure(id);
  }

  /** A slow disk is sound again: what waits is completed now, unless it is held, too. */
  #hurry(id: NodeId): void {
    this.#lastDue.set(id, this.#ports.nowUs());
    const { life, disk } = this.#ports.world.node(id);
    const last = disk.pending.at(-1);
    if (life === null || last === undefined) return;
    if (this.#held.has(id)) this.#held.set(id, last.token);
    else this.#complete(id, disk.pending.length);
  }

  #setFailure(id: NodeId): void {
    const { failure } = this.#rulesOf(id);
    this.#ports.world.setDisk(id, failure === 'none' ? this.#soundMode : MODES[failure]);
  }

  /** A life is about to begin: a disk that failed fails again, for as long as it is broken. */
  beforeBoot(id: NodeId): void {
    if (this.#rulesOf(id).failure !== 'none') this.#setFailure(id);
  }

  save(): SavedDisks {
    return {
      prng: this.#prng.save(),
      faultPrng: this.#faultPrng.save(),
      slow: [...this.slow],
      held: [...this.#held],
      rules: [...this.#rules],
      lastDue: [...this.#lastDue],
    };
  }

  restore(saved: SavedDisks): void {
    this.#prng = Prng.restore(saved.prng);
    this.#faultPrng = Prng.restore(saved.faultPrng);
    for (const [id, us] of saved.slow) this.slow.set(id, us);
    for (const [id, due] of saved.held) this.#held.set(id, due);
    for (const [id, rules] of saved.rules) this.#rules.set(id, rules);
    for (const [id, timeUs] of saved.lastDue) this.#lastDue.set(id, timeUs);
  }
}
