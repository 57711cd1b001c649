/**
 * The core that the registry creates: the replicated log, or the teaching mode with one decision.
 */
import { ensure } from '../../base/assert.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { Core, CoreDescription, Effect, Input } from '../kernel/core.ts';
import type { PaxosEntry } from './ballot.ts';
import type { PaxosMessage } from './messages.ts';
import { SingleCore } from './single/single-core.ts';
import { PaxosCore } from './step.ts';

export class PaxosNode implements Core<PaxosMessage, PaxosEntry> {
  /** Known from its boot on. */
  #core: PaxosCore | SingleCore | null = null;

  static restore(saved: Json): PaxosNode {
    const node = new PaxosNode();
    if (saved === null) return node;
    node.#core =
      'single' in (saved as object) ? SingleCore.restore(saved) : PaxosCore.restore(saved);
    return node;
  }

  step(input: Input<PaxosMessage>): Effect<PaxosMessage, PaxosEntry>[] {
    if (input.kind === 'boot' && this.#core === null) {
      const isSingle = input.options['mode'] === 'single-decree';
      this.#core = isSingle ? new SingleCore() : new PaxosCore();
    }
    return this.#booted().step(input);
  }

  sleepTicks(): number {
    return this.#booted().sleepTicks();
  }

  save(): Json {
    return this.#core === null ? null : this.#core.save();
  }

  describe(): CoreDescription {
    return this.#booted().describe();
  }

  #booted(): PaxosCore | SingleCore {
    return ensure(this.#core, 'a core is used before its boot');
  }
}
