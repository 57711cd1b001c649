/** Everything that `qlab check` says of a run or of a history in a file, as the contract has it. */
import type { Run, Verdict } from '../contract/model.ts';
import type { CheckResult } from '../contract/results.ts';
import type { ReadHistory } from '../verification/histories/jepsen-history.ts';
import { operationsOf } from '../verification/histories/recorded-operations.ts';
import {
  checkLinearizability,
  type CheckLimits,
  type Illegal,
  type LinearizabilityVerdict,
} from '../verification/linearizability/check-history.ts';
import { modelOf, type ModelName } from '../verification/linearizability/models/by-name.ts';
import { fieldsOf } from '../verification/linearizability/models/fields.ts';
import type { Operation } from '../verification/linearizability/operation.ts';
import {
  checkSessions,
  type GuaranteeVerdict,
} from '../verification/linearizability/session-guarantees.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';

/** Checks of the recorder that are about exactly-once. */
const EXACTLY_ONCE = new Set([
  'exactly-once',
  'acknowledged-applied',
  'one-operation-per-position',
]);

const OPEN_OPERATIONS =
  'the record ends before the run did: what was still asked then is not in it, and may explain ' +
  'what is seen. Only a run that was ended properly can be illegal';

/** A recorded run. The model is that of the lab's key-value store. */
export function checkRun(
  run: Run,
  records: readonly OperationRecord[],
  limits: CheckLimits,
): CheckResult {
  const operations = operationsOf(records);
  const isWhole = run.status === 'finished';
  const result = checkOperations('kv', operations, limits, isWhole ? null : OPEN_OPERATIONS);
  const violations = run.violations;
  const once = violations.filter(({ check }) => EXACTLY_ONCE.has(check));
  const others = violations.filter(({ check }) => !EXACTLY_ONCE.has(check));
  const withoutAny = run.verdict === null || run.verdict === 'unknown' ? 'unknown' : 'valid';
  const invariants = {
    verdict: others.length > 0 ? 'invalid' : withoutAny,
    violations: others,
  } as const;
  const exactlyOnce = {
    verdict: once.length > 0 ? 'invalid' : withoutAny,
    violations: once,
  } as const;
  return {
    source: run.id,
    ...result,
    verdict: worst([result.verdict, invariants.verdict, exactlyOnce.verdict]),
    invariants,
    exactlyOnce,
    failedOperations: records.length - operations.length,
    notices: run.note === null ? [] : [run.note],
  };
}

/** A history that was read without problems. */
export function checkFile(
  file: string,
  { operations, failed, notices }: ReadHistory,
  model: ModelName,
  limits: CheckLimits,
): CheckResult {
  return {
    source: file,
    ...checkOperations(model, operations, limits, null),
    invariants: null,
    exactlyOnce: null,
    failedOperations: failed,
    notices: [...notices],
  };
}

/** @param excuse why an illegal history proves nothing, null when it does */
function checkOperations(
  model: ModelName,
  operations: readonly Operation[],
  limits: CheckLimits,
  excuse: string | null,
): Pick<CheckResult, 'verdict' | 'linearizability' | 'sessions'> {
  const judged = checkLinearizability(modelOf(model), operations, limits);
  const isExcused = judged.verdict === 'invalid' && excuse !== null;
  const verdict: Verdict = isExcused ? 'unknown' : judged.verdict;
  const linearizability = { ...shown(judged), verdict, reason: isExcused ? excuse : null };
  const sessions = hasMarks(operations)
    ? checkSessions(modelOf(model), operations).map(shownGuarantee)
    : [];
  return {
    verdict: worst([verdict, ...sessions.map((one) => one.verdict)]),
    linearizability,
    sessions,
  };
}

/** Histories of others seldom say which version a read saw: nothing is demanded of them then. */
function hasMarks(operations: readonly Operation[]): boolean {
  return operations.some(({ pos, answer }) => {
    return (
      pos !== undefined || (answer !== null && fieldsOf(answer.value)['version'] !== undefined)
    );
  });
}

function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('invalid')) return 'invalid';
  return verdicts.includes('unknown') ? 'unknown' : 'valid';
}

function shown(judged: LinearizabilityVerdict): Omit<CheckResult['linearizability'], 'reason'> {
  const { illegal, undecided, leftOut, ...figures } = judged;
  return {
    ...figures,
    leftOut: { operations: leftOut.operations, levels: [...leftOut.levels] },
    illegal: illegal.map(shownIllegal),
    undecided: undecided.map(({ key, operations, text }) => ({ key, operations, reason: text })),
  };
}

type Shown = CheckResult['linearizability']['illegal'][number];

function shownIllegal({ key, blocked, text, state, prefixLength, ...rest }: Illegal): Shown {
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

function shownGuarantee({ first, ...rest }: GuaranteeVerdict): CheckResult['sessions'][number] {
  if (first === null) return { ...rest, first: null };
  const { earlier, later, text } = first;
  const named = (one: Operation) => ({ operation: JSON.stringify(one.call), origin: one.origin });
  return { ...rest, first: { earlier: named(earlier), later: named(later), text } };
}
