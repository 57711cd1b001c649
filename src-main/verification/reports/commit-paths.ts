/**
 * The way of an entry from the leader's log to every state machine: commit latency, visibility
 * latency, round trips on the path to commit, entries per message and per barrier, and when the
 * operations of clients took effect. Fed in the order of time.
 */
import type { SpreadReport } from '../../contract/report.ts';
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import type { ApplyHeader, StepHeader } from '../../vocabulary/journal.ts';
import type { TraceEvent } from '../../vocabulary/trace.ts';
import { IntervalSet } from '../interval-set.ts';
import { NumberList } from './number-list.ts';
import { PositionTimes } from './position-times.ts';
import type { Life } from './recorded-lines.ts';
import { Spread } from './spread.ts';
import { StepCauses } from './step-causes.ts';

interface Taken {
  readonly n: number;
  readonly us: number;
}

interface LeaderLog {
  leads: boolean;
  /** Entries of clients in its log that it does not know to be committed. */
  readonly waiting: Map<Position, Taken>;
  durable: Position;
}

/** A leader with more than this open is a deposed one that nobody told. */
const WAITING_MAX = 100_000;
const RANGE_MAX = 10_000_000;

export class CommitPaths {
  readonly #causes = new StepCauses();
  readonly #logs = new Map<number, LeaderLog>();
  readonly #committed = new PositionTimes();
  readonly #applied = new Map<NodeId, Position>();
  readonly #commitLatency = new Spread();
  readonly #visibility = new Spread();
  /** Commits at a leader: life, its step, the step that took the entry in. */
  readonly #commits = { lives: [] as Life[], steps: new NumberList() };
  /** Numbers of the operations that took effect, by session. */
  readonly #taken = new Map<number, IntervalSet>();
  readonly #bootUs = new Map<number, number>();
  readonly #effects = new NumberList();
  readonly #batch = { entries: 0, messages: 0, durable: 0, syncs: 0 };

  /** Step `header.n` of `life`; `sender`: whose message it took. */
  handleStep(life: Life, header: StepHeader, sender: { life: Life; step: number } | null): void {
    if (header.input === 'boot') this.#bootUs.set(life.index, header.us);
    if (sender !== null) this.#causes.add(life, header.n, sender.life, sender.step);
    if (header.trace === undefined) return;
    for (const event of header.trace) this.#handleTrace(life, header, event);
  }

  /** @returns operations of clients that took effect and had not before, on any node */
  handleApply({ node, index }: Life, { us, from, to, effective }: ApplyHeader): number {
    if (!isRange(from, to)) return 0;
    const before = this.#applied.get(node) ?? 0;
    const bootUs = this.#bootUs.get(index) ?? 0;
    for (let pos = Math.max(from, before + 1); pos <= to; pos += 1) {
      const committedUs = this.#committed.at(pos);
      // What was committed before this life began is catching up.
      if (committedUs === null || committedUs < bootUs || us <= committedUs) continue;
      this.#visibility.add(us - committedUs);
    }
    if (to > before) this.#applied.set(node, to);
    let taken = 0;
    for (const [session, fromSeq, toSeq] of effective) taken += this.#take(session, fromSeq, toSeq);
    if (taken > 0) this.#effects.push(us);
    return taken;
  }

  /** A snapshot was taken over: what it holds was not applied one by one. */
  handleLoad({ node }: Life, pos: Position): void {
    if (pos > (this.#applied.get(node) ?? 0)) this.#applied.set(node, pos);
  }

  /** When the first operation took effect at or after `us`; null when none did. */
  firstEffectFrom(us: number): number | null {
    const at = this.#effects.indexFrom(us);
    return at < this.#effects.length ? this.#effects.at(at) : null;
  }

  committedAt(pos: Position): number | null {
    return this.#committed.at(pos);
  }

  commitLatency(): SpreadReport {
    return this.#commitLatency.report();
  }

  visibility(): SpreadReport {
    return this.#visibility.report();
  }

  batch(): { entriesPerMessage: number | null; entriesPerSync: number | null } {
    const { entries, messages, durable, syncs } = this.#batch;
    return {
      entriesPerMessage: messages === 0 ? null : entries / messages,
      entriesPerSync: syncs === 0 ? null : durable / syncs,
    };
  }

  /** How many commits took how many round trips between nodes, ascending. */
  roundTrips(): { roundTrips: number; commits: number }[] {
    const counts = new Map<number, number>();
    const { lives, steps } = this.#commits;
    for (const [i, life] of lives.entries()) {
      const hops = this.#causes.hopsBetween(life, steps.at(2 * i), steps.at(2 * i + 1));
      counts.set(hops, (counts.get(hops) ?? 0) + 1);
    }
    const sorted = [...counts].sort(([a], [b]) => a - b);
    return sorted.map(([hops, commits]) => ({ roundTrips: hops / 2, commits }));
  }

  /** @returns how many of them are new */
  #take(session: number, fromSeq: number, toSeq: number): number {
    if (!isRange(fromSeq, toSeq)) return 0;
    let taken = this.#taken.get(session);
    if (taken === undefined) this.#taken.set(session, (taken = new IntervalSet()));
    let count = 0;
    for (let seq = fromSeq; seq <= toSeq; seq += 1) if (taken.add(seq, seq) === null) count += 1;
    return count;
  }

  #handleTrace(life: Life, header: StepHeader, event: TraceEvent): void {
    const log = this.#logOf(life);
    if (event.kind === 'role') {
      log.leads = event.role === 'leader';
      if (!log.leads) log.waiting.clear();
    } else if (event.kind === 'append') this.#handleAppend(log, header, event);
    else if (event.kind === 'truncate') forgetFrom(log, event.from);
    else if (event.kind === 'durable') this.#handleDurable(log, event.upTo);
    else if (event.kind === 'commit' && log.leads) this.#handleCommit(life, log, header, event);
  }

  #handleAppend(log: LeaderLog, header: StepHeader, event: Traced<'append'>): void {
    if (!log.leads) {
      if (header.recv === undefined) return;
      this.#batch.entries += event.to - event.from + 1;
      this.#batch.messages += 1;
      return;
    }
    if (event.noop || log.waiting.size > WAITING_MAX || !isRange(event.from, event.to)) return;
    const taken = { n: header.n, us: header.us };
    for (let pos = event.from; pos <= event.to; pos += 1) log.waiting.set(pos, taken);
  }

  #handleDurable(log: LeaderLog, upTo: Position): void {
    if (upTo > log.durable && log.durable > 0) {
      this.#batch.durable += upTo - log.durable;
      this.#batch.syncs += 1;
    }
    log.durable = upTo;
  }

  #handleCommit(life: Life, log: LeaderLog, header: StepHeader, event: Traced<'commit'>): void {
    if (!isRange(event.from, event.to)) return;
    let newest: Taken | null = null;
    for (let pos = event.from; pos <= event.to; pos += 1) {
      this.#committed.add(pos, header.us);
      const taken = log.waiting.get(pos);
      if (taken === undefined) continue;
      log.waiting.delete(pos);
      this.#commitLatency.add(header.us - taken.us);
      newest = taken;
    }
    if (newest === null) return;
    this.#commits.lives.push(life);
    this.#commits.steps.push(newest.n);
    this.#commits.steps.push(header.n);
  }

  #logOf({ index }: Life): LeaderLog {
    let log = this.#logs.get(index);
    if (log === undefined) {
      log = { leads: false, waiting: new Map(), durable: 0 };
      this.#logs.set(index, log);
    }
    return log;
  }
}

/** A damaged line must not hold a report up for hours. */
function isRange(from: Position, to: Position): boolean {
  return Number.isSafeInteger(from) && to - from < RANGE_MAX;
}

type Traced<K extends TraceEvent['kind']> = Extract<TraceEvent, { kind: K }>;

function forgetFrom(log: LeaderLog, from: Position): void {
  for (const pos of log.waiting.keys()) if (pos >= from) log.waiting.delete(pos);
  log.durable = Math.min(log.durable, from - 1);
}
