/** Connections of one client to every node; requests of one turn leave in one frame per node. */
import type { NodeId } from '../vocabulary/ids.ts';
import { IpcDialer } from '../runtime/process/ipc.ts';
import {
  CLIENT_EVENTS,
  isAnswersFrame,
  type HelloFrame,
  type WireAnswer,
  type WireOp,
} from '../runtime/process/wire.ts';

/** A frame stays small, whatever the values: a large one blocks the node that parses it. */
const FRAME_REQUESTS_MAX = 32;

export interface ClientLinkEvents {
  answered(answer: WireAnswer): void;
  /** These requests are on their way: their fate is no longer known. */
  sent(numbers: readonly number[]): void;
  /** These certainly did not leave. */
  notSent(node: NodeId, numbers: readonly number[]): void;
  lost(node: NodeId): void;
}

export class ClientLinks {
  readonly #dialers = new Map<NodeId, IpcDialer>();
  readonly #events: ClientLinkEvents;
  readonly #socketDir: string;
  readonly #hello: HelloFrame;
  #outbox = new Map<NodeId, [number, WireOp][]>();
  #flushPlanned = false;

  constructor(
    socketDir: string,
    nodeIds: readonly NodeId[],
    hello: HelloFrame,
    events: ClientLinkEvents,
  ) {
    this.#socketDir = socketDir;
    this.#hello = hello;
    this.#events = events;
    for (const node of nodeIds) this.#dial(node);
  }

  #dial(node: NodeId): void {
    const dialer = new IpcDialer(this.#socketDir, node, CLIENT_EVENTS, {
      connected: () => {
        dialer.send('hello', this.#hello);
      },
      disconnected: () => this.#events.lost(node),
      received: (_event, data) => {
        if (!isAnswersFrame(data)) return;
        for (const answer of data.answers) this.#events.answered(answer);
      },
    });
    this.#dialers.set(node, dialer);
  }

  /** A connection to each of these and to nobody else. @returns those that are gone. */
  setNodes(nodeIds: readonly NodeId[]): readonly NodeId[] {
    for (const node of nodeIds) if (!this.#dialers.has(node)) this.#dial(node);
    const gone = [...this.#dialers.keys()].filter((node) => !nodeIds.includes(node));
    for (const node of gone) {
      this.#dialers.get(node)?.close();
      this.#dialers.delete(node);
    }
    return gone;
  }

  has(node: NodeId): boolean {
    return this.#dialers.has(node);
  }

  send(node: NodeId, no: number, op: WireOp): void {
    const batch = this.#outbox.get(node);
    if (batch === undefined) this.#outbox.set(node, [[no, op]]);
    else batch.push([no, op]);
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#flushPlanned = false;
    const outbox = this.#outbox;
    this.#outbox = new Map();
    for (const [node, all] of outbox) {
      for (let next = 0; next < all.length; next += FRAME_REQUESTS_MAX) {
        this.#sendFrame(node, all.slice(next, next + FRAME_REQUESTS_MAX));
      }
    }
  }

  #sendFrame(node: NodeId, requests: readonly [number, WireOp][]): void {
    const numbers = requests.map(([no]) => no);
    if (this.#dialers.get(node)?.send('requests', { requests }) === true) {
      this.#events.sent(numbers);
    } else {
      this.#events.notSent(node, numbers);
    }
  }

  close(): void {
    for (const dialer of this.#dialers.values()) dialer.close();
  }
}
