/**
 * What happens to the messages of one directed link (this node -> peer): cut, loss, delay. Seeded,
 * set over the control channel, gone with the process. Order is kept under delay, as on a real
 * connection; reordering is a fault of its own.
 */
import { Prng } from '../../base/prng.ts';
import { CLEAR_LINK, type LinkRule } from '../../vocabulary/fault.ts';

/** At most this many messages wait in a delayed link. */
const WAITING_MAX = 20_000;

export type ShimVerdict = 'pass' | 'wait' | 'cut' | 'loss' | 'overflow';

interface Waiting<T> {
  readonly dueMs: number;
  readonly item: T;
}

export class FaultShim<T> {
  readonly #prng: Prng;
  readonly #release: (items: T[]) => void;
  #rule: LinkRule = CLEAR_LINK;
  #waiting: Waiting<T>[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(seed: number, release: (items: T[]) => void) {
    this.#prng = new Prng(seed);
    this.#release = release;
  }

  /**
   * A new rule counts for what waits, too: after a heal nothing is late any more, and a cut loses
   * it. @returns the messages a cut loses.
   */
  setRule(rule: LinkRule, nowMs: number): T[] {
    this.#rule = rule;
    if (rule.cut) return this.clear();
    const latestMs = nowMs + rule.delayMs + rule.jitterMs;
    this.#waiting = this.#waiting.map(({ dueMs, item }) => ({
      dueMs: Math.min(dueMs, latestMs),
      item,
    }));
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#arm(nowMs);
    return [];
  }

  /** Decides on a message now; `wait` means that it is kept and released later, in order. */
  admit(item: T, nowMs: number): ShimVerdict {
    const rule = this.#rule;
    if (rule.cut) return 'cut';
    if (rule.loss > 0 && this.#prng.nextUnit() < rule.loss) return 'loss';
    if (rule.delayMs === 0 && rule.jitterMs === 0 && this.#waiting.length === 0) return 'pass';
    if (this.#waiting.length >= WAITING_MAX) return 'overflow';
    const jitterMs = rule.jitterMs === 0 ? 0 : (this.#prng.nextUnit() * 2 - 1) * rule.jitterMs;
    const dueMs = nowMs + Math.max(0, rule.delayMs + jitterMs);
    this.#waiting.push({ dueMs: Math.max(dueMs, this.#waiting.at(-1)?.dueMs ?? 0), item });
    this.#arm(nowMs);
    return 'wait';
  }

  #arm(nowMs: number): void {
    const first = this.#waiting[0];
    if (this.#timer !== null || first === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#releaseDue(performance.now());
      },
      Math.max(0, first.dueMs - nowMs),
    );
  }

  #releaseDue(nowMs: number): void {
    let count = 0;
    while ((this.#waiting[count]?.dueMs ?? Infinity) <= nowMs + 0.5) count += 1;
    if (count > 0) this.#release(this.#waiting.splice(0, count).map((waiting) => waiting.item));
    this.#arm(nowMs);
  }

  /** Nothing waits. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Forgets what waits, for example because its session closed. */
  clear(): T[] {
    const dropped = this.#waiting.map((waiting) => waiting.item);
    this.#waiting = [];
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    return dropped;
  }
}
