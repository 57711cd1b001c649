/**
 * Folds a finished run once, from its beginning, and keeps the state every few thousand events, so
 * that any moment can be shown by folding a few thousand at most. Works in the background, a page
 * at a time, beside the recording of other runs.
 */
import type Database from 'better-sqlite3';
import { applyEvent, emptyView, type ClusterView } from '../contract/cluster-view.ts';
import type { Member } from '../vocabulary/ids.ts';
import { EventPages } from './event-pages.ts';
import { openReadOnly } from './open-database.ts';
import type { RunWriter } from './run-writer.ts';

const KEYFRAME_EVENTS = 2_500;

export class KeyframeJob {
  readonly #run: number;
  readonly #db: Database;
  readonly #pages: EventPages;
  readonly #view: ClusterView | null;
  #fromUs = 0;

  constructor(file: string, run: number) {
    this.#run = run;
    this.#db = openReadOnly(file);
    this.#pages = new EventPages(this.#db);
    const row = this.#db
      .prepare<{ protocol: string; members: string }>(
        'select protocol, members from runs where id = ?',
      )
      .get(run);
    const members = row === undefined ? [] : (JSON.parse(row.members) as Member[]);
    const ids = members.map(({ nodeId }) => nodeId);
    this.#view = row === undefined ? null : emptyView(ids, row.protocol);
  }

  /** Folds one page and writes its keyframe; true when the run is through. */
  turn(writer: RunWriter): boolean {
    if (this.#view === null) return true;
    const page = this.#pages.read(this.#run, this.#fromUs, Infinity, KEYFRAME_EVENTS, true);
    for (const event of page.events) applyEvent(this.#view, event);
    if (page.nextUs === null) {
      writer.markKeyframed(this.#run);
      return true;
    }
    this.#fromUs = page.nextUs;
    writer.putKeyframe(this.#run, page.nextUs, JSON.stringify(this.#view));
    return false;
  }

  close(): void {
    this.#db.close();
  }
}
