/**
 * The checks of a recorded run, fed with what the recorder reads: headers of each life in their
 * order, lives in any order among each other; operations in any order.
 */
import type { Incarnation, NodeId, ProtocolName } from '../vocabulary/ids.ts';
import type { JournalHeader, StepHeader } from '../vocabulary/journal.ts';
import type { TraceEvent } from '../vocabulary/trace.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import { AgreementCheck } from './agreement-check.ts';
import { ElectionCheck } from './election-check.ts';
import { Findings, lifeText, type Finding, type Life } from './findings.ts';
import { LogCheck } from './log-check.ts';
import { PromiseCheck } from './promise-check.ts';
import { ReadCheck } from './read-check.ts';
import { SessionCheck } from './session-check.ts';

type CheckVerdict = 'valid' | 'invalid' | 'unknown';

export interface CheckResult {
  readonly verdict: CheckVerdict;
  readonly findings: readonly Finding[];
  /** All violations, also those beyond the ones listed. */
  readonly count: number;
  /** What was not there to be checked. */
  readonly missing: readonly string[];
}

export class RunChecker {
  readonly #findings = new Findings();
  readonly #lives = new Map<string, Life>();
  readonly #lastStep = new Map<Life, number>();
  readonly #elections = new ElectionCheck(this.#findings);
  readonly #agreement = new AgreementCheck(this.#findings);
  readonly #sessions = new SessionCheck(this.#findings);
  readonly #reads = new ReadCheck(this.#findings);
  readonly #log = new LogCheck(this.#findings);
  readonly #promises: PromiseCheck;

  constructor(protocol: ProtocolName) {
    this.#promises = new PromiseCheck(this.#findings, protocol);
  }

  /** Violations so far; grows while headers come in. */
  get findings(): readonly Finding[] {
    return this.#findings.found;
  }

  /** How many eras had a leader. */
  get elections(): number {
    return this.#elections.eras;
  }

  handleHeader(node: NodeId, incarnation: Incarnation, header: JournalHeader): void {
    const life = this.#lifeOf(node, incarnation, header);
    if (header.k === 's') {
      this.#handleStep(life, header);
    } else if (header.k === 'a') {
      this.#agreement.handleApply(life, header);
      this.#log.handleApply(life, header);
      this.#sessions.handleApply(life, header);
    } else if (header.k === 'l') {
      this.#agreement.handleLoad(life, header);
      this.#log.handleSnapshot(life, header.pos);
    } else if (header.k === 'x' && header.why === 'assertion') {
      const error = header.error ?? 'no message';
      this.#findings.add('assertion', `${lifeText(life)} stopped: ${error}`, header.us, node);
    }
  }

  handleOperations(operations: readonly OperationRecord[]): void {
    for (const operation of operations) {
      const { outcome, pos, level } = operation;
      if (outcome !== 'ok' || pos === null) continue;
      this.#reads.handleOk(operation, pos);
      if (level === undefined) this.#sessions.handleOk(operation, pos);
    }
  }

  /** A journal, or a part of one, is not there. */
  handleMissing(what: string): void {
    this.#findings.addMissing(what);
  }

  finish(endUs: number): CheckResult {
    this.#sessions.finish(endUs, this.#agreement.appliedMax);
    if (this.#agreement.appliedMax === 0) this.#findings.addMissing('no node applied anything');
    const { found, count, missing } = this.#findings;
    const verdict = count > 0 ? 'invalid' : missing.length > 0 ? 'unknown' : 'valid';
    return { verdict, findings: found, count, missing };
  }

  #handleStep(life: Life, header: StepHeader): void {
    const before = this.#lastStep.get(life) ?? 0;
    if (header.n !== before + 1) {
      this.#findings.addMissing(
        `steps ${before + 1} to ${header.n - 1} of ${lifeText(life)} are not in its journal`,
      );
    }
    this.#lastStep.set(life, header.n);
    if (header.input === 'persisted') this.#promises.handlePersisted(life);
    if (header.trace === undefined) return;
    for (const event of header.trace) this.#handleTrace(life, header.us, event);
  }

  #handleTrace(life: Life, us: number, event: TraceEvent): void {
    switch (event.kind) {
      case 'role':
        // A ZAB server that decided to lead still shows the epoch before: it has none of its own
        // until discovery ends (Z2 of protocols.md 7.4 counts from NEWLEADER on).
        if (event.role === 'leader' && event.word !== 'discovery') {
          this.#elections.handleLeader(life, us, event.era);
        }
        return;
      case 'commit':
        return this.#log.handleCommit(life, us, event.from, event.to);
      case 'truncate':
        return this.#log.handleTruncate(life, us, event.from);
      case 'snapshot':
        if (event.what !== 'sent') this.#log.handleSnapshot(life, event.pos);
        return;
      case 'vote':
        return this.#promises.handleVote(life, us, event);
      default:
        return;
    }
  }

  #lifeOf(node: NodeId, incarnation: Incarnation, header: JournalHeader): Life {
    const key = `${node}:${incarnation}`;
    let life = this.#lives.get(key);
    if (life === undefined) {
      // Its first record is its `boot`.
      life = { node, incarnation, disk: (header.k === 's' ? header.disk : undefined) ?? null };
      this.#lives.set(key, life);
    }
    return life;
  }
}
