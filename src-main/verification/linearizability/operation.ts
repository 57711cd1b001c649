/**
 * An operation of a client history, as models and checks take it. What was asked and what came back
 * are in the words of the model (models/); moments only have an order.
 *
 * The room: pure, as all of verification. A history is checked by `check-history.ts`, key by key,
 * with `search.ts`; an illegal one is explained by `window.ts` and `explain.ts`.
 */
import type { Json } from '../../vocabulary/json.ts';
import type { ReadLevel } from '../../vocabulary/read-level.ts';

export interface Operation {
  /** Its place in the history, from 0; also its identity. */
  readonly id: number;
  readonly process: string;
  /** Independent object it belongs to; null when the history has only one. */
  readonly key: string | null;
  readonly call: Json;
  /** null: not known. */
  readonly answer: Answer | null;
  readonly invoke: number;
  /** null: of unknown outcome; it may take effect at any time after `invoke`, or never. */
  readonly return: number | null;
  /** Of a read that was no log entry. */
  readonly level?: ReadLevel;
  /** Position at which it took effect, or of the state that it saw. */
  readonly pos?: number;
  /** Who answered. */
  readonly node?: string;
  /** Where a person finds it: `line 12`, `seq 7`. */
  readonly origin: string;
}

/** In a box of its own, because `null` is an answer, too. */
export interface Answer {
  readonly value: Json;
}
