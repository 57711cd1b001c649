/**
 * A cluster of real cores under real drivers, on simulated disks, clocks and links. Nothing happens
 * by itself: every change is a call of one method, which runs to its end before it returns. A
 * scheduler (swarm/), a script (script/) or a minimised schedule decides what is called.
 */
import { assert, AssertionError } from '../../../base/assert.ts';
import { deriveSeed } from '../../../base/prng.ts';
import type {
  Core,
  CoreDescription,
  Input,
  Message,
  ProtocolDefinition,
} from '../../../protocols/kernel/core.ts';
import type { PersistOp } from '../../../protocols/kernel/durable.ts';
import { digestHex, digestOf } from '../../../protocols/kernel/digest.ts';
import { createService } from '../../../services/index.ts';
import type { Service } from '../../../services/service.ts';
import type { Json } from '../../../vocabulary/json.ts';
import { compareIds, type Member, type NodeId } from '../../../vocabulary/ids.ts';
import type { Timing } from '../../../vocabulary/timing.ts';
import { NodeDriver, type SavedDriver } from '../../driver/node-driver.ts';
import type { Answer, DriverPorts, Incoming, Outgoing } from '../../driver/ports.ts';
import { SessionLink, type SavedSession, type SessionFrame } from '../../driver/session-link.ts';
import { clientOp, type Action, type BootDisk, type ClientAsk } from './actions.ts';
import { SimDisk, type DiskMode, type SavedDisk } from './disk.ts';
import { SimNetwork, type Packet } from './network.ts';
import { ObservedCore, ObservedMachine, type WorldObserver } from './observed.ts';
import type { ClientRequestInfo, Life, SimNode, Waiting } from './sim-node.ts';

export interface WorldSpec {
  readonly protocol: ProtocolDefinition;
  readonly nodes: number;
  readonly seed: number;
  readonly timing: Timing;
  readonly options: { readonly [name: string]: Json };
  readonly mutants: readonly string[];
  readonly service: string;
  /** Frames that open and close sessions arrive at once; else they are packets like all others. */
  readonly eagerSessions: boolean;
}

export interface ClientState {
  readonly name: string;
  /** Opened last, 0 before. */
  session: number;
  nextSeq: number;
}

export interface WorldPorts {
  /** Lines of the flight journal of a node, when somebody keeps them. */
  readonly journal: ((node: NodeId, lines: string) => void) | null;
  readonly nowUs: () => number;
}

const NO_PORTS: WorldPorts = { journal: null, nowUs: () => 0 };
/** More than any retry of a session waits, so that its opener acts at once. */
const SESSION_NUDGE_TICKS = 100;
const PUMP_MAX = 100_000;

export class World {
  readonly spec: WorldSpec;
  readonly ids: readonly NodeId[];
  readonly members: readonly Member[];
  readonly network: SimNetwork;
  /** Every action so far, when somebody wants to know. */
  record: Action[] | null = null;
  readonly #ports: WorldPorts;
  readonly #nodes = new Map<NodeId, SimNode>();
  readonly #observers: WorldObserver[] = [];
  readonly #clients = new Map<string, ClientState>();
  readonly #requests = new Map<number, ClientRequestInfo>();
  #pending: { node: SimNode; life: Life; waiting: Waiting }[] = [];
  #control: Packet[] = [];
  #lastReqId = 0;
  #linkEpoch = 0;
  #pumping = false;

  constructor(spec: WorldSpec, ports: WorldPorts = NO_PORTS) {
    this.spec = spec;
    this.#ports = ports;
    this.ids = Array.from({ length: spec.nodes }, (_, i) => `n${i + 1}`).sort(compareIds);
    this.members = this.ids.map((nodeId) => ({ nodeId, storageId: `disk-${nodeId}` }));
    this.network = new SimNetwork(this.ids);
    for (const { nodeId, storageId } of this.members) {
      this.#nodes.set(nodeId, newNode(nodeId, new SimDisk(storageId)));
    }
  }

  observe(observer: WorldObserver): void {
    this.#observers.push(observer);
  }

  /** Boots every node; sessions open at once when they are eager. */
  start(): void {
    for (const id of this.ids) this.#boot(this.node(id));
    for (const id of this.ids) this.#greet(this.node(id));
    this.#pump();
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

  client(name: string): ClientState {
    let client = this.#clients.get(name);
    if (client === undefined) {
      client = { name, session: 0, nextSeq: 1 };
      this.#clients.set(name, client);
    }
    return client;
  }

  /** Whether the configuration knows the disk of this node; else its peers do not talk to it. */
  isMember(id: NodeId): boolean {
    const { storageId } = this.node(id).disk;
    return this.members.some((member) => member.nodeId === id && member.storageId === storageId);
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
    this.#pump();
  }

  #tickLife(node: SimNode, life: Life, elapsed: number): void {
    for (const session of life.sessions.values()) session.tick(elapsed);
    if (node.life === life) this.#turn(node, life, { kind: 'tick', elapsed });
  }

  // Messages

  deliver(packet: Packet): void {
    const action = this.#pickAction('deliver', packet);
    if (!this.network.take(packet)) return;
    if (action !== null) this.#note(action);
    this.#arrive(packet);
    this.#pump();
  }

  /** Loses a packet. Over sessions that ends the session, as a hole in a stream does. */
  drop(packet: Packet): void {
    const action = this.#pickAction('drop', packet);
    if (!this.network.take(packet)) return;
    if (action !== null) this.#note(action);
    this.#lose(packet.from, packet.to, packet.msg, 'dropped');
    const { frame } = packet;
    if (frame !== null && frame.t === 'data') {
      const session = this.node(packet.from).life?.sessions.get(packet.to);
      session?.close('a message of it was lost', frame.mine);
    }
    this.#pump();
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
    this.#enqueue(this.node(to), { from, linkEpoch, lamport: 0, msg, ...origin });
    this.#pump();
  }

  /** The session of a protocol closes at the sender when its own message cannot leave. */
  #send(node: SimNode, life: Life, message: Outgoing): void {
    const { to, msg } = message;
    if (!this.#nodes.has(to)) return;
    for (const observer of this.#observers) observer.sending?.(node, to, msg);
    const session = life.sessions.get(to);
    const frame = session === undefined ? null : session.stamp(message.linkEpoch);
    if (session !== undefined && frame === null) return this.#lose(node.id, to, msg, 'old session');
    const why = this.#obstacle(node.id, to);
    if (why !== null) {
      this.#lose(node.id, to, msg, why);
      session?.close(`own message dropped: ${why}`);
      return;
    }
    const { step, index, lamport } = message;
    const fromIncarnation = node.disk.incarnation;
    const head = { from: node.id, to, type: msg.type, frame, msg };
    this.#onWire({ ...head, fromIncarnation, step, index, lamport });
  }

  #sendFrame(node: SimNode, to: NodeId, frame: SessionFrame): void {
    if (this.#obstacle(node.id, to) !== null) return;
    const fromIncarnation = node.disk.incarnation;
    const head = { from: node.id, to, type: frame.t, frame, msg: null };
    const packet = { ...head, fromIncarnation, step: 0, index: 0, lamport: 0 };
    const link = this.network.link(node.id, to);
    const waits = link.heldTypes.size > 0;
    if (this.spec.eagerSessions && !waits) this.#control.push({ id: 0, ...packet });
    else this.#onWire(packet);
  }

  #obstacle(from: NodeId, to: NodeId): string | null {
    if (this.network.link(from, to).cut) return 'cut';
    return this.isMember(from) && this.isMember(to) ? null : 'no link';
  }

  #onWire(packet: Omit<Packet, 'id'>): void {
    const numbered = this.network.push(packet);
    for (const observer of this.#observers) observer.sent?.(numbered);
  }

  #lose(from: NodeId, to: NodeId, msg: Message | null, why: string): void {
    if (msg === null) return;
    for (const observer of this.#observers) observer.lost?.(from, to, msg, why);
  }

  #arrive(packet: Packet): void {
    const node = this.node(packet.to);
    const { life } = node;
    if (life === null) return this.#lose(packet.from, packet.to, packet.msg, 'node down');
    const session = life.sessions.get(packet.from);
    if (session !== undefined) {
      if (packet.frame === null || !session.receive(packet.frame)) {
        if (packet.frame?.t === 'data') this.#lose(packet.from, packet.to, packet.msg, 'session');
        return;
      }
    }
    if (packet.msg === null) return;
    const { from, fromIncarnation, step, index, lamport, msg } = packet;
    const linkEpoch = session?.linkEpoch ?? 0;
    this.#enqueue(node, { from, fromIncarnation, linkEpoch, step, index, lamport, msg });
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
    if (this.spec.eagerSessions) this.#nudgeSession(from, to);
    this.#pump();
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

  #nudgeSession(a: NodeId, b: NodeId): void {
    const [opener, other] = compareIds(a, b) < 0 ? [a, b] : [b, a];
    const { link } = this.network;
    if (link.call(this.network, a, b).cut || link.call(this.network, b, a).cut) return;
    if (this.node(other).life === null || this.node(opener).paused) return;
    this.node(opener).life?.sessions.get(other)?.tick(SESSION_NUDGE_TICKS);
  }

  // Clients

  /** All asks in one input. @returns their request numbers, none when the node cannot hear. */
  ask(clientName: string, id: NodeId, asks: readonly ClientAsk[]): number[] {
    this.#note({ do: 'client', client: clientName, node: id, asks });
    const node = this.node(id);
    const client = this.client(clientName);
    if (node.life === null) return [];
    const requests = asks.map((ask) => {
      const reqId = (this.#lastReqId += 1);
      const op = clientOp(ask, client.session);
      const info: ClientRequestInfo = {
        reqId,
        node: id,
        client: clientName,
        kind: ask.kind,
        session: op.kind === 'open-session' ? 0 : op.session,
        seq: ask.kind === 'command' ? ask.seq : 0,
        payload: ask.kind === 'command' ? ask.payload : null,
      };
      this.#requests.set(reqId, info);
      if (ask.kind === 'command' && ask.seq >= client.nextSeq) client.nextSeq = ask.seq + 1;
      for (const observer of this.#observers) observer.asked?.(info);
      return { reqId, op };
    });
    this.#enqueue(node, { kind: 'client', requests });
    this.#pump();
    return requests.map(({ reqId }) => reqId);
  }

  #answer(reqId: number, answer: Answer): void {
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

  // Lives

  /** SIGKILL: everything written survives, sockets close, peers notice at once. */
  kill(id: NodeId): void {
    this.#note({ do: 'kill', node: id });
    this.#end(this.node(id), 'killed');
    this.#pump();
  }

  stop(id: NodeId): void {
    this.#note({ do: 'stop', node: id });
    this.#end(this.node(id), 'stopped');
    this.#pump();
  }

  /** The power goes: unsynced writes are lost but for the first `keepHard` and `keepLog` of them,
   *  and nobody is told. */
  powerCut(id: NodeId, keepHard: number, keepLog: number): void {
    this.#note({ do: 'power-cut', node: id, keepHard, keepLog });
    const node = this.node(id);
    if (node.life === null) return;
    this.#endLife(node, 'lost power', node.disk.crash(keepHard, keepLog));
    this.#pump();
  }

  #end(node: SimNode, how: string): void {
    if (node.life === null) return;
    const ops = node.disk.complete(Number.POSITIVE_INFINITY).flatMap((barrier) => barrier.ops);
    this.#endLife(node, how, ops);
    for (const peer of this.ids) {
      if (peer === node.id || this.network.link(node.id, peer).cut) continue;
      const other = this.node(peer);
      const session = other.life?.sessions.get(node.id);
      if (session !== undefined) session.close('the peer closed its connection');
      else if (!this.spec.protocol.overSessions) {
        this.#enqueue(other, { kind: 'link-down', peer: node.id, linkEpoch: this.#linkEpoch });
      }
    }
  }

  #endLife(node: SimNode, how: string, kept: readonly PersistOp[]): void {
    node.life = null;
    node.inbox = [];
    node.lostTicks = 0;
    node.paused = false;
    node.failing = null;
    node.doneToken = null;
    for (const [reqId, request] of this.#requests) {
      if (request.node === node.id) this.#requests.delete(reqId);
    }
    if (kept.length > 0) {
      for (const observer of this.#observers) observer.synced?.(node, kept, 'crash');
    }
    for (const observer of this.#observers) observer.stopped?.(node, how);
  }

  boot(id: NodeId, how: BootDisk): void {
    this.#note({ do: 'boot', node: id, disk: how });
    const node = this.node(id);
    if (node.life !== null) return;
    if (how === 'corrupt') {
      this.#halt(node, 'a record in the middle of its log cannot be read', false);
      return;
    }
    if (how === 'wiped' || how === 'amnesia') {
      const storageId = how === 'wiped' ? `${node.disk.storageId}'` : node.disk.storageId;
      node.disk.wipe(storageId);
      for (const observer of this.#observers) observer.wiped?.(node);
    } else if (how !== 'kept') node.disk.mode = how;
    this.#boot(node);
    this.#greet(node);
    this.#pump();
  }

  #boot(node: SimNode): void {
    const { protocol, seed, timing, options, mutants } = this.spec;
    const { disk } = node;
    disk.incarnation += 1;
    node.haltedBy = null;
    const life = this.#makeLife(node, protocol.create(), null);
    node.life = life;
    for (const observer of this.#observers) observer.booted?.(node);
    const input: Input = {
      kind: 'boot',
      cluster: 'simulated',
      nodeId: node.id,
      storageId: disk.storageId,
      incarnation: disk.incarnation,
      members: this.members,
      durable: disk.durable(),
      seed: deriveSeed(seed, `${node.id}/${disk.incarnation}`),
      timing,
      options: { ...protocol.defaultOptions, ...options },
      mutants,
    };
    this.#turn(node, life, input);
  }

  #makeLife(node: SimNode, core: Core, saved: SavedLife | null): Life {
    const observed = new ObservedCore(core, (input, effects) => {
      for (const observer of this.#observers) observer.stepped?.(node, input, effects);
    });
    const service = this.#newService();
    const machine = new ObservedMachine(service, (entry, result) => {
      for (const observer of this.#observers) observer.applied?.(node, entry, result);
    });
    if (saved !== null) machine.restore(saved.machine);
    const sessions = new Map<NodeId, SessionLink>();
    const ports = this.#driverPorts(node, () => life);
    const driver = new NodeDriver(observed, machine, node.id, ports);
    const life: Life = { core: observed, machine, service, driver, sessions };
    if (this.spec.protocol.overSessions) {
      for (const peer of this.ids) {
        if (peer !== node.id)
          sessions.set(
            peer,
            this.#makeSession(node, peer, () => life),
          );
      }
    }
    if (saved === null) return life;
    driver.restore(saved.driver);
    for (const [peer, session] of saved.sessions) sessions.get(peer)?.restore(session);
    return life;
  }

  #newService(): Service {
    const service = createService(this.spec.service);
    assert(service !== null, `no service ${this.spec.service}`);
    return service;
  }

  #makeSession(node: SimNode, peer: NodeId, lifeOf: () => Life): SessionLink {
    const isCurrent = () => node.life === lifeOf();
    return new SessionLink(compareIds(node.id, peer) < 0, node.disk.incarnation, {
      sendFrame: (frame) => {
        if (isCurrent()) this.#sendFrame(node, peer, frame);
      },
      up: (linkEpoch) => this.#enqueue(node, { kind: 'link-up', peer, linkEpoch }),
      down: (linkEpoch) => this.#enqueue(node, { kind: 'link-down', peer, linkEpoch }),
    });
  }

  #driverPorts(node: SimNode, lifeOf: () => Life): DriverPorts {
    const { journal, nowUs } = this.#ports;
    return {
      nowUs,
      journal: journal === null ? null : (lines) => journal(node.id, lines),
      send: (message) => this.#send(node, lifeOf(), message),
      flush: () => undefined,
      persist: (ops, token) => this.#persist(node, lifeOf(), ops, token),
      reply: (reqId, answer) => this.#answer(reqId, answer),
      closeLink: (peer, linkEpoch, why) => lifeOf().sessions.get(peer)?.close(why, linkEpoch),
      trace: () => undefined,
    };
  }

  /** Hints for protocols without sessions, sessions for those with. */
  #greet(node: SimNode): void {
    for (const peer of this.ids) {
      if (peer === node.id || this.#obstacle(node.id, peer) !== null) continue;
      const other = this.node(peer);
      if (other.life === null) continue;
      if (this.spec.protocol.overSessions) {
        if (this.spec.eagerSessions) this.#nudgeSession(node.id, peer);
        continue;
      }
      this.#linkEpoch += 1;
      const linkEpoch = this.#linkEpoch;
      this.#enqueue(node, { kind: 'link-up', peer, linkEpoch });
      this.#enqueue(other, { kind: 'link-up', peer: node.id, linkEpoch });
    }
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
    for (const waiting of inbox) this.#enqueue(node, waiting);
    this.#pump();
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
    if (mode === 'instant') this.#completeBarriers(node, Number.POSITIVE_INFINITY);
    this.#pump();
  }

  /** Completes up to `count` held barriers; the disk stays as it is. */
  complete(id: NodeId, count: number): void {
    this.#note({ do: 'complete', node: id, count });
    this.#completeBarriers(this.node(id), count);
    this.#pump();
  }

  #persist(node: SimNode, life: Life, ops: readonly PersistOp[], token: number): void {
    const { disk } = node;
    if (disk.mode === 'failing' || disk.mode === 'full') {
      const error = disk.mode === 'full' ? 'no space left on device' : 'input/output error';
      disk.mode = 'instant';
      node.failing = { token, error };
      return;
    }
    disk.write(token, ops);
    if (disk.mode !== 'instant' || disk.pending.length > 1) {
      for (const observer of this.#observers) observer.queued?.(node);
      return;
    }
    for (const barrier of disk.complete(1)) this.#synced(node, barrier.ops);
    life.driver.persisted(token);
  }

  #completeBarriers(node: SimNode, count: number): void {
    const done = node.disk.complete(count);
    const last = done.at(-1);
    if (last === undefined) return;
    for (const barrier of done) this.#synced(node, barrier.ops);
    this.#enqueue(node, { kind: 'disk-done' });
    node.doneToken = last.token;
  }

  #synced(node: SimNode, ops: readonly PersistOp[]): void {
    for (const observer of this.#observers) observer.synced?.(node, ops, 'barrier');
  }

  // The loop

  #enqueue(node: SimNode, waiting: Waiting): void {
    if (node.life === null) return;
    if (node.paused) node.inbox.push(waiting);
    else this.#pending.push({ node, life: node.life, waiting });
  }

  /** Runs everything that follows from the last call. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (let i = 0; i < PUMP_MAX; i += 1) {
        const control = this.#control.shift();
        if (control !== undefined) {
          this.#arrive(control);
          continue;
        }
        const next = this.#pending.shift();
        if (next === undefined) return;
        if (next.node.life !== next.life) continue;
        const { waiting } = next;
        if ('kind' in waiting && waiting.kind === 'disk-done') this.#tellDisk(next.node, next.life);
        else this.#turn(next.node, next.life, waiting);
      }
      assert(false, 'the cluster does not come to rest');
    } finally {
      this.#pumping = false;
    }
  }

  #tellDisk(node: SimNode, life: Life): void {
    const token = node.doneToken;
    if (token === null) return;
    node.doneToken = null;
    this.#guard(node, () => life.driver.persisted(token));
  }

  #turn(node: SimNode, life: Life, input: Input | Incoming): void {
    this.#guard(node, () => life.driver.turn([input]));
    const { failing } = node;
    if (failing === null || node.life !== life) return;
    node.failing = null;
    this.#tellFailure(life, failing);
    this.#halt(node, `its disk failed: ${failing.error}`, false);
  }

  /** The node ends either way; a core may say so by an assertion. */
  #tellFailure(life: Life, failing: NonNullable<SimNode['failing']>): void {
    try {
      life.driver.persistFailed(failing.token, failing.error);
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
    }
  }

  /** A failed assertion is a bug of the core: the node stops for good and everybody is told. */
  #guard(node: SimNode, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      this.#halt(node, error.message, true);
    }
  }

  #halt(node: SimNode, why: string, isBug: boolean): void {
    node.haltedBy = why;
    if (node.life !== null) this.#end(node, `halted: ${why}`);
    if (!isBug) return;
    for (const observer of this.#observers) observer.halted?.(node, why);
  }

  // Recording, saving

  #note(action: Action): void {
    this.record?.push(action);
  }

  #pickAction(verb: 'deliver' | 'drop' | 'duplicate', packet: Packet): Action | null {
    if (this.record === null) return null;
    const { from, to, type } = packet;
    const same = this.network.link(from, to).queue.filter((other) => other.type === type);
    const pick = { from, to, type, nth: same.indexOf(packet) + 1, key: packetKey(packet) };
    return { do: verb, pick };
  }

  /** The whole cluster between two calls as plain data; what observers know is theirs. */
  save(): SavedWorld {
    assert(!this.#pumping && this.#pending.length === 0, 'saved in the middle of a call');
    return {
      lastReqId: this.#lastReqId,
      linkEpoch: this.#linkEpoch,
      network: this.network.save(),
      clients: [...this.#clients.values()].map((client) => ({ ...client })),
      requests: [...this.#requests.values()],
      nodes: this.ids.map((id) => saveNode(this.node(id))),
    };
  }

  /** Instead of `start`: goes on where `save` left off. */
  restore(saved: SavedWorld): void {
    this.#lastReqId = saved.lastReqId;
    this.#linkEpoch = saved.linkEpoch;
    this.network.restore(saved.network);
    for (const client of saved.clients) this.#clients.set(client.name, { ...client });
    for (const request of saved.requests) this.#requests.set(request.reqId, request);
    for (const savedNode of saved.nodes) {
      const { life, disk, ...plain } = savedNode;
      const node: SimNode = {
        ...plain,
        inbox: [...plain.inbox],
        disk: SimDisk.restore(disk),
        life: null,
      };
      this.#nodes.set(node.id, node);
      if (life === null) continue;
      node.life = this.#makeLife(node, this.spec.protocol.restore(life.core), life);
    }
  }
}

/** Finds a packet again in another run of nearly the same schedule. */
export function packetKey(packet: Packet): string {
  return digestHex(digestOf(packet.msg ?? packet.frame));
}

function newNode(id: NodeId, disk: SimDisk): SimNode {
  return {
    id,
    disk,
    life: null,
    haltedBy: null,
    paused: false,
    frozen: false,
    lostTicks: 0,
    inbox: [],
    failing: null,
    doneToken: null,
  };
}

interface SavedLife {
  readonly core: Json;
  readonly machine: Json;
  readonly driver: SavedDriver;
  readonly sessions: readonly (readonly [NodeId, SavedSession])[];
}

type SavedNode = Omit<SimNode, 'disk' | 'life'> & {
  readonly disk: SavedDisk;
  readonly life: SavedLife | null;
};

export interface SavedWorld {
  readonly lastReqId: number;
  readonly linkEpoch: number;
  readonly network: ReturnType<SimNetwork['save']>;
  readonly clients: readonly ClientState[];
  readonly requests: readonly ClientRequestInfo[];
  readonly nodes: readonly SavedNode[];
}

function saveNode(node: SimNode): SavedNode {
  const { life, disk, ...plain } = node;
  return {
    ...plain,
    inbox: [...plain.inbox],
    disk: disk.save(),
    life:
      life === null
        ? null
        : {
            core: life.core.save(),
            machine: life.machine.save(),
            driver: life.driver.save(),
            sessions: [...life.sessions].map(([peer, session]) => [peer, session.save()] as const),
          },
  };
}
