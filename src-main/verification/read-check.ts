/**
 * Real time, without replaying values: an operation sees at least everything that was acknowledged
 * before it was asked for (protocols.md 7.1, X7). Positions stand for values: a state at a position
 * is the same on every node (agreement-check). Linearizable reads and commands are held against
 * everybody's acknowledgements, local ones and those after a `sync` against their own client's.
 */
import { LINEARIZABLE_LEVELS } from '../vocabulary/read-level.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import type { Position } from '../vocabulary/ids.ts';
import { secondsText, type Findings } from './findings.ts';

/** An operation is open no longer than this: older acknowledgements are one. */
const WINDOW_US = 20_000_000;
/** Acknowledgements of one millisecond are one: who asks within it is held against those before. */
const BUCKET_US = 1_000;
const FORGET_AT = 4_096;

/** An acknowledgement, without what was written or read. */
interface Mark {
  readonly us: number;
  readonly pos: Position;
  readonly name: Pick<OperationRecord, 'client' | 'op' | 'key' | 'level' | 'seq'>;
}

/** The highest acknowledged position as it grew. */
class Acknowledged {
  #marks: Mark[] = [];

  add(mark: Mark): void {
    const marks = this.#marks;
    if (mark.pos <= (marks.at(-1)?.pos ?? 0)) return;
    // Histories come in the order of the answers, but for a few that were written together.
    while ((marks.at(-1)?.us ?? 0) > mark.us) marks.pop();
    if (bucketOf(marks.at(-1)) === bucketOf(mark)) marks.pop();
    marks.push(mark);
    if (marks.length > FORGET_AT) this.#forget(mark.us - WINDOW_US);
  }

  /** The newest of those that are too old stays: it stands for all before it. */
  #forget(beforeUs: number): void {
    const count = this.#countBefore(beforeUs) - 1;
    if (count > FORGET_AT / 2) this.#marks = this.#marks.slice(count);
  }

  #countBefore(us: number): number {
    let low = 0;
    let high = this.#marks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#marks[middle]?.us ?? 0) < us) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The highest that was acknowledged before `us`; null when nothing was. */
  before(us: number): Mark | null {
    return this.#marks[this.#countBefore(us) - 1] ?? null;
  }
}

function bucketOf(mark: Mark | undefined): number | null {
  return mark === undefined ? null : Math.floor(mark.us / BUCKET_US);
}

export class ReadCheck {
  readonly #findings: Findings;
  readonly #all = new Acknowledged();
  readonly #ofClient = new Map<number, Acknowledged>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** In the order of the answers, more or less. */
  handleOk(operation: OperationRecord, pos: Position): void {
    const { client, invokeUs, returnUs, level = 'log' } = operation;
    const own = this.#own(client);
    const isLinearizable = LINEARIZABLE_LEVELS.has(level);
    const seen = (isLinearizable ? this.#all : own).before(invokeUs);
    if (seen !== null && pos < seen.pos) {
      const check = isLinearizable ? 'stale-read' : 'session-monotone';
      this.#findings.add(check, contradiction(operation, pos, seen), returnUs, operation.node);
    }
    const mark = { us: returnUs, pos, name: nameIn(operation) };
    own.add(mark);
    // What a stale node said binds nobody else.
    if (isLinearizable) this.#all.add(mark);
  }

  #own(client: number): Acknowledged {
    let own = this.#ofClient.get(client);
    if (own === undefined) {
      own = new Acknowledged();
      this.#ofClient.set(client, own);
    }
    return own;
  }
}

function contradiction(operation: OperationRecord, pos: Position, seen: Mark): string {
  return (
    `${nameOf(operation)} was asked at ${secondsText(operation.invokeUs)} and saw the state at ` +
    `position ${pos}, but ${nameOf(seen.name)} had been answered at ${secondsText(seen.us)} from ` +
    `position ${seen.pos}.`
  );
}

function nameIn({ client, op, key, level, seq }: OperationRecord): Mark['name'] {
  return level === undefined ? { client, op, key, seq } : { client, op, key, seq, level };
}

function nameOf({ client, op, key, level, seq }: Mark['name']): string {
  const how = level === undefined ? `${op} ${seq}` : `${op} (${level})`;
  return `${how} of ${key} by client ${client}`;
}
