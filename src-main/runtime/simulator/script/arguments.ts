/** Reads the arguments of one line, says what was expected, and notices what nobody read. */
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { PacketFilter } from '../world/network.ts';
import { ScriptError, type ScriptLine } from './script-line.ts';

export class Arguments {
  readonly line: ScriptLine;
  readonly #ids: readonly NodeId[];
  readonly #usage: string;
  #next = 0;
  readonly #unread: Set<string>;

  constructor(line: ScriptLine, ids: readonly NodeId[], usage: string) {
    this.line = line;
    this.#ids = ids;
    this.#usage = usage;
    this.#unread = new Set(line.pairs.keys());
  }

  fail(what: string): never {
    throw new ScriptError(this.line.number, this.line.verb, `${what} (usage: ${this.#usage})`);
  }

  /** The next word, if there is one. */
  maybeWord(): string | null {
    const word = this.line.words[this.#next];
    if (word === undefined) return null;
    this.#next += 1;
    return word;
  }

  word(what: string): string {
    return this.maybeWord() ?? this.fail(`${what} is missing; expected ${what}`);
  }

  oneOf<T extends string>(what: string, allowed: readonly T[]): T {
    const word = this.word(what);
    const found = allowed.find((each) => each === word);
    return found ?? this.fail(`"${word}" is no ${what}; expected ${allowed.join(', ')}`);
  }

  node(what = 'node'): NodeId {
    return this.#nodeNamed(this.word(what));
  }

  #nodeNamed(word: string): NodeId {
    if (this.#ids.includes(word)) return word;
    return this.fail(`"${word}" is no node; expected ${this.#ids.join(', ')}`);
  }

  /** A node, several with commas between them, or `all`. */
  nodes(what = 'node'): readonly NodeId[] {
    return this.#nodesIn(this.word(what));
  }

  maybeNodes(): readonly NodeId[] | null {
    const word = this.maybeWord();
    return word === null ? null : this.#nodesIn(word);
  }

  #nodesIn(word: string): readonly NodeId[] {
    if (word === 'all') return this.#ids;
    return word.split(',').map((name) => this.#nodeNamed(name));
  }

  maybeNumber(what: string): number | null {
    const word = this.maybeWord();
    return word === null ? null : this.#numberIn(what, word);
  }

  number(what: string): number {
    return this.#numberIn(what, this.word(what));
  }

  #numberIn(what: string, text: string): number {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
    return this.fail(`"${text}" is no ${what}; expected a whole number from 0`);
  }

  pair(name: string): string | null {
    this.#unread.delete(name);
    return this.line.pairs.get(name) ?? null;
  }

  pairNumber(name: string): number | null {
    const text = this.pair(name);
    return text === null ? null : this.#numberIn(name, text);
  }

  pairNode(name: string): NodeId | undefined {
    const text = this.pair(name);
    return text === null ? undefined : this.#nodeNamed(text);
  }

  pairNodes(name: string): readonly NodeId[] | undefined {
    const text = this.pair(name);
    return text === null ? undefined : this.#nodesIn(text);
  }

  /** Pairs that nobody has read so far; now they are. */
  otherPairs(): [string, string][] {
    const others = [...this.line.pairs].filter(([name]) => this.#unread.has(name));
    this.#unread.clear();
    return others;
  }

  filter(): PacketFilter {
    return {
      from: this.pairNode('from'),
      to: this.pairNode('to'),
      type: this.pair('type') ?? undefined,
      among: this.pairNodes('among'),
    };
  }

  remainingWords(): string[] {
    const words = this.line.words.slice(this.#next);
    this.#next = this.line.words.length;
    return words;
  }

  /** A misspelt argument must not pass in silence. */
  assertAllRead(): void {
    const [word] = this.line.words.slice(this.#next);
    if (word !== undefined) this.fail(`"${word}" is one word too many`);
    const [name] = this.#unread;
    if (name !== undefined) this.fail(`"${name}=" means nothing here`);
  }
}
