/**
 * What a client may rely on even where reads may be stale (Terry et al. 1994): its reads see its
 * own writes, never go back, its writes keep their order, and come after what it had read. Judged
 * by positions where they are recorded, and key by key by versions; a key that was ever deleted has
 * none that could be compared, for its versions begin anew.
 *
 * Two operations of a client are in an order when one had ended before the other was asked.
 */
import type { AnyModel } from './models/by-name.ts';
import { fieldsOf } from './models/fields.ts';
import type { Operation } from './operation.ts';
import { RunningMaximum } from './running-maximum.ts';

export const GUARANTEES = [
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
] as const;
export type Guarantee = (typeof GUARANTEES)[number];

export interface GuaranteeVerdict {
  readonly guarantee: Guarantee;
  readonly verdict: 'valid' | 'invalid' | 'unknown';
  /** Operations that were held against an earlier one. */
  readonly checked: number;
  readonly violations: number;
  /** The first violation, in the order of ends. */
  readonly first: {
    readonly earlier: Operation;
    readonly later: Operation;
    readonly text: string;
  } | null;
  /** Why it is unknown. */
  readonly reason: string | null;
}

/** What an operation saw or made: a position of all, or a version of one key. */
interface Mark {
  readonly scope: string;
  readonly at: number;
  readonly unit: 'position' | 'version';
}

type Kind = 'read' | 'write';

/** Which kind of operation is held against which earlier ones; a write has to be newer. */
const RULES: Readonly<Record<Guarantee, { readonly earlier: Kind; readonly later: Kind }>> = {
  'read-your-writes': { earlier: 'write', later: 'read' },
  'monotonic-reads': { earlier: 'read', later: 'read' },
  'monotonic-writes': { earlier: 'write', later: 'write' },
  'writes-follow-reads': { earlier: 'read', later: 'write' },
};

/** @param operations without those that certainly did not happen */
export function checkSessions(
  model: AnyModel,
  operations: readonly Operation[],
): GuaranteeVerdict[] {
  const deleted = new Set(operations.filter(isDelete).map(({ key }) => key));
  const answered = operations
    .filter((one) => one.return !== null && one.answer !== null)
    .sort((a, b) => (a.return ?? 0) - (b.return ?? 0) || a.id - b.id)
    .map((operation) => ({
      operation,
      kind: model.isRead(operation) ? ('read' as const) : ('write' as const),
      marks: marksOf(operation, deleted),
    }));
  return GUARANTEES.map((guarantee) => judged(guarantee, answered));
}

interface Marked {
  readonly operation: Operation;
  readonly kind: Kind;
  readonly marks: readonly Mark[];
}

function judged(guarantee: Guarantee, answered: readonly Marked[]): GuaranteeVerdict {
  const { earlier, later } = RULES[guarantee];
  const highest = highestOf(answered.filter(({ kind }) => kind === earlier));
  const found = { checked: 0, violations: 0, first: null as GuaranteeVerdict['first'] };
  for (const { operation, kind, marks } of answered) {
    if (kind !== later) continue;
    let isViolated = false;
    for (const mark of marks) {
      const before = highest.get(scopeOf(operation, mark))?.before(operation.invoke) ?? null;
      if (before === null) continue;
      found.checked += 1;
      if (later === 'read' ? mark.at >= before.at : mark.at > before.at) continue;
      isViolated = true;
      found.first ??= { earlier: before.of, later: operation, text: textOf(mark, before.at) };
    }
    if (isViolated) found.violations += 1;
  }
  const unmarked = answered.filter(
    ({ kind, marks }) => marks.length === 0 && (kind === earlier || kind === later),
  ).length;
  if (found.violations > 0) return { guarantee, verdict: 'invalid', ...found, reason: null };
  if (unmarked === 0) return { guarantee, verdict: 'valid', ...found, reason: null };
  const reason = `of ${unmarked} operations neither position nor version is recorded`;
  return { guarantee, verdict: 'unknown', ...found, reason };
}

/** The highest marks of each client and scope as they grew. */
function highestOf(earlier: readonly Marked[]): ReadonlyMap<string, RunningMaximum<Operation>> {
  const highest = new Map<string, RunningMaximum<Operation>>();
  for (const { operation, marks } of earlier) {
    for (const mark of marks) {
      const scope = scopeOf(operation, mark);
      const known = highest.get(scope) ?? new RunningMaximum<Operation>();
      highest.set(scope, known);
      known.add(operation.return ?? 0, mark.at, operation);
    }
  }
  return highest;
}

function scopeOf({ process }: Operation, { scope, unit }: Mark): string {
  return JSON.stringify([process, unit, scope]);
}

function marksOf(operation: Operation, deleted: ReadonlySet<string | null>): Mark[] {
  const { pos, key, answer } = operation;
  const marks: Mark[] = [];
  if (pos !== undefined) marks.push({ scope: '', at: pos, unit: 'position' });
  const { version } = answer === null ? {} : fieldsOf(answer.value);
  if (typeof version === 'number' && !deleted.has(key)) {
    marks.push({ scope: key ?? '', at: version, unit: 'version' });
  }
  return marks;
}

function isDelete({ call }: Operation): boolean {
  return fieldsOf(call)['op'] === 'delete';
}

function textOf({ scope, at, unit }: Mark, before: number): string {
  const what = unit === 'position' ? '' : ` of key ${scope}`;
  return `${unit} ${at}${what}, after ${unit} ${before}`;
}
