/**
 * The simulated network: one queue per directed link. Packets leave it when somebody delivers or
 * drops them, in any order; a cut link loses what is sent over it, a held one keeps it.
 */
import { assert } from '../../../base/assert.ts';
import type { Message } from '../../../protocols/kernel/core.ts';
import { compareIds, type NodeId } from '../../../vocabulary/ids.ts';
import type { SessionFrame } from '../../driver/session-link.ts';

export interface Packet {
  readonly id: number;
  readonly from: NodeId;
  readonly to: NodeId;
  /** Of the message, or of the control frame of a session. */
  readonly type: string;
  /** null: no sessions under this protocol. */
  readonly frame: SessionFrame | null;
  readonly msg: Message | null;
  /** The chunk of an image that travels with the message. */
  readonly bulk: string | null;
  readonly fromIncarnation: number;
  readonly step: number;
  readonly index: number;
  readonly lamport: number;
}

/** Which packets a command means; an absent field matches all. */
export interface PacketFilter {
  readonly from?: NodeId | undefined;
  readonly to?: NodeId | undefined;
  readonly type?: string | undefined;
  /** Both ends are among these. */
  readonly among?: readonly NodeId[] | undefined;
  /** Also what waits on a held link. */
  readonly held?: boolean | undefined;
}

export interface SimLink {
  readonly from: NodeId;
  readonly to: NodeId;
  queue: Packet[];
  cut: boolean;
  /** Types that wait; 'all' means every type. */
  heldTypes: Set<string>;
}

export const ALL_TYPES = 'all';

export interface SavedLink {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly queue: readonly Packet[];
  readonly cut: boolean;
  readonly heldTypes: readonly string[];
}

export class SimNetwork {
  /** By sender, then by addressee. */
  readonly links: readonly SimLink[];
  readonly #byName = new Map<string, SimLink>();
  #lastId = 0;

  constructor(ids: readonly NodeId[]) {
    const sorted = [...ids].sort(compareIds);
    const links: SimLink[] = [];
    for (const from of sorted) {
      for (const to of sorted) {
        if (from === to) continue;
        const link = { from, to, queue: [], cut: false, heldTypes: new Set<string>() };
        links.push(link);
        this.#byName.set(`${from}>${to}`, link);
      }
    }
    this.links = links;
  }

  link(from: NodeId, to: NodeId): SimLink {
    const link = this.#byName.get(`${from}>${to}`);
    assert(link !== undefined, `no link ${from} > ${to}`);
    return link;
  }

  /** Puts a packet on its way. */
  push(packet: Omit<Packet, 'id'>): Packet {
    this.#lastId += 1;
    const numbered = { id: this.#lastId, ...packet };
    this.link(packet.from, packet.to).queue.push(numbered);
    return numbered;
  }

  /** Removes a packet; false when it is no longer on its way. */
  take(packet: Packet): boolean {
    const { queue } = this.link(packet.from, packet.to);
    const at = queue.indexOf(packet);
    if (at >= 0) queue.splice(at, 1);
    return at >= 0;
  }

  /** Matching packets by sender, addressee and age. */
  find(filter: PacketFilter, count = Number.POSITIVE_INFINITY): Packet[] {
    const found: Packet[] = [];
    for (const link of this.links) {
      if (link.queue.length === 0 || !linkMatches(link, filter)) continue;
      for (const packet of link.queue) {
        if (found.length >= count) return found;
        const isStuck = filter.held !== true && isHeld(link, packet);
        // In a session nothing overtakes what is held.
        if (isStuck && packet.frame !== null) break;
        if (isStuck || (filter.type !== undefined && packet.type !== filter.type)) continue;
        found.push(packet);
      }
    }
    return found;
  }

  get count(): number {
    let count = 0;
    for (const link of this.links) count += link.queue.length;
    return count;
  }

  save(): { readonly lastId: number; readonly links: readonly SavedLink[] } {
    return {
      lastId: this.#lastId,
      links: this.links.map(({ from, to, queue, cut, heldTypes }) => ({
        from,
        to,
        queue: [...queue],
        cut,
        heldTypes: [...heldTypes].sort(compareIds),
      })),
    };
  }

  restore(saved: ReturnType<SimNetwork['save']>): void {
    this.#lastId = saved.lastId;
    for (const { from, to, queue, cut, heldTypes } of saved.links) {
      const link = this.link(from, to);
      link.queue = [...queue];
      link.cut = cut;
      link.heldTypes = new Set(heldTypes);
    }
  }
}

export function isHeld(link: SimLink, packet: Packet): boolean {
  const { heldTypes } = link;
  return heldTypes.size > 0 && (heldTypes.has(ALL_TYPES) || heldTypes.has(packet.type));
}

function linkMatches(link: SimLink, filter: PacketFilter): boolean {
  if (filter.from !== undefined && filter.from !== link.from) return false;
  if (filter.to !== undefined && filter.to !== link.to) return false;
  const { among } = filter;
  return among === undefined || (among.includes(link.from) && among.includes(link.to));
}
