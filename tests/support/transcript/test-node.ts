/** One node of a TestCluster: the core, its disk, its state machine. What a crash loses is here. */
import {
  applyPersistOps,
  EMPTY_DURABLE,
  type DurableState,
  type PersistOp,
} from '../../../src-main/protocols/kernel/durable.ts';
import type { Core, Message, Token } from '../../../src-main/protocols/kernel/core.ts';
import type { Entry } from '../../../src-main/protocols/kernel/entry.ts';
import type { Service } from '../../../src-main/services/service.ts';
import { StateMachine, type ApplyResult } from '../../../src-main/services/state-machine.ts';
import type { NodeId } from '../../../src-main/vocabulary/ids.ts';

export interface AppliedEntry {
  readonly entry: Entry;
  readonly outcome: ApplyResult;
}

interface Barrier {
  readonly token: Token;
  readonly ops: readonly PersistOp[];
}

export interface GatedSend {
  readonly to: NodeId;
  readonly msg: Message;
  readonly after: Token;
  /** Epoch of the connection it was asked for on. */
  readonly linkEpoch: number;
}

export class TestNode {
  readonly id: NodeId;
  /** null: not running. */
  core: Core | null = null;
  incarnation = 0;
  /** Why the core stopped itself, or null. */
  haltedBy: string | null = null;
  diskHeld = false;
  machine: StateMachine;
  applied: AppliedEntry[] = [];
  gated: GatedSend[] = [];
  tokenLast: Token = 0;
  tokenDurable: Token = 0;
  readonly #newService: () => Service;
  #durable: DurableState = EMPTY_DURABLE;
  /** Completed, not yet folded into `#durable`: folding copies the log. */
  #completedOps: PersistOp[] = [];
  #barriers: Barrier[] = [];

  constructor(id: NodeId, newService: () => Service) {
    this.id = id;
    this.#newService = newService;
    this.machine = new StateMachine(newService());
  }

  get running(): boolean {
    return this.core !== null;
  }

  get barriersPending(): number {
    return this.#barriers.length;
  }

  /** Everything volatile goes; the disk keeps what its last completed barrier covers. */
  stop(): void {
    this.core = null;
    this.gated = [];
    this.#barriers = [];
    this.tokenLast = 0;
    this.tokenDurable = 0;
    this.applied = [];
    this.machine = new StateMachine(this.#newService());
  }

  queueBarrier(token: Token, ops: readonly PersistOp[]): void {
    if (token !== this.tokenLast + 1) {
      throw new Error(`${this.id}: token ${token} after ${this.tokenLast}`);
    }
    this.tokenLast = token;
    this.#barriers.push({ token, ops });
  }

  /** Makes up to `count` barriers durable and returns the last of their tokens, or null. */
  completeBarriers(count: number): Token | null {
    const done = this.#barriers.splice(0, count);
    for (const barrier of done) this.#completedOps.push(...barrier.ops);
    const last = done.at(-1);
    if (last === undefined) return null;
    this.tokenDurable = last.token;
    return last.token;
  }

  /** Sends whose barrier is durable now, in the order they were asked for. */
  takeReleasedSends(): GatedSend[] {
    const released = this.gated.filter((send) => send.after <= this.tokenDurable);
    this.gated = this.gated.filter((send) => send.after > this.tokenDurable);
    return released;
  }

  /** What a crash now would leave. */
  durable(): DurableState {
    this.#durable = applyPersistOps(this.#durable, this.#completedOps);
    this.#completedOps = [];
    return this.#durable;
  }

  /** The log as the core believes it: the durable one and every barrier still under way. */
  log(): readonly Entry[] {
    const pending = this.#barriers.flatMap((barrier) => barrier.ops);
    return applyPersistOps(this.durable(), pending).log;
  }

  /** A wiped disk. */
  wipe(): void {
    this.#durable = EMPTY_DURABLE;
    this.#completedOps = [];
  }
}
