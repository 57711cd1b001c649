/** When each position of the log was committed: eight bytes a position, in pages. */
import type { Position } from '../../vocabulary/ids.ts';

const PAGE = 4_096;
/** Pages that are kept: 64 million positions. */
const PAGES_MAX = 16_384;

export class PositionTimes {
  readonly #pages = new Map<number, Float64Array>();

  /** The first time that is told of a position counts. @returns whether it was the first */
  add(pos: Position, us: number): boolean {
    const number = Math.floor(pos / PAGE);
    let page = this.#pages.get(number);
    if (page === undefined) {
      if (this.#pages.size >= PAGES_MAX) return false;
      page = new Float64Array(PAGE).fill(-1);
      this.#pages.set(number, page);
    }
    if ((page[pos % PAGE] ?? -1) >= 0) return false;
    page[pos % PAGE] = us;
    return true;
  }

  /** null when nobody told of it. */
  at(pos: Position): number | null {
    const us = this.#pages.get(Math.floor(pos / PAGE))?.[pos % PAGE] ?? -1;
    return us < 0 ? null : us;
  }
}
