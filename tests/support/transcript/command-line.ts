/** Words and `name=value` pairs of one command line. */
import type { NodeId } from '../../../src-main/vocabulary/ids.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';
import type { MessageFilter } from './test-network.ts';

export class CommandLine {
  readonly name: string;
  readonly words: readonly string[];
  readonly #pairs = new Map<string, string>();
  readonly #used = new Set<string>();

  constructor(line: string) {
    const [name = '', ...rest] = line.split(/\s+/).filter((word) => word !== '');
    const words: string[] = [];
    for (const word of rest) {
      const pair = /^(\w+)=(.*)$/.exec(word);
      if (pair === null) words.push(word);
      else this.#pairs.set(pair[1] ?? '', pair[2] ?? '');
    }
    this.name = name;
    this.words = words;
  }

  /** The word at this place, which must be there. */
  word(at: number, what: string): string {
    const word = this.words[at];
    if (word === undefined) throw new Error(`${this.name}: ${what} is missing`);
    return word;
  }

  text(name: string): string | undefined {
    this.#used.add(name);
    return this.#pairs.get(name);
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : toNumber(text, name);
  }

  /** `from`, `to` and `type` as a filter. */
  filter(): MessageFilter {
    const pairs = (['from', 'to', 'type'] as const).map((key) => [key, this.text(key)] as const);
    return Object.fromEntries(pairs.filter(([, value]) => value !== undefined)) as MessageFilter;
  }

  /** Pairs nobody asked for, as values: options of a protocol. */
  otherPairs(): { [name: string]: Json } {
    const others: { [name: string]: Json } = {};
    for (const [name, text] of this.#pairs) {
      if (this.#used.has(name)) continue;
      this.#used.add(name);
      others[name] = toValue(text);
    }
    return others;
  }

  /** A misspelt option must not pass unnoticed. */
  assertAllUsed(): void {
    for (const name of this.#pairs.keys()) {
      if (!this.#used.has(name)) throw new Error(`${this.name}: unknown option ${name}`);
    }
  }
}

export function toNumber(text: string, what: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new Error(`${what} must be an integer, not ${text}`);
  return value;
}

/** `true`, `false` and numbers as such, everything else as text. */
export function toValue(text: string): boolean | number | string {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Sorted ids of `all`, or of one node. */
export function nodesOf(word: string | undefined, ids: readonly NodeId[]): readonly NodeId[] {
  return word === undefined || word === 'all' ? ids : [word];
}
