/** The figures of a run (protocols.md 8), computed while it is recorded. */
import type { RunMetrics } from '../contract/model.ts';
import { compareEras, type Era } from '../vocabulary/era.ts';
import type { FaultRecord } from '../vocabulary/fault.ts';
import type { Incarnation, NodeId } from '../vocabulary/ids.ts';
import type { JournalHeader, NodeCounters, StepHeader } from '../vocabulary/journal.ts';
import type { TraceEvent } from '../vocabulary/trace.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import { faultMoments, hasMajorityAt, type LifeChange } from './fault-timeline.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { SuccessTimes } from './success-times.ts';
import { VoterTimes } from './voter-times.ts';

type RoleEvent = Extract<TraceEvent, { kind: 'role' }>;

interface RoleMark {
  readonly us: number;
  readonly node: NodeId;
  readonly event: RoleEvent;
}

interface LifeTotals {
  counters: NodeCounters | null;
  /** Messages sent in steps after the newest counters: a killed node tells no final ones. */
  sentSince: number;
}

const ROLE_MARKS_MAX = 50_000;

export class RunMetricsBuilder {
  readonly #voters: VoterTimes;
  readonly #roles: RoleMark[] = [];
  readonly #faults = new Map<number, FaultRecord>();
  readonly #changes: LifeChange[] = [];
  readonly #totals = new Map<string, LifeTotals>();
  readonly #latencies = new LatencyHistogram();
  readonly #successes = new SuccessTimes();
  readonly #snapshots = { taken: 0, installed: 0 };
  readonly #outcomes = { ok: 0, failed: 0, unknown: 0 };
  #firstInvokeUs = Number.POSITIVE_INFINITY;
  #lastReturnUs = 0;
  /** Of the operations without success, the one that was asked last. */
  #unanswered = { invokeUs: -1, returnUs: -1 };

  constructor(nodeIds: readonly NodeId[]) {
    this.#voters = new VoterTimes(nodeIds);
  }

  handleHeader(node: NodeId, incarnation: Incarnation, header: JournalHeader): void {
    if (header.k === 's') this.#handleStep(node, incarnation, header);
    else if (header.k === 'c') {
      const totals = this.#totalsOf(node, incarnation);
      totals.counters = header.counters;
      totals.sentSince = 0;
    }
  }

  handleLife(change: LifeChange): void {
    this.#changes.push(change);
  }

  /** The newest record of a fault replaces the one before. */
  handleFault(fault: FaultRecord): void {
    this.#faults.set(fault.id, fault);
  }

  handleOperations(operations: readonly OperationRecord[]): void {
    for (const operation of operations) {
      this.#outcomes[operation.outcome] += 1;
      if (operation.invokeUs < this.#firstInvokeUs) this.#firstInvokeUs = operation.invokeUs;
      if (operation.returnUs > this.#lastReturnUs) this.#lastReturnUs = operation.returnUs;
      if (operation.outcome !== 'ok') {
        if (operation.invokeUs > this.#unanswered.invokeUs) this.#unanswered = operation;
        continue;
      }
      this.#latencies.add(operation.returnUs - operation.invokeUs);
      this.#successes.add(operation.returnUs);
    }
  }

  /** @param elections how many eras had a leader */
  finish(endUs: number, elections: number): RunMetrics {
    const { ok, failed, unknown } = this.#outcomes;
    const { messages, bytes, syncs } = this.#cost();
    const span = this.#lastReturnUs - this.#firstInvokeUs;
    const membership = this.#voters.summary();
    const { taken, installed } = this.#snapshots;
    const perOperation = (total: number): number | null => (ok > 0 ? total / ok : null);
    return {
      durationMs: endUs / 1_000,
      committedOps: ok,
      failedOps: failed,
      unknownOps: unknown,
      opsPerSecond: span > 0 ? (ok * 1e6) / span : 0,
      ...this.#failover(),
      outageMs: inMs(this.#outageUs()),
      latencyP50Ms: inMs(this.#latencies.quantile(0.5)),
      latencyP99Ms: inMs(this.#latencies.quantile(0.99)),
      messagesPerOp: perOperation(messages),
      bytesPerOp: perOperation(bytes),
      syncsPerOp: perOperation(syncs),
      messages,
      bytes,
      syncs,
      elections,
      ...(membership === null ? {} : { membership }),
      ...(taken + installed === 0 ? {} : { snapshots: { taken, installed } }),
    };
  }

  #handleStep(node: NodeId, incarnation: Incarnation, header: StepHeader): void {
    if (header.sends !== undefined) {
      this.#totalsOf(node, incarnation).sentSince += header.sends.length;
    }
    if (header.trace === undefined) return;
    for (const event of header.trace) {
      if (event.kind === 'config') this.#voters.add(header.us, event);
      if (event.kind === 'snapshot' && event.what !== 'sent') this.#snapshots[event.what] += 1;
      if (event.kind !== 'role' || this.#roles.length >= ROLE_MARKS_MAX) continue;
      this.#roles.push({ us: header.us, node, event });
    }
  }

  #cost(): { messages: number; bytes: number; syncs: number } {
    const cost = { messages: 0, bytes: 0, syncs: 0 };
    for (const { counters, sentSince } of this.#totals.values()) {
      cost.messages += sentSince;
      if (counters === null) continue;
      for (const kind in counters.messages) cost.messages += counters.messages[kind] ?? 0;
      cost.bytes += counters.bytes;
      cost.syncs += counters.syncs;
    }
    return cost;
  }

  /**
   * The longest time between successes. A cluster that was still asked but answered nobody any more
   * is out until its last request was given up.
   */
  #outageUs(): number | null {
    const { invokeUs, returnUs } = this.#unanswered;
    const lastUs = this.#successes.lastUs;
    const gapUs = this.#successes.longestGapUs();
    if (invokeUs < 0 || (lastUs !== null && invokeUs <= lastUs)) return gapUs;
    return Math.max(gapUs ?? 0, returnUs - (lastUs ?? this.#firstInvokeUs));
  }

  #failover(): Pick<RunMetrics, 'detectMs' | 'electMs' | 'newLeaderMs'> {
    const roles = this.#roles.sort((a, b) => a.us - b.us);
    const hit = this.#firstLeaderFault(roles);
    if (hit === null) return { detectMs: null, electMs: null, newLeaderMs: null };
    const since = (wanted: (event: RoleEvent, node: NodeId) => boolean): number | null => {
      const mark = roles.find(({ us, event, node }) => us >= hit.us && wanted(event, node));
      return mark === undefined ? null : inMs(mark.us - hit.us);
    };
    const leads = (event: RoleEvent): boolean =>
      event.role === 'leader' && compareEras(event.era, hit.era) > 0;
    return {
      detectMs: since(({ role }) => role === 'candidate' || role === 'looking'),
      electMs: since(leads),
      newLeaderMs: since((event) => leads(event) && event.ready),
    };
  }

  /** The first fault that stopped a leader, or took its connected majority away. */
  #firstLeaderFault(roles: readonly RoleMark[]): { us: number; era: Era } | null {
    const faults = [...this.#faults.values()];
    for (const { us: beganUs, fault, what } of faultMoments(faults)) {
      const us = this.#effectUs(fault, beganUs);
      const leader = what === 'start' && us !== null ? leaderAt(us, roles) : null;
      if (leader !== null && us !== null && this.#hits(fault, leader.node, us, faults)) {
        return { us, era: leader.event.era };
      }
    }
    return null;
  }

  /** A crash point works when its node comes to it, if it does: then the node goes down. */
  #effectUs({ spec, startUs, endUs }: FaultRecord, beganUs: number): number | null {
    if (spec.kind !== 'crash-at') return beganUs;
    const death = this.#changes.find(({ node, up, us }) => {
      return node === spec.node && !up && us >= startUs && us <= (endUs ?? us);
    });
    return death?.us ?? null;
  }

  #hits(fault: FaultRecord, leader: NodeId, us: number, faults: readonly FaultRecord[]): boolean {
    const { spec } = fault;
    switch (spec.kind) {
      case 'kill':
      case 'stop':
      case 'pause':
      case 'power-cut':
      case 'crash-at':
        return spec.node === leader;
      case 'cut': {
        const touches = spec.links.some(({ from, to }) => from === leader || to === leader);
        return touches && !this.#hasMajority(us, leader, faults);
      }
      default:
        return false;
    }
  }

  #hasMajority(us: number, leader: NodeId, faults: readonly FaultRecord[]): boolean {
    return hasMajorityAt(us, this.#voters.at(us), faults, this.#changes, leader);
  }

  #totalsOf(node: NodeId, incarnation: Incarnation): LifeTotals {
    const key = `${node}:${incarnation}`;
    let totals = this.#totals.get(key);
    if (totals === undefined) {
      totals = { counters: null, sentSince: 0 };
      this.#totals.set(key, totals);
    }
    return totals;
  }
}

/** Who led at `us`: of the nodes whose newest role is leader, the one of the highest era. */
function leaderAt(us: number, roles: readonly RoleMark[]): RoleMark | null {
  const newest = new Map<NodeId, RoleMark>();
  for (const mark of roles) {
    if (mark.us > us) break;
    newest.set(mark.node, mark);
  }
  let leader: RoleMark | null = null;
  for (const mark of newest.values()) {
    if (mark.event.role !== 'leader') continue;
    if (leader === null || compareEras(mark.event.era, leader.event.era) > 0) leader = mark;
  }
  return leader;
}

function inMs(us: number | null): number | null {
  return us === null ? null : us / 1_000;
}
