/**
 * The newest events of a live cluster, for its list. Bounded by count. A cluster sends thousands of
 * messages between two elections: what happens rarely has a buffer of its own, or nobody could ever
 * see it.
 */
import type { ViewEvent } from '../../src-main/contract/events.ts';
import { classOf, describeEvent, nodeOf, type EventClass } from '../timeline/event-text.ts';
import { Recoveries } from '../timeline/recoveries.ts';
import type { NodeId } from '../../src-main/contract/words.ts';

const RARE: readonly EventClass[] = ['roles', 'faults', 'changes', 'rules'];
const COMMON_KEEP = 3_000;
const RARE_KEEP = 5_000;
/** So many more may gather before the oldest are let go, all at once. */
const SLACK = 1_000;

export interface EventFilter {
  readonly classes: readonly EventClass[];
  readonly node: NodeId | null;
  readonly text: string;
}

export class EventRing {
  readonly recoveries = new Recoveries();
  #common: ViewEvent[] = [];
  #rare: ViewEvent[] = [];

  push(event: ViewEvent): void {
    this.recoveries.observe(event);
    if (isRare(event) || this.recoveries.has(event))
      this.#rare = pushBounded(this.#rare, event, RARE_KEEP);
    else this.#common = pushBounded(this.#common, event, COMMON_KEEP);
  }

  clear(): void {
    this.#common = [];
    this.#rare = [];
  }

  /** The newest `count` events that pass, newest first. */
  newest(filter: EventFilter, count: number): ViewEvent[] {
    const found: ViewEvent[] = [];
    let common = this.#common.length - 1;
    let rare = this.#rare.length - 1;
    while (found.length < count && (common >= 0 || rare >= 0)) {
      const isRareNext = (this.#rare[rare]?.us ?? -1) >= (this.#common[common]?.us ?? -1);
      const event = (isRareNext ? this.#rare[rare] : this.#common[common]) as ViewEvent;
      if (isRareNext) rare -= 1;
      else common -= 1;
      if (passes(event, filter, this.recoveries)) found.push(event);
    }
    return found;
  }
}

/** Roles, faults, changes and broken rules. What the screen had to leave out is counted with
 *  messages: it comes as often as they do. */
function isRare(event: ViewEvent): boolean {
  if (event.k === 'skipped') return false;
  return RARE.includes(classOf(event));
}

/** Appends in place; the list is cut once per SLACK events. */
function pushBounded(list: ViewEvent[], event: ViewEvent, keep: number): ViewEvent[] {
  list.push(event);
  return list.length > keep + SLACK ? list.slice(-keep) : list;
}

/** Whether an event passes the filter; text is looked for in what the list shows. */
export function passes(event: ViewEvent, filter: EventFilter, recoveries: Recoveries): boolean {
  if (!filter.classes.includes(classOf(event))) return false;
  const node = nodeOf(event);
  if (filter.node !== null && node !== filter.node) return false;
  if (filter.text === '') return true;
  const line = `${node ?? ''} ${describeEvent(event, recoveries.has(event))}`.toLowerCase();
  return line.includes(filter.text.toLowerCase());
}
