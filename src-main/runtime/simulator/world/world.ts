/**
 * A cluster of real cores under real drivers, on simulated disks, clocks and links. Nothing happens
 * by itself: every change is a call of one method, which runs to its end before it returns. A
 * scheduler (swarm/), a script (script/) or a minimised schedule decides what is called.
 */
import { assert } from '../../../base/assert.ts';
import type { AdminOp, CoreDescription, Message } from '../../../protocols/kernel/core.ts';
import type { CrashPoint } from '../../../vocabulary/crash-points.ts';
import { compareIds, type Member, type NodeId } from '../../../vocabulary/ids.ts';
import type { Action, BootDisk, ClientAsk, ReadAsk } from './actions.ts';
import { ClientDesk } from './client-desk.ts';
import { SimDisk, type DiskMode } from './disk.ts';
import type { WorldPorts } from './life-maker.ts';
import { SimNetwork, type Packet } from './network.ts';
import { NodeLives } from './node-lives.ts';
import { pickOf } from './packet-pick.ts';
import type { WorldObserver } from './observed.ts';
import { newNode, saveNode, type ClientState, type SavedWorld } from './saved-world.ts';
import type { Answer } from '../../driver/ports.ts';
import type { ClientRequestInfo, Life, SimNode } from './sim-node.ts';
import { TurnQueue } from './turn-queue.ts';
import { Wire } from './wire.ts';
import type { WorldSpec } from './world-spec.ts';

const NO_PORTS: WorldPorts = { journal: null, nowUs: () => 0 };
export class World {
  readonly spec: WorldSpec;
  readonly ids: readonly NodeId[];
  /** Of the configuration it starts from. */
  readonly members: readonly Member[];
  readonly network: SimNetwork;
  /** Every action so far, when somebody wants to know. */
  record: Action[] | null = null;
  readonly #wire: Wire;
  readonly #queue: TurnQueue;
  readonly #running: NodeLives;
  readonly #desk: ClientDesk;
  readonly #nodes = new Map<NodeId, SimNode>();
  readonly #observers: WorldObserver[] = [];

  constructor(spec: WorldSpec, ports: WorldPorts = NO_PORTS) {
    this.spec = spec;
    const all = Array.from({ length: spec.nodes + spec.spares }, (_, i) => `n${i + 1}`);
    const asMember = (nodeId: NodeId): Member => ({ nodeId, storageId: `disk-${nodeId}` });
    this.ids = [...all].sort(compareIds);
    this.members = all.slice(0, spec.nodes).sort(compareIds).map(asMember);
    this.network = new SimNetwork(this.ids);
    for (const id of this.ids) {
      this.#nodes.set(id, newNode(id, new SimDisk(asMember(id).storageId)));
    }
    this.#wire = new Wire({
      network: this.network,
      nodes: this.#nodes,
      members: this.members,
      observers: this.#observers,
      eagerSessions: spec.eagerSessions,
      queue: () => this.#queue,
    });
    this.#queue = new TurnQueue({
      arrive: (packet) => this.#wire.arrive(packet),
      turn: (node, life, waiting) => this.#running.take(node, life, waiting),
    });
    this.#observers.push({ answered: (request, answer) => this.#noteAnswer(request, answer) });
    this.#desk = new ClientDesk(this.#observers);
    this.#running = new NodeLives({
      spec,
      ids: this.ids,
      members: this.members,
      nodes: this.#nodes,
      network: this.network,
      wire: this.#wire,
      queue: this.#queue,
      desk: this.#desk,
      observers: this.#observers,
      ports,
    });
  }

  observe(observer: WorldObserver): void {
    this.#observers.push(observer);
  }

  /** Boots every node; sessions open at once when they are eager. */
  start(): void {
    for (const { nodeId } of this.members) this.#running.boot(this.node(nodeId));
    for (const { nodeId } of this.members) this.#running.greet(this.node(nodeId));
    this.#queue.run();
  }

  // Looking

  node(id: NodeId): SimNode {
    const node = this.#nodes.get(id);
    assert(node !== undefined, `no node ${id}`);
    return node;
  }

  hasNode(id: NodeId): boolean {
    return this.#nodes.has(id);
  }

  describe(id: NodeId): CoreDescription | null {
    return this.node(id).life?.core.describe() ?? null;
  }

  /** Nodes that lead and can serve; a deposed one may still believe so. */
  readyLeaders(): NodeId[] {
    return this.ids.filter((id) => {
      const view = this.describe(id);
      return view !== null && view.role === 'leader' && view.ready;
    });
  }

  /** Of those the one of the newest era; null when nobody leads. */
  leader(): NodeId | null {
    let newest: { readonly id: NodeId; readonly era: number } | null = null;
    for (const id of this.readyLeaders()) {
      const era = this.describe(id)?.era.number ?? 0;
      if (newest === null || era > newest.era) newest = { id, era };
    }
    return newest?.id ?? null;
  }

  /** Whether somebody who runs still has to answer a change of the configuration. */
  get hasOpenCommand(): boolean {
    return this.#desk.hasOpenCommand;
  }

  client(name: string): ClientState {
    return this.#desk.client(name);
  }

  /** Whether a node that runs knows another one with the disk that has. */
  knows(id: NodeId, other: NodeId): boolean {
    return this.#wire.knows(id, other);
  }

  // Time

  /** `elapsed` ticks of one node's clock, in one input. */
  tick(id: NodeId, elapsed: number): void {
    const node = this.node(id);
    const { life } = node;
    this.#note({ do: 'tick', node: id, elapsed });
    if (life === null || node.frozen) return;
    if (node.paused) {
      node.lostTicks += elapsed;
      return;
    }
    this.#tickLife(node, life, elapsed);
    this.#queue.run();
  }

  #tickLife(node: SimNode, life: Life, elapsed: number): void {
    for (const session of life.sessions.values()) session.tick(elapsed);
    if (node.life === life) this.#running.turn(node, life, { kind: 'tick', elapsed });
  }

  // Messages

  deliver(packet: Packet): void {
    const action = this.#pickAction('deliver', packet);
    if (!this.network.take(packet)) return;
    if (action !== null) this.#note(action);
    this.#wire.arrive(packet);
    this.#queue.run();
  }

  /** Loses a packet. Over sessions the next one finds a hole, which ends the session. */
  drop(packet: Packet): void {
    const action = this.#pickAction('drop', packet);
    if (!this.network.take(packet)) return;
    if (action !== null) this.#note(action);
    this.#wire.lose(packet.from, packet.to, packet.msg, 'dropped');
    this.#queue.run();
  }

  /** Puts a copy behind the last packet of the link. */
  duplicate(packet: Packet): Packet {
    const action = this.#pickAction('duplicate', packet);
    if (action !== null) this.#note(action);
    const { id: _, ...copy } = packet;
    return this.network.push(copy);
  }

  /** A message that nobody sent. */
  inject(from: NodeId, to: NodeId, msg: Message): void {
    this.#note({ do: 'inject', from, to, msg });
    const { life } = this.node(to);
    if (life === null) return;
    const linkEpoch = life.sessions.get(from)?.linkEpoch ?? 0;
    const origin = { fromIncarnation: this.node(from).disk.incarnation, step: 0, index: 0 };
    this.#queue.enqueue(this.node(to), { from, linkEpoch, lamport: 0, msg, bulk: null, ...origin });
    this.#queue.run();
  }

  // Links

  cut(from: NodeId, to: NodeId): void {
    this.#note({ do: 'cut', from, to });
    this.network.link(from, to).cut = true;
  }

  /** Undoes a cut; eager sessions that are not open are opened again. */
  mend(from: NodeId, to: NodeId): void {
    this.#note({ do: 'mend', from, to });
    this.network.link(from, to).cut = false;
    if (this.spec.eagerSessions) this.#wire.nudgeSession(from, to);
    this.#queue.run();
  }

  hold(from: NodeId, to: NodeId, type: string): void {
    this.#note({ do: 'hold', from, to, type });
    this.network.link(from, to).heldTypes.add(type);
  }

  release(from: NodeId, to: NodeId, type: string): void {
    this.#note({ do: 'release', from, to, type });
    const link = this.network.link(from, to);
    if (type === 'all') link.heldTypes.clear();
    else link.heldTypes.delete(type);
  }

  // Clients

  /** All asks in one input. @returns their request numbers, none when the node cannot hear. */
  ask(clientName: string, id: NodeId, asks: readonly ClientAsk[]): number[] {
    this.#note({ do: 'client', client: clientName, node: id, asks });
    const node = this.node(id);
    if (node.life === null) return [];
    const requests = this.#desk.register(clientName, id, asks);
    this.#queue.enqueue(node, { kind: 'client', requests });
    this.#queue.run();
    return requests.map(({ reqId }) => reqId);
  }

  /** Reads that are no log entries, all in one input. @returns their request numbers. */
  read(clientName: string, id: NodeId, asks: readonly ReadAsk[]): number[] {
    this.#note({ do: 'read', client: clientName, node: id, asks });
    const node = this.node(id);
    if (node.life === null) return [];
    const requests = this.#desk.registerReads(clientName, id, asks);
    this.#queue.enqueue(node, { kind: 'read', requests });
    this.#queue.run();
    return requests.map(({ reqId }) => reqId);
  }

  #noteAnswer({ op }: ClientRequestInfo, { ok }: Answer): void {
    if (op === undefined || !ok) return;
    if (op.op === 'add') this.#wire.introduce(op.member);
    if (op.op !== 'reconfigure') return;
    for (const member of [...op.voters, ...op.learners]) this.#wire.introduce(member);
  }

  /** An operator command. @returns its request number, null when the node cannot hear. */
  admin(id: NodeId, op: AdminOp): number | null {
    this.#note({ do: 'admin', node: id, op });
    const node = this.node(id);
    if (node.life === null) return null;
    const reqId = this.#desk.registerAdmin(id, op);
    this.#queue.enqueue(node, { kind: 'admin', reqId, op });
    this.#queue.run();
    return reqId;
  }

  // Lives

  /** SIGKILL: everything written survives, sockets close, peers notice at once. */
  kill(id: NodeId): void {
    this.#note({ do: 'kill', node: id });
    this.#running.end(this.node(id), 'killed');
    this.#queue.run();
  }

  stop(id: NodeId): void {
    this.#note({ do: 'stop', node: id });
    this.#running.end(this.node(id), 'stopped');
    this.#queue.run();
  }

  /** The power goes: unsynced writes are lost but for the first `keepHard` and `keepLog` of them,
   *  and nobody is told. */
  powerCut(id: NodeId, keepHard: number, keepLog: number): void {
    this.#note({ do: 'power-cut', node: id, keepHard, keepLog });
    const node = this.node(id);
    if (node.life === null) return;
    this.#running.endLife(node, 'lost power', node.disk.crash(keepHard, keepLog));
    this.#queue.run();
  }

  /** Killed as soon as it passes this point for the `nth` time; null: at no point any more. */
  crashAt(id: NodeId, point: CrashPoint | null, nth: number): void {
    this.#note({ do: 'crash-at', node: id, point, nth });
    const node = this.node(id);
    node.armed = point === null ? [] : [...node.armed, { fault: 0, point, nth, passed: 0 }];
  }

  boot(id: NodeId, how: BootDisk): void {
    this.#note({ do: 'boot', node: id, disk: how });
    const node = this.node(id);
    if (node.life !== null) return;
    this.#running.bootFrom(node, how);
    this.#queue.run();
  }

  // Pausing

  pause(id: NodeId): void {
    this.#note({ do: 'pause', node: id });
    const node = this.node(id);
    if (node.life !== null) node.paused = true;
  }

  /** It learns of the lost time first, then of everything that waited for it. */
  resume(id: NodeId): void {
    this.#note({ do: 'resume', node: id });
    const node = this.node(id);
    const { life, inbox, lostTicks } = node;
    node.paused = false;
    node.inbox = [];
    node.lostTicks = 0;
    if (life === null) return;
    if (lostTicks > 0) this.#tickLife(node, life, lostTicks);
    for (const waiting of inbox) this.#queue.enqueue(node, waiting);
    this.#queue.run();
  }

  freeze(id: NodeId): void {
    this.#note({ do: 'freeze', node: id });
    this.node(id).frozen = true;
  }

  thaw(id: NodeId): void {
    this.#note({ do: 'thaw', node: id });
    this.node(id).frozen = false;
  }

  // Disks

  /** Back to `instant`, everything that waited completes. */
  setDisk(id: NodeId, mode: DiskMode): void {
    this.#note({ do: 'disk', node: id, mode });
    const node = this.node(id);
    node.disk.mode = mode;
    if (mode === 'instant') this.#running.complete(node, Number.POSITIVE_INFINITY);
    this.#queue.run();
  }

  /** Completes up to `count` held barriers; the disk stays as it is. */
  complete(id: NodeId, count: number): void {
    this.#note({ do: 'complete', node: id, count });
    this.#running.complete(this.node(id), count);
    this.#queue.run();
  }

  // Recording, saving

  #note(action: Action): void {
    this.record?.push(action);
  }

  #pickAction(verb: 'deliver' | 'drop' | 'duplicate', packet: Packet): Action | null {
    return this.record === null ? null : { do: verb, pick: pickOf(this.network, packet) };
  }

  /** The whole cluster between two calls as plain data; what observers know is theirs. */
  save(): SavedWorld {
    assert(this.#queue.isIdle, 'saved in the middle of a call');
    return {
      desk: this.#desk.save(),
      linkEpoch: this.#running.linkEpoch,
      views: this.#wire.saveViews(),
      network: this.network.save(),
      nodes: this.ids.map((id) => saveNode(this.node(id))),
    };
  }

  /** Instead of `start`: goes on where `save` left off. */
  restore(saved: SavedWorld): void {
    this.#desk.restore(saved.desk);
    this.#running.linkEpoch = saved.linkEpoch;
    this.#wire.restoreViews(saved.views);
    this.network.restore(saved.network);
    for (const savedNode of saved.nodes) {
      const { life, disk, ...plain } = savedNode;
      const node: SimNode = {
        ...plain,
        inbox: [...plain.inbox],
        armed: plain.armed.map((crash) => ({ ...crash })),
        disk: SimDisk.restore(disk),
        life: null,
      };
      this.#nodes.set(node.id, node);
      if (life === null) continue;
      this.#running.restore(node, this.spec.protocol.restore(life.core), life);
    }
  }
}
