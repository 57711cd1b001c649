/**
 * A cluster of cores in memory, driven one input at a time: the host of golden transcripts and of
 * the randomised tests of the cores, with full control over messages, disks, links and lives.
 * Everything happens in a fixed order: nodes by id, messages by link and age.
 */
import type {
  AdminOp,
  ClientOp,
  CoreDescription,
} from '../../../src-main/protocols/kernel/core.ts';
import { compareIds, type NodeId } from '../../../src-main/vocabulary/ids.ts';
import { ClusterHost } from './cluster-host.ts';
import type { InFlight, MessageFilter } from './test-network.ts';

const DELIVERIES_MAX = 10_000;

export class TestCluster extends ClusterHost {
  #reqIdLast = 0;

  /** Boots every node, then connects them. */
  start(): void {
    for (const id of this.ids) this.boot(this.node(id));
    for (const id of this.ids) this.connect(id);
    this.pump();
  }

  describe(id: NodeId): CoreDescription {
    return this.coreOf(id).describe();
  }

  /** Nodes that lead and can serve, by id; a deposed leader may still believe so. */
  leaders(): NodeId[] {
    return this.ids.filter((id) => {
      if (!this.node(id).running) return false;
      const { role, ready } = this.describe(id);
      return role === 'leader' && ready;
    });
  }

  // Inputs

  /** `count` ticks of one; connections that a core closed are opened again before. */
  tick(id: NodeId, count = 1): void {
    for (let i = 0; i < count; i += 1) this.tickElapsed(id, 1);
  }

  tickAll(count = 1): void {
    for (let i = 0; i < count; i += 1) for (const id of this.ids) this.tick(id);
  }

  /** One tick input that says `elapsed`: what a node gets that was frozen. */
  tickElapsed(id: NodeId, elapsed: number): void {
    if (!this.node(id).running) return;
    this.connect(id);
    this.step(id, { kind: 'tick', elapsed });
  }

  /** All requests in one input, as a host does with one turn. @returns their reqIds. */
  client(id: NodeId, ops: readonly ClientOp[]): number[] {
    this.coreOf(id);
    const requests = ops.map((op) => ({ reqId: (this.#reqIdLast += 1), op }));
    this.step(id, { kind: 'client', requests });
    return requests.map(({ reqId }) => reqId);
  }

  admin(id: NodeId, op: AdminOp): number {
    this.coreOf(id);
    this.#reqIdLast += 1;
    this.step(id, { kind: 'admin', reqId: this.#reqIdLast, op });
    return this.#reqIdLast;
  }

  // Messages

  /** What can be delivered now; with `held: true` also what waits on held links. */
  messages(filter: MessageFilter = {}): InFlight[] {
    return this.network.find(filter);
  }

  /** Delivers what is on its way now, not what that causes. @returns how many. */
  deliver(filter: MessageFilter = {}, count = Number.POSITIVE_INFINITY): number {
    const batch = this.network.find(filter, count);
    for (const message of batch) this.deliverOne(message);
    return batch.length;
  }

  /** Delivers one message out of `messages()`; nothing happens if it has gone meanwhile. */
  deliverOne(message: InFlight): void {
    if (!this.network.take(message)) return;
    const { from, to, linkEpoch, msg } = message;
    if (this.node(to).running) this.step(to, { kind: 'recv', from, linkEpoch, msg });
    else this.onEvent({ kind: 'lost', message, why: 'node down' });
  }

  /** Loses messages. Over sessions that ends the session, until `linkUp`. */
  drop(filter: MessageFilter = {}, count = Number.POSITIVE_INFINITY): number {
    const batch = this.network.find(filter, count);
    for (const message of batch) {
      if (!this.network.take(message)) continue;
      this.onEvent({ kind: 'lost', message, why: 'dropped' });
      if (this.network.overSessions) this.linkDown(message.from, message.to);
    }
    return batch.length;
  }

  duplicate(filter: MessageFilter = {}, count = Number.POSITIVE_INFINITY): number {
    const batch = this.network.find(filter, count);
    for (const message of batch) this.network.duplicate(message);
    return batch.length;
  }

  // Links

  /** Cuts two nodes off from each other; what is on its way between them is lost. */
  linkDown(a: NodeId, b: NodeId): void {
    const connection = this.network.connection(a, b);
    connection.held = true;
    this.network.clear(connection);
    this.disconnect(a, b);
    this.pump();
  }

  linkUp(a: NodeId, b: NodeId): void {
    const connection = this.network.connection(a, b);
    connection.held = false;
    this.network.link(a, b).cut = false;
    this.network.link(b, a).cut = false;
    this.connect(a, b);
    this.pump();
  }

  /** Loses from now on what `from` sends to `to`, and tells nobody. Datagrams only. */
  cut(from: NodeId, to: NodeId): void {
    if (this.network.overSessions) throw new Error('cut: a session cannot lose one direction');
    this.network.link(from, to).cut = true;
  }

  /** Messages of this direction wait, in order, until `freeLink`: a half-open session, a delay. */
  holdLink(from: NodeId, to: NodeId): void {
    this.network.link(from, to).held = true;
  }

  freeLink(from: NodeId, to: NodeId): void {
    this.network.link(from, to).held = false;
  }

  /** Cuts every link between different groups and mends those inside; a node in none is alone. */
  partition(groups: readonly (readonly NodeId[])[]): void {
    const groupOf = (id: NodeId) => groups.findIndex((group) => group.includes(id));
    for (const a of this.ids) {
      for (const b of this.ids) {
        if (compareIds(a, b) >= 0) continue;
        if (groupOf(a) >= 0 && groupOf(a) === groupOf(b)) this.linkUp(a, b);
        else this.linkDown(a, b);
      }
    }
  }

  heal(): void {
    this.partition([this.ids]);
  }

  // Lives and disks

  /** Starts a node from its disk in its next life. */
  restart(id: NodeId): void {
    const node = this.node(id);
    if (node.running) throw new Error(`${id} is running`);
    node.haltedBy = null;
    node.diskHeld = false;
    this.boot(node);
    this.connect(id);
    this.pump();
  }

  holdDisk(id: NodeId): void {
    this.node(id).diskHeld = true;
  }

  /** Completes `count` barriers at once, the disk stays held; without `count` all, and it runs. */
  releaseDisk(id: NodeId, count?: number): void {
    const node = this.node(id);
    if (count === undefined) node.diskHeld = false;
    this.completeBarriers(node, count ?? node.barriersPending);
    this.pump();
  }

  // Fixed points

  /**
   * Delivers messages until none is left, without time passing; only between the nodes of `among`
   * when given. @returns false when `limit` deliveries did not suffice.
   */
  stabilize(
    options: { readonly limit?: number; readonly among?: readonly NodeId[] } = {},
  ): boolean {
    const { limit = DELIVERIES_MAX, among } = options;
    const filter = among === undefined ? {} : { among };
    let left = limit;
    for (;;) {
      const count = this.deliver(filter, left);
      if (count === 0) return this.network.find(filter, 1).length === 0;
      left -= count;
    }
  }

  /**
   * Lets time pass at `id` alone, stabilizing after every tick, until it leads and can serve; after
   * two election timeouts the others' time passes as well, for protocols that need it.
   */
  elect(id: NodeId): boolean {
    const alone = 2 * this.timing.electionTicksMax;
    for (let i = 0; i < 10 * alone; i += 1) {
      if (this.leaders().includes(id)) return true;
      if (i < alone) this.tick(id);
      else this.tickAll();
      this.stabilize();
    }
    return this.leaders().includes(id);
  }

  /** Lets time pass everywhere until `done`, stabilizing after every round. */
  runUntil(done: () => boolean, ticksMax: number): boolean {
    for (let i = 0; i < ticksMax && !done(); i += 1) {
      this.tickAll();
      this.stabilize();
    }
    return done();
  }
}
