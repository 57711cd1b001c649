/**
 * A node's sockets: one server for peers and clients, one dialled connection per peer. Who a
 * connection belongs to is said by its first frame; anything else first, or anything malformed,
 * closes the connection and nothing more.
 */
import { deriveSeed } from '../../base/prng.ts';
import type { Member, NodeId } from '../../vocabulary/ids.ts';
import type { LinkRules } from './node-config.ts';
import { CLEAR_LINK } from '../../vocabulary/fault.ts';
import type { Outgoing } from '../driver/ports.ts';
import type { Gateway } from './gateway.ts';
import { serveIpc, type IpcConnection, type IpcServerHandle } from './ipc.ts';
import { PeerLink, type PeerLinkEvents } from './peer-link.ts';
import { isHello, isMessagesFrame, isRequestsFrame, NODE_EVENTS, type HelloFrame } from './wire.ts';

export interface TransportOptions {
  readonly cluster: string;
  readonly protocol: string;
  readonly self: NodeId;
  readonly storageId: string;
  readonly incarnation: number;
  readonly members: readonly Member[];
  readonly socketDir: string;
  readonly overSessions: boolean;
  readonly isBulky: (type: string) => boolean;
  readonly seed: number;
}

/** Closed without a hello after this long. */
const HELLO_MS = 5_000;

type Caller =
  | { readonly kind: 'unknown'; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'client' }
  | { readonly kind: 'peer'; readonly link: PeerLink; readonly serial: number };

export class Transport {
  readonly #options: TransportOptions;
  readonly #gateway: Gateway;
  readonly #wake: () => void;
  readonly #links = new Map<NodeId, PeerLink>();
  readonly #callers = new Map<IpcConnection, Caller>();
  readonly #serials = new Map<NodeId, number>();
  #server: IpcServerHandle | null = null;

  /** @param wake something arrived: run a turn soon. */
  constructor(
    options: TransportOptions,
    gateway: Gateway,
    events: PeerLinkEvents,
    wake: () => void,
  ) {
    this.#options = options;
    this.#gateway = gateway;
    this.#wake = wake;
    const { self, cluster, protocol, incarnation, storageId } = options;
    const hello: HelloFrame = { cluster, protocol, node: self, incarnation, storageId };
    for (const { nodeId } of options.members) {
      if (nodeId === self) continue;
      const seed = deriveSeed(options.seed, `shim ${self} ${nodeId} ${incarnation}`);
      const linkOptions = { ...options, peer: nodeId, hello, seed };
      this.#links.set(nodeId, new PeerLink(linkOptions, events));
    }
  }

  /** Begins to accept connections; rejects when the socket cannot be made. */
  async listen(): Promise<void> {
    const { socketDir, self } = this.#options;
    this.#server = await serveIpc(socketDir, self, NODE_EVENTS, {
      connected: (connection) => this.#connected(connection),
      closed: (connection) => this.#closed(connection),
      received: (connection, event, data) => this.#received(connection, event, data),
      failed: () => undefined,
    });
  }

  #connected(connection: IpcConnection): void {
    const timer = setTimeout(() => connection.close(), HELLO_MS);
    timer.unref();
    this.#callers.set(connection, { kind: 'unknown', timer });
  }

  #closed(connection: IpcConnection): void {
    const caller = this.#callers.get(connection);
    this.#callers.delete(connection);
    if (caller?.kind === 'unknown') clearTimeout(caller.timer);
    if (caller?.kind === 'client') this.#gateway.forget(connection);
    // A peer that already dialled anew is not gone.
    if (caller?.kind === 'peer' && this.#isNewest(caller)) {
      caller.link.lost();
      this.#wake();
    }
  }

  #isNewest(caller: Extract<Caller, { kind: 'peer' }>): boolean {
    for (const [nodeId, link] of this.#links) {
      if (link === caller.link) return this.#serials.get(nodeId) === caller.serial;
    }
    return false;
  }

  #received(connection: IpcConnection, event: string, data: unknown): void {
    const caller = this.#callers.get(connection);
    if (caller === undefined) return;
    if (event === 'hello' && caller.kind === 'unknown' && isHello(data)) {
      clearTimeout(caller.timer);
      this.#handleHello(connection, data);
    } else if (event === 'messages' && caller.kind === 'peer' && isMessagesFrame(data)) {
      for (const item of data.items) caller.link.receive(item);
      this.#wake();
    } else if (event === 'requests' && caller.kind === 'client' && isRequestsFrame(data)) {
      this.#gateway.receive(connection, data);
      this.#wake();
    } else {
      connection.close();
    }
  }

  /** A peer counts only with the storage the configuration knows it by (protocols.md 0.5). */
  #handleHello(connection: IpcConnection, hello: HelloFrame): void {
    const { cluster, protocol, members } = this.#options;
    if (hello.cluster !== cluster || hello.protocol !== protocol) {
      connection.close();
      return;
    }
    if (hello.node === null) {
      this.#callers.set(connection, { kind: 'client' });
      return;
    }
    const member = members.find((candidate) => candidate.nodeId === hello.node);
    const link = this.#links.get(hello.node);
    if (link === undefined || member?.storageId !== hello.storageId) {
      connection.close();
      return;
    }
    const serial = (this.#serials.get(hello.node) ?? 0) + 1;
    this.#serials.set(hello.node, serial);
    this.#callers.set(connection, { kind: 'peer', link, serial });
    link.accept(hello.incarnation);
    this.#wake();
  }

  setRules(rules: LinkRules): void {
    for (const [peer, link] of this.#links) {
      const rule = rules[peer];
      link.setRule(rule?.outgoing ?? CLEAR_LINK, rule?.deaf ?? false);
    }
  }

  send(message: Outgoing): void {
    this.#links.get(message.to)?.send(message);
  }

  closeLink(peer: NodeId, linkEpoch: number, why: string): void {
    this.#links.get(peer)?.closeSession(linkEpoch, why);
  }

  tick(ticks: number): void {
    for (const link of this.#links.values()) link.tick(ticks);
  }

  flush(): void {
    for (const link of this.#links.values()) link.flush();
    this.#gateway.flush();
  }

  get frames(): number {
    let frames = 0;
    for (const link of this.#links.values()) frames += link.frames;
    return frames;
  }

  get bytes(): number {
    let bytes = 0;
    for (const link of this.#links.values()) bytes += link.bytes;
    return bytes;
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
    this.#server?.close();
  }
}
