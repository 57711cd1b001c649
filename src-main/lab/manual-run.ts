/** The lab in the scheduler's place: steps until a condition holds, or so many times. */
import type { ManualState } from '../contract/manual.ts';
import type { ManualCondition } from '../vocabulary/manual.ts';

export interface ManualRunPorts {
  holds(until: ManualCondition): boolean;
  /** Takes one step. @returns why there is none to take, or null. */
  step(): Promise<string | null>;
  changed(): void;
}

export type RunView = NonNullable<ManualState['run']>;

export class ManualRun {
  readonly #until: ManualCondition;
  readonly #stepsMax: number;
  readonly #ports: ManualRunPorts;
  #steps = 0;
  #met: boolean | null = null;
  #text = '';
  #halted: string | null = null;

  constructor(until: ManualCondition, stepsMax: number, ports: ManualRunPorts) {
    this.#until = until;
    this.#stepsMax = stepsMax;
    this.#ports = ports;
  }

  get view(): RunView {
    const until = conditionText(this.#until);
    const counts = { steps: this.#steps, stepsMax: this.#stepsMax };
    return { until, ...counts, met: this.#met, text: this.#text };
  }

  get isOn(): boolean {
    return this.#met === null;
  }

  /** It ends before its next step. */
  halt(why: string): void {
    this.#halted ??= why;
  }

  /** Checks before the first step and after each: it stops at the very step that made it true. */
  async play(): Promise<void> {
    const { holds, step, changed } = this.#ports;
    while (this.isOn) {
      if (holds(this.#until)) this.#end(true, `holds after ${this.#stepsText()}`);
      else if (this.#halted !== null) this.#end(false, this.#halted);
      else if (this.#steps >= this.#stepsMax) this.#end(false, `not within ${this.#stepsText()}`);
      else await this.#step(step);
      changed();
    }
  }

  async #step(step: () => Promise<string | null>): Promise<void> {
    const problem = await step();
    if (problem === null) this.#steps += 1;
    else this.halt(problem);
  }

  #stepsText(): string {
    return this.#steps === 1 ? '1 step' : `${this.#steps} steps`;
  }

  #end(met: boolean, text: string): void {
    this.#met = met;
    this.#text = text;
  }
}

/** `committed >= 5`. */
export function conditionText(until: ManualCondition): string {
  switch (until.is) {
    case 'leader':
      return 'a leader is ready';
    case 'idle':
      return 'nothing waits';
    case 'committed':
      return `committed >= ${until.atLeast}`;
    case 'applied':
      return `applied >= ${until.atLeast} on ${until.node}`;
  }
}
