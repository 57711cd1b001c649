/**
 * What the checks found. A violation names the first illegal moment and the pair of facts that do
 * not go together; what could not be looked at for want of evidence is kept apart.
 *
 * The room: pure and streaming over journal headers, lab events and client operations; memory does
 * not grow with the length of a run beyond a few bytes per hundred operations.
 */
import type { Incarnation, NodeId, StorageId } from '../vocabulary/ids.ts';

export interface Finding {
  readonly check: string;
  readonly message: string;
  readonly us: number;
  readonly node: NodeId | null;
}

/** One life of a node, as findings name it. */
export interface Life {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  /** The disk it lived on; null when the record does not say. */
  readonly disk: StorageId | null;
}

const FINDINGS_MAX = 100;
const MISSING_MAX = 20;

export class Findings {
  readonly #found: Finding[] = [];
  readonly #missing: string[] = [];
  #count = 0;

  add(check: string, message: string, us: number, node: NodeId | null): void {
    this.#count += 1;
    if (this.#found.length < FINDINGS_MAX) this.#found.push({ check, message, us, node });
  }

  /** Something a check needed is not there: the verdict cannot be `valid`. */
  addMissing(what: string): void {
    if (this.#missing.length < MISSING_MAX && !this.#missing.includes(what)) {
      this.#missing.push(what);
    }
  }

  /** The first hundred, in the order they were found. */
  get found(): readonly Finding[] {
    return this.#found;
  }

  get missing(): readonly string[] {
    return this.#missing;
  }

  /** All of them, also those beyond the hundred. */
  get count(): number {
    return this.#count;
  }
}

export function lifeText(life: Life): string {
  return `${life.node} (life ${life.incarnation})`;
}

export function secondsText(us: number): string {
  return `${(us / 1e6).toFixed(3)} s`;
}
