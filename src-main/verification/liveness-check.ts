/**
 * Whether a cluster came back: after each fault that left a majority connected, and after the end
 * of each one, an operation that was asked from then on succeeded within a bound (X12 of
 * protocols.md 7.1). What was owed ends when the majority goes, or something is broken of which
 * nobody can say how slow it may make a sound cluster.
 */
import { isDownFault, onlyOf, type FaultRecord } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import { hasConnectedMajority } from './connected-majority.ts';
import { clusterAt, faultMoments, isOn, type LifeChange } from './fault-timeline.ts';
import { secondsText } from './findings.ts';

export interface LivenessFacts {
  /** Who decided at a moment. */
  votersAt(us: number): readonly NodeId[];
  readonly faults: readonly FaultRecord[];
  readonly changes: readonly LifeChange[];
  readonly operations: readonly OperationRecord[];
  /** Manual mode was on from here to there: a scheduler took its time, not the cluster. */
  readonly heldSpans?: readonly HeldSpan[];
  readonly endUs: number;
}

export interface HeldSpan {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Why nothing was owed at a moment, or cannot be said. */
export const NOT_JUDGED = ['no-majority', 'impaired', 'too-short', 'not-asked'] as const;
export type NotJudged = (typeof NOT_JUDGED)[number];

export interface LateRecovery {
  readonly us: number;
  /** What had happened: `kill n1`, `end of kill n1`. */
  readonly what: string;
  readonly message: string;
}

export interface LivenessVerdict {
  readonly verdict: 'valid' | 'invalid' | 'unknown';
  readonly boundUs: number;
  /** Moments after which an operation had to succeed. */
  readonly judged: number;
  readonly notJudged: Readonly<Record<NotJudged, number>>;
  /** The longest time to a success; null when none was judged. */
  readonly longestUs: number | null;
  readonly late: readonly LateRecovery[];
}

interface Checkpoint {
  readonly us: number;
  readonly what: string;
}

/** Judges a whole run. @param boundUs how long a cluster may take to answer again */
export function checkLiveness(facts: LivenessFacts, boundUs: number): LivenessVerdict {
  const check = new LivenessCheck(facts, boundUs);
  for (const checkpoint of checkpointsOf(facts)) check.judge(checkpoint);
  return check.verdict();
}

/** Where the clients began, and every start and end of a fault. */
function checkpointsOf({ faults, operations, endUs }: LivenessFacts): Checkpoint[] {
  const moments = faultMoments(faults).map(({ us, fault, what }) => {
    return { us, what: what === 'start' ? fault.label : `the end of ${fault.label}` };
  });
  const beganUs = operations.reduce((us, { invokeUs }) => Math.min(us, invokeUs), Infinity);
  const began = { us: beganUs, what: 'the clients began' };
  return (beganUs < Infinity ? [began, ...moments] : moments).filter(({ us }) => us < endUs);
}

class LivenessCheck {
  readonly #facts: LivenessFacts;
  readonly #boundUs: number;
  /** Times from which on nothing is owed, in order. */
  readonly #ends: readonly number[];
  readonly #asked: readonly OperationRecord[];
  /** The first success among those asked from each on. */
  readonly #answered: readonly number[];
  readonly #notJudged = { 'no-majority': 0, impaired: 0, 'too-short': 0, 'not-asked': 0 };
  readonly #late: LateRecovery[] = [];
  #judged = 0;
  #longestUs: number | null = null;

  constructor(facts: LivenessFacts, boundUs: number) {
    this.#facts = facts;
    this.#boundUs = boundUs;
    const moments = faultMoments(facts.faults).map(({ us }) => us);
    const lives = facts.changes.map(({ us }) => us);
    const held = (facts.heldSpans ?? []).map(({ fromUs }) => fromUs);
    const changed = [...new Set([...moments, ...lives, ...held])].sort((a, b) => a - b);
    this.#ends = changed.filter((us) => this.#whyNotOwed(us) !== null);
    this.#asked = [...facts.operations].sort((a, b) => a.invokeUs - b.invokeUs);
    this.#answered = firstAnswers(this.#asked);
  }

  verdict(): LivenessVerdict {
    const [judged, late] = [this.#judged, this.#late];
    return {
      verdict: late.length > 0 ? 'invalid' : judged > 0 ? 'valid' : 'unknown',
      boundUs: this.#boundUs,
      judged,
      notJudged: this.#notJudged,
      longestUs: this.#longestUs,
      late,
    };
  }

  judge({ us, what }: Checkpoint): void {
    const why = this.#whyNotOwed(us);
    if (why !== null) return this.#leaveOut(why);
    const untilUs = this.#owedUntil(us);
    const next = this.#asked.findIndex(({ invokeUs }) => invokeUs >= us);
    const answeredUs = this.#answered[next] ?? Infinity;
    const tookUs = Math.min(answeredUs, untilUs) - us;
    if (tookUs > this.#boundUs) {
      const askedUs = this.#asked[next]?.invokeUs ?? Infinity;
      if (askedUs > us + this.#boundUs) return this.#leaveOut('not-asked');
      this.#judged += 1;
      this.#noteLate({ us, what }, tookUs);
    } else if (answeredUs > untilUs) return this.#leaveOut('too-short');
    else this.#judged += 1;
    this.#longestUs = Math.max(this.#longestUs ?? 0, tookUs);
  }

  #noteLate({ us, what }: Checkpoint, tookUs: number): void {
    const limit = `the bound is ${secondsText(this.#boundUs)}`;
    const message = `after "${what}" no operation succeeded for ${secondsText(tookUs)}; ${limit}`;
    this.#late.push({ us, what, message });
  }

  #leaveOut(why: NotJudged): void {
    this.#notJudged[why] += 1;
  }

  #whyNotOwed(us: number): NotJudged | null {
    const { faults, changes, votersAt, heldSpans = [] } = this.#facts;
    if (heldSpans.some(({ fromUs, toUs }) => fromUs <= us && us < toUs)) return 'impaired';
    if (!hasConnectedMajority(clusterAt(us, votersAt(us), faults, changes))) return 'no-majority';
    return faults.some((fault) => isOn(fault, us) && isImpairing(fault)) ? 'impaired' : null;
  }

  #owedUntil(us: number): number {
    return Math.min(this.#ends.find((each) => each > us) ?? Infinity, this.#facts.endUs);
  }
}

function firstAnswers(asked: readonly OperationRecord[]): number[] {
  const answers: number[] = [];
  let first = Infinity;
  for (const { outcome, returnUs } of asked.toReversed()) {
    if (outcome === 'ok') first = Math.min(first, returnUs);
    answers.push(first);
  }
  return answers.reverse();
}

/** Whether it leaves nodes and links as sound, or as dead, as a majority counts them. */
function isImpairing({ spec }: FaultRecord): boolean {
  if ('links' in spec) {
    const { types, first } = onlyOf(spec);
    return spec.kind !== 'cut' || types !== null || first !== null;
  }
  return !isDownFault(spec) && spec.kind !== 'pause' && spec.kind !== 'crash-at';
}
