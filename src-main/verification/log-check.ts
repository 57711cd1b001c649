/**
 * What a node says of its own log, held against itself: positions become committed once in a life,
 * are never truncated afterwards, and are applied only when committed. And X6 of protocols.md 7.1
 * as far as traces show it: one vote per era and no promise below an earlier one, across lives.
 */
import { compareEras, eraLabel, ERA_ZERO, type Era } from '../vocabulary/era.ts';
import type { NodeId, Position, ProtocolName } from '../vocabulary/ids.ts';
import type { ApplyHeader } from '../vocabulary/journal.ts';
import type { TraceEvent } from '../vocabulary/trace.ts';
import { lifeText, secondsText, type Findings, type Life } from './findings.ts';
import { IntervalSet } from './interval-set.ts';

type Vote = Extract<TraceEvent, { kind: 'vote' }>;

interface Grant {
  readonly life: Life;
  readonly era: Era;
  readonly candidate: NodeId;
  readonly us: number;
}

export class LogCheck {
  readonly #findings: Findings;
  /** ZAB's election votes change their mind within a round, by design (protocols.md 3.4). */
  readonly #votesBind: boolean;
  readonly #committed = new Map<Life, IntervalSet>();
  readonly #grants = new Map<NodeId, Grant>();

  constructor(findings: Findings, protocol: ProtocolName) {
    this.#findings = findings;
    this.#votesBind = protocol !== 'zab';
  }

  handleCommit(life: Life, us: number, from: Position, to: Position): void {
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
    if (committed.isEmpty || committed.covers(header.from, header.to)) return;
    this.#findings.add(
      'applied-committed',
      `${lifeText(life)} applied ${header.from} to ${header.to}, but knew only up to ` +
        `${committed.max} to be committed.`,
      header.us,
      life.node,
    );
  }

  handleVote(life: Life, us: number, vote: Vote): void {
    if (!this.#votesBind || !vote.granted || vote.phase !== 'real') return;
    const { era, candidate } = vote;
    const before = this.#grants.get(life.node);
    const order = before === undefined ? 1 : compareEras(era, before.era);
    if (before !== undefined && order === 0 && before.candidate !== candidate) {
      this.#reportPromise('one-vote', before, { life, era, candidate, us });
    } else if (before !== undefined && order < 0) {
      this.#reportPromise('promise-kept', before, { life, era, candidate, us });
    }
    if (order > 0 && compareEras(era, ERA_ZERO) > 0) {
      this.#grants.set(life.node, { life, era, candidate, us });
    }
  }

  #reportPromise(check: string, before: Grant, now: Grant): void {
    this.#findings.add(
      check,
      `${lifeText(now.life)} granted era ${eraLabel(now.era)} to ${now.candidate} at ` +
        `${secondsText(now.us)}, after ${lifeText(before.life)} granted era ` +
        `${eraLabel(before.era)} to ${before.candidate} at ${secondsText(before.us)}.`,
      now.us,
      now.life.node,
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
