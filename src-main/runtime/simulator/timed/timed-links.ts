/** Links on virtual time: how long a packet takes, whether it arrives, what faults do to it. */
import { deriveSeed, Prng, type PrngState } from '../../../base/prng.ts';
import type { Link, LinkRule } from '../../../vocabulary/fault.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { Packet } from '../world/network.ts';
import type { World } from '../world/world.ts';
import { FaultyLink, type PacketFate, type SavedFaultyLink } from './faulty-link.ts';

/** How a link treats what is sent over it. */
export interface LinkModel {
  readonly delayUsMin: number;
  readonly delayUsMax: number;
  readonly loss: number;
  readonly duplicate: number;
}

export interface PacketDue {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly id: number;
  readonly fate: PacketFate;
}

export interface LinkPorts {
  readonly world: World;
  nowUs(): number;
  /** Calls `handle` with it at that time. */
  plan(due: PacketDue, timeUs: number): void;
  /** Before a node hears anything it learns how much time has passed. */
  advance(node: NodeId): void;
}

export interface SavedLinks {
  readonly prng: PrngState;
  readonly models: readonly (readonly [string, LinkModel])[];
  readonly lastDue: readonly (readonly [string, number])[];
  readonly faulty: readonly (readonly [string, SavedFaultyLink])[];
}

type Spent = Link & { readonly fault: number };

export class TimedLinks {
  readonly #ports: LinkPorts;
  readonly #sound: LinkModel;
  readonly #seed: number;
  #prng: Prng;
  readonly #models = new Map<string, LinkModel>();
  /** Links that faults touch, or did. */
  readonly #faulty = new Map<string, FaultyLink>();
  /** When the last packet of a session on this link is due: what keeps their order. */
  readonly #lastDue = new Map<string, number>();
  #spent: Spent[] = [];

  constructor(sound: LinkModel, seed: number, ports: LinkPorts) {
    this.#sound = sound;
    this.#seed = seed;
    this.#ports = ports;
    this.#prng = new Prng(deriveSeed(seed, 'network'));
  }

  /** null: that of all links. */
  setModel(from: NodeId, to: NodeId, model: LinkModel | null): void {
    if (model === null) this.#models.delete(`${from}>${to}`);
    else this.#models.set(`${from}>${to}`, model);
  }

  #modelOf(from: NodeId, to: NodeId): LinkModel {
    return this.#models.get(`${from}>${to}`) ?? this.#sound;
  }

  /** Limited faults that have met their last message on a link since the last call. */
  takeSpent(): readonly Spent[] {
    if (this.#spent.length === 0) return this.#spent;
    const spent = this.#spent;
    this.#spent = [];
    return spent;
  }

  sent(packet: Packet): void {
    const { from, to } = packet;
    const model = this.#modelOf(from, to);
    const delayUs = this.#prng.nextInt(model.delayUsMin, model.delayUsMax);
    const fate = this.#fate(model);
    const faulty = this.#faulty.get(`${from}>${to}`);
    const nowUs = this.#ports.nowUs();
    if (faulty === undefined) this.#plan(packet, fate, this.#inOrder(packet, nowUs + delayUs));
    else this.#sendFaulty(faulty, packet, { delayUs, fate });
  }

  #fate(model: LinkModel): PacketFate {
    if (model.loss > 0 && this.#prng.nextUnit() < model.loss) return 'drop';
    if (model.duplicate > 0 && this.#prng.nextUnit() < model.duplicate) return 'duplicate';
    return 'deliver';
  }

  #plan({ from, to, id }: Packet, fate: PacketFate, timeUs: number): void {
    this.#ports.plan({ from, to, id, fate }, timeUs);
  }

  /** Packets of a session do not overtake each other, nor do others that a fault makes late. */
  #inOrder({ from, to, frame }: Packet, timeUs: number, keepsOrder = false): number {
    if (frame === null && !keepsOrder) return timeUs;
    const name = `${from}>${to}`;
    const ordered = Math.max(timeUs, this.#lastDue.get(name) ?? 0);
    this.#lastDue.set(name, ordered);
    return ordered;
  }

  #sendFaulty(
    faulty: FaultyLink,
    packet: Packet,
    { delayUs, fate }: { readonly delayUs: number; readonly fate: PacketFate },
  ): void {
    const { from, to } = packet;
    const nowUs = this.#ports.nowUs();
    const { meant, lost } = faulty.admit(packet, Math.round(nowUs), fate);
    for (const fault of faulty.takeSpent()) this.#spent.push({ fault, from, to });
    for (const dead of lost) this.#plan(dead, 'drop', nowUs);
    if (meant.is === 'held') return;
    if (meant.is === 'lost') return this.#plan(packet, 'drop', nowUs);
    const isLate = meant.dueUs > nowUs;
    const keepsOrder = isLate && !faulty.isReordering;
    const timeUs = this.#inOrder(packet, meant.dueUs + delayUs, keepsOrder);
    if (isLate) faulty.noteLate(packet, fate, timeUs);
    this.#plan(packet, fate, timeUs);
    // A copy never comes before its original: a session would take it for a hole.
    for (const copyUs of meant.copiesDueUs) {
      const copy = this.#ports.world.duplicate(packet);
      const copyTimeUs = timeUs + copyUs - meant.dueUs;
      faulty.noteLate(copy, 'deliver', copyTimeUs);
      this.#plan(copy, 'deliver', copyTimeUs);
    }
  }

  /**
   * What faults do to a link from now on. A link that is cut loses what is under way; what nothing
   * holds or delays any more arrives now, in its order.
   */
  setRules(from: NodeId, to: NodeId, rules: readonly LinkRule[]): void {
    const faulty = this.#faultyAt(`${from}>${to}`, rules.length > 0);
    if (faulty === null) return;
    const { isNowCut, free } = faulty.setRules(rules);
    if (isNowCut) this.#loseAll(from, to);
    if (free.some(({ wasLate }) => wasLate)) this.#lastDue.delete(`${from}>${to}`);
    const nowUs = this.#ports.nowUs();
    // In a session behind what is under way without being late.
    const behindUs = nowUs + this.#modelOf(from, to).delayUsMax;
    for (const { packet, fate } of free) {
      const timeUs = packet.frame === null ? nowUs : this.#inOrder(packet, behindUs);
      this.#plan(packet, fate, timeUs);
    }
  }

  #faultyAt(name: string, isNeeded: boolean): FaultyLink | null {
    const known = this.#faulty.get(name);
    if (known !== undefined || !isNeeded) return known ?? null;
    const { protocol } = this.#ports.world.spec;
    const made = new FaultyLink(deriveSeed(this.#seed, `faults ${name}`), protocol);
    this.#faulty.set(name, made);
    return made;
  }

  #loseAll(from: NodeId, to: NodeId): void {
    const { world } = this.#ports;
    for (const packet of [...world.network.link(from, to).queue]) {
      this.#ports.advance(from);
      world.drop(packet);
    }
  }

  handle({ from, to, id, fate }: PacketDue): void {
    const { world } = this.#ports;
    const packet = world.network.link(from, to).queue.find((each) => each.id === id);
    if (packet === undefined) return;
    this.#faulty.get(`${from}>${to}`)?.noteArrived(packet);
    if (fate === 'drop') {
      this.#ports.advance(from);
      world.drop(packet);
      return;
    }
    if (fate === 'duplicate') {
      const copy = world.duplicate(packet);
      const { delayUsMin, delayUsMax } = this.#modelOf(from, to);
      const timeUs = this.#ports.nowUs() + this.#prng.nextInt(delayUsMin, 4 * delayUsMax);
      this.#plan(copy, 'deliver', timeUs);
    }
    this.#ports.advance(to);
    world.deliver(packet);
  }

  save(): SavedLinks {
    return {
      prng: this.#prng.save(),
      models: [...this.#models],
      lastDue: [...this.#lastDue],
      faulty: [...this.#faulty].map(([name, link]) => [name, link.save()] as const),
    };
  }

  restore(saved: SavedLinks): void {
    this.#prng = Prng.restore(saved.prng);
    for (const [name, model] of saved.models) this.#models.set(name, model);
    for (const [name, timeUs] of saved.lastDue) this.#lastDue.set(name, timeUs);
    for (const [name, link] of saved.faulty) {
      this.#faulty.set(name, FaultyLink.restore(link, this.#ports.world.spec.protocol));
    }
  }
}
