/**
 * Lines of one life on their way into a row of `journal_chunks`. Headers are parsed, all of a piece
 * at once; inputs are only copied.
 */
import type { Incarnation, NodeId } from '../vocabulary/ids.ts';
import type { JournalHeader } from '../vocabulary/journal.ts';

export interface ChunkRow {
  readonly firstN: number;
  readonly lastN: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly lines: number;
  readonly headers: string;
  readonly inputs: string;
}

/** Items of a chunk's JSON arrays stand one to a line, so that they can be cut without parsing:
 *  no item has a raw newline. */
const BETWEEN = ',\n';

function joinItems(items: readonly string[]): string {
  return `[${items.join(BETWEEN)}]`;
}

export function splitItems(text: string): string[] {
  return text.slice(1, -1).split(BETWEEN);
}

const KINDS = new Set(['s', 'a', 'l', 'd', 'c', 'x']);

export class JournalChunk {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  #headers: string[] = [];
  #inputs: string[] = [];
  #chars = 0;
  #firstN = 0;
  #lastN: number;
  #firstUs = Number.POSITIVE_INFINITY;
  #lastUs = 0;
  #damaged = 0;
  #bootUs: number | null = null;

  constructor(node: NodeId, incarnation: Incarnation, lastN = 0) {
    this.node = node;
    this.incarnation = incarnation;
    this.#lastN = lastN;
  }

  get lines(): number {
    return this.#headers.length;
  }

  get chars(): number {
    return this.#chars;
  }

  /** Time of the first line of this life, null before it. */
  get bootUs(): number | null {
    return this.#bootUs;
  }

  /** Lines that were no journal lines, in all of this life. */
  get damaged(): number {
    return this.#damaged;
  }

  /** Adds lines and returns their headers, parsed. */
  add(text: string): JournalHeader[] {
    const headerTexts: string[] = [];
    const inputTexts: string[] = [];
    for (const line of text.split('\n')) {
      const tab = line.indexOf('\t');
      if (tab < 0) {
        this.#damaged += 1;
        continue;
      }
      headerTexts.push(line.slice(0, tab));
      inputTexts.push(tab + 1 < line.length ? line.slice(tab + 1) : 'null');
    }
    const headers = parseAll(headerTexts);
    return headers === null
      ? this.#addOneByOne(headerTexts, inputTexts)
      : headers.filter((header, i) => this.#take(header, headerTexts[i], inputTexts[i]));
  }

  /** Everything since the last row, null when there is nothing. */
  takeRow(): ChunkRow | null {
    if (this.#headers.length === 0) return null;
    const row = {
      firstN: this.#firstN,
      lastN: this.#lastN,
      firstUs: this.#firstUs,
      lastUs: this.#lastUs,
      lines: this.#headers.length,
      headers: joinItems(this.#headers),
      inputs: joinItems(this.#inputs),
    };
    this.#headers = [];
    this.#inputs = [];
    this.#chars = 0;
    this.#firstUs = Number.POSITIVE_INFINITY;
    this.#lastUs = 0;
    return row;
  }

  /** Some line of the piece is no JSON: find out which. */
  #addOneByOne(headerTexts: readonly string[], inputTexts: readonly string[]): JournalHeader[] {
    const headers: JournalHeader[] = [];
    for (const [i, text] of headerTexts.entries()) {
      const parsed = parseAll([text]);
      if (parsed === null) this.#damaged += 1;
      else if (this.#take(parsed[0], text, inputTexts[i])) headers.push(parsed[0] as JournalHeader);
    }
    return headers;
  }

  #take(header: unknown, text = '', input = 'null'): boolean {
    if (!isHeader(header)) {
      this.#damaged += 1;
      return false;
    }
    if ('n' in header) this.#lastN = header.n;
    if (this.#headers.length === 0) this.#firstN = this.#lastN;
    this.#bootUs ??= header.us;
    if (header.us < this.#firstUs) this.#firstUs = header.us;
    if (header.us > this.#lastUs) this.#lastUs = header.us;
    this.#headers.push(text);
    this.#inputs.push(input);
    this.#chars += text.length + input.length;
    return true;
  }
}

function parseAll(texts: readonly string[]): JournalHeader[] | null {
  try {
    const parsed = JSON.parse(`[${texts.join(',')}]`) as JournalHeader[];
    return parsed.length === texts.length ? parsed : null;
  } catch {
    return null;
  }
}

/** As much of a header's shape as keeps garbage from doing harm. */
function isHeader(value: unknown): value is JournalHeader {
  if (typeof value !== 'object' || value === null) return false;
  const { k, us, n } = value as { k?: unknown; us?: unknown; n?: unknown };
  if (typeof k !== 'string' || !KINDS.has(k) || !Number.isSafeInteger(us)) return false;
  const isNumbered = k === 's' || k === 'a' || k === 'l';
  return (!isNumbered || Number.isSafeInteger(n)) && hasParts(value as Parts);
}

interface Parts {
  readonly [name: string]: unknown;
}

function hasParts({
  k,
  sends,
  trace,
  recv,
  hashes,
  effective,
  counters,
  why,
  error,
  pos,
  hash,
}: Parts): boolean {
  switch (k) {
    case 'a':
      return isListOf(hashes, Array.isArray) && isListOf(effective, Array.isArray);
    case 'l':
      return Number.isSafeInteger(pos) && typeof hash === 'string';
    case 'c':
      return isCounters(counters);
    case 'x':
      return typeof why === 'string' && (error === undefined || typeof error === 'string');
    case 's':
      if (recv !== undefined && !Array.isArray(recv)) return false;
      if (sends !== undefined && !isListOf(sends, Array.isArray)) return false;
      return trace === undefined || isListOf(trace, isObject);
    default:
      return true;
  }
}

function isCounters(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.messages)) return false;
  const { messages, cpuUs, bytes, frames, syncs, steps, applied, rssBytes } = value;
  const counts = [bytes, frames, syncs, steps, applied, rssBytes, ...Object.values(messages)];
  return Number.isFinite(cpuUs) && counts.every(Number.isSafeInteger);
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function isObject(value: unknown): value is Parts {
  return typeof value === 'object' && value !== null;
}
