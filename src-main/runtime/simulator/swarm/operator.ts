/**
 * The operator of a simulated cluster: adds, promotes, removes and replaces nodes, hands leadership
 * over, takes snapshots; at random times, through all the faults. What an operator must not do with
 * any protocol is not done here either: to lose a disk while a change is under way, or to shrink a
 * configuration that has a voter without its disk.
 */
import { deriveSeed, Prng } from '../../../base/prng.ts';
import type { ClusterConfig } from '../../../protocols/kernel/config.ts';
import type { AdminOp } from '../../../protocols/kernel/core.ts';
import type { Member, NodeId } from '../../../vocabulary/ids.ts';
import type { Checker } from '../invariants/checker.ts';
import type { OwnEvent, Simulation } from '../timed/simulation.ts';
import type { World } from '../world/world.ts';
import type { OperatorPlan, OperatorWork } from './change-plan.ts';

/** Gives no command, but says whether a disk may go. */
const IDLE: OperatorPlan = {
  weights: { add: 0, promote: 0, remove: 0, reconfigure: 0, replace: 0, transfer: 0, snapshot: 0 },
  everyUs: 0,
};

type OperatorEvent = OwnEvent & { readonly is: 'operate' };

/** After a command so long nobody's disk is lost: it may still be on a slow link. */
const SETTLE_US = 600_000;
/** With fewer voters no quorum is left without one of them. */
const VOTERS_MIN = 3;

export class Operator {
  readonly #simulation: Simulation;
  readonly #checker: Checker;
  readonly #plan: OperatorPlan;
  readonly #prng: Prng;
  #isOver = false;
  #lastChangeUs = Number.NEGATIVE_INFINITY;
  /** Commands given so far. */
  given = 0;

  constructor(simulation: Simulation, checker: Checker, plan: OperatorPlan | null, seed: number) {
    this.#simulation = simulation;
    this.#checker = checker;
    this.#plan = plan ?? IDLE;
    this.#prng = new Prng(deriveSeed(seed, 'operator'));
  }

  start(): void {
    const { weights } = this.#plan;
    if (Object.values(weights).some((weight) => weight > 0)) this.#next();
  }

  /** Gives no command any more. */
  stop(): void {
    this.#isOver = true;
  }

  #next(): void {
    const drawn = Math.min(-Math.log(1 - this.#prng.nextUnit()), 5);
    this.#simulation.plan(Math.round(drawn * this.#plan.everyUs), { is: 'operate' });
  }

  /** @returns false when the event is not the operator's. */
  handle(own: OwnEvent): boolean {
    if ((own as OperatorEvent).is !== 'operate') return false;
    if (this.#isOver) return true;
    this.#work(this.#draw());
    this.#next();
    return true;
  }

  #draw(): OperatorWork {
    const entries = Object.entries(this.#plan.weights) as [OperatorWork, number][];
    let drawn = this.#prng.nextUnit() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [work, weight] of entries) {
      drawn -= weight;
      if (drawn < 0) return work;
    }
    return 'snapshot';
  }

  /** Whether a disk may be lost now: every change that was asked for is decided, and the voters
   *  that are left make a quorum of what is in force. */
  mayLoseDisk(): boolean {
    const { world, nowUs } = this.#simulation;
    if (nowUs - this.#lastChangeUs < SETTLE_US || world.hasOpenCommand) return false;
    // What waits for a paused node may be a change that nobody else remembers.
    if (world.ids.some((id) => world.node(id).paused)) return false;
    const { config } = this.#checker.common.configs.latest;
    if (!this.#checker.isConfigSettled() || config.voters.length < VOTERS_MIN) return false;
    return !config.voters.some(({ nodeId }) => this.#isGone(nodeId, config));
  }

  #isGone(nodeId: NodeId, { voters }: ClusterConfig): boolean {
    const member = voters.find((each) => each.nodeId === nodeId);
    return member?.storageId !== this.#simulation.world.node(nodeId).disk.storageId;
  }

  #work(work: OperatorWork): void {
    const { world } = this.#simulation;
    if (work === 'snapshot') return this.#takeSnapshot(world);
    const leader = world.leader();
    if (leader === null) return;
    const op = this.#command(work, world);
    if (op === null) return;
    if (op.op !== 'transfer') this.#lastChangeUs = this.#simulation.nowUs;
    this.given += 1;
    this.#simulation.advance(leader);
    world.admin(leader, op);
  }

  #takeSnapshot(world: World): void {
    const node = pick(this.#prng, world.ids);
    const retain = pick(this.#prng, [null, 0, 1, 5]);
    if (world.node(node).life === null) return;
    this.given += 1;
    this.#simulation.advance(node);
    world.admin(node, { op: 'snapshot', retain });
  }

  /** null: there is nothing of the kind to do. */
  #command(work: OperatorWork, world: World): AdminOp | null {
    const { config } = this.#checker.common.configs.latest;
    const voters = config.voters.map((member) => member.nodeId);
    const gone = voters.filter((id) => this.#isGone(id, config));
    // One voter without its disk is one less for every quorum: it goes first.
    const [first] = gone;
    if (first !== undefined) return work === 'replace' ? { op: 'remove', nodeId: first } : null;
    switch (work) {
      case 'replace':
      case 'add':
        return this.#addition(config, world);
      case 'promote': {
        const learner = pickMaybe(this.#prng, config.learners);
        return learner === null ? null : { op: 'promote', nodeId: learner.nodeId };
      }
      case 'remove':
        return this.#removal(config);
      case 'reconfigure':
        return this.#reconfiguration(config, world);
      case 'transfer': {
        const others = voters.filter((id) => id !== world.leader());
        const to = pickMaybe(this.#prng, others);
        return to === null ? null : { op: 'transfer', to };
      }
      case 'snapshot':
        return null;
    }
  }

  #addition(config: ClusterConfig, world: World): AdminOp | null {
    const as = this.#prng.nextInt(0, 1) === 0 ? 'voter' : 'learner';
    const node = pickMaybe(this.#prng, this.#outside(config, world));
    if (node === null) return null;
    return { op: 'add', member: this.#memberOf(node), as };
  }

  #removal({ voters, learners }: ClusterConfig): AdminOp | null {
    const all = voters.length > 1 ? [...voters, ...learners] : learners;
    const member = pickMaybe(this.#prng, all);
    return member === null ? null : { op: 'remove', nodeId: member.nodeId };
  }

  #outside({ voters, learners }: ClusterConfig, world: World): NodeId[] {
    const inside = [...voters, ...learners];
    return world.ids.filter((id) => {
      const { disk } = world.node(id);
      return !inside.some((each) => each.nodeId === id && each.storageId === disk.storageId);
    });
  }

  /** A node that was never up is started first. */
  #memberOf(nodeId: NodeId): Member {
    const { disk, life } = this.#simulation.world.node(nodeId);
    if (life === null && disk.incarnation === 0) this.#simulation.boot(nodeId, 'kept');
    return { nodeId, storageId: disk.storageId };
  }

  #reconfiguration(config: ClusterConfig, world: World): AdminOp | null {
    const inside = [...config.voters, ...config.learners].map((member) => member.nodeId);
    const candidates = [...inside, ...this.#outside(config, world)];
    const voters: Member[] = [];
    const learners: Member[] = [];
    for (const id of world.ids.filter((each) => candidates.includes(each))) {
      const drawn = this.#prng.nextInt(0, 5);
      if (drawn < 3) voters.push(this.#memberOf(id));
      else if (drawn === 3) learners.push(this.#memberOf(id));
    }
    return voters.length === 0 ? null : { op: 'reconfigure', voters, learners };
  }
}

function pick<T>(prng: Prng, items: readonly T[]): T {
  return items[prng.nextInt(0, items.length - 1)] as T;
}

function pickMaybe<T>(prng: Prng, items: readonly T[]): T | null {
  return items.length === 0 ? null : pick(prng, items);
}
