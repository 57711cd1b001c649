/**
 * What faults do to the messages of one directed link (this node -> peer), on the machine's clock.
 * The filter says what becomes of each (faults/link-filter.ts); what it delays or holds waits here
 * and is released when it is due. Gone with the process.
 */
import { makesLate, type LinkFilter, type Passing } from '../../faults/link-filter.ts';
import { isCut } from '../../faults/index.ts';
import type { LinkRule } from '../../vocabulary/fault.ts';

/** At most this many messages wait in a link. */
const WAITING_MAX = 20_000;
/** What is due so soon is due. */
const SLACK_US = 500;

export type ShimVerdict = 'pass' | 'wait' | 'cut' | 'loss' | 'overflow';

interface Waiting<T> {
  readonly item: T;
  /** Infinity while `heldBy` is on. */
  readonly dueUs: number;
  readonly heldBy: number | null;
}

export class FaultShim<T> {
  readonly #filter: LinkFilter;
  readonly #passingOf: (item: T) => Passing;
  readonly #release: (items: T[]) => void;
  /** By the time they are due; what is held stands where it came. */
  #waiting: Waiting<T>[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(filter: LinkFilter, passingOf: (item: T) => Passing, release: (items: T[]) => void) {
    this.#filter = filter;
    this.#passingOf = passingOf;
    this.#release = release;
  }

  /** Nothing waits. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Limited faults that have met their last message since the last call. */
  takeSpent(): number[] {
    return this.#filter.takeSpent();
  }

  /**
   * New rules count for what waits, too: what nothing delays or holds any more is not late, and a
   * cut loses it. @returns the messages a cut loses.
   */
  setRules(rules: readonly LinkRule[], nowMs: number): T[] {
    const before = this.#filter.rules;
    this.#filter.setRules(rules);
    if (isCut(rules)) return this.clear();
    const on = new Set(rules.map(({ fault }) => fault));
    const undone = before.filter(({ fault }) => !on.has(fault));
    if (undone.length > 0) this.#hurry(undone, Math.round(nowMs * 1_000));
    return [];
  }

  /** Faults were undone: what a hold kept is free, and what came under a delay is not late any
   *  more, even when another one is still on; that one counts for what comes from now on. */
  #hurry(undone: readonly LinkRule[], nowUs: number): void {
    const isLess = !this.#filter.isLate || undone.some(({ effect }) => makesLate(effect.kind));
    this.#waiting = this.#waiting.map((waiting) => {
      const { heldBy, item } = waiting;
      const isFree = heldBy === null ? isLess : !this.#filter.holds(heldBy);
      return isFree ? { item, dueUs: nowUs, heldBy: null } : waiting;
    });
    // Where order is no promise, what is held stands behind what is due.
    if (!this.#filter.isOrdered) this.#waiting.sort((a, b) => a.dueUs - b.dueUs);
    this.#arm(nowUs, true);
  }

  /** Decides on a message now; `wait` means that it is kept and released later. */
  admit(item: T, nowMs: number): ShimVerdict {
    if (this.#filter.isClear && this.#waiting.length === 0) return 'pass';
    const nowUs = Math.round(nowMs * 1_000);
    const fate = this.#filter.admit(this.#passingOf(item), nowUs);
    if (fate.is === 'lost') return fate.why;
    if (this.#waiting.length >= WAITING_MAX) return 'overflow';
    if (fate.is === 'held') {
      this.#waiting.push({ item, dueUs: Infinity, heldBy: fate.fault });
      return 'wait';
    }
    for (const copyUs of fate.copiesDueUs) this.#insert(item, copyUs);
    const isNow = fate.dueUs <= nowUs && !this.#mustWait(nowUs);
    if (!isNow) this.#insert(item, fate.dueUs);
    this.#arm(nowUs, true);
    return isNow ? 'pass' : 'wait';
  }

  /** Whether something that came before has to leave before. */
  #mustWait(nowUs: number): boolean {
    return this.#waiting.some(({ dueUs, heldBy }) => {
      return dueUs <= nowUs || (heldBy !== null && this.#filter.isOrdered);
    });
  }

  #insert(item: T, dueUs: number): void {
    let at = this.#waiting.length;
    while (at > 0 && this.#mayPass(this.#waiting[at - 1] as Waiting<T>, dueUs)) at -= 1;
    this.#waiting.splice(at, 0, { item, dueUs, heldBy: null });
  }

  #mayPass({ dueUs: otherUs, heldBy }: Waiting<T>, dueUs: number): boolean {
    return heldBy === null ? otherUs > dueUs : !this.#filter.isOrdered;
  }

  #arm(nowUs: number, isNew: boolean): void {
    if (this.#timer !== null) {
      if (!isNew) return;
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    const firstUs = this.#waiting[0]?.dueUs ?? Infinity;
    if (firstUs === Infinity) return;
    const waitMs = Math.max(0, (firstUs - nowUs) / 1_000);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#releaseDue(Math.round(performance.now() * 1_000));
    }, waitMs);
  }

  #releaseDue(nowUs: number): void {
    let count = 0;
    while ((this.#waiting[count]?.dueUs ?? Infinity) <= nowUs + SLACK_US) count += 1;
    if (count > 0) this.#release(this.#waiting.splice(0, count).map(({ item }) => item));
    this.#arm(nowUs, false);
  }

  /** Forgets what waits, for example because its session closed. */
  clear(): T[] {
    const dropped = this.#waiting.map(({ item }) => item);
    this.#waiting = [];
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    return dropped;
  }
}
