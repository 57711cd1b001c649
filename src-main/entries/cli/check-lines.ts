/** A verdict that explains itself, for a terminal. */
import type { CheckResult } from '../../contract/results.ts';
import { count, verdictText } from './figures.ts';
import { tableLines } from './terminal.ts';

type Consistency = NonNullable<CheckResult['linearizability'] | CheckResult['sequential']>;
type Illegal = Consistency['illegal'][number];
type Liveness = NonNullable<CheckResult['liveness']>;

/** Keys and steps that are told of in full. */
const ILLEGAL_MAX = 3;
const PREFIX_SHOWN = 8;
/** Violations of the recorder that are told one by one. */
const RECORDED_MAX = 5;

export function checkLines(result: CheckResult): string[] {
  const { source, notices, linearizability, sequential } = result;
  const what = typeof source === 'number' ? `run ${source}` : source;
  return [
    what,
    ...notices.map((notice) => `note: ${notice}`),
    '',
    ...tableLines([{ title: 'check' }, { title: 'verdict' }, { title: '' }], checkRows(result)),
    ...recordedLines(result),
    ...livenessLines(result.liveness),
    ...(linearizability === null ? [] : consistencyLines(linearizability, 'legal')),
    ...(sequential === null ? [] : consistencyLines(sequential, 'sequentially consistent')),
    ...sessionLines(result),
    '',
    `verdict: ${verdictText(result.verdict)}`,
  ];
}

function checkRows(result: CheckResult): string[][] {
  const { invariants, exactlyOnce, liveness, linearizability, sequential, sessions } = result;
  const recorded = [
    ['invariants', invariants] as const,
    ['exactly-once', exactlyOnce] as const,
  ].flatMap(([name, checks]) =>
    checks === null
      ? []
      : [[name, verdictText(checks.verdict), `as recorded${firstText(checks.firstIllegalUs)}`]],
  );
  const rows = [...recorded];
  if (liveness !== null) {
    rows.push(['liveness', verdictText(liveness.verdict), livenessText(liveness)]);
  }
  if (linearizability !== null) {
    rows.push(['linearizability', verdictText(linearizability.verdict), scopeText(result)]);
  }
  if (sequential !== null) {
    rows.push(['sequential', verdictText(sequential.verdict), sequentialText(sequential)]);
  }
  const guarantees = sessions.map(({ guarantee, verdict, checked, reason }) => [
    guarantee,
    verdictText(verdict),
    reason ?? `${count(checked)} comparisons`,
  ]);
  return [...rows, ...guarantees];
}

/** `, first at 1.250 s`: where it opens in the timeline. */
function firstText(us: number | null): string {
  return us === null ? '' : `; first at ${(us / 1e6).toFixed(3)} s`;
}

function livenessText({ judged, notJudged, boundMs, longestMs }: Liveness): string {
  const moments = judged === 1 ? '1 moment' : `${count(judged)} moments`;
  const longest = longestMs === null ? '' : `, longest ${longestMs.toFixed(0)} ms`;
  const parts = [`${moments} held to ${count(boundMs)} ms${longest}`];
  const why: Readonly<Record<keyof typeof notJudged, string>> = {
    'no-majority': 'without a connected majority',
    impaired: 'with slow or lossy parts, or stepped by hand,',
    'too-short': 'cut short',
    'not-asked': 'without a question',
  };
  for (const name of Object.keys(why) as (keyof typeof notJudged)[]) {
    if (notJudged[name] > 0) parts.push(`${count(notJudged[name])} ${why[name]} not judged`);
  }
  return parts.join('; ');
}

/** What was judged, and what was not. */
function scopeText({ linearizability, failedOperations }: CheckResult): string {
  if (linearizability === null) return '';
  const { leftOut, firstIllegalUs } = linearizability;
  const parts = [sizeText(linearizability)];
  if (failedOperations > 0) parts.push(`${count(failedOperations)} failed ones did not happen`);
  if (leftOut.operations > 0) {
    const levels = leftOut.levels.join(' and ');
    parts.push(`${count(leftOut.operations)} reads of level ${levels} left out: they may be stale`);
  }
  return `${parts.join('; ')}${firstText(firstIllegalUs)}`;
}

function sequentialText(sequential: NonNullable<CheckResult['sequential']>): string {
  const what =
    sequential.ordering === 'program'
      ? "each client's own order"
      : 'with the reads that may be stale, in the order of each client';
  return `${sizeText(sequential)}; ${what}${firstText(sequential.firstIllegalUs)}`;
}

function sizeText({ model, operations, keys, unknownOutcomes }: Consistency): string {
  const objects = keys === 1 ? 'one object' : `${count(keys)} objects`;
  const unknown = unknownOutcomes > 0 ? `; ${count(unknownOutcomes)} of unknown outcome` : '';
  return `${model}: ${count(operations)} operations on ${objects}${unknown}`;
}

function recordedLines({ invariants, exactlyOnce }: CheckResult): string[] {
  const violations = [...(invariants?.violations ?? []), ...(exactlyOnce?.violations ?? [])];
  const more = violations.length - RECORDED_MAX;
  const lines = violations.slice(0, RECORDED_MAX).map(({ check, us, message }) => {
    return `  ${check} at ${(us / 1e6).toFixed(3)} s: ${message}`;
  });
  return more > 0 ? [...lines, `  and ${count(more)} more: --json has all`] : lines;
}

function livenessLines(liveness: CheckResult['liveness']): string[] {
  return (liveness?.late ?? []).map(({ us, message }) => {
    return `  liveness at ${(us / 1e6).toFixed(3)} s: ${message}`;
  });
}

function keyText(key: string | null, { keys }: Consistency): string {
  if (key !== null) return `key ${key}`;
  return keys > 1 ? 'the history of all keys together' : 'the object';
}

/** @param legal what the history ceases to be */
function consistencyLines(judged: Consistency, legal: string): string[] {
  const { illegal, undecided, reason } = judged;
  const more = illegal.length - ILLEGAL_MAX;
  return [
    ...illegal
      .slice(0, ILLEGAL_MAX)
      .flatMap((one) => illegalLines(one, keyText(one.key, judged), legal)),
    ...(more > 0 ? ['', `${more} more keys are illegal: --json has all`] : []),
    ...undecided.map(({ key, reason: why }) => `${keyText(key, judged)} is undecided: ${why}`),
    ...(reason === null ? [] : ['', `unknown, not invalid: ${reason}.`]),
  ];
}

function illegalLines(illegal: Illegal, what: string, legal: string): string[] {
  const { blocked, state, prefix, prefixLength, stuck, window } = illegal;
  const shown = prefix.slice(-PREFIX_SHOWN);
  const hidden = prefixLength - shown.length;
  const order = shown.map((one) => ({ ...one, note: `then: ${one.state}` }));
  return [
    '',
    `${what} is ${legal} until ${blocked.operation} (${blocked.origin}),`,
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
