/** A set of positions as bits: an eighth of a byte for each, allocated by page. */
import type { Position } from '../vocabulary/ids.ts';

const PAGE_POSITIONS = 65_536;

export class PositionSet {
  readonly #pages = new Map<number, Uint32Array>();

  /** Adds `pos`; false when it was there. */
  add(pos: Position): boolean {
    const page = this.#page(Math.floor(pos / PAGE_POSITIONS));
    const at = pos % PAGE_POSITIONS;
    const word = page[at >> 5] ?? 0;
    const bit = 1 << (at & 31);
    if ((word & bit) !== 0) return false;
    page[at >> 5] = word | bit;
    return true;
  }

  #page(number: number): Uint32Array {
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new Uint32Array(PAGE_POSITIONS / 32);
      this.#pages.set(number, page);
    }
    return page;
  }
}
