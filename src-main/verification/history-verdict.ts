/**
 * What the client history of a run comes to: whether it is linearizable as far as the levels of its
 * reads promise, and whether those that may be stale fit in one order with all the rest. The first
 * illegal moment of each key is a violation of the run.
 */
import type { OperationRecord } from '../vocabulary/workload.ts';
import type { Finding } from './findings.ts';
import { operationsOf } from './histories/recorded-operations.ts';
import {
  checkLinearizability,
  type CheckLimits,
  type Undecided,
} from './linearizability/check-history.ts';
import { checkSequential } from './linearizability/check-sequential.ts';
import type { Illegal, IllegalWindow } from './linearizability/explain.ts';
import type { LiveViolation } from './linearizability/live-check.ts';
import { modelOf } from './linearizability/models/by-name.ts';
import type { Operation } from './linearizability/operation.ts';

/** What is held against a history: what the levels of its reads promise, or more than that. */
export type Demand = 'as-promised' | 'linearizable';

export interface HistoryVerdict {
  readonly verdict: 'valid' | 'invalid' | 'unknown';
  readonly violations: readonly Finding[];
  /** Why it is not decided; null when it is. */
  readonly undecided: string | null;
}

/** Keys whose violations are told one by one. */
const VIOLATIONS_MAX = 20;
/** Operations of a window that a message names. */
const NAMED_MAX = 6;
const STATES_MAX = 3;

/** @param isWhole every operation that was asked is there, however it ended */
export function judgeHistory(
  records: readonly OperationRecord[],
  demand: Demand,
  isWhole: boolean,
  limits: CheckLimits,
): HistoryVerdict {
  const operations = demanded(operationsOf(records), demand);
  const model = modelOf('kv');
  const problem = operations.map((one) => model.problem(one)).find((found) => found !== null);
  if (problem !== undefined) return { verdict: 'unknown', violations: [], undecided: problem };
  const strict = checkLinearizability(model, operations, limits);
  const needsMore = strict.leftOut.operations > 0 && strict.verdict !== 'invalid';
  const relaxed = needsMore ? checkSequential(model, operations, 'by-level', limits) : null;
  const violations = [
    ...strict.illegal.map((illegal) => findingOf('linearizable', illegal)),
    ...(relaxed?.illegal ?? []).map((illegal) => findingOf('sequential', illegal)),
  ].slice(0, VIOLATIONS_MAX);
  if (violations.length > 0 && isWhole) return { verdict: 'invalid', violations, undecided: null };
  const undecided =
    violations.length > 0
      ? 'no order of the operations is legal, but not all that were asked are in the record'
      : undecidedText([...strict.undecided, ...(relaxed?.undecided ?? [])]);
  return { verdict: undecided === null ? 'valid' : 'unknown', violations: [], undecided };
}

/** With more demanded than was promised, no read may be stale. */
export function demanded(operations: readonly Operation[], demand: Demand): readonly Operation[] {
  if (demand === 'as-promised') return operations;
  return operations.map(({ level: _, ...operation }) => operation);
}

function undecidedText(undecided: readonly Undecided[]): string | null {
  const [first, ...others] = undecided;
  if (first === undefined) return null;
  const key = first.key === null ? '' : ` of key ${first.key}`;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return `whether the history${key}${more} is legal was not decided: ${first.text}`;
}

function findingOf(check: string, { key, blocked, text, window }: Illegal): Finding {
  const what = check === 'linearizable' ? 'linearizable' : 'sequentially consistent';
  const named = `${nameOf(key, blocked, text)} makes the history not ${what}`;
  return findingAt(check, blocked, `${named}${contradicted(window, blocked)}.`);
}

/** What was found while the run went on, as a violation of it. */
export function liveFinding({ key, blocked, text, states, window }: LiveViolation): Finding {
  const named = `${nameOf(key, blocked, text)} makes the history not linearizable`;
  const could = states.slice(0, STATES_MAX).join(', or ');
  const why =
    window === null ? `: the key could only have ${could}` : contradicted(window, blocked);
  return findingAt('linearizable', blocked, `${named}${why}.`);
}

function findingAt(check: string, blocked: Operation, message: string): Finding {
  return { check, message, us: blocked.return ?? blocked.invoke, node: blocked.node ?? null };
}

function nameOf(key: string | null, { origin }: Operation, text: string): string {
  return `${key === null ? '' : `${key}: `}${text} (${origin})`;
}

function contradicted(window: IllegalWindow | null, blocked: Operation): string {
  const others = (window?.operations ?? []).flatMap((operation, at) =>
    operation.id === blocked.id ? [] : [`${window?.texts[at] ?? ''} (${operation.origin})`],
  );
  if (others.length === 0) return '';
  const hidden = Math.max(0, others.length - NAMED_MAX);
  const named = others.slice(-NAMED_MAX).join(', ');
  return `; it contradicts ${named}${hidden > 0 ? ` and ${hidden} more` : ''}`;
}
