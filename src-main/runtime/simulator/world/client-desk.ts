/** Clients of a world: their sessions, and who waits for which answer. */
import type { AdminOp, ClientRequest, ReadRequest } from '../../../protocols/kernel/core.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { Answer } from '../../driver/ports.ts';
import { clientOp, type ClientAsk, type ReadAsk } from './actions.ts';
import type { WorldObserver } from './observed.ts';
import type { ClientState, SavedClientDesk } from './saved-world.ts';
import type { ClientRequestInfo } from './sim-node.ts';

export class ClientDesk {
  readonly #observers: readonly WorldObserver[];
  readonly #clients = new Map<string, ClientState>();
  readonly #requests = new Map<number, ClientRequestInfo>();
  #lastReqId = 0;

  constructor(observers: readonly WorldObserver[]) {
    this.#observers = observers;
  }

  client(name: string): ClientState {
    let client = this.#clients.get(name);
    if (client === undefined) {
      client = { name, session: 0, nextSeq: 1 };
      this.#clients.set(name, client);
    }
    return client;
  }

  /** Numbers what a client asks of a node. */
  register(name: string, node: NodeId, asks: readonly ClientAsk[]): ClientRequest[] {
    const client = this.client(name);
    return asks.map((ask) => {
      const reqId = (this.#lastReqId += 1);
      const op = clientOp(ask, client.session);
      const isCommand = ask.kind === 'command';
      const info: ClientRequestInfo = {
        reqId,
        node,
        client: name,
        kind: ask.kind,
        session: op.kind === 'open-session' ? 0 : op.session,
        seq: isCommand ? ask.seq : 0,
        payload: isCommand ? ask.payload : null,
      };
      this.#requests.set(reqId, info);
      if (isCommand && ask.seq >= client.nextSeq) client.nextSeq = ask.seq + 1;
      for (const observer of this.#observers) observer.asked?.(info);
      return { reqId, op };
    });
  }

  /** Numbers the reads of a client. */
  registerReads(name: string, node: NodeId, asks: readonly ReadAsk[]): ReadRequest[] {
    const { session } = this.client(name);
    return asks.map(({ level, minPos, payload }) => {
      const reqId = (this.#lastReqId += 1);
      const head = { reqId, node, client: name, kind: 'read', session, seq: 0 } as const;
      this.#register({ ...head, payload, level, minPos });
      return { reqId, level, minPos, payload };
    });
  }

  /** Numbers a command of the operator. */
  registerAdmin(node: NodeId, op: AdminOp): number {
    const reqId = (this.#lastReqId += 1);
    const head = { reqId, node, client: 'operator', kind: 'admin', session: 0, seq: 0 } as const;
    this.#register({ ...head, payload: null, op });
    return reqId;
  }

  #register(info: ClientRequestInfo): void {
    this.#requests.set(info.reqId, info);
    for (const observer of this.#observers) observer.asked?.(info);
  }

  answer(reqId: number, answer: Answer): void {
    const request = this.#requests.get(reqId);
    if (request === undefined) return;
    this.#requests.delete(reqId);
    if (request.kind === 'open' && answer.ok) {
      const client = this.client(request.client);
      client.session = (answer.result as { readonly session: number }).session;
      client.nextSeq = 1;
    }
    for (const observer of this.#observers) observer.answered?.(request, answer);
  }

  get hasOpenCommand(): boolean {
    for (const { op } of this.#requests.values()) {
      if (op !== undefined && op.op !== 'snapshot') return true;
    }
    return false;
  }

  /** The node is down: nobody will be answered by it. */
  forget(node: NodeId): void {
    for (const [reqId, request] of this.#requests) {
      if (request.node === node) this.#requests.delete(reqId);
    }
  }

  save(): SavedClientDesk {
    return {
      lastReqId: this.#lastReqId,
      clients: [...this.#clients.values()].map((client) => ({ ...client })),
      requests: [...this.#requests.values()],
    };
  }

  restore(saved: SavedClientDesk): void {
    this.#lastReqId = saved.lastReqId;
    for (const client of saved.clients) this.#clients.set(client.name, { ...client });
    for (const request of saved.requests) this.#requests.set(request.reqId, request);
  }
}
