/**
 * The part of EDN that Jepsen's histories use, as JSON: keywords and symbols become strings (a
 * keyword keeps its colon), lists and sets arrays, keys of maps strings. A tagged literal is read
 * as the value it tags, and its tag is noted. A form that cannot be read is a problem with its
 * line; reading goes on with the next line.
 *
 * The room: histories of clients and runs in the forms of others, in and out. Texts only, no files.
 */
import type { Json } from '../../vocabulary/json.ts';

export interface EdnForm {
  readonly line: number;
  readonly value: Json;
}

export interface Problem {
  readonly line: number;
  readonly what: string;
}

export interface EdnText {
  readonly forms: readonly EdnForm[];
  readonly problems: readonly Problem[];
  /** How often each tag came. */
  readonly tags: ReadonlyMap<string, number>;
}

/** The forms of a text; those of the one list or vector that all of it is in, if it is in one. */
export function readEdn(text: string): EdnText {
  return new EdnReader(text).read();
}

const DEPTH_MAX = 64;
const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const WHITE = /[\s,]/;
const TOKEN_END = /[\s,()[\]{}";]/;
const INTEGER = /^[+-]?\d+N?$/;
const FLOAT = /^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?M?$/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };
const CHARACTERS: Readonly<Record<string, string>> = {
  newline: '\n',
  space: ' ',
  tab: '\t',
  return: '\r',
};

class EdnError extends Error {}

class EdnReader {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineAt = 0;
  readonly #forms: EdnForm[] = [];
  readonly #problems: Problem[] = [];
  readonly #tags = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  read(): EdnText {
    this.#skipWhite();
    const opener = this.#peek();
    const closer = opener === '[' || opener === '(' ? (CLOSERS[opener] ?? null) : null;
    if (closer !== null) this.#at += 1;
    let isClosed = closer === null;
    while (this.#skipWhite()) {
      if (!isClosed && this.#peek() === closer) {
        this.#at += 1;
        isClosed = true;
      } else if (isClosed && closer !== null) {
        this.#addProblem(`nothing may follow the ${closer} that ends the history`);
        break;
      } else {
        this.#readTop();
      }
    }
    if (!isClosed) this.#addProblem(`the history ends without its ${closer ?? ''}`);
    return { forms: this.#forms, problems: this.#problems, tags: this.#tags };
  }

  #readTop(): void {
    const line = this.#lineNow();
    try {
      const value = this.#readForm(0);
      if (value !== undefined) this.#forms.push({ line, value });
    } catch (error) {
      if (!(error instanceof EdnError)) throw error;
      // What has no end went wrong where it began.
      if (this.#at < this.#text.length) this.#addProblem(error.message);
      else this.#problems.push({ line, what: error.message });
      const next = this.#text.indexOf('\n', this.#at);
      this.#at = next < 0 ? this.#text.length : next + 1;
    }
  }

  #addProblem(what: string): void {
    this.#problems.push({ line: this.#lineNow(), what });
  }

  /** Counts on from where it counted last. */
  #lineNow(): number {
    for (; this.#lineAt < this.#at; this.#lineAt += 1) {
      if (this.#text[this.#lineAt] === '\n') this.#line += 1;
    }
    return this.#line;
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  /** @returns whether something is left */
  #skipWhite(): boolean {
    for (; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#peek();
      if (character === ';') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.#text.length - 1 : end;
      } else if (!WHITE.test(character)) return true;
    }
    return false;
  }

  /** undefined: a form that was discarded (`#_`). */
  #readForm(depth: number): Json | undefined {
    if (depth > DEPTH_MAX) throw new EdnError(`nested deeper than ${DEPTH_MAX}`);
    if (!this.#skipWhite()) throw new EdnError('ends in the middle of a form');
    const character = this.#peek();
    if (character === '#') return this.#readDispatch(depth);
    if (character === '{') return this.#readMap(depth);
    if (character === '[' || character === '(') {
      return this.#readItems(CLOSERS[character] ?? '', depth);
    }
    if (character === '"') return this.#readString();
    if (character === '\\') return this.#readCharacter();
    return atomOf(this.#readToken());
  }

  #readDispatch(depth: number): Json | undefined {
    this.#at += 1;
    if (this.#peek() === '{') return this.#readItems('}', depth);
    if (this.#peek() === '_') {
      this.#at += 1;
      this.#readValue(depth);
      return undefined;
    }
    const tag = this.#readToken();
    this.#tags.set(tag, (this.#tags.get(tag) ?? 0) + 1);
    return this.#readValue(depth);
  }

  #readValue(depth: number): Json {
    for (;;) {
      const value = this.#readForm(depth + 1);
      if (value !== undefined) return value;
    }
  }

  #readItems(closer: string, depth: number): Json[] {
    this.#at += 1;
    const items: Json[] = [];
    for (;;) {
      if (!this.#skipWhite()) throw new EdnError(`ends without ${closer}`);
      if (this.#peek() === closer) {
        this.#at += 1;
        return items;
      }
      const item = this.#readForm(depth + 1);
      if (item !== undefined) items.push(item);
    }
  }

  #readMap(depth: number): Json {
    const items = this.#readItems('}', depth);
    if (items.length % 2 === 1) throw new EdnError('a map needs a value for each key');
    const entries: [string, Json][] = [];
    for (let at = 0; at < items.length; at += 2) {
      const [key, value] = [items[at] ?? null, items[at + 1] ?? null];
      entries.push([typeof key === 'string' ? key : JSON.stringify(key), value]);
    }
    return Object.fromEntries(entries);
  }

  #readString(): string {
    let text = '';
    for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#peek();
      if (character === '"') {
        this.#at += 1;
        return text;
      }
      text += character === '\\' ? this.#readEscape() : character;
    }
    throw new EdnError('a string without its end');
  }

  /** Stops at the last character of it. */
  #readEscape(): string {
    this.#at += 1;
    const character = this.#peek();
    if (character !== 'u') return ESCAPES[character] ?? character;
    const digits = this.#text.slice(this.#at + 1, this.#at + 5);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new EdnError(`\\u${digits} is no character`);
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #readCharacter(): string {
    this.#at += 1;
    const first = this.#peek();
    this.#at += 1;
    const name = first + this.#tokenText();
    return CHARACTERS[name] ?? name;
  }

  #readToken(): string {
    const token = this.#tokenText();
    if (token === '') {
      const character = this.#peek();
      this.#at += 1;
      throw new EdnError(`"${character}" is not allowed here`);
    }
    return token;
  }

  #tokenText(): string {
    const from = this.#at;
    while (this.#at < this.#text.length && !TOKEN_END.test(this.#peek())) this.#at += 1;
    return this.#text.slice(from, this.#at);
  }
}

function atomOf(token: string): Json {
  if (token === 'nil') return null;
  if (token === 'true') return true;
  if (token === 'false') return false;
  if (INTEGER.test(token)) {
    const value = Number(token.replace('N', ''));
    // As text it stays what it is.
    return Number.isSafeInteger(value) ? value : token;
  }
  if (FLOAT.test(token)) return Number(token.replace('M', ''));
  if (/^[+-]?\d/.test(token)) throw new EdnError(`"${token}" is no number`);
  return token;
}
