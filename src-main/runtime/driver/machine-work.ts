/**
 * Everything that touches the state machine of a node, in the order of the effects that asked for
 * it: entries to apply, images to make and to load, reads that wait for a position.
 */
import { assert, ensure } from '../../base/assert.ts';
import type { Effect, Input, Token } from '../../protocols/kernel/core.ts';
import type { SnapshotRef } from '../../protocols/kernel/durable.ts';
import type { StateMachine } from '../../services/state-machine.ts';
import { Applier, type ApplyJob } from './applier.ts';
import { ImageLoader, ImageWriter, type ImageJob } from './image-work.ts';
import type { DriverPorts } from './ports.ts';

type Job =
  | ({ readonly kind: 'apply' } & ApplyJob)
  | ({ readonly kind: 'take' | 'load'; readonly step: number; readonly after: Token } & ImageJob);

type WaitingRead = Extract<Effect, { kind: 'read' }>;

/** Reads that wait for entries to be applied; more are refused. */
const READS_MAX = 8_192;

export interface SavedWork {
  readonly jobs: readonly Job[];
  readonly reads: readonly WaitingRead[];
  readonly snapshotHandle: string | null;
  readonly arriving: string | null;
}

export class MachineWork {
  readonly #machine: StateMachine;
  readonly #applier: Applier;
  readonly #ports: DriverPorts;
  readonly #nodeId: string;
  #jobs: Job[] = [];
  #reads: WaitingRead[] = [];
  #inputs: Input[] = [];
  #writer: ImageWriter | null = null;
  #loader: ImageLoader | null = null;
  /** The image that the durable state refers to, or will when the barrier under way is done. */
  #snapshotHandle: string | null = null;
  /** The image that is being received. */
  #arriving: string | null = null;

  constructor(machine: StateMachine, nodeId: string, ports: DriverPorts) {
    this.#machine = machine;
    this.#nodeId = nodeId;
    this.#ports = ports;
    this.#applier = new Applier(machine, ports);
  }

  get applied(): number {
    return this.#applier.applied;
  }

  /** How many answers to applied entries were given. */
  get answered(): number {
    return this.#applier.answered;
  }

  save(): SavedWork {
    const isIdle = this.#writer === null && this.#loader === null && this.#inputs.length === 0;
    assert(isIdle, `${this.#nodeId}: saved with an image under way`);
    return {
      jobs: [...this.#jobs],
      reads: [...this.#reads],
      snapshotHandle: this.#snapshotHandle,
      arriving: this.#arriving,
    };
  }

  restore(saved: SavedWork): void {
    this.#jobs = [...saved.jobs];
    this.#reads = [...saved.reads];
    this.#snapshotHandle = saved.snapshotHandle;
    this.#arriving = saved.arriving;
  }

  /** A life begins with this snapshot: what an earlier one left half done is dropped. */
  open(handle: string | null): void {
    this.#snapshotHandle = handle;
    this.#ports.images.keepOnly(handle === null ? [] : [handle]);
  }

  addApply(step: number, after: Token, effect: Extract<Effect, { kind: 'apply' }>): void {
    const { entries, waiting } = effect;
    this.#jobs.push({ kind: 'apply', step, after, entries, waiting });
  }

  addImage(kind: 'take' | 'load', step: number, after: Token, job: ImageJob): void {
    const { lastPos, handle } = job;
    this.#jobs.push({ kind, step, after, lastPos, handle });
  }

  /** @returns false when too many wait already. */
  addRead(read: WaitingRead): boolean {
    if (this.#reads.length >= READS_MAX) return false;
    this.#reads.push(read);
    return true;
  }

  keepChunk(handle: string, chunk: number, text: string | null): void {
    const kept = ensure(text, `${this.#nodeId}: no chunk came with this input`);
    this.#arriving = handle;
    this.#ports.images.put(handle, chunk, kept);
    this.#ports.passing?.('install-chunk');
  }

  /** Before the reference is written. */
  seal(snapshot: SnapshotRef): void {
    this.#ports.images.seal(snapshot.handle, snapshot.chunks);
    this.#snapshotHandle = snapshot.handle;
    if (this.#arriving === snapshot.handle) this.#arriving = null;
  }

  /** Once the newest reference is durable. */
  dropOldImages(): void {
    const waiting = this.#jobs.map((job) => (job.kind === 'apply' ? null : job.handle));
    const current = [this.#snapshotHandle, this.#arriving, this.#writer?.job.handle ?? null];
    this.#ports.images.keepOnly([...current, ...waiting].filter((handle) => handle !== null));
  }

  /**
   * Does what may be done now that everything up to `durable` is on disk, as far as one turn goes.
   * @returns journal lines.
   */
  run(durable: Token): string {
    let lines = '';
    for (let job = this.#jobs[0]; job !== undefined && job.after <= durable; job = this.#jobs[0]) {
      const line = this.#runJob(job);
      if (line === null) break;
      lines += line;
      this.#jobs.shift();
    }
    if (this.#writer !== null) this.#writeImage(this.#writer);
    if (this.#writer !== null || this.#loader !== null) this.#ports.wake?.();
    return lines;
  }

  /** What the core has to be told of, once. */
  takeInputs(): readonly Input[] {
    const inputs = this.#inputs;
    this.#inputs = [];
    return inputs;
  }

  /** @returns journal lines; null: not done yet. */
  #runJob(job: Job): string | null {
    if (job.kind === 'apply') return this.#applyEntries(job);
    const { images, wake } = this.#ports;
    if (job.kind === 'take') {
      assert(this.#writer === null, `${this.#nodeId}: two snapshots at once`);
      this.#writer = new ImageWriter(job, this.#machine, this.#ports);
      return '';
    }
    this.#loader ??= new ImageLoader(job, this.#machine, images);
    if (!this.#loader.turn(wake !== null)) return null;
    this.#loader = null;
    this.#ports.passing?.('install-loaded');
    this.#inputs.push({ kind: 'snapshot-loaded', lastPos: job.lastPos });
    return this.#applier.loaded(job.step);
  }

  #applyEntries(job: ApplyJob): string {
    this.#ports.passing?.('before-apply');
    return this.#applier.run(job);
  }

  #writeImage(writer: ImageWriter): void {
    const written = writer.turn(this.#ports.wake !== null);
    if (written === null) return;
    this.#writer = null;
    this.#inputs.push({ kind: 'snapshot-ready', ...written });
  }

  /** Answers the reads whose position is applied; a half loaded machine answers nobody. */
  answerReads(): void {
    if (this.#reads.length === 0 || this.#loader !== null) return;
    const waiting: WaitingRead[] = [];
    for (const read of this.#reads) {
      if (read.pos > this.#applier.applied) waiting.push(read);
      else this.#applier.read(read.reqId, read.payload);
    }
    this.#reads = waiting;
  }
}
