/** All that one object may be at a moment of a history: live-check.ts. */
import type { Model } from './model.ts';
import type { Operation } from './operation.ts';

export interface FrontierLimits {
  /** Possibilities carried on. */
  readonly configurations: number;
  /** Operations tried at one end. */
  readonly steps: number;
}

/** A state, and which operations under way led to it. */
/** Ended operations that are remembered for explaining what contradicts what. */
const RECENT_MAX = 60;

interface Configuration {
  readonly state: unknown;
  readonly done: ReadonlySet<Operation>;
}

export class KeyFrontier {
  readonly #model: Model<unknown>;
  readonly #limits: FrontierLimits;
  #configurations: readonly Configuration[];
  /** Begun and not ended, in the order of their beginnings; those of unknown outcome never end. */
  #open: Operation[] = [];
  readonly #recent: Operation[] = [];
  #steps = 0;

  constructor(model: Model<unknown>, limits: FrontierLimits) {
    this.#model = model;
    this.#limits = limits;
    this.#configurations = [{ state: model.initial, done: new Set() }];
  }

  /** The different states that it may be in. */
  get states(): readonly unknown[] {
    const states = this.#configurations.map(
      ({ state }) => [this.#model.key(state), state] as const,
    );
    return [...new Map(states).values()];
  }

  /** The newest that ended, and all that had not when the oldest of these did. */
  get known(): readonly Operation[] {
    const known = new Set([...this.#recent, ...this.#open]);
    return [...known];
  }

  begin(operation: Operation): void {
    const isPointless = operation.return === null && this.#model.isRead(operation);
    if (!isPointless) this.#open.push(operation);
  }

  /** An answer has arrived: the operation took effect by now. */
  end(operation: Operation): 'legal' | 'illegal' | 'too-hard' {
    this.#steps = 0;
    this.#recent.push(operation);
    if (this.#recent.length > RECENT_MAX) this.#recent.shift();
    const plan = this.#model.plan?.(this.#open);
    const isHopeless = (one: Configuration): boolean =>
      this.#model.step(one.state, operation) === null &&
      plan?.isHopeless?.(one.state, operation, one.done) === true;
    const found = new Map<string, Configuration>();
    const seen = new Set<string>();
    const waiting = [...this.#configurations];
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      if (this.#steps > this.#limits.steps) return 'too-hard';
      const read = this.#withReads(one);
      const key = this.#keyOf(read);
      if (seen.has(key)) continue;
      seen.add(key);
      if (read.done.has(operation)) {
        const done = new Set(read.done);
        done.delete(operation);
        const rest = { state: read.state, done };
        found.set(this.#keyOf(rest), rest);
      } else if (!isHopeless(read)) waiting.push(...this.#successors(read));
    }
    this.#configurations = this.#undominated([...found.values()]);
    if (this.#configurations.length > this.#limits.configurations) return 'too-hard';
    this.#open = this.#open.filter((one) => one !== operation);
    this.#forgetCertain();
    return found.size === 0 ? 'illegal' : 'legal';
  }

  /** With every read under way that is legal now: later it can only be less so. */
  #withReads(one: Configuration): Configuration {
    let done: Set<Operation> | null = null;
    for (const operation of this.#open) {
      if (one.done.has(operation) || operation.return === null) continue;
      if (!this.#model.isRead(operation)) continue;
      this.#steps += 1;
      if (this.#model.step(one.state, operation) !== one.state) continue;
      done ??= new Set(one.done);
      done.add(operation);
    }
    return done === null ? one : { state: one.state, done };
  }

  #successors({ state, done }: Configuration): Configuration[] {
    const successors: Configuration[] = [];
    for (const operation of this.#open) {
      if (done.has(operation)) continue;
      this.#steps += 1;
      const after = this.#model.step(state, operation);
      const isIdle = after === state && operation.return === null;
      if (after === null || isIdle) continue;
      successors.push({ state: after, done: new Set(done).add(operation) });
    }
    return successors;
  }

  /** What is done in all of them tells none of them apart. */
  #forgetCertain(): void {
    const [first, ...others] = this.#configurations;
    if (first === undefined || this.#open.length === 0) return;
    const certain = [...first.done].filter(
      (operation) => operation.return === null && others.every(({ done }) => done.has(operation)),
    );
    if (certain.length === 0) return;
    const gone = new Set(certain);
    this.#open = this.#open.filter((operation) => !gone.has(operation));
    this.#configurations = this.#configurations.map(({ state, done }) => {
      return { state, done: new Set([...done].filter((operation) => !gone.has(operation))) };
    });
  }

  /** Of two that differ in operations of unknown outcome only, the one that used fewer can do all
   *  that the other can: the rest need never happen. */
  #undominated(configurations: readonly Configuration[]): Configuration[] {
    const groups = new Map<string, Configuration[]>();
    const byUse = [...configurations].sort((a, b) => a.done.size - b.done.size);
    for (const one of byUse) {
      const certain = new Set([...one.done].filter((operation) => operation.return !== null));
      const key = this.#keyOf({ state: one.state, done: certain });
      const group = groups.get(key) ?? [];
      groups.set(key, group);
      const isDominated = group.some(({ done }) => [...done].every((each) => one.done.has(each)));
      if (!isDominated) group.push(one);
    }
    return [...groups.values()].flat();
  }

  #keyOf({ state, done }: Configuration): string {
    const ids = [...done].map(({ id }) => id).sort((a, b) => a - b);
    return `${ids.join()};${this.#model.key(state)}`;
  }
}
