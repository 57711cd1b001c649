/** What a call of the world sets off, one after the other until nothing follows any more. */
import { assert } from '../../../base/assert.ts';
import type { Packet } from './network.ts';
import type { Life, SimNode, Waiting } from './sim-node.ts';

interface Entry {
  readonly node: SimNode;
  readonly life: Life;
  readonly waiting: Waiting;
}

export interface TurnHandlers {
  /** A frame of a session that arrives at once. */
  arrive(packet: Packet): void;
  turn(node: SimNode, life: Life, waiting: Waiting): void;
}

const TURNS_MAX = 100_000;

export class TurnQueue {
  readonly #handlers: TurnHandlers;
  readonly #entries: Entry[] = [];
  readonly #control: Packet[] = [];
  #running = false;

  constructor(handlers: TurnHandlers) {
    this.#handlers = handlers;
  }

  get isIdle(): boolean {
    return !this.#running && this.#entries.length === 0;
  }

  /** Whoever is down hears nothing; who is paused hears it later. */
  enqueue(node: SimNode, waiting: Waiting): void {
    if (node.life === null) return;
    if (node.paused) node.inbox.push(waiting);
    else this.#entries.push({ node, life: node.life, waiting });
  }

  pushControl(packet: Packet): void {
    this.#control.push(packet);
  }

  /** Runs everything; does nothing when it is running already. */
  run(): void {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let turns = 0; turns < TURNS_MAX; turns += 1) {
        const control = this.#control.shift();
        if (control !== undefined) {
          this.#handlers.arrive(control);
          continue;
        }
        const next = this.#entries.shift();
        if (next === undefined) return;
        if (next.node.life === next.life) {
          this.#handlers.turn(next.node, next.life, next.waiting);
        }
      }
      assert(false, 'the cluster does not come to rest');
    } finally {
      this.#running = false;
    }
  }
}
