/**
 * A world under virtual time: every packet takes its time on its link, every barrier on its disk,
 * every clock runs at its own rate. All chance comes from generators made from one seed, all order
 * from one queue, so the same seed gives the same run on any machine.
 */
import { deriveSeed, Prng, type PrngState } from '../../../base/prng.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import { setArmed } from '../world/crash-points.ts';
import type { Packet } from '../world/network.ts';
import type { WorldObserver } from '../world/observed.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { SavedWorld } from '../world/saved-world.ts';
import type { WorldPorts } from '../world/life-maker.ts';
import type { WorldSpec } from '../world/world-spec.ts';
import { World } from '../world/world.ts';
import type { Link, LinkRule, NodeRules } from '../../../vocabulary/fault.ts';
import { EventHeap } from './event-heap.ts';
import {
  changeRates,
  dueUs,
  jumpClock,
  newClock,
  takeTicks,
  type ClockRates,
  type SimClock,
} from './sim-clock.ts';
import { Stalls, type SavedStalls, type StallDue } from './stalls.ts';
import { TimedDisks, type BarrierDue, type DiskTimes, type SavedDisks } from './timed-disks.ts';
import { TimedLinks, type LinkModel, type PacketDue, type SavedLinks } from './timed-links.ts';

export interface TimedSpec {
  readonly world: WorldSpec;
  readonly seed: number;
  readonly link: LinkModel;
  readonly disk: DiskTimes;
  /** Clocks run between 1 - drift and 1 + drift. */
  readonly clockDrift: number;
}

/** What comes at a time; `own` belongs to whoever drives the simulation. */
export type SimEvent = { readonly timeUs: number; readonly order: number } & (
  | { readonly kind: 'wake'; readonly node: NodeId }
  | { readonly kind: 'packet'; readonly packet: PacketDue }
  | { readonly kind: 'disk'; readonly barrier: BarrierDue }
  | { readonly kind: 'stall'; readonly stall: StallDue }
  | { readonly kind: 'own'; readonly own: OwnEvent }
);

/** Plain data, so that a simulation can be saved with what is planned. */
export type OwnEvent = { readonly is: string };

/** Who takes the events that are not the simulation's own. */
export type OwnHandler = (event: OwnEvent) => void;

export interface SavedSimulation {
  readonly nowUs: number;
  readonly order: number;
  readonly world: SavedWorld;
  readonly events: readonly SimEvent[];
  readonly clockPrng: PrngState;
  readonly clocks: readonly (readonly [NodeId, SimClock])[];
  readonly links: SavedLinks;
  readonly disks: SavedDisks;
  readonly stalls: SavedStalls;
  readonly paused: readonly NodeId[];
}

export class Simulation implements WorldObserver {
  readonly spec: TimedSpec;
  readonly world: World;
  nowUs = 0;
  readonly disks: TimedDisks;
  readonly #tickUs: number;
  #heap = new EventHeap<SimEvent>();
  #order = 0;
  #clock: Prng;
  readonly #clocks = new Map<NodeId, SimClock>();
  readonly #links: TimedLinks;
  readonly #stalls: Stalls;
  /** Whoever stalls stands still, too, but not for this. */
  readonly #paused = new Set<NodeId>();
  #spent: (fault: number, link: Link) => void = () => undefined;
  readonly #touched = new Set<NodeId>();
  #own: OwnHandler = () => undefined;

  constructor(spec: TimedSpec, journal: WorldPorts['journal'] = null) {
    this.spec = spec;
    this.world = new World(spec.world, {
      journal,
      nowUs: () => Math.round(this.nowUs),
      losesUnsynced: (id) => this.disks.isHeld(id),
    });
    this.#tickUs = spec.world.timing.tickMs * 1_000;
    this.#clock = new Prng(deriveSeed(spec.seed, 'clocks'));
    const host = {
      world: this.world,
      nowUs: () => this.nowUs,
      advance: (id: NodeId) => this.advance(id),
    };
    this.#links = new TimedLinks(spec.link, spec.seed, {
      ...host,
      plan: (packet, timeUs) => this.#push({ kind: 'packet', packet }, timeUs),
    });
    this.disks = new TimedDisks(spec.disk, spec.seed, {
      ...host,
      plan: (barrier, timeUs) => this.#push({ kind: 'disk', barrier }, timeUs),
    });
    this.#stalls = new Stalls({
      plan: (stall, afterUs) => this.#push({ kind: 'stall', stall }, this.nowUs + afterUs),
      isRunning: (id) => this.world.node(id).life !== null,
      halt: (id) => this.world.pause(id),
      goOn: (id) => {
        if (!this.#paused.has(id)) this.#goOn(id);
      },
    });
    this.world.observe(this);
  }

  /** @param spent a limited fault has met its last message on a link */
  onSpent(spent: (fault: number, link: Link) => void): void {
    this.#spent = spent;
  }

  onOwn(handler: OwnHandler): void {
    this.#own = handler;
  }

  start(): void {
    for (const id of this.world.ids) this.#newClock(id);
    this.disks.start();
    this.world.start();
    for (const id of this.world.ids) this.#arm(id);
  }

  #newClock(id: NodeId): void {
    const { clockDrift } = this.spec;
    const drift = (this.#clock.nextUnit() * 2 - 1) * clockDrift;
    const skew = this.#clocks.get(id)?.skew ?? 1;
    const rates = { own: 1 + drift, skew };
    this.#clocks.set(id, newClock(this.nowUs, rates, this.#clock.nextUnit()));
  }

  // Planning

  plan(afterUs: number, own: OwnEvent): void {
    this.#push({ kind: 'own', own }, this.nowUs + Math.max(0, afterUs));
  }

  #push(event: SimEventBody, timeUs: number): void {
    this.#order += 1;
    this.#heap.push({ timeUs, order: this.#order, ...event } as SimEvent);
  }

  /** Runs until nothing is due before `untilUs`, or `stop` says so after an event. */
  run(untilUs: number, stop: () => boolean): void {
    for (;;) {
      const event = this.#heap.peek();
      if (event === undefined || event.timeUs > untilUs) break;
      this.#heap.pop();
      this.nowUs = event.timeUs;
      this.#handle(event);
      for (const { fault, ...link } of this.#links.takeSpent()) this.#spent(fault, link);
      if (this.#touched.size > 0) this.#armTouched();
      if (stop()) return;
    }
    this.nowUs = Math.max(this.nowUs, untilUs);
  }

  #handle(event: SimEvent): void {
    switch (event.kind) {
      case 'wake':
        return this.#wake(event.node, event.timeUs);
      case 'packet':
        return this.#links.handle(event.packet);
      case 'disk':
        return this.disks.handle(event.barrier);
      case 'stall':
        return this.#stalls.handle(event.stall);
      case 'own':
        return this.#own(event.own);
    }
  }

  // Clocks

  /** Before a node hears anything it learns how much time has passed. */
  advance(id: NodeId): void {
    const clock = this.#clocks.get(id);
    if (clock === undefined) return;
    const elapsed = takeTicks(clock, this.nowUs, this.#tickUs);
    if (this.world.node(id).life === null) return;
    if (elapsed > 0) this.world.tick(id, elapsed);
    this.#touched.add(id);
  }

  #wake(id: NodeId, timeUs: number): void {
    const clock = this.#clocks.get(id);
    // An earlier plan was replaced by a later one.
    if (clock === undefined || clock.wakeUs !== timeUs) return;
    clock.wakeUs = Number.POSITIVE_INFINITY;
    this.advance(id);
  }

  #armTouched(): void {
    // In the order they were touched, which is the same in every run.
    for (const id of this.#touched) this.#arm(id);
    this.#touched.clear();
  }

  #arm(id: NodeId): void {
    const clock = this.#clocks.get(id);
    const { life, paused } = this.world.node(id);
    if (clock === undefined || life === null || paused) return;
    const timeUs = Math.max(this.nowUs, dueUs(clock, life.core.sleepTicks(), this.#tickUs));
    if (clock.wakeUs <= timeUs) return;
    clock.wakeUs = timeUs;
    this.#push({ kind: 'wake', node: id }, timeUs);
  }

  /** Its clock is of this rate by itself; a skew comes on top. */
  setClockRate(id: NodeId, own: number): void {
    this.#changeClock(id, { own });
  }

  #setSkew(id: NodeId, skew: number): void {
    if (this.#clocks.get(id)?.skew !== skew) this.#changeClock(id, { skew });
  }

  #changeClock(id: NodeId, rates: Partial<ClockRates>): void {
    const clock = this.#clocks.get(id);
    if (clock === undefined) return;
    changeRates(clock, this.nowUs, this.#tickUs, rates);
    clock.wakeUs = Number.POSITIVE_INFINITY;
    this.#touched.add(id);
  }

  /** The clock of a node is so much further at once. */
  jump(id: NodeId, byUs: number): void {
    const clock = this.#clocks.get(id);
    if (clock === undefined) return;
    jumpClock(clock, byUs, this.#tickUs);
    this.advance(id);
  }

  /** What faults do to a node from now on. */
  setNodeRules(id: NodeId, { disk, clock, stall, crashAt }: NodeRules): void {
    setArmed(this.world.node(id), crashAt);
    this.disks.setRules(id, disk);
    this.#setSkew(id, clock.rate);
    this.#stalls.setRule(id, stall);
  }

  // Lives

  boot(id: NodeId, how: Parameters<World['boot']>[1]): void {
    this.#newClock(id);
    this.disks.beforeBoot(id);
    this.world.boot(id, how);
    this.#stalls.noteBooted(id);
    this.#touched.add(id);
  }

  /** It stands still until `resume`, whatever stalls it meanwhile. */
  pause(id: NodeId): void {
    if (this.world.node(id).life === null) return;
    this.#paused.add(id);
    this.world.pause(id);
  }

  isPaused(id: NodeId): boolean {
    return this.#paused.has(id);
  }

  resume(id: NodeId): void {
    this.#paused.delete(id);
    if (!this.#stalls.isStalled(id)) this.#goOn(id);
  }

  #goOn(id: NodeId): void {
    this.advance(id);
    this.world.resume(id);
    this.#touched.add(id);
  }

  // Links

  setLink(from: NodeId, to: NodeId, model: LinkModel | null): void {
    this.#links.setModel(from, to, model);
  }

  /** What faults do to a link from now on. */
  setLinkRules(from: NodeId, to: NodeId, rules: readonly LinkRule[]): void {
    this.#links.setRules(from, to, rules);
  }

  sent(packet: Packet): void {
    this.#links.sent(packet);
  }

  // Lives and disks as the world tells of them

  queued(node: SimNode): void {
    this.disks.queued(node);
  }

  stepped(node: SimNode): void {
    this.#touched.add(node.id);
  }

  stopped(node: SimNode): void {
    this.#paused.delete(node.id);
    this.#stalls.noteStopped(node.id);
    const clock = this.#clocks.get(node.id);
    if (clock !== undefined) clock.wakeUs = Number.POSITIVE_INFINITY;
  }

  // Saving

  /** Everything between two events; who drives the simulation saves its own part. */
  save(): SavedSimulation {
    return {
      nowUs: this.nowUs,
      order: this.#order,
      world: this.world.save(),
      events: this.#heap.save(),
      clockPrng: this.#clock.save(),
      clocks: [...this.#clocks].map(([id, clock]) => [id, saveClock(clock)] as const),
      links: this.#links.save(),
      disks: this.disks.save(),
      stalls: this.#stalls.save(),
      paused: [...this.#paused],
    };
  }

  /** Instead of `start`. */
  restore(saved: SavedSimulation): void {
    this.nowUs = saved.nowUs;
    this.#order = saved.order;
    this.world.restore(saved.world);
    this.#heap = EventHeap.restore(saved.events);
    this.#clock = Prng.restore(saved.clockPrng);
    for (const [id, clock] of saved.clocks) this.#clocks.set(id, restoreClock(clock));
    this.#links.restore(saved.links);
    this.disks.restore(saved.disks);
    this.#stalls.restore(saved.stalls);
    for (const id of saved.paused) this.#paused.add(id);
  }
}

/** JSON has no Infinity. */
const NO_WAKE = -1;

function saveClock(clock: SimClock): SimClock {
  return { ...clock, wakeUs: Number.isFinite(clock.wakeUs) ? clock.wakeUs : NO_WAKE };
}

function restoreClock(clock: SimClock): SimClock {
  const wakeUs = clock.wakeUs === NO_WAKE ? Number.POSITIVE_INFINITY : clock.wakeUs;
  return { ...clock, wakeUs };
}

type SimEventBody =
  | Omit<Extract<SimEvent, { kind: 'wake' }>, 'timeUs' | 'order'>
  | Omit<Extract<SimEvent, { kind: 'packet' }>, 'timeUs' | 'order'>
  | Omit<Extract<SimEvent, { kind: 'disk' }>, 'timeUs' | 'order'>
  | Omit<Extract<SimEvent, { kind: 'stall' }>, 'timeUs' | 'order'>
  | Omit<Extract<SimEvent, { kind: 'own' }>, 'timeUs' | 'order'>;
