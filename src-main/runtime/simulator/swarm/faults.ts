/** Breaks a simulated cluster at random times, and mends what it broke. */
import { deriveSeed, Prng } from '../../../base/prng.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { OwnEvent, Simulation } from '../timed/simulation.ts';
import type { Barrier } from '../world/disk.ts';
import type { FaultName, SwarmPlan } from './plan.ts';

type FaultEvent = OwnEvent &
  (
    | { readonly is: 'fault' }
    | { readonly is: 'undo'; readonly what: FaultName; readonly nodes: readonly NodeId[] }
  );

/** A slow link takes this many times its usual delay. */
const SLOW_LINK_FACTOR = 200;
const SLOW_LINK_US_MAX = 400_000;

export class FaultMaker {
  readonly #simulation: Simulation;
  readonly #plan: SwarmPlan;
  readonly #prng: Prng;
  #isOver = false;
  readonly #mayLoseDisk: () => boolean;
  /** How many faults of each kind were made. */
  readonly made = new Map<FaultName, number>();

  /** @param mayLoseDisk whether the cluster can do without one more disk now. */
  constructor(simulation: Simulation, plan: SwarmPlan, mayLoseDisk: () => boolean) {
    this.#simulation = simulation;
    this.#mayLoseDisk = mayLoseDisk;
    this.#plan = plan;
    this.#prng = new Prng(deriveSeed(plan.seed, 'faults'));
  }

  start(): void {
    this.#next();
  }

  #next(): void {
    this.#simulation.plan(this.#exponential(this.#plan.faultEveryUs), { is: 'fault' });
  }

  #exponential(meanUs: number): number {
    return Math.round(Math.min(-Math.log(1 - this.#prng.nextUnit()), 5) * meanUs);
  }

  /** @returns false when the event is no fault. */
  handle(own: OwnEvent): boolean {
    const event = own as FaultEvent;
    if (event.is === 'fault') {
      if (this.#isOver) return true;
      const name = this.#draw();
      if (name !== null) this.#make(name);
      this.#next();
      return true;
    }
    if (event.is !== 'undo') return false;
    if (!this.#isOver) this.#undo(event.what, event.nodes);
    return true;
  }

  #draw(): FaultName | null {
    const entries = Object.entries(this.#plan.faults) as [FaultName, number][];
    let drawn = this.#prng.nextUnit() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      drawn -= weight;
      if (drawn < 0) return name;
    }
    return null;
  }

  #make(what: FaultName): void {
    const nodes = this.#targets(what);
    this.made.set(what, (this.made.get(what) ?? 0) + 1);
    this.#begin(what, nodes);
    const lastsUs = this.#exponential(this.#plan.faultLastsUs);
    this.#simulation.plan(lastsUs, { is: 'undo', what, nodes } as FaultEvent);
  }

  #targets(what: FaultName): readonly NodeId[] {
    const { ids } = this.#simulation.world;
    switch (what) {
      case 'power-cut-all':
        return ids;
      case 'partition':
        return ids.filter(() => this.#prng.nextInt(0, 1) === 1);
      case 'one-way':
      case 'slow-link':
      case 'lossy':
        return [this.#anyNode(), this.#anyNode()];
      default:
        return [this.#someNode()];
    }
  }

  #anyNode(): NodeId {
    const { ids } = this.#simulation.world;
    return ids[this.#prng.nextInt(0, ids.length - 1)] as NodeId;
  }

  /** The leader is hit more often: there is more to break. */
  #someNode(): NodeId {
    const leaders = this.#simulation.world.readyLeaders();
    const isLeader = this.#prng.nextInt(0, 2) === 0;
    const leader = leaders[this.#prng.nextInt(0, Math.max(0, leaders.length - 1))];
    return isLeader && leader !== undefined ? leader : this.#anyNode();
  }

  #begin(what: FaultName, nodes: readonly NodeId[]): void {
    const [first, second] = nodes;
    switch (what) {
      case 'power-cut':
      case 'power-cut-all':
        for (const node of nodes) this.#powerCut(node);
        return;
      case 'partition':
        return this.#cutBetween(nodes);
      case 'one-way':
        if (first !== undefined && second !== undefined && first !== second) {
          this.#simulation.world.cut(first, second);
        }
        return;
      case 'slow-link':
      case 'lossy':
        if (first !== undefined && second !== undefined) this.#worsen(what, first, second);
        return;
      default:
        if (first !== undefined) this.#beginOn(what, first);
    }
  }

  #beginOn(what: FaultName, node: NodeId): void {
    const { world, disks } = this.#simulation;
    switch (what) {
      case 'kill':
        return world.kill(node);
      case 'pause':
        return world.pause(node);
      case 'isolate':
        return this.#cutBetween([node]);
      case 'slow-disk':
        disks.slow.set(node, this.#prng.nextInt(5_000, 300_000));
        return;
      case 'disk-failure':
        if (world.node(node).life !== null) world.setDisk(node, 'failing');
        return;
      case 'clock-rate':
        return this.#simulation.setClockRate(node, this.#prng.nextUnit() * 2.5 + 0.2);
      case 'lost-disk':
        return this.#loseDisk(node);
      default:
    }
  }

  #powerCut(node: NodeId): void {
    const { world } = this.#simulation;
    if (world.node(node).life === null) return;
    const { hard, log } = world.node(node).disk.unsynced();
    let keepHard = this.#prng.nextInt(0, hard);
    let keepLog = this.#prng.nextInt(0, log);
    if (!this.#plan.adversarial) {
      const kept = this.#prng.nextInt(0, hard + log);
      [keepHard, keepLog] = prefixOf(world.node(node).disk.pending, kept);
    }
    world.powerCut(node, keepHard, keepLog);
  }

  #loseDisk(node: NodeId): void {
    const { world } = this.#simulation;
    // Losing a disk is losing a copy: a second loss at once would be one too many by any rule.
    if (world.node(node).disk.incarnation === 0 || !this.#mayLoseDisk()) return;
    world.kill(node);
    this.#simulation.boot(node, 'wiped');
  }

  #cutBetween(group: readonly NodeId[]): void {
    const { world } = this.#simulation;
    for (const a of group) {
      for (const b of world.ids) {
        if (group.includes(b)) continue;
        world.cut(a, b);
        world.cut(b, a);
      }
    }
  }

  #worsen(what: 'slow-link' | 'lossy', from: NodeId, to: NodeId): void {
    const simulation = this.#simulation;
    const { link } = simulation.spec;
    if (what === 'lossy') {
      simulation.setLink(from, to, { ...link, loss: 0.05 + this.#prng.nextUnit() * 0.6 });
      return;
    }
    const delayUsMax = Math.min(SLOW_LINK_US_MAX, link.delayUsMax * SLOW_LINK_FACTOR);
    simulation.setLink(from, to, { ...link, delayUsMax });
  }

  #undo(what: FaultName, nodes: readonly NodeId[]): void {
    const simulation = this.#simulation;
    const { world } = simulation;
    const [first, second] = nodes;
    if (what === 'partition' || what === 'isolate') return this.#mendAround(nodes);
    if (first === undefined) return;
    if (what === 'one-way') {
      if (second !== undefined && first !== second) world.mend(first, second);
    } else if (what === 'slow-link' || what === 'lossy') {
      if (second !== undefined) simulation.setLink(first, second, null);
    } else if (what === 'slow-disk') simulation.disks.slow.delete(first);
    else if (what === 'clock-rate') simulation.setClockRate(first, 1);
    else for (const node of nodes) this.#revive(node);
  }

  #revive(node: NodeId): void {
    const { world } = this.#simulation;
    if (world.node(node).paused) this.#simulation.resume(node);
    // A spare is started by who adds it.
    if (world.node(node).life !== null || world.node(node).disk.incarnation === 0) return;
    if (world.node(node).haltedBy !== null) this.#resetDisk(node);
    this.#simulation.boot(node, 'kept');
  }

  /** A failed disk was replaced by a healthy one with the same contents. */
  #resetDisk(node: NodeId): void {
    const isTimed = this.#simulation.spec.disk.latencyUsMax > 0;
    this.#simulation.world.setDisk(node, isTimed ? 'held' : 'instant');
  }

  #mendAround(group: readonly NodeId[]): void {
    const { world } = this.#simulation;
    for (const a of group) {
      for (const b of world.ids) {
        if (a === b) continue;
        if (world.network.link(a, b).cut) world.mend(a, b);
        if (world.network.link(b, a).cut) world.mend(b, a);
      }
    }
  }

  /** Everything is whole again, and stays so. */
  healAll(): void {
    this.#isOver = true;
    const simulation = this.#simulation;
    const { world } = simulation;
    simulation.disks.slow.clear();
    for (const from of world.ids) {
      for (const to of world.ids) {
        if (from === to) continue;
        if (world.network.link(from, to).cut) world.mend(from, to);
        simulation.setLink(from, to, { ...simulation.spec.link, loss: 0, duplicate: 0 });
      }
    }
    for (const id of world.ids) {
      simulation.setClockRate(id, 1);
      if (world.node(id).disk.mode === 'failing') this.#resetDisk(id);
      this.#revive(id);
    }
  }
}

/** How many writes of the record and of the log stand among the first `count` writes. */
function prefixOf(pending: readonly Barrier[], count: number): [hard: number, log: number] {
  let hard = 0;
  let log = 0;
  let left = count;
  for (const { ops } of pending) {
    for (const op of ops) {
      const size = op.op === 'put' ? op.entries.length : 1;
      const kept = Math.min(left, size);
      if (op.op === 'hard') hard += kept;
      else log += kept;
      left -= kept;
    }
  }
  return [hard, log];
}
