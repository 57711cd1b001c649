/** Who decided when: the newest configuration that any node went by so far. */
import type { NodeId } from '../vocabulary/ids.ts';
import type { TraceEvent } from '../vocabulary/trace.ts';

type Config = Extract<TraceEvent, { kind: 'config' }>;

interface Change {
  readonly us: number;
  readonly config: Config;
}

export class VoterTimes {
  readonly #initial: readonly NodeId[];
  /** Each configuration where it was first told, in the order of their positions. */
  #changes: Change[] = [];

  constructor(initial: readonly NodeId[]) {
    this.#initial = initial;
  }

  /** Journals of different nodes come in any order: the earliest to tell counts. */
  add(us: number, config: Config): void {
    if (config.pos === 0) return;
    const known = this.#changes.find((change) => change.config.pos === config.pos);
    if (known !== undefined && known.us <= us) return;
    const others = this.#changes.filter((change) => change !== known);
    this.#changes = [...others, { us, config }].sort((a, b) => a.config.pos - b.config.pos);
  }

  at(us: number): readonly NodeId[] {
    return this.#changes.findLast((change) => change.us <= us)?.config.voters ?? this.#initial;
  }

  /** How it ended; null when nothing ever changed. */
  summary(): { voters: NodeId[]; learners: NodeId[]; changes: number } | null {
    const last = this.#changes.at(-1);
    if (last === undefined) return null;
    const { voters, learners } = last.config;
    return { voters: [...voters], learners: [...learners], changes: this.#changes.length };
  }
}
