/** A small run written by hand: journals, what the lab saw, what clients got. */
import type { Run } from '../../../../src-main/contract/model.ts';
import type { RunReport } from '../../../../src-main/contract/report.ts';
import type { ViewEvent } from '../../../../src-main/contract/events.ts';
import type { RecordedLine } from '../../../../src-main/verification/reports/recorded-lines.ts';
import {
  RunReportBuilder,
  type RunSettings,
} from '../../../../src-main/verification/reports/run-report.ts';
import type { FaultRecord } from '../../../../src-main/vocabulary/fault.ts';
import type { JournalHeader, StepHeader } from '../../../../src-main/vocabulary/journal.ts';
import type { Role, TraceEvent } from '../../../../src-main/vocabulary/trace.ts';
import {
  DEFAULT_WORKLOAD,
  type OperationRecord,
} from '../../../../src-main/vocabulary/workload.ts';
import { applied, operation } from '../facts.ts';

export const MS = 1_000;

const SETTINGS: RunSettings = {
  members: ['n1', 'n2', 'n3'].map((nodeId) => ({ nodeId })),
  timing: { tickMs: 10, heartbeatTicks: 5, electionTicksMin: 15, electionTicksMax: 30 },
  options: {},
  workload: { ...DEFAULT_WORKLOAD, ratePerSecond: 100 },
  labVersion: '0.1.0',
  host: 'live',
};

export function runOf(change: Partial<Run> = {}): Run {
  return {
    id: 7,
    groupId: 1,
    name: 'made up',
    scenario: null,
    protocol: 'raft',
    nodes: 3,
    seed: 1,
    mutants: [],
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 2_000,
    status: 'finished',
    verdict: 'valid',
    violations: [],
    metrics: null,
    note: null,
    events: 0,
    ...change,
  };
}

/** Collects what happened in any order and reports on it in the order of time. */
export class MadeUpRun {
  readonly #lines: RecordedLine[] = [];
  readonly #events: ViewEvent[] = [];
  readonly #operations: OperationRecord[] = [];
  readonly #steps = new Map<string, number>();

  /** A step of a node's first life (`n1`) or a later one (`n1:2`); numbered on its own. */
  step(where: string, ms: number, rest: Partial<StepHeader> = {}, inputText = 'null'): this {
    const n = (this.#steps.get(where) ?? 0) + 1;
    this.#steps.set(where, n);
    const header: StepHeader = { k: 's', n, us: ms * MS, lam: n, input: 'tick', d: '0', ...rest };
    return this.line(where, header, inputText);
  }

  boot(where: string, ms: number, ...trace: TraceEvent[]): this {
    return this.step(where, ms, { input: 'boot', trace });
  }

  role(where: string, ms: number, what: Role, era: number, leader: string | null, ready = false) {
    const shape = { word: what, era: { number: era, owner: null }, leader, ready, why: 'said so' };
    return this.step(where, ms, { trace: [{ kind: 'role', role: what, ...shape }] });
  }

  /** An operation of session 1 takes effect on a node. */
  effect(where: string, ms: number, pos: number): this {
    return this.line(where, applied(ms * MS, pos, pos, { effective: [[1, pos, pos]] }));
  }

  line(where: string, header: JournalHeader, inputText = 'null'): this {
    const [node = '', incarnation = '1'] = where.split(':');
    const text = inputText === 'null' ? null : inputText;
    this.#lines.push({ node, incarnation: Number(incarnation), header, inputText: text });
    return this;
  }

  lab(...events: ViewEvent[]): this {
    this.#events.push(...events);
    return this;
  }

  fault(fault: FaultRecord): this {
    this.lab({ k: 'fault', us: fault.startUs, fault: { ...fault, endUs: null, outcome: null } });
    if (fault.endUs === null) return this;
    return this.lab({ k: 'fault', us: fault.endUs, fault });
  }

  /** Asked a millisecond before it was answered, unless `change` says otherwise. */
  operation(answeredMs: number, change: Partial<OperationRecord> = {}): this {
    this.#operations.push(operation(this.#operations.length + 1, answeredMs * MS, change));
    return this;
  }

  /** A success every ten milliseconds, both ends included. */
  successes(fromMs: number, toMs: number): this {
    for (let ms = fromMs; ms <= toMs; ms += 10) this.operation(ms);
    return this;
  }

  report(run: Partial<Run> = {}, settings: Partial<RunSettings> = {}): RunReport {
    const builder = new RunReportBuilder(runOf(run), { ...SETTINGS, ...settings });
    const lines = [...this.#lines].sort((a, b) => a.header.us - b.header.us);
    const events = [...this.#events].sort((a, b) => a.us - b.us);
    for (const line of lines) {
      while ((events[0]?.us ?? Infinity) <= line.header.us) {
        builder.handleLabEvent(events.shift() as ViewEvent);
      }
      builder.handleLine(line);
    }
    for (const event of events) builder.handleLabEvent(event);
    for (const one of this.#operations) builder.handleOperation(one);
    return builder.finish();
  }
}

/** n1 leads era 1, ready at 110 ms, and both others follow. */
export function quietRun(): MadeUpRun {
  const run = new MadeUpRun();
  for (const node of ['n1', 'n2', 'n3']) run.boot(node, 0);
  return run
    .role('n1', 90, 'candidate', 1, null)
    .role('n1', 100, 'leader', 1, 'n1')
    .role('n2', 105, 'follower', 1, 'n1')
    .role('n3', 106, 'follower', 1, 'n1')
    .role('n1', 110, 'leader', 1, 'n1', true);
}
