/**
 * What a new window must be told of a cluster that already runs: everything that shapes the picture
 * for long (lives, roles, configurations, snapshots, faults, commands, verdicts), and the newest of
 * the rest. Both bounded.
 */
import type { ViewEvent } from '../contract/events.ts';

const LASTING_MAX = 5_000;
const RECENT_MAX = 20_000;

export class EventWindow {
  #lasting: ViewEvent[] = [];
  #recent: ViewEvent[] = [];

  add(events: readonly ViewEvent[]): void {
    for (const event of events) {
      if (isLasting(event)) this.#lasting.push(event);
      else if (event.k !== 'send' && event.k !== 'recv') this.#recent.push(event);
    }
    // Cut rarely and deep, not once per event.
    if (this.#lasting.length > LASTING_MAX * 2) this.#lasting = this.#lasting.slice(-LASTING_MAX);
    if (this.#recent.length > RECENT_MAX * 2) this.#recent = this.#recent.slice(-RECENT_MAX);
  }

  /** In order of time. */
  events(): readonly ViewEvent[] {
    const merged: ViewEvent[] = [];
    let next = 0;
    for (const event of this.#recent) {
      for (; (this.#lasting[next]?.us ?? Infinity) <= event.us; next += 1) {
        const lasting = this.#lasting[next];
        if (lasting !== undefined) merged.push(lasting);
      }
      merged.push(event);
    }
    return [...merged, ...this.#lasting.slice(next)];
  }
}

function isLasting(event: ViewEvent): boolean {
  if (event.k === 'trace') return ['role', 'config', 'snapshot', 'transfer'].includes(event.e.kind);
  return ['up', 'down', 'pause', 'resume', 'fault', 'admin', 'manual', 'violation'].includes(
    event.k,
  );
}
