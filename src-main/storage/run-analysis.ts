/** Checks and metrics of one run, fed together: while it is recorded, or again when salvaged. */
import type { RunMetrics, Verdict, Violation } from '../contract/model.ts';
import type { LabEvent } from '../lab/ports.ts';
import type { Incarnation, NodeId, ProtocolName } from '../vocabulary/ids.ts';
import type { JournalHeader } from '../vocabulary/journal.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import { RunChecker } from '../verification/run-checker.ts';
import { RunMetricsBuilder } from '../verification/run-metrics.ts';

/** What the note of a run begins with of which not everything could be checked. */
export const NOT_CHECKED = 'Not checked:';

interface Analysed {
  readonly verdict: Verdict;
  readonly violations: readonly Violation[];
  readonly metrics: RunMetrics;
  /** Why the verdict is not `valid` although nothing was found; null when it may be. */
  readonly missing: string | null;
}

export class RunAnalysis {
  readonly #checker: RunChecker;
  readonly #metrics: RunMetricsBuilder;
  #told = 0;

  constructor(protocol: ProtocolName, nodeIds: readonly NodeId[]) {
    this.#checker = new RunChecker(protocol);
    this.#metrics = new RunMetricsBuilder(nodeIds);
  }

  handleHeader(node: NodeId, incarnation: Incarnation, header: JournalHeader): void {
    try {
      this.#checker.handleHeader(node, incarnation, header);
      this.#metrics.handleHeader(node, incarnation, header);
    } catch (error) {
      // A journal is a file that anyone may have edited: garbage in it must not end the recorder.
      this.handleMissing(
        `a line of ${node} (life ${incarnation}) cannot be read: ${String(error)}`,
      );
    }
  }

  handleLabEvent(event: LabEvent): void {
    if (event.k === 'fault') this.#metrics.handleFault(event.fault);
    else if (event.k === 'up' || event.k === 'down') {
      this.#metrics.handleLife({ us: event.us, node: event.node, up: event.k === 'up' });
    }
  }

  handleOperations(operations: readonly OperationRecord[]): void {
    this.#checker.handleOperations(operations);
    this.#metrics.handleOperations(operations);
  }

  handleMissing(what: string): void {
    this.#checker.handleMissing(what);
  }

  /** Violations found since the last call. */
  takeNew(): readonly Violation[] {
    const { findings } = this.#checker;
    if (findings.length === this.#told) return [];
    const found = findings.slice(this.#told);
    this.#told = findings.length;
    return found;
  }

  finish(endUs: number, failedExpectations: readonly Violation[]): Analysed {
    const { verdict, findings, missing } = this.#checker.finish(endUs);
    const violations = [...findings, ...failedExpectations];
    return {
      verdict: violations.length > 0 ? 'invalid' : verdict,
      violations,
      metrics: this.#metrics.finish(endUs, this.#checker.elections),
      missing: missing.length === 0 ? null : `${NOT_CHECKED} ${missing.join('; ')}.`,
    };
  }
}
