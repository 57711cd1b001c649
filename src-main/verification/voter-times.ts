/** Who decided when: the voters of the newest configuration that any node went by so far. */
import type { NodeId, Position } from '../vocabulary/ids.ts';

interface Change {
  readonly us: number;
  readonly pos: Position;
  readonly voters: readonly NodeId[];
}

export class VoterTimes {
  readonly #initial: readonly NodeId[];
  /** Each configuration where it was first told, in the order of their positions. */
  #changes: Change[] = [];

  constructor(initial: readonly NodeId[]) {
    this.#initial = initial;
  }

  /** Journals of different nodes come in any order: the earliest to tell counts. */
  add(us: number, pos: Position, voters: readonly NodeId[]): void {
    if (pos === 0) return;
    const known = this.#changes.find((change) => change.pos === pos);
    if (known !== undefined && known.us <= us) return;
    const others = this.#changes.filter((change) => change !== known);
    this.#changes = [...others, { us, pos, voters }].sort((a, b) => a.pos - b.pos);
  }

  at(us: number): readonly NodeId[] {
    return this.#changes.findLast((change) => change.us <= us)?.voters ?? this.#initial;
  }
}
