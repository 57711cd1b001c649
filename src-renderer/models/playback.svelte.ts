/**
 * Time travel in one recorded run. Holds a window of events, a view of the moment before its first
 * one, and a cursor: the view shown is that base with all events before the cursor folded in.
 * Moments out of the window are asked for; what the screen shows is a fold in any case.
 */
import type { VerifyResult } from '../../src-main/contract/calls.ts';
import {
  applyEvent,
  cloneView,
  emptyView,
  type ClusterView,
} from '../../src-main/contract/cluster-view.ts';
import type { ViewEvent } from '../../src-main/contract/events.ts';
import type { Run } from '../../src-main/contract/model.ts';
import type { LabClient } from '../connection/client.ts';
import { classOf, nodeOf, type EventClass } from '../timeline/event-text.ts';
import { emptyHistory, recordHistory, type ClusterHistory } from '../timeline/history.ts';
import { areLandmarks, nextLandmark } from '../timeline/landmarks.ts';
import { Recoveries } from '../timeline/recoveries.ts';
import { MessageMarks } from '../timeline/message-marks.ts';
import { readKeyframe } from './keyframe.ts';

export const SPEEDS = [0.001, 0.01, 0.1, 1, 4] as const;

const PAGE_EVENTS = 4_000;
const OVERVIEW_PAGE = 50_000;
/** More than this is kept only while it is near the cursor. */
const WINDOW_EVENTS_MAX = 24_000;
/** Loads ahead when fewer events than this are left. */
const AHEAD_EVENTS = 1_000;
const MARK_KEEP_US = 3_000_000;
/** Marks of one kind on one link stand at least this far apart, at the pace of the screen. */
const THIN_US = 190_000;

export class Playback {
  run = $state.raw<Run | null>(null);
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  error = $state('');
  /** The whole run without messages, for the axis; grows while it loads. */
  history = $state.raw<ClusterHistory>(emptyHistory([]));
  view = $state.raw<ClusterView>(emptyView([], 'raft'));
  us = $state(0);
  playing = $state(false);
  speed = $state<number>(1);
  /** A moment is on its way. */
  seeking = $state(false);
  /** Number of the cursor's event in the window; the last one folded is at `cursor - 1`. */
  cursor = $state(0);
  window = $state.raw<readonly ViewEvent[]>([]);
  verifying = $state(false);
  verified = $state.raw<VerifyResult | null>(null);
  readonly marks = new MessageMarks();
  readonly recoveries = new Recoveries();
  readonly #client: LabClient;
  readonly #id: number;
  #base: ClusterView = emptyView([], 'raft');
  /** Where the events after the window begin; null at the end of the run. */
  #nextUs: number | null = 0;
  #loading: Promise<void> | null = null;
  #seekTicket = 0;
  /** Grows with everything that moves the cursor on purpose: whoever waited for a page gives up. */
  #moveTicket = 0;
  #overview: Promise<void> | null = null;
  #jumping: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(client: LabClient, id: number) {
    this.#client = client;
    this.#id = id;
  }

  get durationUs(): number {
    return Math.max(1, (this.run?.durationMs ?? 0) * 1_000, this.history.endUs);
  }

  /** The stretch of which every event is in the window; outside of it nothing is known of them. */
  get loaded(): { readonly fromUs: number; readonly toUs: number } {
    const fromUs = this.#base.us === 0 ? 0 : Math.min(this.#base.us, this.us);
    return { fromUs, toUs: this.#nextUs ?? this.durationUs };
  }

  get ended(): boolean {
    return this.#nextUs === null && this.cursor >= this.window.length;
  }

  /** Opens at `us`; null: at the first moment with a leader, because before it nothing happens. */
  async open(us: number | null): Promise<void> {
    try {
      this.run = await this.#client.call('runs.get', { run: this.#id });
      const ids = nodeIdsOf(this.run);
      this.history = emptyHistory(ids);
      await this.seek(us ?? 0);
      this.state = 'ready';
      this.#overview = this.#loadOverview(us === null);
      await this.#overview;
    } catch (error) {
      this.state = 'failed';
      this.error = error instanceof Error ? error.message : String(error);
    }
  }

  close(): void {
    this.#closed = true;
    this.playing = false;
  }

  /** Goes to the moment before everything that happens at or after `us`. */
  async seek(us: number): Promise<void> {
    this.#moveTicket += 1;
    await this.#seek(us);
  }

  async #seek(us: number): Promise<void> {
    const target = Math.round(Math.max(0, Math.min(us, this.durationUs)));
    const first = this.#base.us === 0 ? 0 : (this.window[0]?.us ?? Infinity);
    const last = this.#nextUs ?? Infinity;
    if (target >= first && target < last && this.window.length > 0) {
      this.#cancelJump();
      this.#moveTo(this.#indexAt(target), target);
      return;
    }
    await this.#jump(target);
  }

  /** Goes on by `elapsedMs` of this page's time. */
  advance(elapsedMs: number): void {
    if (!this.playing || this.seeking) return;
    const target = this.us + elapsedMs * 1_000 * this.speed;
    const limit = this.#nextUs ?? this.durationUs;
    const us = Math.min(target, limit);
    let index = this.cursor;
    while (index < this.window.length && (this.window[index] as ViewEvent).us <= us) index += 1;
    this.#foldTo(index);
    this.us = us;
    if (this.window.length - this.cursor < AHEAD_EVENTS) void this.#loadAhead();
    if (this.#nextUs === null && us >= this.durationUs) this.playing = false;
  }

  /** To the next event of these classes, and the rest of what its node did in the same step; stays
   *  where there is none. */
  async stepForward(classes: readonly EventClass[]): Promise<void> {
    const ticket = this.#beginMove();
    if (!(await this.#hasArrived(ticket))) return;
    if (areLandmarks(classes)) return this.#goToLandmark(classes, 'forward', ticket);
    for (;;) {
      for (let i = this.cursor; i < this.window.length; i += 1) {
        const event = this.window[i] as ViewEvent;
        if (classes.includes(classOf(event))) return this.#moveTo(this.#stepEnd(i), event.us);
      }
      if (this.#nextUs === null) return;
      await this.#loadAhead();
      if (ticket !== this.#moveTicket || this.#closed) return;
    }
  }

  /** To the one before; what lies before the window is fetched. */
  async stepBack(classes: readonly EventClass[]): Promise<void> {
    const ticket = this.#beginMove();
    if (!(await this.#hasArrived(ticket))) return;
    if (areLandmarks(classes)) return this.#goToLandmark(classes, 'back', ticket);
    let from = this.#stepStart(this.cursor - 1) - 1;
    for (;;) {
      for (let i = from; i >= 0; i -= 1) {
        const event = this.window[i] as ViewEvent;
        if (classes.includes(classOf(event))) return this.#moveTo(this.#stepEnd(i), event.us);
      }
      // A base without events is the start of the run: nothing lies before it.
      const first = this.window[0]?.us ?? 0;
      if (this.#base.us === 0 || first === 0) return this.#moveTo(0, 0);
      await this.#jump(first - 1);
      if (ticket !== this.#moveTicket || this.#closed) return;
      from = this.#indexAt(first) - 1;
    }
  }

  /** Makes `index` of the window the newest event that is folded in. */
  pick(index: number): void {
    const event = this.window[index];
    if (event === undefined) return;
    this.#beginMove();
    this.#cancelJump();
    this.#moveTo(index + 1, event.us);
  }

  async verify(): Promise<void> {
    this.verifying = true;
    try {
      this.verified = await this.#client.call('runs.verify', { run: this.#id });
    } finally {
      this.verifying = false;
    }
  }

  #beginMove(): number {
    this.playing = false;
    this.#moveTicket += 1;
    return this.#moveTicket;
  }

  /** A jump that is under way must not move the cursor after somebody else did. */
  #cancelJump(): void {
    if (!this.seeking) return;
    this.#seekTicket += 1;
    this.seeking = false;
  }

  /** Rare moments are known from the overview: a long run is not read through to find one. */
  async #goToLandmark(
    classes: readonly EventClass[],
    direction: 'forward' | 'back',
    ticket: number,
  ): Promise<void> {
    // That it failed is said where it was asked for.
    await this.#overview?.catch(() => undefined);
    if (ticket !== this.#moveTicket || this.#closed) return;
    const us = nextLandmark(this.history, classes, this.us, direction);
    if (us === null || us > this.durationUs) return;
    await this.#seek(us);
    if (ticket === this.#moveTicket) this.#moveTo(this.#indexAt(us + 1), us);
  }

  /** Index after the last event of the step that event `index` belongs to. */
  #stepEnd(index: number): number {
    let end = index + 1;
    while (end < this.window.length && isSameStep(this.window[index], this.window[end])) end += 1;
    return end;
  }

  #stepStart(index: number): number {
    let start = Math.max(0, index);
    while (start > 0 && isSameStep(this.window[start - 1], this.window[index])) start -= 1;
    return start;
  }

  /** A step begins where a jump under way leads to: otherwise the jump, when it arrives, would undo
   *  it. @returns false when somebody else moved meanwhile. */
  async #hasArrived(ticket: number): Promise<boolean> {
    // That it failed is said where it was asked for.
    if (this.seeking) await this.#jumping.catch(() => undefined);
    return ticket === this.#moveTicket && !this.#closed;
  }

  #jump(us: number): Promise<void> {
    this.#jumping = this.#jumpTo(us);
    return this.#jumping;
  }

  async #jumpTo(us: number): Promise<void> {
    const ticket = (this.#seekTicket += 1);
    this.seeking = true;
    try {
      const { keyframe, events } = await this.#client.call('runs.moment', { run: this.#id, us });
      if (ticket !== this.#seekTicket || this.#closed) return;
      this.#base = keyframe === null ? this.#emptyBase() : readKeyframe(keyframe);
      this.window = events.filter((event) => event.us < us);
      for (const event of this.window) this.recoveries.observe(event);
      this.#nextUs = us;
      this.#reset();
      this.#loading = null;
      await this.#loadAhead();
      if (ticket === this.#seekTicket) this.#moveTo(this.#indexAt(us), us);
    } finally {
      if (ticket === this.#seekTicket) this.seeking = false;
    }
  }

  #loadAhead(): Promise<void> {
    if (this.#loading !== null) return this.#loading;
    const job: Promise<void> = this.#loadPage().finally(() => {
      if (this.#loading === job) this.#loading = null;
    });
    this.#loading = job;
    return job;
  }

  async #loadPage(): Promise<void> {
    const fromUs = this.#nextUs;
    if (fromUs === null) return;
    const ticket = this.#seekTicket;
    const { events, nextUs } = await this.#client.call('runs.events', {
      run: this.#id,
      fromUs,
      toUs: Number.MAX_SAFE_INTEGER,
      limit: PAGE_EVENTS,
    });
    if (ticket !== this.#seekTicket || this.#closed) return;
    for (const event of events) this.recoveries.observe(event);
    this.window = [...this.window, ...events];
    this.#nextUs = nextUs;
    this.#forgetOld();
  }

  /** The oldest part of a long window becomes part of the base. */
  #forgetOld(): void {
    const drop = Math.min(this.cursor, this.window.length - WINDOW_EVENTS_MAX);
    if (drop <= 0) return;
    for (let i = 0; i < drop; i += 1) applyEvent(this.#base, this.window[i] as ViewEvent);
    this.window = this.window.slice(drop);
    this.cursor -= drop;
  }

  #moveTo(index: number, us: number): void {
    if (index < this.cursor) this.#reset();
    this.#foldTo(index);
    this.us = us;
  }

  #reset(): void {
    this.view = cloneView(this.#base);
    this.marks.clear();
    this.cursor = 0;
  }

  #foldTo(index: number): void {
    const view = this.view;
    for (let i = this.cursor; i < index; i += 1) {
      const event = this.window[i] as ViewEvent;
      applyEvent(view, event);
      this.marks.observe(event, this.playing ? THIN_US * this.speed : 0);
    }
    this.marks.prune(view.us, MARK_KEEP_US);
    this.cursor = index;
    this.view = { ...view };
  }

  /** Index of the first event at or after `us`. */
  #indexAt(us: number): number {
    let low = 0;
    let high = this.window.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.window[middle] as ViewEvent).us < us) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #emptyBase(): ClusterView {
    const run = this.run;
    return run === null ? emptyView([], 'raft') : emptyView(nodeIdsOf(run), run.protocol);
  }

  async #loadOverview(toFirstLeader: boolean): Promise<void> {
    const history = this.history;
    const ticket = this.#moveTicket;
    let waiting = toFirstLeader;
    let fromUs: number | null = 0;
    while (fromUs !== null && !this.#closed) {
      const page: { events: ViewEvent[]; nextUs: number | null } = await this.#client.call(
        'runs.events',
        {
          run: this.#id,
          fromUs,
          toUs: Number.MAX_SAFE_INTEGER,
          limit: OVERVIEW_PAGE,
          withoutMessages: true,
        },
      );
      for (const event of page.events) recordHistory(history, event);
      this.history = { ...history };
      fromUs = page.nextUs;
      const leader = history.leaders[0];
      if (!waiting || leader === undefined) continue;
      waiting = false;
      const untouched = ticket === this.#moveTicket && !this.playing && !this.#closed;
      if (untouched) await this.#seek(leader.us + 1);
    }
  }
}

/** One step of a node has one time: what it traces, sends and receives then belongs together. */
function isSameStep(a: ViewEvent | undefined, b: ViewEvent | undefined): boolean {
  return a !== undefined && b !== undefined && a.us === b.us && nodeOf(a) === nodeOf(b);
}

export function nodeIdsOf(run: Run): string[] {
  return Array.from({ length: run.nodes }, (_unused, index) => `n${index + 1}`);
}
