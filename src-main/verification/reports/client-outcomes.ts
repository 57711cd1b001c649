/** What clients asked and got: outcomes, latency, gaps, refusals, reads by level. */
import type { RunReport } from '../../contract/report.ts';
import type { OperationRecord, Outcome } from '../../vocabulary/workload.ts';
import { NumberList } from './number-list.ts';
import { OutcomeTimeline } from './outcome-timeline.ts';
import { Spread } from './spread.ts';
import { overlap, type Span } from './spans.ts';
import { SuccessGaps } from './success-gaps.ts';

type Outcomes = { [outcome in Outcome]: number };

interface Client {
  readonly sessions: Set<number>;
  readonly outcomes: Outcomes;
  readonly latency: Spread;
  retried: number;
}

interface ReadLevelFigures {
  readonly outcomes: Outcomes;
  readonly latency: Spread;
}

/** More clients than a workload can have, and more codes than there are. */
const CLIENTS_MAX = 256;
const CODES_MAX = 64;

export class ClientOutcomes {
  readonly #gaps = new SuccessGaps();
  /** Of operations of the log alone: a node that answers reads by itself says nothing of the
   *  rest. */
  readonly #logGaps = new SuccessGaps();
  readonly #outcomes = none();
  readonly #latency = new Spread();
  readonly #timeline: OutcomeTimeline;
  readonly #clients = new Map<number, Client>();
  readonly #codes = new Map<string, number>();
  readonly #reads = new Map<string, ReadLevelFigures>();
  /** Operations without success: asked, given up, and whether the outcome is unknown. */
  readonly #lost = new NumberList();
  #firstInvokeUs = Number.POSITIVE_INFINITY;
  #lastReturnUs = 0;
  /** Characters of what was asked for through the log, and by how many operations. */
  readonly #payload = { characters: 0, operations: 0 };

  constructor(endUs: number) {
    this.#timeline = new OutcomeTimeline(endUs);
  }

  handleOperation(operation: OperationRecord): void {
    const { outcome, invokeUs, returnUs } = operation;
    this.#outcomes[outcome] += 1;
    if (invokeUs < this.#firstInvokeUs) this.#firstInvokeUs = invokeUs;
    if (returnUs > this.#lastReturnUs) this.#lastReturnUs = returnUs;
    this.#gaps.add(operation);
    if (operation.level === undefined) this.#logGaps.add(operation);
    this.#timeline.add(operation);
    this.#handleClient(operation);
    if (operation.level !== undefined) this.#handleRead(operation.level, operation);
    if (outcome === 'ok') this.#handleSuccess(operation);
    else this.#handleLost(operation);
  }

  /** Of operations of the log; of all where there were none. Once nothing more comes. */
  get gaps(): SuccessGaps {
    return this.#logGaps.lastUs === null ? this.#gaps : this.#logGaps;
  }

  /** Nothing more comes. */
  finish(): void {
    this.#gaps.finish();
    this.#logGaps.finish();
  }

  /** Operations without success that were under way in `span`. */
  lostIn(span: Span): { failed: number; unknown: number } {
    const lost = { failed: 0, unknown: 0 };
    for (let i = 0; i < this.#lost.length; i += 3) {
      const one = { fromUs: this.#lost.at(i), toUs: this.#lost.at(i + 1) };
      if (!overlap(one, span)) continue;
      if (this.#lost.at(i + 2) === 1) lost.unknown += 1;
      else lost.failed += 1;
    }
    return lost;
  }

  /** Milliseconds; null when nothing was answered there. */
  medianLatencyIn(spans: readonly Span[]): number | null {
    return this.#timeline.medianIn(spans);
  }

  /** Mean length of what one operation of the log asks for, as JSON; null without any. */
  get payloadLength(): number | null {
    const { characters, operations } = this.#payload;
    return operations === 0 ? null : characters / operations;
  }

  report(): Pick<
    RunReport,
    'outcomes' | 'opsPerSecond' | 'latency' | 'timeline' | 'clients' | 'refusals' | 'reads'
  > {
    const spanUs = this.#lastReturnUs - this.#firstInvokeUs;
    return {
      outcomes: { ...this.#outcomes },
      opsPerSecond: spanUs > 0 ? (this.#outcomes.ok * 1e6) / spanUs : null,
      latency: this.#latency.report(),
      timeline: this.#timeline.report(),
      clients: this.#clientRows(),
      refusals: [...this.#codes]
        .map(([code, count]) => ({ code, count }))
        .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)),
      reads: [...this.#reads]
        .map(([level, { outcomes, latency }]) => ({ level, outcomes, latency: latency.report() }))
        .sort((a, b) => (a.level < b.level ? -1 : 1)),
    };
  }

  #handleSuccess({ invokeUs, returnUs, level, request }: OperationRecord): void {
    this.#latency.add(returnUs - invokeUs);
    if (level !== undefined) return;
    this.#payload.characters += JSON.stringify(request ?? null).length;
    this.#payload.operations += 1;
  }

  #handleLost({ invokeUs, returnUs, outcome, code }: OperationRecord): void {
    this.#lost.push(invokeUs);
    this.#lost.push(returnUs);
    this.#lost.push(outcome === 'unknown' ? 1 : 0);
    const name = code ?? 'no answer';
    if (!this.#codes.has(name) && this.#codes.size >= CODES_MAX) return;
    this.#codes.set(name, (this.#codes.get(name) ?? 0) + 1);
  }

  #handleClient({ client, session, outcome, invokeUs, returnUs, attempts }: OperationRecord): void {
    let known = this.#clients.get(client);
    if (known === undefined) {
      if (this.#clients.size >= CLIENTS_MAX) return;
      known = { sessions: new Set(), outcomes: none(), latency: new Spread(), retried: 0 };
      this.#clients.set(client, known);
    }
    known.sessions.add(session);
    known.outcomes[outcome] += 1;
    if (attempts > 1) known.retried += 1;
    if (outcome === 'ok') known.latency.add(returnUs - invokeUs);
  }

  #handleRead(level: string, { outcome, invokeUs, returnUs }: OperationRecord): void {
    let figures = this.#reads.get(level);
    if (figures === undefined) {
      figures = { outcomes: none(), latency: new Spread() };
      this.#reads.set(level, figures);
    }
    figures.outcomes[outcome] += 1;
    if (outcome === 'ok') figures.latency.add(returnUs - invokeUs);
  }

  #clientRows(): RunReport['clients'] {
    const sorted = [...this.#clients].sort(([a], [b]) => a - b);
    return sorted.map(([client, { sessions, outcomes, latency, retried }]) => ({
      client,
      sessions: sessions.size,
      retried,
      outcomes,
      p99Ms: latency.quantile(0.99),
    }));
  }
}

function none(): Outcomes {
  return { ok: 0, failed: 0, unknown: 0 };
}
