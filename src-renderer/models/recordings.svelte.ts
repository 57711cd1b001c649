/** The list of recorded runs, kept true by what the lab pushes. */
import type { Run } from '../../src-main/contract/model.ts';
import type { LabClient } from '../connection/client.ts';
import type { Notices } from './notices.svelte.ts';
import { saveFile } from './save-file.ts';

const PAGE = 200;

export class Recordings {
  /** Newest first. */
  runs = $state.raw<readonly Run[]>([]);
  total = $state(0);
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  selected = $state.raw<ReadonlySet<number>>(new Set());
  text = $state('');
  protocol = $state<'all' | Run['protocol']>('all');
  verdict = $state<'all' | 'valid' | 'invalid' | 'unknown' | 'incomplete'>('all');
  /** A report is being made. */
  reporting = $state(false);
  readonly shown = $derived(this.runs.filter((run) => this.#passes(run)));
  readonly #client: LabClient;
  readonly #notices: Notices;

  constructor(client: LabClient, notices: Notices) {
    this.#client = client;
    this.#notices = notices;
    client.on('run-changed', ({ run }) => this.#handleRun(run));
    client.on('runs-deleted', ({ runs }) => this.#forget(runs));
  }

  reload(): void {
    void this.#load(null);
  }

  get hasMore(): boolean {
    return this.runs.length < this.total;
  }

  loadMore(): void {
    void this.#load(this.runs[this.runs.length - 1]?.id ?? null);
  }

  toggle(run: number): void {
    const selected = new Set(this.selected);
    if (!selected.delete(run)) selected.add(run);
    this.selected = selected;
  }

  selectOnly(runs: readonly number[]): void {
    this.selected = new Set(runs);
  }

  byId(id: number): Run | null {
    return this.runs.find((run) => run.id === id) ?? null;
  }

  /** The runs that were made together with the newest finished one. */
  newestGroup(): readonly Run[] {
    const newest = this.runs.find((run) => run.status !== 'running');
    if (newest === undefined) return [];
    return this.runs.filter((run) => run.groupId === newest.groupId).slice(0, 8);
  }

  async remove(runs: readonly number[]): Promise<void> {
    try {
      await this.#client.call('runs.delete', { runs: [...runs] });
      this.#forget(runs);
    } catch (error) {
      this.#notices.addError(error);
    }
  }

  /** One page on these runs, side by side, as a file. */
  async saveReport(runs: readonly number[]): Promise<void> {
    this.reporting = true;
    try {
      const { html } = await this.#client.call('runs.report', { runs: [...runs] });
      saveFile(`report-${runs.join('-')}.html`, 'text/html', html);
    } catch (error) {
      this.#notices.addError(error);
    } finally {
      this.reporting = false;
    }
  }

  async #load(beforeId: number | null): Promise<void> {
    if (this.runs.length === 0) this.state = 'loading';
    try {
      const input = beforeId === null ? { limit: PAGE } : { limit: PAGE, beforeId };
      const { runs, total } = await this.#client.call('runs.list', input);
      this.runs = beforeId === null ? runs : [...this.runs, ...runs];
      this.total = total;
      this.state = 'ready';
    } catch (error) {
      this.state = 'failed';
      this.#notices.addError(error);
    }
  }

  #handleRun(run: Run): void {
    const known = this.runs.some((other) => other.id === run.id);
    if (!known) this.total += 1;
    this.runs = known
      ? this.runs.map((other) => (other.id === run.id ? run : other))
      : [run, ...this.runs].sort((a, b) => b.id - a.id);
  }

  #forget(ids: readonly number[]): void {
    const gone = new Set(ids);
    const before = this.runs.length;
    this.runs = this.runs.filter((run) => !gone.has(run.id));
    this.total -= before - this.runs.length;
    this.selected = new Set([...this.selected].filter((id) => !gone.has(id)));
  }

  #passes(run: Run): boolean {
    if (this.protocol !== 'all' && run.protocol !== this.protocol) return false;
    if (this.verdict === 'incomplete' ? run.status !== 'incomplete' : !this.#hasVerdict(run)) {
      return false;
    }
    const text = this.text.trim().toLowerCase();
    const line = `${run.id} ${run.name} ${run.scenario ?? ''} ${run.protocol}`.toLowerCase();
    return text === '' || line.includes(text);
  }

  #hasVerdict(run: Run): boolean {
    return this.verdict === 'all' || run.verdict === this.verdict;
  }
}
