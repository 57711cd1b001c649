/**
 * What each fault did: the spans from E0 to E1 ... E5 of protocols.md 8.1, the outage of clients
 * and what they lost in it. A fault that did not hurt says so.
 */
import type { ElectionReport, FaultReport } from '../../contract/report.ts';
import { eraLabel } from '../../vocabulary/era.ts';
import type { AdminRecord } from '../../vocabulary/admin.ts';
import { isRefused, type FaultRecord } from '../../vocabulary/fault.ts';
import type { ClientOutcomes } from './client-outcomes.ts';
import type { CommitPaths } from './commit-paths.ts';
import { effectSummary } from './effect-summary.ts';
import { AFTERMATH_US, FaultOwners, type FaultFacts } from './fault-owners.ts';
import type { StruckFault } from './lab-record.ts';
import type { Leaderships, Tenure } from './leaderships.ts';
import type { Span } from './spans.ts';
import { lengthOf, type Gap } from './success-gaps.ts';

interface Findings {
  readonly leaderships: Leaderships;
  readonly commits: CommitPaths;
  readonly clients: ClientOutcomes;
  readonly endUs: number;
}

/** A gap this much longer than any in quiet time is an outage. */
const OUTAGE_FACTOR = 2;
/** Clients wait longer than usual when their median is so much longer. */
const SLOWER_FACTOR = 2;

/** What is usual in quiet time. */
interface Usual {
  /** Longest gap; where there was no quiet time, what stands for it. */
  readonly gapUs: number;
  readonly latencyP50Ms: number | null;
}

export class FaultEffects {
  readonly #found: Findings;
  readonly #faults: readonly StruckFault[];
  readonly #owners: FaultOwners;

  constructor(found: Findings, faults: readonly StruckFault[], commands: readonly AdminRecord[]) {
    this.#found = found;
    this.#faults = faults;
    const applied = faults.filter((fault) => !isRefused(fault));
    this.#owners = new FaultOwners(found.leaderships, applied, commands);
  }

  /** From its start until everything it did is over. */
  disturbed(): Span[] {
    return this.#owners.facts.map((facts) => {
      const { fault } = facts;
      const effects = this.#effectsOf(facts);
      const ends = [effects.toUs, effects.gap?.toUs ?? 0, effects.firstCommitUs ?? 0];
      const toUs = Math.max(...ends, effects.healthyUs ?? 0, this.#healthyFrom(effects.toUs));
      return { fromUs: fault.startUs, toUs };
    });
  }

  reports(usual: Usual): FaultReport[] {
    return this.#faults.map((fault) => {
      const facts = this.#owners.facts.find((one) => one.fault === fault);
      return facts === undefined ? refusedReport(fault) : this.#report(facts, usual);
    });
  }

  /** Changes of leader that stand in no fault's report. */
  elections(): ElectionReport[] {
    const { leaderships } = this.#found;
    const told = new Set(this.#owners.facts.map(({ fault }) => this.#owners.tenureOf(fault)));
    return leaderships.tenures.flatMap((tenure, i) =>
      told.has(tenure) ? [] : [this.#electionReport(tenure, i === 0)],
    );
  }

  #electionReport(tenure: Tenure, isFirst: boolean): ElectionReport {
    const owner = this.#owners.ownerOf(tenure);
    const command = this.#owners.commandAt(tenure.fromUs);
    const { fromUs, readyUs } = tenure;
    let cause = 'none that is recorded';
    if (isFirst) cause = 'start-up';
    else if (owner !== null) cause = causeText(owner, fromUs);
    else if (command !== null) cause = command.label;
    return {
      atMs: fromUs / 1_000,
      readyMs: inMs(readyUs),
      leader: leaderOf(tenure),
      cause,
    };
  }

  #report(facts: FaultFacts, usual: Usual): FaultReport {
    const { fault, leader, onLeader } = facts;
    const effects = this.#effectsOf(facts);
    const { suspicionUs, tenure, toUs } = effects;
    const { gap, owner } = this.#outageOf(fault, effects.window, usual.gapUs);
    const lost = this.#lostIn(fault, toUs, gap);
    const isOutage = owner === null ? lost.failed + lost.unknown > 0 : owner === fault;
    const latencyP50Ms = this.#found.clients.medianLatencyIn([{ fromUs: fault.startUs, toUs }]);
    const isSlower = (latencyP50Ms ?? 0) > SLOWER_FACTOR * (usual.latencyP50Ms ?? Infinity);
    const isInternal = suspicionUs !== null || effects.healthLost;
    const calm = isInternal ? 'internal' : 'none';
    const since = (us: number | null): number | null =>
      us === null ? null : (us - fault.startUs) / 1_000;
    const report: FaultReport = {
      ...plain(fault),
      leader: leader === null ? null : leaderOf(leader),
      onLeader,
      newLeader: tenure === null ? null : leaderOf(tenure),
      detectedMs: since(suspicionUs),
      electedMs: since(tenure?.fromUs ?? null),
      readyMs: since(effects.readyUs),
      firstCommitMs: since(effects.firstCommitUs),
      healthyMs: since(effects.healthyUs),
      failedRounds: effects.failedRounds,
      outageMs: gap === null ? null : lengthOf(gap) / 1_000,
      outageFromMs: inMs(gap?.fromUs ?? null),
      outageOpen: gap?.open ?? false,
      outageOf: owner?.id ?? null,
      ...lost,
      latencyP50Ms,
      effect: isOutage ? 'outage' : isSlower ? 'slower' : calm,
      summary: '',
    };
    const leaderStayed = leader !== null && (leader.toUs ?? Infinity) >= toUs;
    const { healthLost } = effects;
    return { ...report, summary: effectSummary(report, { healthLost, leaderStayed, usual }) };
  }

  /** The longest gap that is put down to it, else the longest that overlaps it. */
  #outageOf(fault: FaultRecord, window: Span, usualGapUs: number) {
    const { gaps } = this.#found.clients;
    const isOwn = (one: Gap): boolean =>
      isLong(one, usualGapUs) && this.#owners.ownerOfGap(one) === fault;
    const gap = gaps.longestIn(window, isOwn) ?? gaps.longestIn(window);
    const isOutage = gap !== null && isLong(gap, usualGapUs);
    return { gap, owner: isOutage ? this.#owners.ownerOfGap(gap) : null };
  }

  #effectsOf({ fault }: FaultFacts) {
    const { leaderships, commits, clients, endUs } = this.#found;
    const { startUs } = fault;
    const suspicionUs = this.#owners.suspicionOf(fault)?.us ?? null;
    const tenure = this.#owners.tenureOf(fault);
    const readyUs = tenure === null ? null : readyFrom(leaderships.tenures, tenure);
    const lostUs = this.#healthLostUs(fault);
    const firstCommitUs = commits.firstEffectFrom(tenure?.fromUs ?? startUs);
    const toUs = Math.max(startUs, fault.endUs ?? endUs);
    const window = { fromUs: startUs, toUs: Math.max(toUs, firstCommitUs ?? endUs) };
    const rounds = suspicionUs === null || tenure === null ? null : [suspicionUs, tenure.fromUs];
    return {
      suspicionUs,
      tenure,
      readyUs,
      firstCommitUs,
      healthLost: lostUs !== null,
      healthyUs: lostUs === null ? null : this.#nextHealthy(Math.max(lostUs, readyUs ?? 0)),
      failedRounds:
        rounds === null ? null : leaderships.failedRounds(rounds[0] ?? 0, rounds[1] ?? 0),
      gap: clients.gaps.longestIn(window),
      window,
      toUs,
    };
  }

  /** Those under way while it was on, or while its outage lasted. */
  #lostIn(fault: FaultRecord, toUs: number, gap: Gap | null): { failed: number; unknown: number } {
    const span = { fromUs: fault.startUs, toUs: Math.max(toUs, gap?.toUs ?? 0) };
    return this.#found.clients.lostIn(span);
  }

  /** When live voters ceased to follow one leader, while it was on or just after, and before
   *  another fault began; null: never. */
  #healthLostUs(fault: FaultRecord): number | null {
    const { startUs, endUs } = fault;
    const { health } = this.#found.leaderships;
    const untilUs = (endUs ?? Infinity) + AFTERMATH_US;
    const lost = health.find(({ us, healthy }) => !healthy && us >= startUs && us <= untilUs);
    return lost === undefined || this.#owners.isOvertaken(fault, lost.us) ? null : lost.us;
  }

  #nextHealthy(fromUs: number): number | null {
    const { health } = this.#found.leaderships;
    if (health.findLast(({ us }) => us <= fromUs)?.healthy === true) return fromUs;
    return health.find(({ us, healthy }) => healthy && us > fromUs)?.us ?? null;
  }

  /** The end of the record when nobody accepted one leader any more. */
  #healthyFrom(us: number): number {
    return this.#nextHealthy(us) ?? this.#found.endUs;
  }
}

/** The first moment at which that leader, or one after it, could serve. */
function readyFrom(tenures: readonly Tenure[], from: Tenure): number | null {
  const later = tenures.filter(({ fromUs }) => fromUs >= from.fromUs);
  return later.find(({ readyUs }) => readyUs !== null)?.readyUs ?? null;
}

function isLong(gap: Gap, usualGapUs: number): boolean {
  return gap.open || lengthOf(gap) > OUTAGE_FACTOR * usualGapUs;
}

function causeText({ label, startUs, endUs }: FaultRecord, us: number): string {
  if (endUs === null || us <= endUs) return `again during ${label}, ${msText(us - startUs)} in`;
  return `${msText(us - endUs)} after the end of ${label}`;
}

function msText(us: number): string {
  return `${Math.round(us / 1_000)} ms`;
}

function refusedReport(fault: StruckFault): FaultReport {
  const nothing = { detectedMs: null, electedMs: null, readyMs: null, firstCommitMs: null };
  const summary = `It was not carried out: ${fault.outcome ?? ''}.`;
  return {
    ...plain(fault),
    ...{ ...nothing, healthyMs: null, failedRounds: null, outageMs: null, outageFromMs: null },
    ...{
      leader: null,
      onLeader: false,
      newLeader: null,
      outageOpen: false,
      outageOf: null,
      latencyP50Ms: null,
    },
    ...{ failed: 0, unknown: 0, effect: 'not-applied', summary },
  };
}

function plain(fault: StruckFault) {
  const { id, spec, label, origin, startUs, endUs, outcome, armedUs } = fault;
  const struckMs = armedUs === null ? null : startUs / 1_000;
  const times = { startMs: (armedUs ?? startUs) / 1_000, struckMs, endMs: inMs(endUs) };
  return { id, kind: spec.kind, label, origin, ...times, outcome };
}

function leaderOf({ node, era }: Tenure): { node: string; era: string } {
  return { node, era: eraLabel(era) };
}

function inMs(us: number | null): number | null {
  return us === null ? null : us / 1_000;
}
