/**
 * Reads that are no log entries (protocols.md 1.12, 2.10, 3.11; R8, R9, P9, X9): a linearizable one
 * never comes from a state older than what was committed when it was asked; a local one never from
 * a state older than what its client saw.
 */
import { LINEARIZABLE_LEVELS } from '../../../vocabulary/read-level.ts';
import type { Answer } from '../../driver/ports.ts';
import type { ClientRequestInfo } from '../world/sim-node.ts';
import type { WorldSpec } from '../world/world-spec.ts';
import type { NodeMemory } from './memory.ts';
import type { Committed } from './protocol-checks.ts';
import type { Report } from './violation.ts';

const IDS = { raft: 'R8', paxos: 'P9', zab: 'X9' } as const;

interface OpenRead {
  readonly level: string;
  /** Committed when it was asked. */
  readonly after: number;
}

export class ReadChecks {
  readonly #id: string;
  readonly #committed: Committed;
  readonly #report: Report;
  readonly #isStrictSync: boolean;
  readonly #open = new Map<number, OpenRead>();
  /** Everything up to here is committed. In Paxos a slot above may be, too: until those below are,
   *  nobody has seen its effect. */
  #prefix = 0;
  /** Highest number of an era in which something was committed. */
  #eraMax = 0;

  constructor(spec: WorldSpec, committed: Committed, report: Report) {
    this.#id = IDS[spec.protocol.name];
    this.#committed = committed;
    this.#report = report;
    const { strictSync } = { ...spec.protocol.defaultOptions, ...spec.options };
    this.#isStrictSync = strictSync === true;
  }

  asked({ reqId, kind, level }: ClientRequestInfo): void {
    if (kind !== 'read' || level === undefined) return;
    // A plain `sync` may be stale when the leader was deposed meanwhile (3.11).
    const isStrict = LINEARIZABLE_LEVELS.has(level) || (level === 'sync' && this.#isStrictSync);
    this.#open.set(reqId, { level, after: isStrict ? this.#committedPrefix() : 0 });
  }

  #committedPrefix(): number {
    while (this.#committed.entries[this.#prefix + 1] !== undefined) this.#prefix += 1;
    return this.#prefix;
  }

  committedIn(era: number): void {
    if (era > this.#eraMax) this.#eraMax = era;
  }

  /** R9: who serves by its lease is not deposed by anybody who commits. */
  allowed({ node, role, era }: NodeMemory, reqId: number): void {
    if (this.#open.get(reqId)?.level !== 'lease' || role !== 'leader') return;
    if (this.#eraMax <= era.number) return;
    const text = `${node.id} serves a read by its lease of era ${era.number}`;
    this.#report('R9', node.id, `${text}; era ${this.#eraMax} has committed`);
  }

  answered(request: ClientRequestInfo, answer: Answer): void {
    const read = this.#open.get(request.reqId);
    this.#open.delete(request.reqId);
    if (read === undefined || !answer.ok) return;
    const { client, node, minPos = 0 } = request;
    const who = `${client} reads (${read.level}) at ${node} the state of ${answer.pos}`;
    if (answer.pos < read.after) {
      this.#report(this.#id, node, `${who}; ${read.after} was committed when it asked`);
    } else if (answer.pos < minPos) {
      this.#report('X9', node, `${who}; it had seen ${minPos}`);
    }
  }
}
