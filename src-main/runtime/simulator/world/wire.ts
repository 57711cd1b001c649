/** The ends of the simulated network: what leaves a node, what arrives, and sessions above it. */
import type { Message } from '../../../protocols/kernel/core.ts';
import { compareIds, type Member, type NodeId, type StorageId } from '../../../vocabulary/ids.ts';
import type { Outgoing } from '../../driver/ports.ts';
import { SessionLink, type SessionFrame } from '../../driver/session-link.ts';
import type { Packet, SimNetwork } from './network.ts';
import type { WorldObserver } from './observed.ts';
import type { Life, SimNode } from './sim-node.ts';
import type { TurnQueue } from './turn-queue.ts';

export interface WireOptions {
  readonly network: SimNetwork;
  readonly nodes: ReadonlyMap<NodeId, SimNode>;
  readonly members: readonly Member[];
  readonly observers: readonly WorldObserver[];
  readonly eagerSessions: boolean;
  readonly queue: () => TurnQueue;
}

export interface SavedViews {
  readonly views: readonly (readonly [NodeId, readonly Member[]])[];
  readonly introduced: readonly (readonly [NodeId, StorageId])[];
}

/** More than any retry of a session waits, so that its opener acts at once. */
const SESSION_NUDGE_TICKS = 100;

export class Wire {
  readonly #options: WireOptions;
  /** Whom each node talks to, once it said so in this life. */
  readonly #views = new Map<NodeId, readonly Member[]>();
  /** The disks that operators had taken in, the newest of each node. */
  readonly #introduced = new Map<NodeId, StorageId>();

  constructor(options: WireOptions) {
    this.#options = options;
  }

  /** A core says whom it talks to from now on. */
  setMembers(id: NodeId, members: readonly Member[]): void {
    this.#views.set(id, members);
  }

  /** A life begins: what an earlier one knew it says again itself. */
  forgetView(id: NodeId): void {
    this.#views.delete(id);
  }

  saveViews(): SavedViews {
    return { views: [...this.#views], introduced: [...this.#introduced] };
  }

  restoreViews({ views, introduced }: SavedViews): void {
    for (const [id, members] of views) this.#views.set(id, members);
    for (const [id, storageId] of introduced) this.#introduced.set(id, storageId);
  }

  /** Whether a node knows another one with the disk that has. */
  knows(id: NodeId, other: NodeId): boolean {
    const storageId = this.#options.nodes.get(other)?.disk.storageId;
    return this.#viewOf(id).some((m) => m.nodeId === other && m.storageId === storageId);
  }

  #viewOf(id: NodeId): readonly Member[] {
    return this.#views.get(id) ?? this.#options.members;
  }

  /** An operator had a node taken in with the disk it has: whoever runs them tells them all. */
  introduce({ nodeId, storageId }: Member): void {
    this.#introduced.set(nodeId, storageId);
  }

  /** A joiner holds no configuration yet, and a node that lags an old one: whoever started them
   *  told them of the others. A node that came back with another disk than the one it is known by
   *  is not let in until it is added again. */
  #admits(id: NodeId, other: NodeId): boolean {
    if (this.knows(id, other) || !this.knows(id, id)) return true;
    const storageId = this.#options.nodes.get(other)?.disk.storageId;
    if (this.#introduced.get(other) === storageId) return true;
    return !this.#viewOf(id).some(({ nodeId }) => nodeId === other);
  }

  #isKnownPair(a: NodeId, b: NodeId): boolean {
    if (!this.knows(a, b) && !this.knows(b, a)) return false;
    return this.#admits(a, b) && this.#admits(b, a);
  }

  /** Why nothing gets from one node to another, or null. */
  obstacle(from: NodeId, to: NodeId): string | null {
    if (this.#options.network.link(from, to).cut) return 'cut';
    return this.#isKnownPair(from, to) ? null : 'no link';
  }

  send(node: SimNode, life: Life, message: Outgoing): void {
    const { to, msg, bulk } = message;
    if (!this.#options.nodes.has(to)) return;
    for (const observer of this.#options.observers) observer.sending?.(node, to, msg);
    const session = life.sessions.get(to);
    const frame = session === undefined ? null : session.stamp(message.linkEpoch);
    if (session !== undefined && frame === null) return this.lose(node.id, to, msg, 'old session');
    const why = this.obstacle(node.id, to);
    // Nobody is told: the hole closes the session when the next message arrives.
    if (why !== null) return this.lose(node.id, to, msg, why);
    const { step, index, lamport } = message;
    const fromIncarnation = node.disk.incarnation;
    const head = { from: node.id, to, type: msg.type, frame, msg, bulk };
    this.#onWire({ ...head, fromIncarnation, step, index, lamport });
  }

  #sendFrame(node: SimNode, to: NodeId, frame: SessionFrame): void {
    if (this.obstacle(node.id, to) !== null) return;
    const fromIncarnation = node.disk.incarnation;
    const head = { from: node.id, to, type: frame.t, frame, msg: null, bulk: null };
    const packet = { ...head, fromIncarnation, step: 0, index: 0, lamport: 0 };
    const { network, eagerSessions, queue } = this.#options;
    const waits = network.link(node.id, to).heldTypes.size > 0;
    if (eagerSessions && !waits) queue().pushControl({ id: 0, ...packet });
    else this.#onWire(packet);
  }

  #onWire(packet: Omit<Packet, 'id'>): void {
    const numbered = this.#options.network.push(packet);
    for (const observer of this.#options.observers) observer.sent?.(numbered);
  }

  lose(from: NodeId, to: NodeId, msg: Message | null, why: string): void {
    if (msg === null) return;
    for (const observer of this.#options.observers) observer.lost?.(from, to, msg, why);
  }

  arrive(packet: Packet): void {
    const node = this.#options.nodes.get(packet.to);
    const life = node?.life ?? null;
    if (node === undefined || life === null) {
      return this.lose(packet.from, packet.to, packet.msg, 'node down');
    }
    const session = life.sessions.get(packet.from);
    const isWanted = session === undefined || this.#accepts(session, packet);
    if (!isWanted || packet.msg === null) return;
    const { from, fromIncarnation, step, index, lamport, msg, bulk } = packet;
    const linkEpoch = session?.linkEpoch ?? 0;
    const incoming = { from, fromIncarnation, linkEpoch, step, index, lamport, msg, bulk };
    this.#options.queue().enqueue(node, incoming);
  }

  #accepts(session: SessionLink, packet: Packet): boolean {
    if (packet.frame !== null && session.receive(packet.frame)) return true;
    if (packet.frame?.t === 'data') this.lose(packet.from, packet.to, packet.msg, 'session');
    return false;
  }

  makeSession(node: SimNode, peer: NodeId, lifeOf: () => Life): SessionLink {
    const { queue } = this.#options;
    return new SessionLink(compareIds(node.id, peer) < 0, node.disk.incarnation, {
      sendFrame: (frame) => {
        if (node.life === lifeOf()) this.#sendFrame(node, peer, frame);
      },
      up: (linkEpoch) => queue().enqueue(node, { kind: 'link-up', peer, linkEpoch }),
      down: (linkEpoch) => queue().enqueue(node, { kind: 'link-down', peer, linkEpoch }),
    });
  }

  /** Opens the session of two nodes now, if nothing is in its way. */
  nudgeSession(a: NodeId, b: NodeId): void {
    const { nodes, network } = this.#options;
    const [openerId, otherId] = compareIds(a, b) < 0 ? [a, b] : [b, a];
    if (network.link(a, b).cut || network.link(b, a).cut) return;
    const opener = nodes.get(openerId);
    if (opener === undefined || opener.paused || (nodes.get(otherId)?.life ?? null) === null)
      return;
    opener.life?.sessions.get(otherId)?.tick(SESSION_NUDGE_TICKS);
  }
}
