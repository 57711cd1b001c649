/**
 * Whether a whole history is linearizable. Objects are independent of one another, so that each key
 * is judged by itself (Herlihy and Wing: linearizability is local). What reads of a level that
 * promises less saw is not held against the history; nor is anything that certainly did not happen.
 */
import type { ReadLevel } from '../../vocabulary/read-level.ts';
import { explained, type Illegal } from './explain.ts';
import type { AnyModel } from './models/by-name.ts';
import type { Operation } from './operation.ts';
import { isLinearizable } from './precedence.ts';
import { searchOrder, type GaveUp, type SearchLimits } from './search.ts';

export type { Illegal } from './explain.ts';

export interface CheckLimits extends SearchLimits {
  /** Told how many of all operations are judged. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** Enough for hundreds of thousands of operations; a minute, and half a GiB, at the worst. */
export const DEFAULT_LIMITS: SearchLimits = { steps: 60_000_000, memoBytes: 512 * 1024 * 1024 };

/** A key whose history could not be decided. */
export interface Undecided {
  readonly key: string | null;
  readonly operations: number;
  /** Operations of unknown outcome: each may have happened or not. */
  readonly unknown: number;
  readonly why: GaveUp;
  readonly text: string;
}

export interface LinearizabilityVerdict {
  readonly verdict: 'valid' | 'invalid' | 'unknown';
  readonly model: string;
  /** Operations that were judged. */
  readonly operations: number;
  readonly keys: number;
  readonly unknownOutcomes: number;
  /** Operations tried. */
  readonly steps: number;
  /** Reads whose level promises less; session guarantees are what binds them. */
  readonly leftOut: { readonly operations: number; readonly levels: readonly ReadLevel[] };
  /** One for each key whose history is illegal, in the order of their first illegal moments. */
  readonly illegal: readonly Illegal[];
  readonly undecided: readonly Undecided[];
}

/** @param operations without those that certainly did not happen */
export function checkLinearizability(
  model: AnyModel,
  operations: readonly Operation[],
  limits: CheckLimits = DEFAULT_LIMITS,
): LinearizabilityVerdict {
  const judged = operations.filter(isLinearizable);
  const parts = byKey(judged);
  const found: { illegal: Illegal[]; undecided: Undecided[] } = { illegal: [], undecided: [] };
  let steps = 0;
  let done = 0;
  for (const [key, part] of parts) {
    // One hard key must not take what the others need.
    const left = { ...limits, steps: Math.ceil((limits.steps - steps) / 2) };
    const result = searchOrder(model, part, left);
    steps += result.steps;
    if (result.verdict === 'invalid') {
      found.illegal.push(explained(model, key, part, result.furthest, left));
    } else if (result.verdict === 'unknown') {
      found.undecided.push(undecided(key, part, result.why));
    }
    done += part.length;
    limits.onProgress?.(done, judged.length);
  }
  const { illegal } = found;
  illegal.sort((a, b) => momentOf(a) - momentOf(b));
  return {
    verdict: illegal.length > 0 ? 'invalid' : found.undecided.length > 0 ? 'unknown' : 'valid',
    model: model.name,
    operations: judged.length,
    keys: parts.size,
    unknownOutcomes: judged.filter((operation) => operation.return === null).length,
    steps,
    leftOut: leftOutOf(operations),
    ...found,
  };
}

function leftOutOf(operations: readonly Operation[]): LinearizabilityVerdict['leftOut'] {
  const out = operations.filter((operation) => !isLinearizable(operation));
  const levels = new Set(out.flatMap(({ level }) => (level === undefined ? [] : [level])));
  return { operations: out.length, levels: [...levels].sort() };
}

/** Operations on each independent object. */
export function byKey(operations: readonly Operation[]): Map<string | null, Operation[]> {
  const parts = new Map<string | null, Operation[]>();
  for (const operation of operations) {
    const part = parts.get(operation.key);
    if (part === undefined) parts.set(operation.key, [operation]);
    else part.push(operation);
  }
  return parts;
}

function momentOf({ blocked }: Illegal): number {
  return blocked.return ?? 0;
}

const ADVICE: Readonly<Record<GaveUp, string>> = {
  steps: 'the limit of steps was reached; more steps, or a shorter history, would help',
  memory: 'the limit of memory was reached; more memory, or a shorter history, would help',
  stopped: 'the limit of time was reached; more time, or a shorter history, would help',
};

/** What would have helped to decide. */
export function undecided(key: string | null, part: readonly Operation[], why: GaveUp): Undecided {
  const unknown = part.filter((operation) => operation.return === null).length;
  const also =
    unknown === 0 ? '' : ` (so would fewer operations of unknown outcome; there are ${unknown})`;
  return { key, operations: part.length, unknown, why, text: `${ADVICE[why]}${also}` };
}
