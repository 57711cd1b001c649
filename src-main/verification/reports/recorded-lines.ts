/**
 * What a report is made of: the lines of all journals and what the lab saw, in the order of time,
 * and the client history. Everything here is folded once and kept in a few bytes per operation.
 *
 * The room: pure. It reads no clock and no database; entries/report-run.ts feeds it.
 */
import type { Incarnation, NodeId } from '../../vocabulary/ids.ts';
import type { JournalHeader } from '../../vocabulary/journal.ts';

/** One life of a node, numbered in the order in which it was first heard of. */
export interface Life {
  readonly index: number;
  readonly node: NodeId;
  readonly incarnation: Incarnation;
}

/** A journal line. `inputText`: JSON of the input, null where there is none. */
export interface RecordedLine {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly header: JournalHeader;
  readonly inputText: string | null;
}

export class Lives {
  readonly #known = new Map<NodeId, Map<Incarnation, Life>>();
  readonly #all: Life[] = [];

  of(node: NodeId, incarnation: Incarnation): Life {
    let ofNode = this.#known.get(node);
    if (ofNode === undefined) this.#known.set(node, (ofNode = new Map()));
    let life = ofNode.get(incarnation);
    if (life === undefined) {
      life = { index: this.#all.length, node, incarnation };
      ofNode.set(incarnation, life);
      this.#all.push(life);
    }
    return life;
  }
}

/** Length of a message's JSON in the input that brought it. */
export function bodyLength(inputText: string): number {
  const at = inputText.indexOf(MESSAGE);
  return at < 0 ? 0 : Math.max(0, inputText.length - at - MESSAGE.length - 1);
}

const MESSAGE = '"msg":';
