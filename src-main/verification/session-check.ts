/**
 * X4 and X5 of protocols.md 7.1: an operation takes effect at most once, every one that was
 * answered `ok` took effect somewhere, and no two of them at one position.
 */
import type { Position } from '../vocabulary/ids.ts';
import type { ApplyHeader } from '../vocabulary/journal.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import { lifeText, type Findings, type Life } from './findings.ts';
import { IntervalSet } from './interval-set.ts';
import { PositionSet } from './position-set.ts';

/** For the message only: who had a position, among the newest. */
const RECENT_OPERATIONS = 4_096;

interface Recent {
  readonly pos: Position;
  readonly session: number;
  readonly seq: number;
}

type Sessions = Map<number, IntervalSet>;

export class SessionCheck {
  readonly #findings: Findings;
  readonly #effectiveInLife = new Map<Life, Sessions>();
  readonly #effective: Sessions = new Map();
  readonly #acknowledged: Sessions = new Map();
  readonly #positions = new PositionSet();
  readonly #recent: Recent[] = [];
  #acknowledgedPosMax: Position = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  handleApply(life: Life, header: ApplyHeader): void {
    let inLife = this.#effectiveInLife.get(life);
    if (inLife === undefined) {
      inLife = new Map();
      this.#effectiveInLife.set(life, inLife);
    }
    for (const [session, fromSeq, toSeq] of header.effective) {
      setOf(this.#effective, session).add(fromSeq, toSeq);
      const again = setOf(inLife, session).add(fromSeq, toSeq);
      if (again === null) continue;
      this.#findings.add(
        'exactly-once',
        `${lifeText(life)} carried out operation ${again} of session ${session} once more, at ` +
          `one of the positions ${header.from} to ${header.to}.`,
        header.us,
        life.node,
      );
    }
  }

  handleOk(operation: OperationRecord, pos: Position): void {
    const { session, seq } = operation;
    setOf(this.#acknowledged, session).add(seq, seq);
    if (pos > this.#acknowledgedPosMax) this.#acknowledgedPosMax = pos;
    const slot = pos % RECENT_OPERATIONS;
    if (!this.#positions.add(pos)) this.#reportShared(operation, pos, this.#recent[slot]);
    this.#recent[slot] = { pos, session, seq };
  }

  /** @param appliedMax the highest position of which an apply was recorded */
  finish(us: number, appliedMax: Position): void {
    for (const [session, acknowledged] of this.#acknowledged) {
      const seq = setOf(this.#effective, session).firstMissing(acknowledged);
      if (seq === null) continue;
      if (this.#acknowledgedPosMax > appliedMax) {
        this.#findings.addMissing(
          `operations up to position ${this.#acknowledgedPosMax} were answered, but what the ` +
            `nodes applied is recorded up to ${appliedMax} only`,
        );
        return;
      }
      this.#findings.add(
        'acknowledged-applied',
        `Operation ${seq} of session ${session} was answered ok, but no node carried it out.`,
        us,
        null,
      );
    }
  }

  #reportShared(operation: OperationRecord, pos: Position, other: Recent | undefined): void {
    const known = other !== undefined && other.pos === pos;
    const first = known ? `operation ${other.seq} of session ${other.session}` : 'an earlier one';
    this.#findings.add(
      'one-operation-per-position',
      `Operation ${operation.seq} of session ${operation.session} was answered ok at position ` +
        `${pos}, and so was ${first}.`,
      operation.returnUs,
      operation.node,
    );
  }
}

function setOf(sessions: Sessions, session: number): IntervalSet {
  let set = sessions.get(session);
  if (set === undefined) {
    set = new IntervalSet();
    sessions.set(session, set);
  }
  return set;
}
