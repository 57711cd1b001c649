/** The inboxes of all nodes in manual mode, as the lab knows them, and what is next. */
import type { NodeId } from '../vocabulary/ids.ts';
import type { ManualItem, ManualNodeState } from '../vocabulary/manual.ts';
import type { LinkTraffic } from '../runtime/process/node-config.ts';
import type { InboxReport } from './node-handle.ts';

interface NodeInbox {
  /** In order of arrival. */
  readonly items: Map<number, ManualItem>;
  state: ManualNodeState;
  traffic: LinkTraffic;
  overflowed: number;
  /** Where its clock stood on the cluster's time when it came in. */
  readonly cameInAtTicks: number;
}

/** An item, and whose inbox it waits in. */
export type PlacedItem = ManualItem & { readonly node: NodeId };

/** What a scheduler does next. */
export type NextStep =
  | { readonly do: 'deliver'; readonly node: NodeId; readonly item: ManualItem }
  | { readonly do: 'fire'; readonly node: NodeId; readonly ticks: number };

export class ManualInboxes {
  readonly #nodes = new Map<NodeId, NodeInbox>();
  /** The cluster's time, in ticks since the mode began: firing a timer moves it on. */
  #ticks = 0;
  #overflowedBefore = 0;

  note(node: NodeId, report: InboxReport): void {
    const inbox = this.#nodes.get(node) ?? this.#add(node, report);
    for (const item of report.added) inbox.items.set(item.id, item);
    for (const id of report.gone) inbox.items.delete(id);
    inbox.state = report.node;
    inbox.traffic = report.traffic;
    inbox.overflowed = report.overflowed;
    this.#ticks = Math.max(this.#ticks, ticksOf(inbox));
  }

  #add(node: NodeId, { node: state, traffic }: InboxReport): NodeInbox {
    const inbox = { items: new Map(), state, traffic, overflowed: 0, cameInAtTicks: this.#ticks };
    this.#nodes.set(node, inbox);
    return inbox;
  }

  /** The node is down: its inbox is gone with it. */
  forget(node: NodeId): void {
    this.#overflowedBefore += this.#nodes.get(node)?.overflowed ?? 0;
    this.#nodes.delete(node);
  }

  clear(): void {
    this.#nodes.clear();
    this.#ticks = 0;
    this.#overflowedBefore = 0;
  }

  has(node: NodeId): boolean {
    return this.#nodes.has(node);
  }

  state(node: NodeId): ManualNodeState | null {
    return this.#nodes.get(node)?.state ?? null;
  }

  item(node: NodeId, id: number): ManualItem | null {
    return this.#nodes.get(node)?.items.get(id) ?? null;
  }

  waitingAt(node: NodeId): number {
    return this.#nodes.get(node)?.items.size ?? 0;
  }

  get waiting(): number {
    let waiting = 0;
    for (const { items } of this.#nodes.values()) waiting += items.size;
    return waiting;
  }

  get overflowed(): number {
    let overflowed = this.#overflowedBefore;
    for (const inbox of this.#nodes.values()) overflowed += inbox.overflowed;
    return overflowed;
  }

  get committed(): number {
    return Math.max(0, ...[...this.#nodes.values()].map(({ state }) => state.committed));
  }

  /** The oldest of all, oldest first. */
  oldest(count: number): PlacedItem[] {
    const all: PlacedItem[] = [];
    for (const [node, { items }] of this.#nodes) {
      let taken = 0;
      for (const item of items.values()) {
        if (taken >= count) break;
        taken += 1;
        all.push({ node, ...item });
      }
    }
    return all.sort((a, b) => a.us - b.us || a.id - b.id).slice(0, count);
  }

  /** All that these nodes sent one another has arrived: nothing is in a socket. */
  isSettled(nodes: readonly NodeId[]): boolean {
    return nodes.every((from) => {
      const traffic = this.#nodes.get(from)?.traffic;
      if (traffic === undefined) return false;
      return nodes.every((to) => {
        const sent = traffic[to]?.sent ?? 0;
        return to === from || sent <= (this.#nodes.get(to)?.traffic[from]?.read ?? 0);
      });
    });
  }

  /** How far the clock of this node is behind the cluster's time. */
  lagOf(node: NodeId): number {
    const inbox = this.#nodes.get(node);
    return inbox === undefined ? 0 : this.#ticks - ticksOf(inbox);
  }

  /** The oldest item; if none waits, the timer that is due first, each node by its own clock. */
  next(nodes: readonly NodeId[]): NextStep | null {
    return this.#oldestItem(nodes) ?? this.#earliestTimer(nodes);
  }

  #oldestItem(nodes: readonly NodeId[]): NextStep | null {
    let best: { node: NodeId; item: ManualItem } | null = null;
    for (const node of nodes) {
      for (const item of this.#nodes.get(node)?.items.values() ?? []) {
        if (item.kind === 'link') continue;
        if (best === null || item.us < best.item.us) best = { node, item };
        break;
      }
    }
    return best === null ? null : { do: 'deliver', ...best };
  }

  #earliestTimer(nodes: readonly NodeId[]): NextStep | null {
    let best: { node: NodeId; ticks: number; dueTicks: number } | null = null;
    for (const node of nodes) {
      const inbox = this.#nodes.get(node);
      if (inbox === undefined) continue;
      const ticks = inbox.state.timerTicks;
      const dueTicks = ticksOf(inbox) + ticks;
      if (best === null || dueTicks < best.dueTicks) best = { node, ticks, dueTicks };
    }
    return best === null ? null : { do: 'fire', node: best.node, ticks: best.ticks };
  }
}

/** Where its clock stands on the cluster's time. */
function ticksOf({ cameInAtTicks, state }: NodeInbox): number {
  return cameInAtTicks + state.firedTicks;
}
