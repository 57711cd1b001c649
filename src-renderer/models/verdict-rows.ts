/**
 * The checks of a finished run, one row each: what was judged, how it came out, and the first
 * illegal moment. Made from what the run's record says.
 */
import type { Run, Violation } from '../../src-main/contract/model.ts';

export type CheckState = 'valid' | 'invalid' | 'unknown';

export interface VerdictRow {
  /** The id of the check, as violations name it. */
  readonly check: string;
  readonly title: string;
  readonly state: CheckState;
  /** Where it is broken, earliest first. */
  readonly violations: readonly Violation[];
  /** Why it is unknown; empty otherwise. */
  readonly why: string;
}

export interface VerdictGroup {
  readonly title: string;
  readonly rows: readonly VerdictRow[];
}

interface Check {
  readonly id: string;
  readonly title: string;
}

const SAFETY: readonly Check[] = [
  { id: 'state-agreement', title: 'equal state at equal positions on every node' },
  { id: 'apply-order', title: 'positions are applied in order, none twice' },
  { id: 'applied-committed', title: 'only what is committed is applied' },
  { id: 'committed-kept', title: 'what is committed is never taken back' },
  { id: 'commit-monotone', title: 'the commit position never falls' },
  { id: 'election-safety', title: 'at most one leader in each era' },
  { id: 'one-vote', title: 'at most one vote in each era' },
  { id: 'promise-kept', title: 'promises on disk never fall' },
  { id: 'assertion', title: 'no node stopped on a bug of its own' },
];

const CLIENTS: readonly Check[] = [
  { id: 'exactly-once', title: 'every command takes effect once' },
  { id: 'acknowledged-applied', title: 'what was acknowledged is applied' },
  { id: 'stale-read', title: 'no linearizable read is older than what was answered' },
  { id: 'session-monotone', title: 'no client sees its own state go back' },
];
const LINEARIZABLE: Check = {
  id: 'linearizable',
  title: 'the history of the clients is linearizable',
};
const SEQUENTIAL: Check = {
  id: 'sequential',
  title: 'reads that may be stale fit in one order with the rest',
};

const LIVENESS: readonly Check[] = [
  { id: 'recoversWithinMs', title: 'clients are answered again soon enough after a fault' },
  { id: 'catches-up', title: 'nodes catch up after the last fault' },
];

/** How a note tells that only the history of the clients was not decided. */
const HISTORY_NOTE = /whether the history\b/;

/** Checks of a run that has ended; those of liveness only where a scenario asked for them. */
export function verdictGroups(run: Run, isScenario: boolean): VerdictGroup[] {
  const { note } = run;
  const isUndecided = run.verdict !== 'valid' && run.verdict !== 'invalid';
  const isHistory = HISTORY_NOTE.test(note ?? '');
  const why = isUndecided ? (note ?? 'the record does not say why') : '';
  const rest = isHistory ? '' : why;
  const row = (check: Check, because: string): VerdictRow => rowOf(run, check, because);
  const groups = [
    { title: 'Safety of the protocol', rows: SAFETY.map((check) => row(check, rest)) },
    {
      title: 'What clients saw',
      rows: [
        ...CLIENTS.map((check) => row(check, rest)),
        row(LINEARIZABLE, isHistory ? (note ?? '') : rest),
        ...(isBroken(run, SEQUENTIAL) ? [row(SEQUENTIAL, '')] : []),
      ],
    },
    {
      title: 'Liveness',
      rows: LIVENESS.filter((check) => isScenario || isBroken(run, check)).map((check) =>
        row(check, rest),
      ),
    },
    { title: 'Other rules', rows: otherRows(run) },
  ];
  return groups.filter(({ rows }) => rows.length > 0);
}

function rowOf(run: Run, { id, title }: Check, why: string): VerdictRow {
  const violations = violationsOf(run, id);
  const state = violations.length > 0 ? 'invalid' : why === '' ? 'valid' : 'unknown';
  return { check: id, title, state, violations, why: state === 'unknown' ? why : '' };
}

/** What is broken without being in a list above: invariants that only the simulator looks at. */
function otherRows(run: Run): VerdictRow[] {
  const known = new Set(
    [...SAFETY, ...CLIENTS, LINEARIZABLE, SEQUENTIAL, ...LIVENESS].map(({ id }) => id),
  );
  const others = [...new Set(run.violations.map(({ check }) => check))];
  return others
    .filter((check) => !known.has(check))
    .map((check) => rowOf(run, { id: check, title: check }, ''));
}

function violationsOf(run: Run, check: string): Violation[] {
  return run.violations.filter((one) => one.check === check).sort((a, b) => a.us - b.us);
}

function isBroken(run: Run, { id }: Check): boolean {
  return run.violations.some(({ check }) => check === id);
}
