/** Plain values as EDN on one line. */

/** A word that is a keyword in EDN and a string in JSON. */
export class JsonKeyword {
  readonly word: string;

  constructor(word: string) {
    this.word = word;
  }

  toJSON(): string {
    return this.word;
  }
}

/** Names of objects become keywords; what JSON cannot say is not given. */
export function ednText(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (value instanceof JsonKeyword) return `:${value.word}`;
  if (Array.isArray(value)) return `[${value.map(ednText).join(' ')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value).map(([name, inner]) => `:${name} ${ednText(inner)}`);
    return `{${entries.join(', ')}}`;
  }
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}

/** EDN knows fewer escapes than JSON; any other character may stand as it is. */
function quoted(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
