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
import { FaultyLink, type SavedFaultyLink } from './faulty-link.ts';
import { changeRate, dueUs, jumpClock, newClock, takeTicks, type SimClock } from './sim-clock.ts';

/** How a link treats what is sent over it. */
export interface LinkModel {
  readonly delayUsMin: number;
  readonly delayUsMax: number;
  readonly loss: number;
  readonly duplicate: number;
}

export interface TimedSpec {
  readonly world: WorldSpec;
  readonly seed: number;
  readonly link: LinkModel;
  readonly disk: { readonly latencyUsMin: number; readonly latencyUsMax: number };
  /** Clocks run between 1 - drift and 1 + drift. */
  readonly clockDrift: number;
}

type PacketFate = 'deliver' | 'drop' | 'duplicate';

/** What comes at a time; `own` belongs to whoever drives the simulation. */
export type SimEvent = { readonly timeUs: number; readonly order: number } & (
  | { readonly kind: 'wake'; readonly node: NodeId }
  | {
      readonly kind: 'packet';
      readonly from: NodeId;
      readonly to: NodeId;
      readonly id: number;
      readonly fate: PacketFate;
    }
  | { readonly kind: 'disk'; readonly node: NodeId; readonly life: number }
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
  readonly prngs: { readonly net: PrngState; readonly disk: PrngState; readonly clock: PrngState };
  readonly clocks: readonly (readonly [NodeId, SimClock])[];
  readonly links: readonly (readonly [string, LinkModel])[];
  readonly lastDue: readonly (readonly [string, number])[];
  readonly slowDisks: readonly (readonly [NodeId, number])[];
  readonly heldDisks: readonly (readonly [NodeId, number])[];
  readonly faulty: readonly (readonly [string, SavedFaultyLink])[];
}

export class Simulation implements WorldObserver {
  readonly spec: TimedSpec;
  readonly world: World;
  nowUs = 0;
  /** Latency added to every barrier of a node. */
  readonly slowDisks = new Map<NodeId, number>();
  /** Disks that complete nothing now, and how many barriers were due since. */
  readonly #heldDisks = new Map<NodeId, number>();
  readonly #tickUs: number;
  #heap = new EventHeap<SimEvent>();
  #order = 0;
  #net: Prng;
  #disk: Prng;
  #clock: Prng;
  readonly #clocks = new Map<NodeId, SimClock>();
  readonly #links = new Map<string, LinkModel>();
  /** Links that faults touch, or did. */
  readonly #faulty = new Map<string, FaultyLink>();
  #spent: (fault: number, link: Link) => void = () => undefined;
  /** When the last packet of a link, or barrier of a disk, is due: what keeps its order. */
  readonly #lastDue = new Map<string, number>();
  readonly #touched = new Set<NodeId>();
  #own: OwnHandler = () => undefined;

  constructor(spec: TimedSpec, journal: WorldPorts['journal'] = null) {
    this.spec = spec;
    this.world = new World(spec.world, {
      journal,
      nowUs: () => Math.round(this.nowUs),
      losesUnsynced: (id) => this.isDiskHeld(id),
    });
    this.#tickUs = spec.world.timing.tickMs * 1_000;
    this.#net = new Prng(deriveSeed(spec.seed, 'network'));
    this.#disk = new Prng(deriveSeed(spec.seed, 'disks'));
    this.#clock = new Prng(deriveSeed(spec.seed, 'clocks'));
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
    if (this.spec.disk.latencyUsMax > 0) {
      for (const id of this.world.ids) this.world.setDisk(id, 'held');
    }
    this.world.start();
    for (const id of this.world.ids) this.#arm(id);
  }

  #newClock(id: NodeId): void {
    const { clockDrift } = this.spec;
    const rate = 1 + (this.#clock.nextUnit() * 2 - 1) * clockDrift;
    this.#clocks.set(id, newClock(this.nowUs, rate, this.#clock.nextUnit()));
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
        return this.#handlePacket(event);
      case 'disk':
        return this.#handleDisk(event.node, event.life);
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

  setClockRate(id: NodeId, rate: number): void {
    const clock = this.#clocks.get(id);
    if (clock === undefined) return;
    changeRate(clock, this.nowUs, this.#tickUs, rate);
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
  setNodeRules(id: NodeId, rules: NodeRules): void {
    const { disk, crashAt } = rules;
    setArmed(this.world.node(id), crashAt);
    if (disk.delayMs > 0) this.slowDisks.set(id, disk.delayMs * 1_000);
    else this.slowDisks.delete(id);
  }

  // Lives

  boot(id: NodeId, how: Parameters<World['boot']>[1]): void {
    this.#newClock(id);
    this.world.boot(id, how);
    this.#touched.add(id);
  }

  resume(id: NodeId): void {
    this.advance(id);
    this.world.resume(id);
    this.#touched.add(id);
  }

  // Links

  setLink(from: NodeId, to: NodeId, model: LinkModel | null): void {
    if (model === null) this.#links.delete(`${from}>${to}`);
    else this.#links.set(`${from}>${to}`, model);
  }

  modelOf(from: NodeId, to: NodeId): LinkModel {
    return this.#links.get(`${from}>${to}`) ?? this.spec.link;
  }

  sent(packet: Packet): void {
    const { from, to, frame } = packet;
    const model = this.modelOf(from, to);
    const delayUs = this.#net.nextInt(model.delayUsMin, model.delayUsMax);
    const name = `${from}>${to}`;
    const order = (timeUs: number): number =>
      frame === null ? timeUs : this.#inOrder(name, timeUs);
    const faulty = this.#faulty.get(name);
    const fate = this.#fate(model);
    if (faulty === undefined) return this.#planPacket(packet, order(this.nowUs + delayUs), fate);
    const meant = faulty.admit(packet, Math.round(this.nowUs));
    for (const fault of faulty.takeSpent()) this.#spent(fault, { from, to });
    if (meant.is === 'held') return;
    if (meant.is === 'lost') return this.#planPacket(packet, this.nowUs, 'drop');
    for (const copyUs of meant.copiesDueUs) {
      this.#planPacket(this.world.duplicate(packet), copyUs + delayUs, 'deliver');
    }
    this.#planPacket(packet, order(meant.dueUs + delayUs), fate);
  }

  #planPacket({ from, to, id }: Packet, timeUs: number, fate: PacketFate): void {
    this.#push({ kind: 'packet', from, to, id, fate }, timeUs);
  }

  /** What faults do to a link from now on; what they held and do not any more is on its way. */
  setLinkRules(from: NodeId, to: NodeId, rules: readonly LinkRule[]): void {
    const name = `${from}>${to}`;
    let faulty = this.#faulty.get(name);
    if (faulty === undefined) {
      if (rules.length === 0) return;
      faulty = new FaultyLink(
        deriveSeed(this.spec.seed, `faults ${name}`),
        this.spec.world.protocol,
      );
      this.#faulty.set(name, faulty);
    }
    for (const packet of faulty.setRules(rules)) this.#planPacket(packet, this.nowUs, 'deliver');
  }

  #fate(model: LinkModel): PacketFate {
    if (model.loss > 0 && this.#net.nextUnit() < model.loss) return 'drop';
    if (model.duplicate > 0 && this.#net.nextUnit() < model.duplicate) return 'duplicate';
    return 'deliver';
  }

  /** Neither packets of a session nor barriers of a disk overtake each other. */
  #inOrder(what: string, timeUs: number): number {
    const ordered = Math.max(timeUs, this.#lastDue.get(what) ?? 0);
    this.#lastDue.set(what, ordered);
    return ordered;
  }

  #handlePacket(event: Extract<SimEvent, { kind: 'packet' }>): void {
    const { from, to, id, fate } = event;
    const packet = this.world.network.link(from, to).queue.find((each) => each.id === id);
    if (packet === undefined) return;
    if (fate === 'drop') {
      this.advance(from);
      this.world.drop(packet);
      return;
    }
    if (fate === 'duplicate') {
      const copy = this.world.duplicate(packet);
      const { delayUsMin, delayUsMax } = this.modelOf(from, to);
      const timeUs = this.nowUs + this.#net.nextInt(delayUsMin, 4 * delayUsMax);
      this.#push({ kind: 'packet', from, to, id: copy.id, fate: 'deliver' }, timeUs);
    }
    this.advance(to);
    this.world.deliver(packet);
  }

  // Disks

  queued(node: SimNode): void {
    const { latencyUsMin, latencyUsMax } = this.spec.disk;
    const slowUs = this.slowDisks.get(node.id) ?? 0;
    const latencyUs = this.#disk.nextInt(latencyUsMin, latencyUsMax) + slowUs;
    const timeUs = this.#inOrder(`disk ${node.id}`, this.nowUs + latencyUs);
    this.#push({ kind: 'disk', node: node.id, life: node.disk.incarnation }, timeUs);
  }

  #handleDisk(id: NodeId, life: number): void {
    const { disk } = this.world.node(id);
    if (disk.incarnation !== life || disk.pending.length === 0) return;
    const due = this.#heldDisks.get(id);
    if (due !== undefined) {
      this.#heldDisks.set(id, due + 1);
      return;
    }
    this.advance(id);
    this.world.complete(id, 1);
  }

  isDiskHeld(id: NodeId): boolean {
    return this.#heldDisks.has(id);
  }

  /** From now on no barrier of this disk completes. */
  holdDisk(id: NodeId): void {
    if (!this.#heldDisks.has(id)) this.#heldDisks.set(id, 0);
  }

  /** What was due completes at once, the rest in its time. */
  releaseDisk(id: NodeId): void {
    const due = this.#heldDisks.get(id) ?? 0;
    this.#heldDisks.delete(id);
    if (due === 0 || this.world.node(id).life === null) return;
    this.advance(id);
    this.world.complete(id, due);
  }

  stepped(node: SimNode): void {
    this.#touched.add(node.id);
  }

  stopped(node: SimNode): void {
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
      prngs: { net: this.#net.save(), disk: this.#disk.save(), clock: this.#clock.save() },
      clocks: [...this.#clocks].map(([id, clock]) => [id, saveClock(clock)] as const),
      links: [...this.#links],
      lastDue: [...this.#lastDue],
      slowDisks: [...this.slowDisks],
      heldDisks: [...this.#heldDisks],
      faulty: [...this.#faulty].map(([name, link]) => [name, link.save()] as const),
    };
  }

  /** Instead of `start`. */
  restore(saved: SavedSimulation): void {
    this.nowUs = saved.nowUs;
    this.#order = saved.order;
    this.world.restore(saved.world);
    this.#heap = EventHeap.restore(saved.events);
    this.#net = Prng.restore(saved.prngs.net);
    this.#disk = Prng.restore(saved.prngs.disk);
    this.#clock = Prng.restore(saved.prngs.clock);
    for (const [id, clock] of saved.clocks) this.#clocks.set(id, restoreClock(clock));
    for (const [name, model] of saved.links) this.#links.set(name, model);
    for (const [name, timeUs] of saved.lastDue) this.#lastDue.set(name, timeUs);
    for (const [id, us] of saved.slowDisks) this.slowDisks.set(id, us);
    for (const [id, due] of saved.heldDisks) this.#heldDisks.set(id, due);
    for (const [name, link] of saved.faulty) {
      this.#faulty.set(name, FaultyLink.restore(link, this.spec.world.protocol));
    }
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
  | Omit<Extract<SimEvent, { kind: 'own' }>, 'timeUs' | 'order'>;
