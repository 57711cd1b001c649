/**
 * The end of a scenario: everything is healed and started again, and a cluster that nothing hinders
 * any more has to serve its clients and bring every node to the same position. One that does not is
 * not live, which no invariant of safety would show.
 */
import type { Violation } from '../contract/model.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { NodeCounters } from '../vocabulary/journal.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import type { RecoveryWatch } from './recovery-watch.ts';

/** What settling needs of a live cluster. */
export interface SettlingCluster {
  /** Those that the cluster replicates to: they have to be level in the end. */
  readonly memberIds: readonly NodeId[];
  readonly ledger: { readonly active: readonly unknown[] };
  readonly workload: { readonly outstanding: number; quiet(): void };
  nowUs(): number;
  undoAll(outcome: string, restart: boolean): void;
  counters(): Promise<ReadonlyMap<NodeId, Pick<NodeCounters, 'applied'>>>;
  onOperation(listener: (record: OperationRecord) => void): () => void;
}

export interface SettlingPace {
  isAborted(): boolean;
  sleep(ms: number): Promise<void>;
}

const POLL_MS = 20;
const SETTLE_MS_MAX = 8_000;
/** Nodes get at least this long without clients, also when the first success came late. */
const LEVEL_MS_MIN = 2_000;

/** @returns a violation when the nodes are not level in the end, unless the run was aborted. */
export async function settle(
  cluster: SettlingCluster,
  watch: Pick<RecoveryWatch, 'noteFault' | 'finish'> | null,
  pace: SettlingPace,
): Promise<readonly Violation[]> {
  const hadFaults = cluster.ledger.active.length > 0;
  cluster.undoAll('the scenario ended', true);
  if (hadFaults) watch?.noteFault('the end of the scenario');
  const healedUs = cluster.nowUs();
  const deadline = performance.now() + SETTLE_MS_MAX;
  if (hadFaults) await untilSuccess(cluster, pace, healedUs, deadline);
  cluster.workload.quiet();
  const end = Math.max(deadline, performance.now() + LEVEL_MS_MIN);
  const uneven = await untilLevel(cluster, pace, end);
  watch?.finish();
  if (uneven === null || pace.isAborted()) return [];
  return [catchesUpViolation(cluster, uneven, healedUs)];
}

/** Only what was asked since counts: the answer to an older question proves nothing. */
async function untilSuccess(
  cluster: SettlingCluster,
  pace: SettlingPace,
  sinceUs: number,
  deadline: number,
): Promise<void> {
  let succeeded = false;
  const stop = cluster.onOperation((record) => {
    succeeded ||= record.outcome === 'ok' && record.invokeUs >= sinceUs;
  });
  while (!succeeded && performance.now() < deadline && !pace.isAborted()) {
    await pace.sleep(POLL_MS);
  }
  stop();
}

type Counters = Awaited<ReturnType<SettlingCluster['counters']>>;

/** @returns null when all nodes are level, else where they were in the end. */
async function untilLevel(
  cluster: SettlingCluster,
  pace: SettlingPace,
  deadline: number,
): Promise<Counters | null> {
  for (;;) {
    const isLate = performance.now() >= deadline || pace.isAborted();
    if (cluster.workload.outstanding === 0 || isLate) {
      const counters = await cluster.counters();
      if (isLevel(cluster.memberIds, counters)) return null;
      if (isLate) return counters;
    }
    await pace.sleep(POLL_MS);
  }
}

/** Whether every node answers and has applied as much as every other. */
export function isLevel(memberIds: readonly NodeId[], counters: Counters): boolean {
  const applied = memberIds.map((node) => counters.get(node)?.applied);
  return !applied.includes(undefined) && new Set(applied).size === 1;
}

/** Says where each node was in the end. */
export function catchesUpViolation(
  cluster: Pick<SettlingCluster, 'memberIds' | 'nowUs'>,
  counters: Counters,
  healedUs: number,
): Violation {
  const nodes = cluster.memberIds.map((node) => {
    const applied = counters.get(node)?.applied;
    return applied === undefined ? `${node} does not answer` : `${node} has applied ${applied}`;
  });
  const seconds = Math.round((cluster.nowUs() - healedUs) / 1_000_000);
  const message = `${seconds} s after everything was healed the nodes are not level: `;
  return { check: 'catches-up', message: message + nodes.join(', '), us: healedUs, node: null };
}
