/** Lives of nodes: how one begins, what its disk and its turns do, and how it ends. */
import { assert, AssertionError } from '../../../base/assert.ts';
import { deriveSeed } from '../../../base/prng.ts';
import type { Core, Input } from '../../../protocols/kernel/core.ts';
import type { PersistOp } from '../../../protocols/kernel/durable.ts';
import { killedAtText } from '../../../vocabulary/crash-points.ts';
import type { Member, NodeId } from '../../../vocabulary/ids.ts';
import type { Incoming } from '../../driver/ports.ts';
import type { BootDisk } from './actions.ts';
import type { DiskMode } from './disk.ts';
import type { ClientDesk } from './client-desk.ts';
import type { ArmedCrash } from './armed-crash.ts';
import { KilledAtPoint, passingOf } from './crash-points.ts';
import { LifeMaker, type WorldPorts } from './life-maker.ts';
import type { SimNetwork } from './network.ts';
import type { WorldObserver } from './observed.ts';
import type { SavedLife } from './saved-world.ts';
import type { Life, SimNode, Waiting } from './sim-node.ts';
import type { TurnQueue } from './turn-queue.ts';
import type { Wire } from './wire.ts';
import type { WorldSpec } from './world-spec.ts';

/** What a disk that fails says. */
const ERRORS: { readonly [mode in DiskMode]?: string } = {
  full: 'no space left on device',
  failing: 'input/output error',
  'failing-sync': 'input/output error on sync',
};

export interface NodeLivesOptions {
  readonly spec: WorldSpec;
  readonly ids: readonly NodeId[];
  readonly members: readonly Member[];
  readonly nodes: ReadonlyMap<NodeId, SimNode>;
  readonly network: SimNetwork;
  readonly wire: Wire;
  readonly queue: TurnQueue;
  readonly desk: ClientDesk;
  readonly observers: readonly WorldObserver[];
  readonly ports: WorldPorts;
}

export class NodeLives {
  readonly #options: NodeLivesOptions;
  readonly #maker: LifeMaker;
  /** Numbers the hints of protocols without sessions. */
  linkEpoch = 0;
  #isBooting = false;

  constructor(options: NodeLivesOptions) {
    this.#options = options;
    const { spec, ids, ports, wire, observers, desk } = options;
    this.#maker = new LifeMaker({
      service: spec.service,
      overSessions: spec.protocol.overSessions,
      ids,
      ports,
      wire,
      observers,
      persist: (node, life, ops, token) => this.#persist(node, life, ops, token),
      answer: (reqId, answer) => desk.answer(reqId, answer),
      setMembers: (node, members) => this.#setMembers(node, members),
    });
  }

  #node(id: NodeId): SimNode {
    const node = this.#options.nodes.get(id);
    assert(node !== undefined, `no node ${id}`);
    return node;
  }

  /** Goes on with a life that was saved. */
  restore(node: SimNode, core: Core, saved: SavedLife): void {
    node.life = this.#maker.make(node, core, saved);
  }

  /** A life on the disk as it is, or as it becomes first. */
  bootFrom(node: SimNode, how: BootDisk): void {
    const { disk } = node;
    if (how === 'corrupt') {
      this.halt(node, 'a record in the middle of its log cannot be read', false);
      return;
    }
    if (how === 'wiped' || how === 'amnesia') {
      disk.wipe(how === 'wiped' ? `${disk.storageId}'` : disk.storageId);
      for (const observer of this.#options.observers) observer.wiped?.(node);
    } else if (how !== 'kept') disk.mode = how;
    this.boot(node);
    if (node.life !== null) this.greet(node);
  }

  boot(node: SimNode): void {
    const { protocol, seed, timing, options, mutants } = this.#options.spec;
    const { disk } = node;
    disk.incarnation += 1;
    node.haltedBy = null;
    for (const armed of node.armed) armed.passed = 0;
    this.#options.wire.forgetView(node.id);
    const life = this.#maker.make(node, protocol.create(), null);
    node.life = life;
    for (const observer of this.#options.observers) observer.booted?.(node);
    const input: Input = {
      kind: 'boot',
      cluster: 'simulated',
      nodeId: node.id,
      storageId: disk.storageId,
      incarnation: disk.incarnation,
      members: this.#options.members,
      durable: disk.durable(),
      seed: deriveSeed(seed, `${node.id}/${disk.incarnation}`),
      timing,
      options: { ...protocol.defaultOptions, ...options },
      mutants,
    };
    this.#isBooting = true;
    this.turn(node, life, input);
    this.#isBooting = false;
  }

  /** Two nodes that begin to know each other connect at once. */
  #setMembers(node: SimNode, members: readonly Member[]): void {
    const { ids, wire } = this.#options;
    const apart = ids.filter((id) => id !== node.id && wire.obstacle(node.id, id) !== null);
    wire.setMembers(node.id, members);
    // A life that begins greets everybody once it has said whom it knows.
    if (this.#isBooting) return;
    for (const peer of apart) this.#greetPeer(node, peer);
  }

  /** Hints for protocols without sessions, sessions for those with. */
  greet(node: SimNode): void {
    for (const peer of this.#options.ids) if (peer !== node.id) this.#greetPeer(node, peer);
  }

  #greetPeer(node: SimNode, peer: NodeId): void {
    const { wire, spec, queue } = this.#options;
    const other = this.#node(peer);
    if (other.life === null || wire.obstacle(node.id, peer) !== null) return;
    if (spec.protocol.overSessions) {
      if (spec.eagerSessions) wire.nudgeSession(node.id, peer);
      return;
    }
    this.linkEpoch += 1;
    const { linkEpoch } = this;
    queue.enqueue(node, { kind: 'link-up', peer, linkEpoch });
    queue.enqueue(other, { kind: 'link-up', peer: node.id, linkEpoch });
  }

  end(node: SimNode, how: string): void {
    if (node.life === null) return;
    const ops = node.disk.complete(Number.POSITIVE_INFINITY).flatMap((barrier) => barrier.ops);
    this.endLife(node, how, ops);
    for (const peer of this.#options.ids) {
      if (peer === node.id || this.#options.network.link(node.id, peer).cut) continue;
      const other = this.#node(peer);
      const session = other.life?.sessions.get(node.id);
      if (session !== undefined) session.close('the peer closed its connection');
      else if (!this.#options.spec.protocol.overSessions) {
        this.#options.queue.enqueue(other, {
          kind: 'link-down',
          peer: node.id,
          linkEpoch: this.linkEpoch,
        });
      }
    }
  }

  endLife(node: SimNode, how: string, kept: readonly PersistOp[]): void {
    node.life = null;
    node.inbox = [];
    node.lostTicks = 0;
    node.paused = false;
    node.failing = null;
    node.doneToken = null;
    this.#options.desk.forget(node.id);
    if (kept.length > 0) {
      for (const observer of this.#options.observers) observer.synced?.(node, kept, 'crash');
    }
    for (const observer of this.#options.observers) observer.stopped?.(node, how);
  }

  #persist(node: SimNode, life: Life, ops: readonly PersistOp[], token: number): void {
    const { disk } = node;
    passingOf(node)?.('in-persist');
    const error = ERRORS[disk.mode];
    if (error !== undefined) {
      if (disk.mode === 'failing-sync') disk.write(token, ops);
      disk.mode = 'instant';
      node.failing = { token, error };
      return;
    }
    disk.write(token, ops);
    if (disk.mode !== 'instant' || disk.pending.length > 1) {
      for (const observer of this.#options.observers) observer.queued?.(node);
      return;
    }
    for (const barrier of disk.complete(1)) this.#synced(node, barrier.ops);
    life.driver.persisted(token);
  }

  complete(node: SimNode, count: number): void {
    const done = node.disk.complete(count);
    const last = done.at(-1);
    if (last === undefined) return;
    for (const barrier of done) this.#synced(node, barrier.ops);
    this.#options.queue.enqueue(node, { kind: 'disk-done' });
    node.doneToken = last.token;
  }

  #synced(node: SimNode, ops: readonly PersistOp[]): void {
    for (const observer of this.#options.observers) observer.synced?.(node, ops, 'barrier');
  }

  take(node: SimNode, life: Life, waiting: Waiting): void {
    if ('kind' in waiting && waiting.kind === 'disk-done') this.#tellDisk(node, life);
    else this.turn(node, life, waiting);
  }

  #tellDisk(node: SimNode, life: Life): void {
    const token = node.doneToken;
    if (token === null) return;
    node.doneToken = null;
    this.#guard(node, () => life.driver.persisted(token));
    this.#maybeFail(node, life);
  }

  turn(node: SimNode, life: Life, input: Input | Incoming): void {
    this.#guard(node, () => life.driver.turn([input]));
    this.#maybeFail(node, life);
  }

  /** A barrier of this turn failed: the core is told, and the node ends. */
  #maybeFail(node: SimNode, life: Life): void {
    const { failing } = node;
    if (failing === null || node.life !== life) return;
    node.failing = null;
    this.#tellFailure(life, failing);
    this.halt(node, `its disk failed: ${failing.error}`, false);
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
      if (error instanceof KilledAtPoint) return this.#killAtPoint(node, error.armed);
      if (!(error instanceof AssertionError)) throw error;
      this.halt(node, error.message, true);
    }
  }

  /** As any kill; what it was doing when it came to the point stays undone. */
  #killAtPoint(node: SimNode, armed: ArmedCrash): void {
    node.armed = node.armed.filter((other) => other !== armed);
    const how = killedAtText(armed);
    if (this.#options.ports.losesUnsynced?.(node.id) === true) {
      this.endLife(node, how, node.disk.crash(0, 0));
    } else this.end(node, how);
    for (const observer of this.#options.observers) observer.killedAtPoint?.(node, armed);
  }

  halt(node: SimNode, why: string, isBug: boolean): void {
    node.haltedBy = why;
    if (node.life !== null) this.end(node, `halted: ${why}`);
    if (!isBug) return;
    for (const observer of this.#options.observers) observer.halted?.(node, why);
  }
}
