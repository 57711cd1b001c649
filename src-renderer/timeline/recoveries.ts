/**
 * What a node appends in the step in which it boots is what it found on its disk. A core traces
 * both alike, and an event alone does not tell: the boot before it does.
 */
import type { ViewEvent } from '../../src-main/contract/events.ts';
import type { NodeId } from '../../src-main/contract/words.ts';

export class Recoveries {
  /** Nodes that came up; the time of their first step, null until it is known. */
  readonly #booting = new Map<NodeId, number | null>();
  readonly #recovered = new WeakSet<ViewEvent>();

  observe(event: ViewEvent): void {
    if (event.k === 'up') this.#booting.set(event.node, null);
    if (event.k !== 'trace' || !this.#booting.has(event.node)) return;
    const bootUs = this.#booting.get(event.node) ?? event.us;
    this.#booting.set(event.node, bootUs);
    if (event.us !== bootUs) this.#booting.delete(event.node);
    else if (event.e.kind === 'append') this.#recovered.add(event);
  }

  has(event: ViewEvent): boolean {
    return this.#recovered.has(event);
  }
}
