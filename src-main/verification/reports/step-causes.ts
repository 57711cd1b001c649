/**
 * Which message each step of each life was caused by, and so how many messages lie on the way from
 * one step to another: eight bytes a step.
 */
import type { Life } from './recorded-lines.ts';

interface Causes {
  /** Index of the sender's life, plus one; 0: no message. */
  senders: Int32Array;
  /** Step of the sender. */
  steps: Int32Array;
}

/** Steps of one life that are kept; a number beyond it stands in a damaged line. */
const STEPS_MAX = 2 ** 26;
/** A way that is longer than this is no longer told apart. */
const HOPS_MAX = 16;
/** Steps of a follower between taking entries in and saying so. */
const GATE_STEPS_MAX = 256;

export class StepCauses {
  readonly #lives: Causes[] = [];

  /** Step `n` of `life` took the message that step `step` of `sender` sent. */
  add(life: Life, n: number, sender: Life, step: number): void {
    if (!isStep(n) || !isStep(step)) return;
    const causes = this.#causesOf(life.index, n);
    causes.senders[n] = sender.index + 1;
    causes.steps[n] = step;
  }

  /**
   * Messages on the way that ended in step `to` of a leader, back to where it left that leader at
   * or before its step `from`. A step that no message caused (its own disk was last) stands for the
   * message before it.
   */
  hopsBetween(life: Life, from: number, to: number): number {
    let at = life.index;
    let n = this.#lastMessage(at, to, from);
    for (let hops = 0; hops < HOPS_MAX;) {
      if (n === 0) return hops;
      const causes = this.#lives[at];
      const sender = causes?.senders[n] ?? 0;
      const step = causes?.steps[n] ?? 0;
      if (sender === 0) return hops;
      hops += 1;
      at = sender - 1;
      if (at === life.index && step <= from) return hops;
      n = at === life.index ? this.#here(at, step) : this.#lastMessage(at, step, 0);
    }
    return HOPS_MAX;
  }

  /** The step itself when a message caused it, else 0: the way began there. */
  #here(life: number, n: number): number {
    return (this.#lives[life]?.senders[n] ?? 0) === 0 ? 0 : n;
  }

  /** The newest step at or before `n`, after `after`, that a message caused; 0 for none. */
  #lastMessage(life: number, n: number, after: number): number {
    const senders = this.#lives[life]?.senders;
    if (senders === undefined) return 0;
    const lowest = Math.max(after, n - GATE_STEPS_MAX);
    for (let at = n; at > lowest; at -= 1) if ((senders[at] ?? 0) !== 0) return at;
    return 0;
  }

  #causesOf(life: number, n: number): Causes {
    const known = this.#lives[life];
    if (known !== undefined && n < known.senders.length) return known;
    const length = Math.max(1_024, 2 ** Math.ceil(Math.log2(n + 1)));
    const grown = { senders: new Int32Array(length), steps: new Int32Array(length) };
    if (known !== undefined) {
      grown.senders.set(known.senders);
      grown.steps.set(known.steps);
    }
    this.#lives[life] = grown;
    return grown;
  }
}

function isStep(n: number): boolean {
  return Number.isSafeInteger(n) && n > 0 && n < STEPS_MAX;
}
