/**
 * What a node says of its own log, held against itself: positions become committed once in a life,
 * are never truncated afterwards, and are applied only when committed.
 */
import type { Position } from '../vocabulary/ids.ts';
import type { ApplyHeader } from '../vocabulary/journal.ts';
import { lifeText, type Findings, type Life } from './findings.ts';
import { IntervalSet } from './interval-set.ts';

export class LogCheck {
  readonly #findings: Findings;
  readonly #committed = new Map<Life, IntervalSet>();
  /** What a life has from snapshots: committed, whether it says so or not. */
  readonly #snapshots = new Map<Life, Position>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Everything up to `pos` is in a snapshot of this life. */
  handleSnapshot(life: Life, pos: Position): void {
    if (pos > this.#snapshotOf(life)) this.#snapshots.set(life, pos);
  }

  #snapshotOf(life: Life): Position {
    return this.#snapshots.get(life) ?? 0;
  }

  handleCommit(life: Life, us: number, begin: Position, to: Position): void {
    const snapshot = this.#snapshotOf(life);
    if (snapshot > 0 && to <= snapshot) return;
    const from = Math.max(begin, snapshot + 1);
    const again = this.#committedOf(life).add(from, to);
    if (again === null && from <= to) return;
    this.#findings.add(
      'commit-monotone',
      `${lifeText(life)} committed ${from} to ${to}, but it had committed ${again ?? to} before: ` +
        'the commit position never goes back.',
      us,
      life.node,
    );
  }

  handleTruncate(life: Life, us: number, from: Position): void {
    const { max } = this.#committedOf(life);
    if (from > max) return;
    this.#findings.add(
      'committed-kept',
      `${lifeText(life)} removed its log from ${from} on, but knew ${max} to be committed.`,
      us,
      life.node,
    );
  }

  handleApply(life: Life, header: ApplyHeader): void {
    const committed = this.#committedOf(life);
    // A core that says nothing of commits cannot be held to them.
    const from = Math.max(header.from, this.#snapshotOf(life) + 1);
    if (committed.isEmpty || from > header.to || committed.covers(from, header.to)) return;
    this.#findings.add(
      'applied-committed',
      `${lifeText(life)} applied ${header.from} to ${header.to}, but knew only up to ` +
        `${committed.max} to be committed.`,
      header.us,
      life.node,
    );
  }

  #committedOf(life: Life): IntervalSet {
    let committed = this.#committed.get(life);
    if (committed === undefined) {
      committed = new IntervalSet();
      this.#committed.set(life, committed);
    }
    return committed;
  }
}
