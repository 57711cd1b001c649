/** One running cluster on the screen: events wait here and are folded once per frame. */
import type { ViewEvent } from '../../src-main/contract/events.ts';
import type { Cluster } from '../../src-main/contract/model.ts';
import { applyEvent, emptyView, type ClusterView } from '../../src-main/contract/cluster-view.ts';
import { emptyHistory, recordHistory, type ClusterHistory } from '../timeline/history.ts';
import { MessageMarks } from '../timeline/message-marks.ts';
import { EventRing } from './event-ring.ts';
import { LiveClock } from './live-clock.ts';

/** Marks of one kind on one link closer than this would only cover each other. */
const THIN_US = 190_000;
/** A hidden page gets no frames; its events are folded at once when so many wait. */
const PENDING_MAX = 5_000;
const LIST_EVERY_MS = 250;

export class LiveCluster {
  info = $state.raw<Cluster>() as Cluster;
  /** Shares its parts with the last one: read it through functions that make fresh values. */
  view = $state.raw<ClusterView>() as ClusterView;
  /** Grows when the event list is to be read again. */
  listVersion = $state(0);
  caughtUp = $state(false);
  history: ClusterHistory;
  readonly marks = new MessageMarks();
  readonly ring = new EventRing();
  readonly clock = new LiveClock();
  #pending: ViewEvent[] = [];
  #base: { readonly sent: number; readonly ok: number } | null = null;
  #buffer: ViewEvent[] | null = [];
  #listMs = 0;
  /** Time of the newest event of the last catch-up. */
  #caughtUs = 0;

  constructor(info: Cluster) {
    this.info = info;
    this.view = emptyView(info.nodeIds, info.protocol);
    this.history = emptyHistory(info.nodeIds);
  }

  /** Pushed events. Until the first catch-up is there they wait. */
  receive(events: readonly ViewEvent[]): void {
    const target = this.#buffer ?? this.#pending;
    for (const event of events) if (this.#isNew(event)) target.push(event);
    if (this.#pending.length > PENDING_MAX) this.fold(performance.now());
  }

  /** Pushed events wait again: a catch-up is asked for. */
  beginCatchUp(): void {
    this.#buffer ??= [];
  }

  /** Begins anew with everything up to `upToUs`; what was pushed since follows. */
  endCatchUp(events: readonly ViewEvent[], upToUs: number): void {
    const later = this.#buffer ?? [];
    this.view = emptyView(this.info.nodeIds, this.info.protocol);
    this.history = emptyHistory(this.info.nodeIds);
    this.#base = null;
    this.marks.clear();
    this.ring.clear();
    this.#buffer = null;
    this.#caughtUs = events[events.length - 1]?.us ?? 0;
    this.#pending = [...events, ...later.filter((event) => this.#isNew(event))];
    this.fold(performance.now());
    this.clock.observe(Math.max(upToUs, this.view.us), performance.now());
    this.caughtUp = true;
  }

  /** Folds what waits; says whether anything changed. */
  fold(nowMs: number): boolean {
    if (this.#pending.length === 0) return false;
    const events = this.#pending;
    this.#pending = [];
    const view = this.view;
    for (const event of events) {
      applyEvent(view, event);
      recordHistory(this.history, event);
      this.marks.observe(event, THIN_US);
      this.ring.push(event);
    }
    this.clock.observe(view.us, nowMs);
    this.#base ??= { sent: totalSent(view), ok: view.ops.ok };
    this.view = { ...view };
    if (nowMs - this.#listMs > LIST_EVERY_MS) {
      this.#listMs = nowMs;
      this.listVersion += 1;
    }
    return true;
  }

  /** Messages per answered operation since the catch-up, which has none of the messages before;
   *  null while it cannot be said. */
  get messagesPerOp(): number | null {
    const base = this.#base;
    const { ops, skipped } = this.view;
    if (base === null || skipped > 0 || ops.ok - base.ok < 20) return null;
    return (totalSent(this.view) - base.sent) / (ops.ok - base.ok);
  }

  /** What a catch-up and a push both bring is folded once; log events do no harm twice. */
  #isNew(event: ViewEvent): boolean {
    return event.us > this.#caughtUs || (event.k === 'trace' && event.e.kind !== 'role');
  }
}

function totalSent(view: ClusterView): number {
  return Object.values(view.sent).reduce((sum, count) => sum + count, 0);
}
