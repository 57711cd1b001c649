/**
 * The expectation `recoversWithinMs`: after each fault begins or ends while some majority is up,
 * awake and connected both ways, an operation asked from then on must succeed within the limit.
 */
import type { Violation } from '../contract/model.ts';
import { isBroken, linkKey } from '../faults/index.ts';
import { hasConnectedMajority } from '../verification/connected-majority.ts';
import type { FaultRecord, LinkRule } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import type { Standing } from './membership.ts';

/** A live cluster or a simulated one. */
export interface WatchedCluster {
  /** Who decides now. */
  readonly voterIds: readonly NodeId[];
  /** A voter that lost its disk decides nothing until it was added anew. */
  readonly membership: { standingOf(node: NodeId): Standing };
  readonly ledger: {
    readonly active: readonly FaultRecord[];
    linkRules(): ReadonlyMap<string, readonly LinkRule[]>;
  };
  nowUs(): number;
}

interface Checkpoint {
  readonly us: number;
  readonly what: string;
}

/** Checkpoints kept at most; a run with more faults is judged by these. */
const CHECKPOINTS_MAX = 1_000;

export class RecoveryWatch {
  readonly #cluster: WatchedCluster;
  readonly #limitMs: number;
  #open: Checkpoint[] = [];
  #seen = 0;
  readonly violations: Violation[] = [];

  constructor(cluster: WatchedCluster, limitMs: number) {
    this.#cluster = cluster;
    this.#limitMs = limitMs;
  }

  /** Faults changed: from now on the cluster has to recover, if it can at all. */
  noteFault(what: string): void {
    const us = this.#cluster.nowUs();
    if (!isOwedRecovery(this.#cluster)) {
      // From now on nobody can recover from what came before, either; but what was late by now is.
      this.#judgeOpen(us);
      return;
    }
    if (this.#seen >= CHECKPOINTS_MAX) return;
    this.#seen += 1;
    this.#open.push({ us, what });
  }

  noteOperation(record: OperationRecord): void {
    if (record.outcome !== 'ok' || this.#open.length === 0) return;
    this.#open = this.#open.filter((checkpoint) => {
      if (record.invokeUs < checkpoint.us) return true;
      this.#judge(checkpoint, record.returnUs);
      return false;
    });
  }

  /** The run ends: what did not recover yet is late, if its time was up. */
  finish(): void {
    this.#judgeOpen(this.#cluster.nowUs());
  }

  #judgeOpen(us: number): void {
    for (const checkpoint of this.#open) this.#judge(checkpoint, us);
    this.#open = [];
  }

  #judge(checkpoint: Checkpoint, us: number): void {
    const tookMs = Math.round((us - checkpoint.us) / 1_000);
    if (tookMs <= this.#limitMs) return;
    const limit = `(limit ${this.#limitMs} ms)`;
    const message = `after "${checkpoint.what}" no operation succeeded for ${tookMs} ms ${limit}`;
    this.violations.push({ check: 'recoversWithinMs', message, us: checkpoint.us, node: null });
  }
}

function isOwedRecovery({ voterIds: nodeIds, membership, ledger }: WatchedCluster): boolean {
  const rules = ledger.linkRules();
  const down = new Set(ledger.active.flatMap(({ spec }) => ('node' in spec ? [spec.node] : [])));
  return hasConnectedMajority({
    nodeIds,
    running: nodeIds.filter((node) => !down.has(node) && membership.standingOf(node) === 'voter'),
    isCut: (from, to) => isBroken(rules.get(linkKey(from, to)) ?? []),
  });
}
