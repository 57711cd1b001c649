/** A verdict that explains itself, for a terminal. */
import type { CheckResult } from '../../contract/results.ts';
import { count, verdictText } from './figures.ts';
import { tableLines } from './terminal.ts';

type Illegal = CheckResult['linearizability']['illegal'][number];

/** Keys and steps that are told of in full. */
const ILLEGAL_MAX = 3;
const PREFIX_SHOWN = 8;

export function checkLines(result: CheckResult): string[] {
  const { source, notices, linearizability } = result;
  const what = typeof source === 'number' ? `run ${source}` : source;
  const { illegal, undecided, reason } = linearizability;
  const more = illegal.length - ILLEGAL_MAX;
  return [
    what,
    ...notices.map((notice) => `note: ${notice}`),
    '',
    ...tableLines([{ title: 'check' }, { title: 'verdict' }, { title: '' }], checkRows(result)),
    ...recordedLines(result),
    ...illegal.slice(0, ILLEGAL_MAX).flatMap(illegalLines),
    ...(more > 0 ? ['', `${more} more keys are illegal: --json has all`] : []),
    ...undecided.map(({ key, reason: why }) => `${keyText(key)} is undecided: ${why}`),
    ...(reason === null ? [] : ['', `unknown, not invalid: ${reason}.`]),
    ...sessionLines(result),
    '',
    `verdict: ${verdictText(result.verdict)}`,
  ];
}

function checkRows(result: CheckResult): string[][] {
  const { invariants, exactlyOnce, linearizability, sessions } = result;
  const recorded = [
    ['invariants', invariants] as const,
    ['exactly-once', exactlyOnce] as const,
  ].flatMap(([name, checks]) =>
    checks === null ? [] : [[name, verdictText(checks.verdict), 'as recorded']],
  );
  const guarantees = sessions.map(({ guarantee, verdict, checked, reason }) => [
    guarantee,
    verdictText(verdict),
    reason ?? `${count(checked)} comparisons`,
  ]);
  const { verdict } = linearizability;
  return [...recorded, ['linearizability', verdictText(verdict), scopeText(result)], ...guarantees];
}

/** What was judged, and what was not. */
function scopeText({ linearizability, failedOperations }: CheckResult): string {
  const { model, operations, keys, unknownOutcomes, leftOut } = linearizability;
  const objects = keys === 1 ? 'one object' : `${count(keys)} objects`;
  const parts = [`${model}: ${count(operations)} operations on ${objects}`];
  if (unknownOutcomes > 0) parts.push(`${count(unknownOutcomes)} of unknown outcome`);
  if (failedOperations > 0) parts.push(`${count(failedOperations)} failed ones did not happen`);
  if (leftOut.operations > 0) {
    const levels = leftOut.levels.join(' and ');
    parts.push(`${count(leftOut.operations)} reads of level ${levels} left out: they may be stale`);
  }
  return parts.join('; ');
}

function recordedLines({ invariants, exactlyOnce }: CheckResult): string[] {
  const violations = [...(invariants?.violations ?? []), ...(exactlyOnce?.violations ?? [])];
  return violations.map(({ check, us, message }) => {
    return `  ${check} at ${(us / 1e6).toFixed(3)} s: ${message}`;
  });
}

function keyText(key: string | null): string {
  return key === null ? 'the object' : `key ${key}`;
}

function illegalLines(illegal: Illegal): string[] {
  const { key, blocked, state, prefix, prefixLength, stuck, window } = illegal;
  const shown = prefix.slice(-PREFIX_SHOWN);
  const hidden = prefixLength - shown.length;
  const order = shown.map((one) => ({ ...one, note: `then: ${one.state}` }));
  return [
    '',
    `${keyText(key)} is legal until ${blocked.operation} (${blocked.origin}),`,
    'whose end no legal order of the operations reaches.',
    ...windowLines(window),
    `  The longest legal order${hidden > 0 ? `, after ${count(hidden)} operations` : ''}:`,
    ...(order.length === 0 ? [`    (none; at first: ${state})`] : operationLines(order)),
    '  What could not come next:',
    ...operationLines(stuck.map((one) => ({ ...one, note: one.why }))),
  ];
}

function windowLines(window: Illegal['window']): string[] {
  if (window === null) return [];
  const title = window.fromAnyState
    ? '  These contradict one another, whatever was before them:'
    : '  These contradict one another:';
  return [title, ...operationLines(window.operations.map((one) => ({ ...one, note: '' })))];
}

interface Told {
  readonly operation: string;
  readonly origin: string;
  readonly note: string;
}

function operationLines(operations: readonly Told[]): string[] {
  const width = Math.max(...operations.map(({ operation }) => operation.length), 0);
  const origins = Math.max(...operations.map(({ origin }) => origin.length), 0);
  return operations.map(({ operation, origin, note }) =>
    `    ${operation.padEnd(width)}  ${origin.padEnd(origins)}  ${note}`.trimEnd(),
  );
}

function sessionLines({ sessions }: CheckResult): string[] {
  return sessions.flatMap(({ guarantee, violations, first }) => {
    if (first === null) return [];
    const { earlier, later, text } = first;
    return [
      '',
      `${guarantee} is broken (${count(violations)} times), first by ${later.operation}`,
      `  ${later.origin}: ${text} of ${earlier.operation}`,
      `  ${earlier.origin}`,
    ];
  });
}
