/**
 * What waits at a node in manual mode: everything that arrived, in order of arrival, until somebody
 * delivers or drops it. It stands before the node's sessions, so a dropped message leaves the hole
 * that a network would leave, and behind the faults of links.
 *
 * A frame of a session or the end of a connection is nothing to schedule. It keeps its place behind
 * the messages of its link that came before it and passes when they are gone; a message that is
 * delivered out of its turn takes along what stands before it of that kind.
 */
import type { NodeId } from '../../vocabulary/ids.ts';
import type { ManualItem, ManualItemKind } from '../../vocabulary/manual.ts';

/** More items than this, or more bytes, and the oldest are dropped as `overflow`. */
export const INBOX_ITEMS_MAX = 10_000;
const INBOX_BYTES_MAX = 64 * 1024 * 1024;
const TEXT_MAX = 200;

export interface Arrival {
  readonly kind: ManualItemKind;
  /** The link it came over; null: from a client. */
  readonly from: NodeId | null;
  readonly type: string;
  readonly text: string;
  readonly bytes: number;
  deliver(): void;
  drop(why: 'manual' | 'overflow'): void;
  /** The same once more, for a `duplicate`; null: there cannot be two of it. */
  again(): Arrival | null;
}

interface Held {
  readonly item: ManualItem;
  readonly arrival: Arrival;
}

/** What became of the inbox since the last question. */
export interface InboxChanges {
  readonly added: readonly ManualItem[];
  readonly gone: readonly number[];
  /** Items lost so far because the inbox was full. */
  readonly overflowed: number;
}

export class ManualInbox {
  readonly #nowUs: () => number;
  readonly #itemsMax: number;
  /** In order of arrival. */
  readonly #held = new Map<number, Held>();
  #isOpen = false;
  #nextId: number;
  #bytes = 0;
  #overflowed = 0;
  #added = new Map<number, ManualItem>();
  #gone: number[] = [];

  /** @param firstId above every number of an earlier life. */
  constructor(nowUs: () => number, firstId: number, itemsMax = INBOX_ITEMS_MAX) {
    this.#nowUs = nowUs;
    this.#nextId = firstId;
    this.#itemsMax = itemsMax;
  }

  /** What arrives is kept. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    this.#isOpen = true;
  }

  /** Delivers everything in order of arrival; nothing is kept any more. */
  release(): void {
    this.#isOpen = false;
    for (const held of [...this.#held.values()]) this.#deliver(held);
  }

  /** @returns false: it does not wait and is delivered by whoever brought it. */
  keep(arrival: Arrival): boolean {
    if (!this.#isOpen) return false;
    if (arrival.kind === 'link' && !this.#waits(arrival.from)) return false;
    const { kind, from, type, bytes } = arrival;
    const text =
      arrival.text.length > TEXT_MAX ? `${arrival.text.slice(0, TEXT_MAX)}…` : arrival.text;
    const item = { id: this.#nextId, kind, from, type, text, bytes, us: this.#nowUs() };
    this.#nextId += 1;
    this.#held.set(item.id, { item, arrival });
    this.#added.set(item.id, item);
    this.#bytes += bytes;
    this.#maybeOverflow();
    return true;
  }

  #waits(link: NodeId | null): boolean {
    for (const { item } of this.#held.values()) if (item.from === link) return true;
    return false;
  }

  #maybeOverflow(): void {
    while (this.#held.size > this.#itemsMax || this.#bytes > INBOX_BYTES_MAX) {
      const [oldest] = this.#held.values();
      if (oldest === undefined) return;
      this.#overflowed += 1;
      this.#remove(oldest);
      oldest.arrival.drop('overflow');
      this.#passLinkFrames(oldest.item.from);
    }
  }

  /** @returns what is wrong, or null. */
  act(what: 'deliver' | 'drop' | 'duplicate', id: number): string | null {
    const held = this.#held.get(id);
    if (held === undefined) return `item ${id} does not wait any more`;
    if (held.item.kind === 'link') return `${held.item.type} passes by itself, after its messages`;
    if (what === 'duplicate') return this.#duplicate(held);
    if (what === 'deliver') {
      this.#takeAlong(held);
      this.#deliver(held);
    } else {
      this.#remove(held);
      held.arrival.drop('manual');
    }
    this.#passLinkFrames(held.item.from);
    return null;
  }

  #duplicate({ arrival, item }: Held): string | null {
    const copy = arrival.again();
    if (copy === null) return `${item.type} cannot be duplicated`;
    this.keep(copy);
    return null;
  }

  #deliver(held: Held): void {
    this.#remove(held);
    held.arrival.deliver();
  }

  #remove({ item }: Held): void {
    this.#held.delete(item.id);
    this.#bytes -= item.bytes;
    if (!this.#added.delete(item.id)) this.#gone.push(item.id);
  }

  /** Frames that came before it over the same link. */
  #takeAlong({ item }: Held): void {
    for (const held of [...this.#held.values()]) {
      if (held.item.id === item.id) return;
      if (held.item.from === item.from && held.item.kind === 'link') this.#deliver(held);
    }
  }

  /** Frames of this link that no message stands before any more. */
  #passLinkFrames(link: NodeId | null): void {
    for (const held of [...this.#held.values()]) {
      if (held.item.from !== link) continue;
      if (held.item.kind !== 'link') return;
      this.#deliver(held);
    }
  }

  takeChanges(): InboxChanges {
    const added = [...this.#added.values()];
    const gone = this.#gone;
    this.#added = new Map();
    this.#gone = [];
    return { added, gone, overflowed: this.#overflowed };
  }
}
