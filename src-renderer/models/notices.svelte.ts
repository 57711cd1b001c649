/** Short messages at the edge of the screen. Errors stay until they are closed. */

export interface Notice {
  readonly id: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly count: number;
}

const SHOWN_MAX = 4;
const SHOWN_MS = { info: 6_000, warning: 12_000 } as const;

export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  #nextId = 1;

  /** The same text again only raises its count. */
  add(level: Notice['level'], text: string): void {
    const known = this.list.find((notice) => notice.text === text);
    if (known !== undefined) {
      this.list = this.list.map((n) => (n === known ? { ...n, count: n.count + 1 } : n));
      return;
    }
    const id = this.#nextId;
    this.#nextId += 1;
    this.list = [...this.list, { id, level, text, count: 1 }].slice(-SHOWN_MAX);
    if (level !== 'error') setTimeout(() => this.close(id), SHOWN_MS[level]);
  }

  addError(error: unknown): void {
    this.add('error', error instanceof Error ? error.message : String(error));
  }

  /** Another view is shown: what was said of the last one in passing is over. */
  closePassing(): void {
    this.list = this.list.filter((notice) => notice.level !== 'info');
  }

  close(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }
}
