/**
 * How long clients went without a successful answer: between successes, and, when nobody was
 * answered any more, until the last request was given up.
 */
import type { OperationRecord } from '../../vocabulary/workload.ts';
import { SuccessTimes } from '../success-times.ts';
import { NumberList } from './number-list.ts';
import { overlap, type Span } from './spans.ts';

export interface Gap extends Span {
  /** No success ended it. */
  readonly open: boolean;
}

export class SuccessGaps {
  readonly #successes = new SuccessTimes();
  readonly #from = new NumberList();
  readonly #to = new NumberList();
  #firstInvokeUs = Number.POSITIVE_INFINITY;
  #firstUs: number | null = null;
  /** Of the operations without success, the one that was asked last. */
  #unanswered = { invokeUs: -1, returnUs: -1 };
  #openFromUs: number | null = null;

  add({ outcome, invokeUs, returnUs }: OperationRecord): void {
    if (invokeUs < this.#firstInvokeUs) this.#firstInvokeUs = invokeUs;
    if (outcome === 'ok') {
      this.#successes.add(returnUs);
      this.#firstUs = Math.min(this.#firstUs ?? Infinity, returnUs);
    } else if (invokeUs > this.#unanswered.invokeUs) this.#unanswered = { invokeUs, returnUs };
  }

  /** Nothing more comes; before the first question. */
  finish(): void {
    for (const { fromUs, toUs } of this.#successes.gaps()) {
      this.#from.push(fromUs);
      this.#to.push(toUs);
    }
    const { invokeUs } = this.#unanswered;
    const lastUs = this.lastUs ?? this.#firstInvokeUs;
    if (invokeUs >= 0 && (this.lastUs === null || invokeUs > lastUs)) this.#openFromUs = lastUs;
  }

  /** When clients got their first answer. */
  get firstUs(): number | null {
    return this.#firstUs;
  }

  get lastUs(): number | null {
    return this.#successes.lastUs;
  }

  /** The longest of those accepted that has something in common with `span`; null when none has. */
  longestIn(span: Span, isAccepted: (gap: Gap) => boolean = () => true): Gap | null {
    const open = this.#openGapIn(span);
    let longest = open !== null && isAccepted(open) ? open : null;
    for (let i = this.#to.indexFrom(span.fromUs); i < this.#from.length; i += 1) {
      const gap = { fromUs: this.#from.at(i), toUs: this.#to.at(i), open: false };
      if (gap.fromUs >= span.toUs) break;
      if (!overlap(gap, span)) continue;
      const isLonger = longest === null || lengthOf(gap) > lengthOf(longest);
      if (isLonger && isAccepted(gap)) longest = gap;
    }
    return longest;
  }

  /** The longest that lies in `span` with both ends; null when none does. */
  longestWithin(span: Span): Gap | null {
    let longest: Gap | null = null;
    for (let i = this.#from.indexFrom(span.fromUs); i < this.#from.length; i += 1) {
      const gap = { fromUs: this.#from.at(i), toUs: this.#to.at(i), open: false };
      if (gap.toUs > span.toUs) break;
      if (longest === null || lengthOf(gap) > lengthOf(longest)) longest = gap;
    }
    return longest;
  }

  #openGapIn(span: Span): Gap | null {
    if (this.#openFromUs === null) return null;
    const gap = { fromUs: this.#openFromUs, toUs: this.#unanswered.returnUs, open: true };
    return overlap(gap, span) ? gap : null;
  }
}

export function lengthOf({ fromUs, toUs }: Span): number {
  return toUs - fromUs;
}
