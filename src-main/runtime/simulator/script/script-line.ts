/** One line of a script: a verb, words, `name=value` pairs; and the error that names all three. */

export class ScriptError extends Error {
  override name = 'ScriptError';
  readonly line: number;
  readonly verb: string;

  /** @param what what is wrong, and what was expected instead. */
  constructor(line: number, verb: string, what: string) {
    super(`line ${line}: ${verb}: ${what}`);
    this.line = line;
    this.verb = verb;
  }
}

export interface ScriptLine {
  readonly number: number;
  readonly text: string;
  readonly verb: string;
  readonly words: readonly string[];
  readonly pairs: ReadonlyMap<string, string>;
  /** Everything behind the verb as it stands, for arguments that are JSON. */
  readonly rest: string;
  /** Print violations only. */
  readonly quiet: boolean;
}

/** Lines that say something; comments and empty lines are null. */
export function parseLine(number: number, source: string): ScriptLine | null {
  const text = source.trim();
  if (text === '' || text.startsWith('#')) return null;
  const quiet = text.startsWith('quiet ');
  const command = quiet ? text.slice('quiet '.length).trim() : text;
  const [verb = ''] = command.split(/\s+/, 1);
  const rest = command.slice(verb.length).trim();
  const words: string[] = [];
  const pairs = new Map<string, string>();
  // What follows a brace is JSON and means what it says.
  const brace = rest.indexOf('{');
  const plain = brace === -1 ? rest : rest.slice(0, brace);
  for (const token of tokens(number, verb, plain)) {
    const pair = token.quoted ? null : /^([A-Za-z][\w.-]*)=(.*)$/.exec(token.text);
    if (pair === null) words.push(token.text);
    else pairs.set(pair[1] ?? '', pair[2] ?? '');
  }
  return { number, text, verb, words, pairs, rest, quiet };
}

interface TextToken {
  readonly text: string;
  readonly quoted: boolean;
}

function tokens(number: number, verb: string, text: string): TextToken[] {
  const found: TextToken[] = [];
  const pattern = /"([^"]*)"|(\S+)/g;
  for (const match of text.matchAll(pattern)) {
    const [, quoted, plain] = match;
    if (quoted !== undefined) found.push({ text: quoted, quoted: true });
    else if (plain !== undefined) {
      if (plain.startsWith('"')) {
        throw new ScriptError(number, verb, 'a quote is not closed; expected "text"');
      }
      found.push({ text: plain, quoted: false });
    }
  }
  return found;
}
