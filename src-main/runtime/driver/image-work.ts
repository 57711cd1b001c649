/**
 * Images of the state machine in small pieces: writing one for a snapshot while entries go on being
 * applied, and loading one before the entries behind it. A turn does a bounded part, so that
 * heartbeats leave in time however large the state is.
 */
import { assert } from '../../base/assert.ts';
import type { StateMachine } from '../../services/state-machine.ts';
import type { DriverPorts, ImageStore } from './ports.ts';

/** Characters of images read or written in one turn. */
const CHARS_PER_TURN = 512 * 1024;

export interface ImageJob {
  readonly lastPos: number;
  readonly handle: string;
}

export interface WrittenImage extends ImageJob {
  readonly chunks: number;
  readonly bytes: number;
}

export class ImageWriter {
  readonly job: ImageJob;
  readonly #ports: Pick<DriverPorts, 'images' | 'passing'>;
  readonly #pieces: Iterator<string>;
  #chunks = 0;
  #bytes = 0;

  /** The image is of the machine as it is now, whatever it applies later. */
  constructor(
    job: ImageJob,
    machine: StateMachine,
    ports: Pick<DriverPorts, 'images' | 'passing'>,
  ) {
    assert(
      machine.position === job.lastPos,
      `image of ${job.lastPos}, the machine is at ${machine.position}`,
    );
    this.job = job;
    this.#ports = ports;
    this.#pieces = machine.image()[Symbol.iterator]();
  }

  /** Goes on for one turn. @returns what was written when that was all of it. */
  turn(isPaced: boolean): WrittenImage | null {
    let left = isPaced ? CHARS_PER_TURN : Infinity;
    while (left > 0) {
      const { done, value } = this.#pieces.next();
      if (done === true) return this.#written();
      this.#ports.images.put(this.job.handle, this.#chunks, value);
      this.#ports.passing?.('snapshot-chunk');
      this.#chunks += 1;
      this.#bytes += value.length;
      left -= value.length;
    }
    return null;
  }

  #written(): WrittenImage {
    const { lastPos, handle } = this.job;
    return { lastPos, handle, chunks: this.#chunks, bytes: this.#bytes };
  }
}

export class ImageLoader {
  readonly job: ImageJob;
  readonly #machine: StateMachine;
  readonly #store: ImageStore;
  #next = 0;

  constructor(job: ImageJob, machine: StateMachine, store: ImageStore) {
    this.job = job;
    this.#machine = machine;
    this.#store = store;
  }

  /** Goes on for one turn. @returns whether the machine has it all. */
  turn(isPaced: boolean): boolean {
    let left = isPaced ? CHARS_PER_TURN : Infinity;
    while (left > 0) {
      const chunk = this.#store.get(this.job.handle, this.#next);
      if (chunk === null) return this.#finish();
      this.#machine.loadChunk(chunk);
      this.#next += 1;
      left -= chunk.length;
    }
    return false;
  }

  #finish(): boolean {
    const { handle, lastPos } = this.job;
    assert(this.#next > 0, `no image ${handle}`);
    const { position } = this.#machine;
    assert(position === lastPos, `image ${handle} is of ${position}, not of ${lastPos}`);
    return true;
  }
}
