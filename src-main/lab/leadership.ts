/** Who leads, as the nodes themselves say over their control channels. */
import { compareEras, eraLabel, type Era } from '../vocabulary/era.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { NodeRoleMessage } from './node-handle.ts';

export class Leadership {
  readonly #roles = new Map<NodeId, NodeRoleMessage>();
  readonly #listeners = new Set<(node: NodeId, era: Era) => void>();
  #newest: string | null = null;

  note(node: NodeId, message: NodeRoleMessage): void {
    this.#roles.set(node, message);
    if (message.role !== 'leader' || !message.ready) return;
    const key = `${node} ${eraLabel(message.era)}`;
    if (key === this.#newest) return;
    this.#newest = key;
    for (const listener of this.#listeners) listener(node, message.era);
  }

  /** The node is down: it leads nothing. */
  forget(node: NodeId): void {
    this.#roles.delete(node);
  }

  /** The ready leader of the highest era; a deposed one that does not know it yet loses. */
  ready(): NodeId | null {
    let best: { node: NodeId; era: Era } | null = null;
    for (const [node, { role, ready, era }] of this.#roles) {
      if (role !== 'leader' || !ready) continue;
      if (best === null || compareEras(era, best.era) > 0) best = { node, era };
    }
    return best?.node ?? null;
  }

  /** Called whenever a node becomes ready to lead in an era. */
  onLeader(listener: (node: NodeId, era: Era) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
