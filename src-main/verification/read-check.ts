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
const WINDOW_US = 60_000_000;
const FORGET_AT = 4_096;

/** The highest acknowledged position as it grew. */
class Acknowledged {
  readonly #us: number[] = [];
  readonly #pos: Position[] = [];
  readonly #ids: string[] = [];

  add(us: number, pos: Position, id: string): void {
    if (pos <= (this.#pos.at(-1) ?? 0)) return;
    // Histories come in the order of the answers, but for a few that were written together.
    let at = this.#us.length;
    while (at > 0 && (this.#us[at - 1] ?? 0) > us) at -= 1;
    this.#us.splice(at, this.#us.length - at, us);
    this.#pos.splice(at, this.#pos.length - at, pos);
    this.#ids.splice(at, this.#ids.length - at, id);
    if (this.#us.length > FORGET_AT) this.#forget(us - WINDOW_US);
  }

  #forget(beforeUs: number): void {
    const count = this.#countBefore(beforeUs) - 1;
    if (count <= 0) return;
    for (const list of [this.#us, this.#pos, this.#ids]) list.splice(0, count);
  }

  #countBefore(us: number): number {
    let low = 0;
    let high = this.#us.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#us[middle] ?? 0) < us) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The highest that was acknowledged before `us`; null when nothing was. */
  before(us: number): { readonly pos: Position; readonly us: number; readonly id: string } | null {
    const at = this.#countBefore(us) - 1;
    const [pos, when, id] = [this.#pos[at], this.#us[at], this.#ids[at]];
    return pos === undefined || when === undefined || id === undefined
      ? null
      : { pos, us: when, id };
  }
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
    const id = nameOf(operation);
    if (seen !== null && pos < seen.pos) {
      this.#findings.add(
        isLinearizable ? 'stale-read' : 'session-monotone',
        `${id} was asked at ${secondsText(invokeUs)} and saw the state at position ${pos}, but ` +
          `${seen.id} had been answered at ${secondsText(seen.us)} from position ${seen.pos}.`,
        returnUs,
        operation.node,
      );
    }
    own.add(returnUs, pos, id);
    // What a stale node said binds nobody else.
    if (isLinearizable) this.#all.add(returnUs, pos, id);
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

function nameOf({ client, op, key, level, seq }: OperationRecord): string {
  const how = level === undefined ? `${op} ${seq}` : `${op} (${level})`;
  return `${how} of ${key} by client ${client}`;
}
