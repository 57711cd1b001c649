/**
 * A node's sockets: one server for peers and clients, one dialled connection per peer. Who a
 * connection belongs to is said by its first frame; anything else first, or anything malformed,
 * closes the connection and nothing more.
 */
import { deriveSeed } from '../../base/prng.ts';
import type { Member, NodeId } from '../../vocabulary/ids.ts';
import type { LinkRules, LinkTraffic } from './node-config.ts';
import type { Outgoing } from '../driver/ports.ts';
import { AddressBook } from './address-book.ts';
import type { Freeze } from './freeze.ts';
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
  /** Whom it talks to until the core says so. */
  readonly members: readonly Member[];
  /** Whom the supervisor has it talk to as well. */
  readonly peers: readonly Member[];
  readonly socketDir: string;
  readonly overSessions: boolean;
  readonly isBulky: (type: string) => boolean;
  readonly kindOf: (type: string) => string | null;
  readonly seed: number;
  readonly freeze: Freeze;
}

/** Closed without a hello after this long. */
const HELLO_MS = 5_000;

type Caller =
  | { readonly kind: 'unknown'; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'client' }
  | {
      readonly kind: 'peer';
      readonly link: PeerLink;
      readonly serial: number;
      readonly node: NodeId;
      readonly storageId: string;
    };

export class Transport {
  readonly #options: TransportOptions;
  readonly #gateway: Gateway;
  readonly #events: PeerLinkEvents;
  readonly #wake: () => void;
  readonly #book: AddressBook;
  readonly #links = new Map<NodeId, PeerLink>();
  /** Links of nodes that are no peers any more, until what they were told has left. */
  readonly #retired = new Set<PeerLink>();
  readonly #callers = new Map<IpcConnection, Caller>();
  readonly #serials = new Map<NodeId, number>();
  #server: IpcServerHandle | null = null;
  #rules: LinkRules = {};
  /** Of links that are closed. */
  #framesBefore = 0;
  #bytesBefore = 0;

  /** @param wake something arrived: run a turn soon. */
  constructor(
    options: TransportOptions,
    gateway: Gateway,
    events: PeerLinkEvents,
    wake: () => void,
  ) {
    this.#options = options;
    this.#gateway = gateway;
    this.#events = events;
    this.#wake = wake;
    this.#book = new AddressBook(options.self, options.members, options.peers);
    this.#matchLinks();
  }

  /** The core says who its peers are. */
  setMembers(members: readonly Member[]): void {
    this.#book.setOfCore(members);
    this.#matchLinks();
  }

  /** The supervisor says whom it knows. */
  setPeers(peers: readonly Member[]): void {
    this.#book.setOfSupervisor(peers);
    this.#matchLinks();
  }

  /** A link for each peer and for nobody else; who comes with a disk that nobody knows must go. */
  #matchLinks(): void {
    const { peers } = this.#book;
    for (const peer of peers) if (!this.#links.has(peer)) this.#open(peer);
    for (const [connection, caller] of this.#callers) {
      if (caller.kind !== 'peer' || this.#book.knows(caller.node, caller.storageId)) continue;
      connection.close();
    }
    for (const [peer, link] of this.#links) if (!peers.includes(peer)) this.#retire(peer, link);
  }

  #open(peer: NodeId): void {
    const options = this.#options;
    const { self, cluster, protocol, incarnation, storageId } = options;
    const hello: HelloFrame = { cluster, protocol, node: self, incarnation, storageId };
    const seed = deriveSeed(options.seed, `shim ${self} ${peer} ${incarnation}`);
    const link = new PeerLink({ ...options, peer, hello, seed }, this.#events);
    this.#links.set(peer, link);
    this.#setRules(peer, link);
  }

  #retire(peer: NodeId, link: PeerLink): void {
    this.#links.delete(peer);
    this.#retired.add(link);
    link.closeWhenSent(() => {
      if (!this.#retired.delete(link)) return;
      this.#framesBefore += link.frames;
      this.#bytesBefore += link.bytes;
    });
  }

  /** Begins to accept connections; rejects when the socket cannot be made. */
  async listen(): Promise<void> {
    const { socketDir, self, freeze } = this.#options;
    this.#server = await serveIpc(socketDir, self, NODE_EVENTS, {
      connected: (connection) => this.#connected(connection),
      closed: (connection) => freeze.pass(() => this.#closed(connection)),
      received: (connection, event, data) => {
        if (freeze.isFull) connection.close();
        else freeze.pass(() => this.#received(connection, event, data));
      },
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
    if (this.#links.get(caller.node) !== caller.link) return false;
    return this.#serials.get(caller.node) === caller.serial;
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

  /** A peer counts only with the disk it is known by (protocols.md 0.5). */
  #handleHello(connection: IpcConnection, hello: HelloFrame): void {
    const { cluster, protocol } = this.#options;
    if (hello.cluster !== cluster || hello.protocol !== protocol) {
      connection.close();
      return;
    }
    if (hello.node === null) {
      this.#callers.set(connection, { kind: 'client' });
      return;
    }
    const { node, storageId } = hello;
    const link = this.#links.get(node);
    if (link === undefined || !this.#book.knows(node, storageId)) {
      connection.close();
      return;
    }
    const serial = (this.#serials.get(node) ?? 0) + 1;
    this.#serials.set(node, serial);
    this.#callers.set(connection, { kind: 'peer', link, serial, node, storageId });
    link.accept(hello.incarnation);
    this.#wake();
  }

  setRules(rules: LinkRules): void {
    this.#rules = rules;
    for (const [peer, link] of this.#links) this.#setRules(peer, link);
  }

  #setRules(peer: NodeId, link: PeerLink): void {
    const rule = this.#rules[peer];
    link.setRules(rule?.outgoing ?? [], rule?.deaf ?? false);
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

  /** What is on its way, by peer. */
  get traffic(): LinkTraffic {
    return Object.fromEntries([...this.#links].map(([peer, link]) => [peer, link.traffic]));
  }

  get frames(): number {
    let frames = this.#framesBefore;
    for (const link of this.#links.values()) frames += link.frames;
    return frames;
  }

  get bytes(): number {
    let bytes = this.#bytesBefore;
    for (const link of this.#links.values()) bytes += link.bytes;
    return bytes;
  }

  close(): void {
    for (const link of [...this.#links.values(), ...this.#retired]) link.close();
    this.#server?.close();
  }
}
