/** Verdicts of the checks as the contract has them. */
import type { CheckResult } from '../contract/results.ts';
import type { LinearizabilityVerdict } from '../verification/linearizability/check-history.ts';
import type { SequentialVerdict } from '../verification/linearizability/check-sequential.ts';
import type { Illegal } from '../verification/linearizability/explain.ts';
import type { Operation } from '../verification/linearizability/operation.ts';
import type { GuaranteeVerdict } from '../verification/linearizability/session-guarantees.ts';
import type { LivenessVerdict } from '../verification/liveness-check.ts';

type Linearizability = NonNullable<CheckResult['linearizability']>;
type Sequential = NonNullable<CheckResult['sequential']>;

/** What a history is judged under. */
export interface Evidence {
  /** Why an illegal history proves nothing, null when it does. */
  readonly excuse: string | null;
  /** Moments are microseconds of a run, and no lines of a file. */
  readonly isTimed: boolean;
}

export function shownLinearizability(
  judged: LinearizabilityVerdict,
  evidence: Evidence,
): Linearizability {
  const { leftOut } = judged;
  return {
    ...shownOutcome(judged, evidence),
    leftOut: { operations: leftOut.operations, levels: [...leftOut.levels] },
  };
}

export function shownSequential(judged: SequentialVerdict, evidence: Evidence): Sequential {
  return { ...shownOutcome(judged, evidence), ordering: judged.ordering };
}

function shownOutcome(
  judged: SequentialVerdict | LinearizabilityVerdict,
  { excuse, isTimed }: Evidence,
): Omit<Sequential, 'ordering'> {
  const { verdict, illegal, undecided, model, operations, keys, unknownOutcomes, steps } = judged;
  const isExcused = verdict === 'invalid' && excuse !== null;
  return {
    verdict: isExcused ? 'unknown' : verdict,
    model,
    operations,
    keys,
    unknownOutcomes,
    steps,
    firstIllegalUs: isTimed ? (illegal[0]?.blocked.return ?? null) : null,
    illegal: illegal.map(shownIllegal),
    undecided: undecided.map(({ text, ...one }) => {
      return { key: one.key, operations: one.operations, reason: text };
    }),
    reason: isExcused ? excuse : null,
  };
}

function shownIllegal({
  key,
  blocked,
  text,
  state,
  prefixLength,
  ...rest
}: Illegal): Linearizability['illegal'][number] {
  const { window } = rest;
  return {
    key,
    blocked: { operation: text, origin: blocked.origin },
    state,
    prefixLength,
    prefix: rest.prefix.map((one) => ({
      operation: one.text,
      origin: one.operation.origin,
      state: one.state,
    })),
    stuck: rest.stuck.map((one) => ({
      operation: one.text,
      origin: one.operation.origin,
      why: one.why,
    })),
    window: window === null ? null : { ...shownWindow(window), fromAnyState: window.fromAnyState },
  };
}

function shownWindow({ operations, texts }: NonNullable<Illegal['window']>): {
  operations: { operation: string; origin: string }[];
} {
  const named = operations.map(({ origin }, at) => ({ operation: texts[at] ?? '', origin }));
  return { operations: named };
}

export function shownGuarantee({
  first,
  ...rest
}: GuaranteeVerdict): CheckResult['sessions'][number] {
  if (first === null) return { ...rest, first: null };
  const { earlier, later, text } = first;
  const named = (one: Operation) => ({ operation: JSON.stringify(one.call), origin: one.origin });
  return { ...rest, first: { earlier: named(earlier), later: named(later), text } };
}

export function shownLiveness({
  boundUs,
  longestUs,
  late,
  ...rest
}: LivenessVerdict): NonNullable<CheckResult['liveness']> {
  return {
    ...rest,
    notJudged: { ...rest.notJudged },
    boundMs: boundUs / 1_000,
    longestMs: longestUs === null ? null : longestUs / 1_000,
    late: [...late],
  };
}
