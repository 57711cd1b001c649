/**
 * Whether a history is sequentially consistent: one legal order of everything on all objects, that
 * keeps each client's own order, and of what promises linearizability also real time (`by-level`),
 * or the former only (`program`).
 *
 * Three looks, each of which may decide: the order that the positions of the answers tell; each
 * object by itself (what has no order there has none at all); all objects at once.
 */
import {
  byKey,
  DEFAULT_LIMITS,
  undecided,
  type CheckLimits,
  type LinearizabilityVerdict,
} from './check-history.ts';
import { explained } from './explain.ts';
import type { AnyModel } from './models/by-name.ts';
import { jointModel } from './models/joint.ts';
import type { Operation } from './operation.ts';
import { orderedByPosition } from './position-order.ts';
import type { Ordering } from './precedence.ts';
import { searchOrder, type SearchLimits } from './search.ts';

export interface SequentialVerdict extends Omit<LinearizabilityVerdict, 'leftOut'> {
  readonly ordering: Exclude<Ordering, 'real-time'>;
}

/** @param operations without those that certainly did not happen */
export function checkSequential(
  model: AnyModel,
  operations: readonly Operation[],
  ordering: SequentialVerdict['ordering'],
  limits: CheckLimits = DEFAULT_LIMITS,
): SequentialVerdict {
  const search = new SequentialSearch(model, operations, ordering, limits);
  const found = search.run();
  return {
    verdict:
      found.illegal.length > 0 ? 'invalid' : found.undecided.length > 0 ? 'unknown' : 'valid',
    ordering,
    model: model.name,
    operations: operations.length,
    keys: search.keys,
    unknownOutcomes: operations.filter((operation) => operation.return === null).length,
    steps: search.steps,
    ...found,
  };
}

type Found = Pick<SequentialVerdict, 'illegal' | 'undecided'>;

const NOTHING: Found = { illegal: [], undecided: [] };

class SequentialSearch {
  readonly #model: AnyModel;
  readonly #operations: readonly Operation[];
  readonly #ordering: SequentialVerdict['ordering'];
  readonly #limits: CheckLimits;
  readonly #parts: ReadonlyMap<string | null, readonly Operation[]>;
  steps = 0;

  constructor(
    model: AnyModel,
    operations: readonly Operation[],
    ordering: SequentialVerdict['ordering'],
    limits: CheckLimits,
  ) {
    this.#model = model;
    this.#operations = operations;
    this.#ordering = ordering;
    this.#limits = limits;
    this.#parts = byKey(operations);
  }

  get keys(): number {
    return this.#parts.size;
  }

  run(): Found {
    if (this.#isLegalByPosition()) return NOTHING;
    const apart = this.#judgeApart();
    if (apart.illegal.length > 0 || this.#parts.size < 2) return apart;
    return this.#judgeTogether();
  }

  #isLegalByPosition(): boolean {
    const ordered = orderedByPosition(this.#model, this.#operations, this.#ordering);
    if (ordered === null) return false;
    for (const part of byKey(ordered).values()) {
      const { verdict, steps } = searchOrder(this.#model, part, this.#half());
      this.steps += steps;
      if (verdict !== 'valid') return false;
    }
    return true;
  }

  #judgeApart(): Found {
    const found = { illegal: [...NOTHING.illegal], undecided: [...NOTHING.undecided] };
    let done = 0;
    for (const [key, part] of this.#parts) {
      const limits = this.#half();
      const ordering = this.#ordering;
      const result = searchOrder(this.#model, part, limits, { ordering });
      this.steps += result.steps;
      if (result.verdict === 'invalid') {
        const { furthest } = result;
        found.illegal.push(explained(this.#model, key, part, furthest, limits, ordering));
      } else if (result.verdict === 'unknown') {
        found.undecided.push(undecided(key, part, result.why));
      }
      done += part.length;
      this.#limits.onProgress?.(done, this.#operations.length);
    }
    found.illegal.sort((a, b) => (a.blocked.return ?? 0) - (b.blocked.return ?? 0));
    return found;
  }

  #judgeTogether(): Found {
    const model = jointModel(this.#model, [...this.#parts.keys()]);
    const limits = this.#half();
    const ordering = this.#ordering;
    const result = searchOrder(model, this.#operations, limits, { ordering });
    this.steps += result.steps;
    if (result.verdict === 'valid') return NOTHING;
    if (result.verdict === 'unknown') {
      return { illegal: [], undecided: [undecided(null, this.#operations, result.why)] };
    }
    const { furthest } = result;
    const illegal = explained(model, null, this.#operations, furthest, limits, ordering);
    return { illegal: [illegal], undecided: [] };
  }

  /** One hard part must not take what the others need. */
  #half(): SearchLimits {
    return { ...this.#limits, steps: Math.ceil((this.#limits.steps - this.steps) / 2) };
  }
}
