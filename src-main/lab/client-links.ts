/** Connections of one client to every node; requests of one turn leave in one frame per node. */
import type { NodeId } from '../vocabulary/ids.ts';
import type { ClientOp } from '../protocols/kernel/core.ts';
import { IpcDialer } from '../runtime/process/ipc.ts';
import {
  CLIENT_EVENTS,
  isAnswersFrame,
  type HelloFrame,
  type WireAnswer,
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
  #outbox = new Map<NodeId, [number, ClientOp][]>();
  #flushPlanned = false;

  constructor(
    socketDir: string,
    nodeIds: readonly NodeId[],
    hello: HelloFrame,
    events: ClientLinkEvents,
  ) {
    this.#events = events;
    for (const node of nodeIds) {
      const dialer = new IpcDialer(socketDir, node, CLIENT_EVENTS, {
        connected: () => {
          dialer.send('hello', hello);
        },
        disconnected: () => events.lost(node),
        received: (_event, data) => {
          if (isAnswersFrame(data)) for (const answer of data.answers) events.answered(answer);
        },
      });
      this.#dialers.set(node, dialer);
    }
  }

  has(node: NodeId): boolean {
    return this.#dialers.has(node);
  }

  send(node: NodeId, no: number, op: ClientOp): void {
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

  #sendFrame(node: NodeId, requests: readonly [number, ClientOp][]): void {
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
