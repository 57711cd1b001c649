/**
 * Which fault a suspicion or a change of leader belongs to. A change belongs to the newest fault on
 * the leader that it replaced; what no fault on a leader explains, to the newest fault that was on,
 * or had just ended; and what a command of the operator explains, to no fault at all.
 */
import type { AdminRecord } from '../../vocabulary/admin.ts';
import type { FaultRecord, FaultSpec } from '../../vocabulary/fault.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import type { StruckFault } from './lab-record.ts';
import type { Leaderships, Suspicion, Tenure } from './leaderships.ts';
import type { Span } from './spans.ts';

/** What happens so long after its end is no longer put down to a fault or a command. */
export const AFTERMATH_US = 2_000_000;

/** Commands that may end a leadership. */
const LEAVING: ReadonlySet<string> = new Set(['transfer', 'remove', 'replace', 'reconfigure']);

export interface FaultFacts {
  readonly fault: StruckFault;
  readonly leader: Tenure | null;
  readonly onLeader: boolean;
}

export class FaultOwners {
  readonly facts: readonly FaultFacts[];
  readonly #leaderships: Leaderships;
  readonly #commands: readonly AdminRecord[];
  readonly #ofSuspicion = new Map<Suspicion, FaultRecord>();
  /** Suspicions of a leader that a fault on it explains. */
  readonly #ofLeader = new Set<Suspicion>();
  readonly #ofTenure = new Map<Tenure, FaultRecord>();

  /** @param faults those that were carried out */
  constructor(
    leaderships: Leaderships,
    faults: readonly StruckFault[],
    commands: readonly AdminRecord[],
  ) {
    this.#leaderships = leaderships;
    this.#commands = commands;
    this.facts = faults.map((fault) => {
      const leader = leaderships.leaderAt(fault.startUs);
      return { fault, leader, onLeader: leader !== null && concerns(fault.spec, leader.node) };
    });
    for (const suspicion of leaderships.suspicions) this.#ownSuspicion(suspicion);
    for (const [i, tenure] of leaderships.tenures.entries()) {
      this.#ownTenure(tenure, leaderships.tenures[i - 1]?.fromUs ?? -1);
    }
  }

  suspicionOf(fault: FaultRecord): Suspicion | null {
    const { suspicions } = this.#leaderships;
    return suspicions.find((one) => this.#ofSuspicion.get(one) === fault) ?? null;
  }

  /** The first leader after it that it accounts for. */
  tenureOf(fault: FaultRecord): Tenure | null {
    const { tenures } = this.#leaderships;
    return tenures.find((one) => this.#ofTenure.get(one) === fault) ?? null;
  }

  ownerOf(tenure: Tenure): FaultRecord | null {
    return this.#ofTenure.get(tenure) ?? null;
  }

  /** The fault that a gap is put down to: one that began in it, on a leader if there was one such;
   *  else the newest that was on when it began. */
  ownerOfGap({ fromUs, toUs }: Span): FaultRecord | null {
    const began = this.facts.filter(({ fault }) => {
      return fault.startUs >= fromUs && fault.startUs <= toUs;
    });
    const first = began.find(({ onLeader }) => onLeader) ?? began[0];
    const before = this.facts.findLast(({ fault }) => isNear(fault, fromUs));
    return (first ?? before)?.fault ?? null;
  }

  /** Whether another fault began after `fault` and not later than `us`. */
  isOvertaken({ startUs }: FaultRecord, us: number): boolean {
    return this.facts.some(({ fault }) => fault.startUs > startUs && fault.startUs <= us);
  }

  /** A command under way at `us`, or just done, that may have ended a leadership. */
  commandAt(us: number): AdminRecord | null {
    const covers = ({ spec, startUs, endUs }: AdminRecord): boolean =>
      LEAVING.has(spec.do) && startUs <= us && us <= (endUs ?? Infinity) + AFTERMATH_US;
    return this.#commands.findLast(covers) ?? null;
  }

  #ownSuspicion(suspicion: Suspicion): void {
    const { us } = suspicion;
    const near = this.facts.filter(({ fault }) => isNear(fault, us));
    const onLeader = near.findLast((one) => one.onLeader && !this.#hasChanged(one, us));
    if (onLeader !== undefined) this.#ofLeader.add(suspicion);
    const owner = onLeader ?? (this.commandAt(us) === null ? near.at(-1) : undefined);
    if (owner !== undefined) this.#ofSuspicion.set(suspicion, owner.fault);
  }

  /** Whether somebody else began to lead between that fault and `us`. */
  #hasChanged({ fault }: FaultFacts, us: number): boolean {
    return this.#leaderships.tenures.some(({ fromUs }) => fromUs > fault.startUs && fromUs < us);
  }

  /** A leader takes over from what suspected the one before. */
  #ownTenure(tenure: Tenure, beforeUs: number): void {
    const since = this.#leaderships.suspicions.filter(
      ({ us }) => us > beforeUs && us <= tenure.fromUs,
    );
    const decisive = since.find((one) => this.#ofLeader.has(one)) ?? since.at(-1);
    const owner = decisive === undefined ? undefined : this.#ofSuspicion.get(decisive);
    if (owner !== undefined) this.#ofTenure.set(tenure, owner);
  }
}

function isNear({ startUs, endUs }: FaultRecord, us: number): boolean {
  return startUs <= us && us <= (endUs ?? Infinity) + AFTERMATH_US;
}

/** Whether a fault is one of this node, or of a link of it; whatever its kind. */
function concerns(spec: FaultSpec, node: NodeId): boolean {
  const { node: of, links } = spec as { node?: unknown; links?: unknown };
  if (of === node) return true;
  if (!Array.isArray(links)) return false;
  return (links as { from?: unknown; to?: unknown }[]).some(
    ({ from, to }) => from === node || to === node,
  );
}
