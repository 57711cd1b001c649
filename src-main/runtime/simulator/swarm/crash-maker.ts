/**
 * Kills nodes at named points of what they do with an input, beside the other faults: with chances
 * of its own, so that a seed without it is what it was.
 */
import { deriveSeed, Prng } from '../../../base/prng.ts';
import { CRASH_POINT_NAMES, type CrashPoint } from '../../../vocabulary/crash-points.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { OwnEvent, Simulation } from '../timed/simulation.ts';
import type { WorldObserver } from '../world/observed.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { SwarmPlan } from './plan.ts';

type CrashEvent = OwnEvent &
  ({ readonly is: 'arm' } | { readonly is: 'start-again'; readonly node: NodeId });

/** Points wait for one of their first passages: a rare one may never come otherwise. */
const NTH_MAX = 6;

export class CrashMaker implements WorldObserver {
  readonly #simulation: Simulation;
  readonly #plan: SwarmPlan;
  readonly #prng: Prng;
  #isOver = false;
  /** Deaths at a point. */
  made = 0;

  constructor(simulation: Simulation, plan: SwarmPlan) {
    this.#simulation = simulation;
    this.#plan = plan;
    this.#prng = new Prng(deriveSeed(plan.seed, 'crash points'));
    simulation.world.observe(this);
  }

  start(): void {
    this.#next();
  }

  #next(): void {
    this.#planLater(this.#plan.faultEveryUs, { is: 'arm' });
  }

  #planLater(meanUs: number, event: CrashEvent): void {
    const afterUs = Math.round(Math.min(-Math.log(1 - this.#prng.nextUnit()), 5) * meanUs);
    this.#simulation.plan(afterUs, event);
  }

  /** @returns false when the event is none of these. */
  handle(own: OwnEvent): boolean {
    const event = own as CrashEvent;
    if (event.is === 'arm') {
      if (!this.#isOver) this.#arm();
      return true;
    }
    if (event.is !== 'start-again') return false;
    if (!this.#isOver) this.#startAgain(event.node);
    return true;
  }

  #arm(): void {
    const { world } = this.#simulation;
    const node = world.ids[this.#prng.nextInt(0, world.ids.length - 1)] as NodeId;
    const point = CRASH_POINT_NAMES[this.#prng.nextInt(0, CRASH_POINT_NAMES.length - 1)];
    world.crashAt(node, point as CrashPoint, this.#prng.nextInt(1, NTH_MAX));
    this.#next();
  }

  killedAtPoint({ id }: SimNode): void {
    this.made += 1;
    this.#planLater(this.#plan.faultLastsUs, { is: 'start-again', node: id } as CrashEvent);
  }

  #startAgain(id: NodeId): void {
    const { life, haltedBy } = this.#simulation.world.node(id);
    if (life === null && haltedBy === null) this.#simulation.boot(id, 'kept');
  }

  /** Nobody is to die any more; those that are down are started by who heals the rest. */
  stop(): void {
    this.#isOver = true;
    for (const id of this.#simulation.world.ids) this.#simulation.world.crashAt(id, null, 1);
  }
}
