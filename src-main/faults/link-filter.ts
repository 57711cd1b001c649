/**
 * What becomes of each message of one directed link under the faults that are on: the one place
 * that decides it, for every host. Seeded; the same messages under the same rules have the same
 * fate. A host keeps what is delayed or held, and asks `setRules` what of it is let go.
 */
import { Prng, type PrngState } from '../base/prng.ts';
import { onlyOf } from '../vocabulary/fault.ts';
import type {
  Distribution,
  FaultKindName,
  LinkEffect,
  LinkRule,
  Only,
} from '../vocabulary/fault.ts';

export interface Passing {
  /** null: a control frame of the session. */
  readonly type: string | null;
  /** Asked only when a fault counts bytes. */
  readonly bytes: () => number;
}

export type Fate =
  | { readonly is: 'lost'; readonly why: 'cut' | 'loss'; readonly fault: number }
  /** Kept until `fault` is undone. */
  | { readonly is: 'held'; readonly fault: number }
  /** To be handed on at `dueUs`; copies of it, too. Already in order where order is kept. */
  | { readonly is: 'due'; readonly dueUs: number; readonly copiesDueUs: readonly number[] };

export interface SavedFilter {
  readonly prng: PrngState;
  readonly used: readonly (readonly [number, number])[];
  readonly lastDueUs: number;
  readonly lineFreeUs: number;
}

const LATE_KINDS: ReadonlySet<FaultKindName> = new Set(['delay', 'reorder', 'bandwidth']);

/** Whether messages arrive later under such a fault. */
export function makesLate(kind: FaultKindName): boolean {
  return LATE_KINDS.has(kind);
}

/** Whether messages wait for the end of such a fault: undone, it lets them go. */
export function keepsMessages(kind: FaultKindName): boolean {
  return kind === 'hold' || makesLate(kind);
}

/** The kind that all protocols have a name for, of a message type. */
export type KindOf = (type: string) => string | null;

export class LinkFilter {
  readonly #kindOf: KindOf;
  /** The transport promises the order of what it carries. */
  readonly #ordered: boolean;
  #prng: Prng;
  #rules: readonly LinkRule[] = [];
  /** How many messages a limited fault has meant. */
  readonly #used = new Map<number, number>();
  #spent: number[] = [];
  #lastDueUs = 0;
  /** When a limited line is free again. */
  #lineFreeUs = 0;

  constructor(seed: number, ordered: boolean, kindOf: KindOf) {
    this.#prng = new Prng(seed);
    this.#ordered = ordered;
    this.#kindOf = kindOf;
  }

  /** The transport keeps the order of what it carries. */
  get isOrdered(): boolean {
    return this.#ordered;
  }

  /** No fault touches the link. */
  get isClear(): boolean {
    return this.#rules.length === 0;
  }

  get rules(): readonly LinkRule[] {
    return this.#rules;
  }

  /** What is on from now on. Where something that made messages late is over, what comes does not
   *  queue up behind those. */
  setRules(rules: readonly LinkRule[]): void {
    const on = new Set(rules.map(({ fault }) => fault));
    const undone = this.#rules.filter(({ fault }) => !on.has(fault));
    this.#rules = rules;
    for (const fault of [...this.#used.keys()]) if (!on.has(fault)) this.#used.delete(fault);
    if (this.isLate && !undone.some(({ effect }) => makesLate(effect.kind))) return;
    this.#lastDueUs = 0;
    this.#lineFreeUs = 0;
  }

  /** Some fault makes messages late. */
  get isLate(): boolean {
    return this.#rules.some(({ effect }) => makesLate(effect.kind));
  }

  /** Whether a fault that held a message is still on. */
  holds(fault: number): boolean {
    return this.#rules.some((rule) => rule.fault === fault);
  }

  /** Limited faults whose last message has come since the last call. */
  takeSpent(): number[] {
    const spent = this.#spent;
    this.#spent = [];
    return spent;
  }

  admit(message: Passing, nowUs: number): Fate {
    const meant = this.#rules.filter(({ fault, effect }) => this.#means(fault, effect, message));
    for (const { fault, effect } of meant) {
      if (effect.kind === 'cut') return { is: 'lost', why: 'cut', fault };
      const isLost = effect.kind === 'loss' && this.#happens(effect.probability);
      if (isLost) return { is: 'lost', why: 'loss', fault };
    }
    const hold = meant.find(({ effect }) => effect.kind === 'hold');
    if (hold !== undefined) return { is: 'held', fault: hold.fault };
    return this.#timed(
      meant.map(({ effect }) => effect),
      message,
      nowUs,
    );
  }

  /** Whether a fault means this message; counts it when the fault is limited. */
  #means(fault: number, effect: LinkEffect, { type }: Passing): boolean {
    const only = onlyOf(effect);
    if (!this.#matches(only, type)) return false;
    if (only.first === null) return true;
    const used = this.#used.get(fault) ?? 0;
    if (used >= only.first) return false;
    this.#used.set(fault, used + 1);
    if (used + 1 === only.first) this.#spent.push(fault);
    return true;
  }

  #matches({ types, first }: Only, type: string | null): boolean {
    // A limited fault counts messages of the protocol, not what the session adds.
    if (type === null) return types === null && first === null;
    return types === null || types.includes(type) || types.includes(this.#kindOf(type) ?? '');
  }

  #timed(effects: readonly LinkEffect[], { bytes }: Passing, nowUs: number): Fate {
    let dueUs = nowUs;
    let isFree = false;
    const copiesUs: number[] = [];
    for (const effect of effects) {
      if (effect.kind === 'delay') dueUs += this.#delayUs(effect);
      if (effect.kind === 'bandwidth') dueUs = this.#lineUs(effect.bytesPerSecond, bytes(), dueUs);
      if (effect.kind === 'reorder') {
        dueUs += this.#within(effect.windowMs);
        isFree = !this.#ordered;
      }
      if (effect.kind === 'duplicate' && this.#happens(effect.probability)) {
        copiesUs.push(this.#within(effect.windowMs));
      }
    }
    if (!isFree) {
      dueUs = Math.max(dueUs, this.#lastDueUs);
      this.#lastDueUs = dueUs;
    }
    return { is: 'due', dueUs, copiesDueUs: copiesUs.map((laterUs) => dueUs + laterUs) };
  }

  #happens(probability: number): boolean {
    return this.#prng.nextUnit() < probability;
  }

  #within(windowMs: number): number {
    return Math.round(this.#prng.nextUnit() * windowMs * 1_000);
  }

  #delayUs(effect: Extract<LinkEffect, { kind: 'delay' }>): number {
    const { delayMs, jitterMs, distribution = 'uniform' } = effect;
    if (jitterMs === 0) return delayMs * 1_000;
    return Math.round(Math.max(0, delayMs + jitterMs * this.#drawn(distribution)) * 1_000);
  }

  /** -1 to 1, or with mean 0 and deviation 1, or from 0 with mean 1. */
  #drawn(distribution: Distribution): number {
    const unit = this.#prng.nextUnit();
    if (distribution === 'uniform') return unit * 2 - 1;
    const log = Math.log(1 - unit);
    if (distribution === 'exponential') return -log;
    // Box and Muller.
    return Math.sqrt(-2 * log) * Math.cos(2 * Math.PI * this.#prng.nextUnit());
  }

  #lineUs(bytesPerSecond: number, bytes: number, fromUs: number): number {
    const beginUs = Math.max(fromUs, this.#lineFreeUs);
    this.#lineFreeUs = beginUs + Math.round((bytes / bytesPerSecond) * 1_000_000);
    return this.#lineFreeUs;
  }

  save(): SavedFilter {
    return {
      prng: this.#prng.save(),
      used: [...this.#used],
      lastDueUs: this.#lastDueUs,
      lineFreeUs: this.#lineFreeUs,
    };
  }

  /** Goes on where `save` left off; the rules are set anew. */
  restore(saved: SavedFilter): void {
    this.#prng = Prng.restore(saved.prng);
    for (const [fault, count] of saved.used) this.#used.set(fault, count);
    this.#lastDueUs = saved.lastDueUs;
    this.#lineFreeUs = saved.lineFreeUs;
  }
}
