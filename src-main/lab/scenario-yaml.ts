/** YAML with places: plain data, and for every part of it the line and column it was read from. */
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml';

/** A fault of the file: where and what. */
export interface Problem {
  readonly line: number;
  readonly col: number;
  readonly message: string;
}

type Path = readonly PropertyKey[];

export class YamlFile {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly value: unknown;
  /** What is wrong with the YAML itself; `value` means nothing unless this is empty. */
  readonly problems: readonly Problem[];

  constructor(source: string) {
    this.#lines = new LineCounter();
    this.#document = parseDocument(source, {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: true,
      stringKeys: true,
    });
    const found = [...this.#document.errors, ...this.#document.warnings].map((error) => ({
      ...this.#placeAt(error.pos[0]),
      message: `${error.message}; allowed: YAML 1.2, one document, each key once`,
    }));
    let value: unknown = null;
    if (found.length === 0) {
      try {
        // A few aliases are fine; thousands of nested ones are a way to fill the memory.
        value = this.#document.toJS({ maxAliasCount: 50 });
      } catch (error) {
        found.push({ line: 1, col: 1, message: `${String(error)}; allowed: at most 50 aliases` });
      }
    }
    this.value = value;
    this.problems = found;
  }

  /** Place of the value at `path`, or of the nearest part around it that stands in the file. */
  placeOf(path: Path): { line: number; col: number } {
    for (let length = path.length; length >= 0; length -= 1) {
      const part = path.slice(0, length);
      const node = length === 0 ? this.#document.contents : this.#document.getIn(part, true);
      if (isNode(node) && node.range) return this.#placeAt(node.range[0]);
    }
    return { line: 1, col: 1 };
  }

  /** Place of the key `key` in the mapping at `path`. */
  placeOfKey(path: Path, key: string): { line: number; col: number } {
    const map = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true);
    if (!isMap(map)) return this.placeOf(path);
    const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    const range = isScalar(pair?.key) ? pair.key.range : null;
    return range ? this.#placeAt(range[0]) : this.placeOf(path);
  }

  #placeAt(offset: number): { line: number; col: number } {
    const place = this.#lines.linePos(offset);
    return { line: Math.max(1, place.line), col: Math.max(1, place.col) };
  }
}
