/**
 * X1 and X2 of protocols.md 7.1: all nodes, in all their lives, apply the same operations at the
 * same positions with the same results. The hash of a position is chained over everything before,
 * so equal hashes at one position stand for all below it.
 *
 * Every node reports the positions that are multiples of HASH_EVERY; these are kept for the whole
 * run in typed pages. Hashes in between are kept for the newest positions only: they tell the
 * exact place of a divergence that the multiples would show a little later anyway.
 */
import type { ApplyHeader, LoadHeader } from '../vocabulary/journal.ts';
import type { Position } from '../vocabulary/ids.ts';
import { lifeText, type Findings, type Life } from './findings.ts';

const HASH_EVERY = 16;
const PAGE_HASHES = 4_096;
const RECENT_POSITIONS = 16_384;

interface Page {
  /** Two words a hash. */
  readonly words: Int32Array;
  /** Number of the life that reported it, from 1; 0: nobody yet. */
  readonly lives: Uint16Array;
}

interface LifeState {
  readonly life: Life;
  readonly number: number;
  applied: Position;
  diverged: boolean;
}

export class AgreementCheck {
  readonly #findings: Findings;
  readonly #pages = new Map<number, Page>();
  readonly #recentPositions = new Float64Array(RECENT_POSITIONS);
  readonly #recent: Page = emptyPage(RECENT_POSITIONS);
  readonly #states = new Map<Life, LifeState>();
  readonly #lives: Life[] = [];
  #appliedMax: Position = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** The highest position that any life applied. */
  get appliedMax(): Position {
    return this.#appliedMax;
  }

  handleApply(life: Life, header: ApplyHeader): void {
    const state = this.#stateOf(life);
    this.#checkOrder(state, header);
    state.applied = header.to;
    if (header.to > this.#appliedMax) this.#appliedMax = header.to;
    if (state.diverged) return;
    for (const [pos, hash] of header.hashes) {
      const other = this.#compare(state, pos, hash);
      if (other === null) continue;
      this.#reportDivergence(state, header.us, pos, hash, other);
      return;
    }
  }

  /** The state machine took over a snapshot: as if everything up to it had been applied here. */
  handleLoad(life: Life, header: LoadHeader): void {
    const state = this.#stateOf(life);
    const { pos, hash, us } = header;
    if (pos < state.applied) {
      const text = `${lifeText(life)} went back from position ${state.applied} to ${pos}`;
      this.#findings.add('apply-order', `${text}: it loaded an old snapshot.`, us, life.node);
    }
    state.applied = pos;
    if (pos > this.#appliedMax) this.#appliedMax = pos;
    if (state.diverged) return;
    const other = this.#compare(state, pos, hash);
    if (other !== null) this.#reportDivergence(state, us, pos, hash, other);
  }

  #checkOrder(state: LifeState, header: ApplyHeader): void {
    if (header.from === state.applied + 1 && header.to >= header.from) return;
    this.#findings.add(
      'apply-order',
      `${lifeText(state.life)} applied ${header.from} to ${header.to} after ${state.applied}: ` +
        'positions must be applied one after the other, each once.',
      header.us,
      state.life.node,
    );
  }

  /** Notes the hash; returns the life that reported another one for this position, or null. */
  #compare(state: LifeState, pos: Position, hash: string): Life | null {
    const high = Number.parseInt(hash.slice(0, 8), 16) | 0;
    const low = Number.parseInt(hash.slice(8), 16) | 0;
    if (pos % HASH_EVERY === 0) {
      const index = pos / HASH_EVERY;
      const page = this.#pageOf(Math.floor(index / PAGE_HASHES));
      return this.#compareAt(page, index % PAGE_HASHES, state, high, low);
    }
    const slot = pos % RECENT_POSITIONS;
    const held = this.#recentPositions[slot] ?? 0;
    // A node that lags far behind meets newer positions here: those stay.
    if (held > pos) return null;
    if (held < pos) {
      this.#recentPositions[slot] = pos;
      this.#recent.lives[slot] = 0;
    }
    return this.#compareAt(this.#recent, slot, state, high, low);
  }

  #compareAt(page: Page, at: number, state: LifeState, high: number, low: number): Life | null {
    const reporter = page.lives[at] ?? 0;
    if (reporter === 0) {
      page.words[at * 2] = high;
      page.words[at * 2 + 1] = low;
      page.lives[at] = state.number;
      return null;
    }
    if (page.words[at * 2] === high && page.words[at * 2 + 1] === low) return null;
    return this.#lives[reporter - 1] ?? state.life;
  }

  #reportDivergence(state: LifeState, us: number, pos: Position, hash: string, other: Life): void {
    state.diverged = true;
    this.#findings.add(
      'state-agreement',
      `At position ${pos} ${lifeText(state.life)} has state ${hash}, which is not what ` +
        `${lifeText(other)} has there: they applied different operations at or below it.`,
      us,
      state.life.node,
    );
  }

  #stateOf(life: Life): LifeState {
    let state = this.#states.get(life);
    if (state === undefined) {
      this.#lives.push(life);
      state = { life, number: this.#lives.length, applied: 0, diverged: false };
      this.#states.set(life, state);
    }
    return state;
  }

  #pageOf(number: number): Page {
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = emptyPage(PAGE_HASHES);
      this.#pages.set(number, page);
    }
    return page;
  }
}

function emptyPage(size: number): Page {
  return { words: new Int32Array(size * 2), lives: new Uint16Array(size) };
}
