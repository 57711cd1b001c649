/** Everything that `qlab check` says of a run or of a history in a file, as the contract has it. */
import type { Run, Verdict, Violation } from '../contract/model.ts';
import type { CheckResult } from '../contract/results.ts';
import type { LabEvent, RunBegin } from '../lab/ports.ts';
import { NOT_CHECKED } from '../storage/run-analysis.ts';
import type { RecordedConfig } from '../storage/run-reader.ts';
import type { LifeChange } from '../verification/fault-timeline.ts';
import { demanded } from '../verification/history-verdict.ts';
import type { ReadHistory } from '../verification/histories/jepsen-history.ts';
import { operationsOf } from '../verification/histories/recorded-operations.ts';
import {
  checkLinearizability,
  type CheckLimits,
} from '../verification/linearizability/check-history.ts';
import { checkSequential } from '../verification/linearizability/check-sequential.ts';
import { modelOf, type ModelName } from '../verification/linearizability/models/by-name.ts';
import { fieldsOf } from '../verification/linearizability/models/fields.ts';
import type { Operation } from '../verification/linearizability/operation.ts';
import { isLinearizable } from '../verification/linearizability/precedence.ts';
import { checkSessions } from '../verification/linearizability/session-guarantees.ts';
import {
  checkLiveness,
  type HeldSpan,
  type LivenessVerdict,
} from '../verification/liveness-check.ts';
import { VoterTimes } from '../verification/voter-times.ts';
import type { FaultRecord } from '../vocabulary/fault.ts';
import type { Timing } from '../vocabulary/timing.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import {
  shownGuarantee,
  shownLinearizability,
  shownLiveness,
  shownSequential,
  type Evidence,
} from './check-shown.ts';

/** Checks of the recorder that are about exactly-once. */
const EXACTLY_ONCE = new Set([
  'exactly-once',
  'acknowledged-applied',
  'one-operation-per-position',
]);
/** Judged here anew, or expected by the scenario and no invariant. */
const NO_INVARIANTS = new Set(['linearizable', 'sequential', 'recoversWithinMs', 'catches-up']);

/** Which consistency is asked for; null: what the levels of the reads promise. */
export type AskedConsistency = 'linearizable' | 'sequential' | null;

/** All that is recorded of a run and looked at here. */
export interface RunFacts {
  readonly run: Run;
  readonly begin: RunBegin;
  readonly operations: readonly OperationRecord[];
  readonly events: readonly LabEvent[];
  readonly configs: readonly RecordedConfig[];
}

const OPEN_OPERATIONS =
  'the record ends before the run did: what was still asked then is not in it, and may explain ' +
  'what is seen. Only a run that was ended properly can be illegal';

/** A recorded run. The model is that of the lab's key-value store.
 *  @param boundMs for an operation to succeed after a fault; null: as `recoveryBoundMs` */
export function checkRun(
  facts: RunFacts,
  consistency: AskedConsistency,
  boundMs: number | null,
  limits: CheckLimits,
): CheckResult {
  const { run, operations: records } = facts;
  const operations = operationsOf(records);
  const excuse = run.status === 'finished' ? null : OPEN_OPERATIONS;
  const evidence = { excuse, isTimed: true };
  const result = checkOperations('kv', operations, consistency, limits, evidence);
  const once = run.violations.filter(({ check }) => EXACTLY_ONCE.has(check));
  const others = run.violations.filter(
    ({ check }) => !EXACTLY_ONCE.has(check) && !NO_INVARIANTS.has(check),
  );
  const invariants = recorded(run, others);
  const exactlyOnce = recorded(run, once);
  const bound = boundMs ?? recoveryBoundMs(facts.begin.timing);
  const liveness = shownLiveness(livenessOf(facts, bound * 1_000));
  const verdicts = [result.verdict, invariants.verdict, exactlyOnce.verdict, liveness.verdict];
  return {
    source: run.id,
    ...result,
    verdict: worst(verdicts),
    invariants,
    exactlyOnce,
    liveness,
    failedOperations: records.length - operations.length,
    notices: run.note === null ? [] : [run.note],
  };
}

/** X12 of protocols.md: ten rounds of two election timeouts each. */
export function recoveryBoundMs({ tickMs, electionTicksMax }: Timing): number {
  return 20 * electionTicksMax * tickMs;
}

/** A history that was read without problems. */
export function checkFile(
  file: string,
  { operations, failed, notices }: ReadHistory,
  model: ModelName,
  consistency: AskedConsistency,
  limits: CheckLimits,
): CheckResult {
  const evidence = { excuse: null, isTimed: false };
  return {
    source: file,
    ...checkOperations(model, operations, consistency, limits, evidence),
    invariants: null,
    exactlyOnce: null,
    liveness: null,
    failedOperations: failed,
    notices: [...notices],
  };
}

function recorded(
  { verdict, status, note }: Run,
  violations: Violation[],
): NonNullable<CheckResult['invariants']> {
  // A run may be unknown for its history alone: then its note says nothing of what is missing.
  const isWhole = verdict !== null && status === 'finished' && !(note ?? '').includes(NOT_CHECKED);
  const withoutAny = isWhole || verdict === 'valid' ? 'valid' : 'unknown';
  return {
    verdict: violations.length > 0 ? 'invalid' : withoutAny,
    firstIllegalUs: violations.length > 0 ? Math.min(...violations.map(({ us }) => us)) : null,
    violations,
  };
}

function livenessOf(facts: RunFacts, boundUs: number): LivenessVerdict {
  const { run, begin, operations, events, configs } = facts;
  const voters = new VoterTimes(begin.members.map(({ nodeId }) => nodeId));
  for (const { us, config } of configs) voters.add(us, config);
  const faults = new Map<number, FaultRecord>();
  const changes: LifeChange[] = [];
  const heldSpans: HeldSpan[] = [];
  for (const event of events) {
    if (event.k === 'fault') faults.set(event.fault.id, event.fault);
    else if (event.k === 'up' || event.k === 'down') {
      changes.push({ us: event.us, node: event.node, up: event.k === 'up' });
    } else if (event.k === 'manual') noteManual(heldSpans, event);
  }
  const votersAt = (us: number) => voters.at(us);
  const endUs = run.durationMs * 1_000;
  const known = {
    votersAt,
    faults: [...faults.values()],
    changes,
    operations,
    heldSpans,
    endUs,
  };
  return checkLiveness(known, boundUs);
}

function noteManual(spans: HeldSpan[], { us, what }: Extract<LabEvent, { k: 'manual' }>): void {
  const last = spans.at(-1);
  if (what === 'begin') spans.push({ fromUs: us, toUs: Infinity });
  else if (what === 'end' && last !== undefined) spans[spans.length - 1] = { ...last, toUs: us };
}

type Consistency = Pick<CheckResult, 'verdict' | 'linearizability' | 'sequential' | 'sessions'>;

function checkOperations(
  name: ModelName,
  all: readonly Operation[],
  consistency: AskedConsistency,
  limits: CheckLimits,
  evidence: Evidence,
): Consistency {
  const model = modelOf(name);
  const operations = demanded(all, consistency === 'linearizable' ? 'linearizable' : 'as-promised');
  const strict =
    consistency === 'sequential' ? null : checkLinearizability(model, operations, limits);
  const linearizability = strict === null ? null : shownLinearizability(strict, evidence);
  const isRelaxed = consistency === 'sequential' || !operations.every(isLinearizable);
  const ordering = consistency === 'sequential' ? 'program' : 'by-level';
  const sequential = isRelaxed
    ? shownSequential(checkSequential(model, operations, ordering, limits), evidence)
    : null;
  const sessions = hasMarks(all) ? checkSessions(model, all).map(shownGuarantee) : [];
  const verdicts = [linearizability, sequential, ...sessions].flatMap((one) => one?.verdict ?? []);
  return { verdict: worst(verdicts), linearizability, sequential, sessions };
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
