/**
 * A simulated link that faults touch: the filter of all hosts, the packets it holds, and those that
 * it made late.
 */
import { isCut } from '../../../faults/index.ts';
import { LinkFilter, type Fate, type SavedFilter } from '../../../faults/link-filter.ts';
import type { ProtocolDefinition } from '../../../protocols/kernel/core.ts';
import type { LinkRule } from '../../../vocabulary/fault.ts';
import type { Packet } from '../world/network.ts';

/** What the link itself does to a packet. */
export type PacketFate = 'deliver' | 'drop' | 'duplicate';

interface Held {
  readonly packet: Packet;
  readonly fate: PacketFate;
  readonly fault: number;
}

interface Late {
  readonly packet: Packet;
  readonly fate: PacketFate;
  readonly dueUs: number;
}

/** A packet that nothing keeps back any more. */
export interface Freed {
  readonly packet: Packet;
  readonly fate: PacketFate;
  readonly wasLate: boolean;
}

export interface SavedFaultyLink {
  readonly seed: number;
  readonly rules: readonly LinkRule[];
  readonly filter: SavedFilter;
  readonly held: readonly Held[];
  readonly late: readonly Late[];
}

export class FaultyLink {
  readonly #seed: number;
  readonly #filter: LinkFilter;
  #held: Held[] = [];
  /** By number of the packet. */
  readonly #late = new Map<number, Late>();

  constructor(seed: number, { overSessions, messageKinds }: ProtocolDefinition) {
    this.#seed = seed;
    this.#filter = new LinkFilter(seed, overSessions, (type) => messageKinds[type] ?? null);
  }

  /** Limited faults that have met their last message since the last call. */
  takeSpent(): number[] {
    return this.#filter.takeSpent();
  }

  /** Messages overtake one another on purpose. */
  get isReordering(): boolean {
    return this.#filter.rules.some(({ effect }) => effect.kind === 'reorder');
  }

  /** What becomes of a packet; one that is held stays here. `lost`: what was held for a session
   *  that is over. */
  admit(
    packet: Packet,
    nowUs: number,
    fate: PacketFate,
  ): { readonly meant: Fate; readonly lost: readonly Packet[] } {
    const lost = this.#forgetOldSession(packet);
    const { msg, bulk } = packet;
    const bytes = (): number => JSON.stringify(msg).length + (bulk?.length ?? 0);
    // In a session nothing overtakes what is held.
    const before = this.#filter.isOrdered ? this.#held.at(-1) : undefined;
    const meant = this.#filter.admit({ type: msg === null ? null : packet.type, bytes }, nowUs);
    if (meant.is === 'lost') return { meant, lost };
    const fault = meant.is === 'held' ? meant.fault : before?.fault;
    if (fault === undefined) return { meant, lost };
    this.#held.push({ packet, fate, fault });
    return { meant: { is: 'held', fault }, lost };
  }

  /** The sender began anew: what it had sent before went with its connection. */
  #forgetOldSession({ frame, fromIncarnation }: Packet): readonly Packet[] {
    if (frame === null || this.#held.length === 0) return [];
    const isDead = ({ packet }: Held): boolean => {
      if (packet.fromIncarnation !== fromIncarnation) return true;
      const isNewer = frame.t !== 'data' && frame.t !== 'sure' && frame.t !== 'ack';
      return packet.frame?.t === 'data' && (isNewer || packet.frame.mine !== frame.mine);
    };
    const dead = this.#held.filter(isDead);
    if (dead.length > 0) this.#held = this.#held.filter((held) => !isDead(held));
    return dead.map(({ packet }) => packet);
  }

  noteLate(packet: Packet, fate: PacketFate, dueUs: number): void {
    this.#late.set(packet.id, { packet, fate, dueUs });
  }

  noteArrived({ id }: Packet): void {
    this.#late.delete(id);
  }

  /** What is on from now on, and what nothing keeps back any more, in its order. */
  setRules(rules: readonly LinkRule[]): {
    readonly isNowCut: boolean;
    readonly free: readonly Freed[];
  } {
    const wasCut = isCut(this.#filter.rules);
    this.#filter.setRules(rules);
    if (!isCut(rules)) {
      return { isNowCut: false, free: [...this.#freeLate(), ...this.#freeHeld()] };
    }
    this.#held = [];
    this.#late.clear();
    return { isNowCut: !wasCut, free: [] };
  }

  #freeLate(): Freed[] {
    if (this.#filter.isLate) return [];
    const late = [...this.#late.values()].sort((a, b) => a.dueUs - b.dueUs);
    this.#late.clear();
    return late.map(({ packet, fate }) => ({ packet, fate, wasLate: true }));
  }

  #freeHeld(): Freed[] {
    const free: Freed[] = [];
    const held: Held[] = [];
    for (const each of this.#held) {
      const before = this.#filter.isOrdered ? held.at(-1) : undefined;
      if (this.#filter.holds(each.fault)) held.push(each);
      else if (before !== undefined) held.push({ ...each, fault: before.fault });
      else free.push({ packet: each.packet, fate: each.fate, wasLate: false });
    }
    this.#held = held;
    return free;
  }

  save(): SavedFaultyLink {
    return {
      seed: this.#seed,
      rules: this.#filter.rules,
      filter: this.#filter.save(),
      held: this.#held,
      late: [...this.#late.values()],
    };
  }

  static restore(saved: SavedFaultyLink, protocol: ProtocolDefinition): FaultyLink {
    const link = new FaultyLink(saved.seed, protocol);
    link.#filter.setRules(saved.rules);
    link.#filter.restore(saved.filter);
    link.#held = [...saved.held];
    for (const late of saved.late) link.#late.set(late.packet.id, late);
    return link;
  }
}
