/** The newest events of a live cluster, for its list. Bounded by count. */
import type { ViewEvent } from '../../src-main/contract/events.ts';
import { classOf, describeEvent, nodeOf, type EventClass } from '../timeline/event-text.ts';
import type { NodeId } from '../../src-main/contract/words.ts';

const KEEP = 3_000;

export interface EventFilter {
  readonly classes: readonly EventClass[];
  readonly node: NodeId | null;
  readonly text: string;
}

export class EventRing {
  #events: ViewEvent[] = [];

  push(event: ViewEvent): void {
    this.#events.push(event);
    if (this.#events.length > KEEP * 2) this.#events = this.#events.slice(-KEEP);
  }

  /** The newest `count` events that pass, newest first. */
  newest(filter: EventFilter, count: number): ViewEvent[] {
    const found: ViewEvent[] = [];
    for (let i = this.#events.length - 1; i >= 0 && found.length < count; i -= 1) {
      const event = this.#events[i] as ViewEvent;
      if (passes(event, filter)) found.push(event);
    }
    return found;
  }
}

/** Whether an event passes the filter; text is looked for in what the list shows. */
export function passes(event: ViewEvent, filter: EventFilter): boolean {
  if (!filter.classes.includes(classOf(event))) return false;
  const node = nodeOf(event);
  if (filter.node !== null && node !== filter.node) return false;
  if (filter.text === '') return true;
  const line = `${node ?? ''} ${describeEvent(event)}`.toLowerCase();
  return line.includes(filter.text.toLowerCase());
}
