/**
 * The expectation `recoversWithinMs`: after each fault begins or ends while some majority is up,
 * awake and connected both ways, an operation asked from then on must succeed within the limit.
 */
import type { Violation } from '../contract/model.ts';
import { linkKey } from '../faults/index.ts';
import { majoritySize } from '../protocols/quorum/majority.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import type { FaultLedger } from './fault-ledger.ts';

/** A live cluster or a simulated one. */
export interface WatchedCluster {
  readonly nodeIds: readonly NodeId[];
  readonly ledger: FaultLedger;
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
    if (!hasConnectedMajority(this.#cluster)) {
      // Nobody could have recovered from what came before, either.
      this.#open = [];
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
    for (const checkpoint of this.#open) this.#judge(checkpoint, this.#cluster.nowUs());
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

/** Whether some node and enough others are up, awake and reach each other both ways. */
export function hasConnectedMajority(cluster: WatchedCluster): boolean {
  const rules = cluster.ledger.rules();
  const down = new Set(
    cluster.ledger.active.flatMap(({ spec }) => ('node' in spec ? [spec.node] : [])),
  );
  const able = cluster.nodeIds.filter((node) => !down.has(node));
  const cut = (from: string, to: string): boolean => rules.get(linkKey(from, to))?.cut ?? false;
  const needed = majoritySize(cluster.nodeIds.length);
  return able.some((center) => {
    const near = able.filter(
      (node) => node === center || (!cut(center, node) && !cut(node, center)),
    );
    // All of them must reach each other: a hub with leaves is not owed a recovery by every
    // protocol.
    const clique = near.filter((a) => near.every((b) => a === b || (!cut(a, b) && !cut(b, a))));
    return clique.length >= needed;
  });
}
