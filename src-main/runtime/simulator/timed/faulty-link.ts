/** A simulated link that faults touch: the filter of all hosts, and the packets it holds. */
import { LinkFilter, type Fate, type SavedFilter } from '../../../faults/link-filter.ts';
import type { ProtocolDefinition } from '../../../protocols/kernel/core.ts';
import type { LinkRule } from '../../../vocabulary/fault.ts';
import type { Packet } from '../world/network.ts';

interface Held {
  readonly packet: Packet;
  readonly fault: number;
}

export interface SavedFaultyLink {
  readonly seed: number;
  readonly rules: readonly LinkRule[];
  readonly filter: SavedFilter;
  readonly held: readonly Held[];
}

export class FaultyLink {
  readonly #seed: number;
  readonly #filter: LinkFilter;
  #held: Held[] = [];

  constructor(seed: number, { overSessions, messageKinds }: ProtocolDefinition) {
    this.#seed = seed;
    this.#filter = new LinkFilter(seed, overSessions, (type) => messageKinds[type] ?? null);
  }

  /** Limited faults that have met their last message since the last call. */
  takeSpent(): number[] {
    return this.#filter.takeSpent();
  }

  /** What becomes of a packet; one that is held stays here. */
  admit(packet: Packet, nowUs: number): Fate {
    const { msg, bulk } = packet;
    const bytes = (): number => JSON.stringify(msg).length + (bulk?.length ?? 0);
    // In a session nothing overtakes what is held.
    const before = this.#filter.isOrdered ? this.#held.at(-1) : undefined;
    const fate = this.#filter.admit({ type: msg === null ? null : packet.type, bytes }, nowUs);
    if (fate.is === 'lost') return fate;
    const fault = fate.is === 'held' ? fate.fault : before?.fault;
    if (fault === undefined) return fate;
    this.#held.push({ packet, fault });
    return { is: 'held', fault };
  }

  /** @returns what is held no more, in its order */
  setRules(rules: readonly LinkRule[]): readonly Packet[] {
    this.#filter.setRules(rules);
    const free = this.#held.filter(({ fault }) => !this.#filter.holds(fault));
    this.#held = this.#held.filter(({ fault }) => this.#filter.holds(fault));
    return free.map(({ packet }) => packet);
  }

  save(): SavedFaultyLink {
    return {
      seed: this.#seed,
      rules: this.#filter.rules,
      filter: this.#filter.save(),
      held: this.#held,
    };
  }

  static restore(saved: SavedFaultyLink, protocol: ProtocolDefinition): FaultyLink {
    const link = new FaultyLink(saved.seed, protocol);
    link.#filter.setRules(saved.rules);
    link.#filter.restore(saved.filter);
    link.#held = [...saved.held];
    return link;
  }
}
