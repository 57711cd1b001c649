/**
 * X6 of protocols.md 7.1 as far as traces show it: one vote per era and no promise below an earlier
 * one, across lives.
 *
 * A vote is traced in the step that gives it, before it is on disk, and leaves the node only after
 * that. So within a life every vote binds, but the next life is bound by those only after which the
 * life heard that a barrier was complete: a node killed in between never told anybody and may
 * forget.
 */
import { compareEras, eraLabel, ERA_ZERO, type Era } from '../vocabulary/era.ts';
import type { NodeId, ProtocolName } from '../vocabulary/ids.ts';
import type { TraceEvent } from '../vocabulary/trace.ts';
import { lifeText, secondsText, type Findings, type Life } from './findings.ts';

type Vote = Extract<TraceEvent, { kind: 'vote' }>;

interface Grant {
  readonly life: Life;
  readonly era: Era;
  readonly candidate: NodeId;
  readonly us: number;
}

/** Votes of one life; those in between cannot contradict another life where these do not. */
interface Promises {
  readonly life: Life;
  readonly first: Grant;
  newest: Grant;
  /** The newest that is on disk. */
  kept: Grant | null;
}

export class PromiseCheck {
  readonly #findings: Findings;
  /** ZAB's election votes change their mind within a round, by design (protocols.md 3.4). */
  readonly #votesBind: boolean;
  readonly #ofLife = new Map<Life, Promises>();
  /** By node and disk: a new disk knows nothing of what the one before had promised, which is why
   *  it must not count until it is added again (protocols.md 0.5). */
  readonly #ofDisk = new Map<string, Promises[]>();
  /** Lives whose newest vote may not be on disk. */
  readonly #unsynced = new Set<Life>();

  constructor(findings: Findings, protocol: ProtocolName) {
    this.#findings = findings;
    this.#votesBind = protocol !== 'zab';
  }

  handleVote(life: Life, us: number, vote: Vote): void {
    const { era, candidate } = vote;
    if (!this.#votesBind || !vote.granted || vote.phase !== 'real') return;
    if (compareEras(era, ERA_ZERO) <= 0) return;
    const grant = { life, era, candidate, us };
    const promises = this.#ofLife.get(life);
    if (promises === undefined) {
      this.#begin(grant);
    } else {
      this.#compare(promises.newest, grant);
      if (compareEras(era, promises.newest.era) <= 0) return;
      promises.newest = grant;
    }
    this.#unsynced.add(life);
  }

  /** A barrier of this life is complete: what it voted before is on disk. */
  handlePersisted(life: Life): void {
    if (this.#unsynced.size === 0 || !this.#unsynced.delete(life)) return;
    const promises = this.#ofLife.get(life);
    if (promises === undefined) return;
    promises.kept = promises.newest;
    // Journals of two lives may come in any order.
    for (const other of this.#ofDisk.get(diskOf(life)) ?? []) {
      if (other.life.incarnation > life.incarnation) this.#compare(promises.kept, other.first);
    }
  }

  #begin(grant: Grant): void {
    const { life } = grant;
    const others = this.#ofDisk.get(diskOf(life)) ?? [];
    this.#ofDisk.set(diskOf(life), others);
    let before: Grant | null = null;
    for (const { life: other, kept } of others) {
      if (kept === null || other.incarnation > life.incarnation) continue;
      if (before === null || compareEras(kept.era, before.era) > 0) before = kept;
    }
    if (before !== null) this.#compare(before, grant);
    const promises = { life, first: grant, newest: grant, kept: null };
    others.push(promises);
    this.#ofLife.set(life, promises);
  }

  #compare(before: Grant, now: Grant): void {
    const order = compareEras(now.era, before.era);
    if (order > 0 || (order === 0 && now.candidate === before.candidate)) return;
    this.#findings.add(
      order === 0 ? 'one-vote' : 'promise-kept',
      `${lifeText(now.life)} granted era ${eraLabel(now.era)} to ${now.candidate} at ` +
        `${secondsText(now.us)}, after ${lifeText(before.life)} granted era ` +
        `${eraLabel(before.era)} to ${before.candidate} at ${secondsText(before.us)}.`,
      now.us,
      now.life.node,
    );
  }
}

function diskOf({ node, disk }: Life): string {
  return `${node} ${disk ?? ''}`;
}
