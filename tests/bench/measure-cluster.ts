/** Start-up, idle cost, and closed-loop load at 1, 64 and 256 operations outstanding. */
import type { LiveCluster } from '../../src-main/lab/live-cluster.ts';
import type { ProtocolName } from '../../src-main/vocabulary/ids.ts';
import type { NodeCounters } from '../../src-main/vocabulary/journal.ts';
import { BENCH_WORKLOAD, sleep, withBenchCluster } from './bench-cluster.ts';

export interface LoadFigures {
  readonly outstanding: number;
  readonly opsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly messagesPerOp: number;
  readonly bytesPerOp: number;
  readonly syncsPerOp: number;
}

export interface ClusterFigures {
  /** Spawn of the first node to the first commits. */
  readonly startupMs: number;
  /** Of one core, mean over the nodes, with nothing but heartbeats. */
  readonly idleCpuShare: number;
  /** Resident memory per node, mean: after the start, and after all load. */
  readonly rssMiBStart: number;
  readonly rssMiBEnd: number;
  readonly loads: readonly LoadFigures[];
}

const OUTSTANDING = [1, 64, 256] as const;
const WARM_UP_MS = 1_000;
const IDLE_MS = 2_000;

export function measureCluster(
  protocol: ProtocolName,
  recording: boolean,
  seconds: number,
): Promise<ClusterFigures> {
  return withBenchCluster(protocol, recording, BENCH_WORKLOAD, async (cluster, startupMs) => {
    await sleep(500);
    const before = await cluster.counters();
    await sleep(IDLE_MS);
    const after = await cluster.counters();
    const idleCpuShare = mean(after, (one) => one.cpuUs, before) / (IDLE_MS * 1_000);
    const loads: LoadFigures[] = [];
    for (const outstanding of OUTSTANDING) {
      loads.push(await measureLoad(cluster, outstanding, seconds));
    }
    const end = await cluster.counters();
    return {
      startupMs,
      idleCpuShare,
      rssMiBStart: mean(after, (one) => one.rssBytes) / 2 ** 20,
      rssMiBEnd: mean(end, (one) => one.rssBytes) / 2 ** 20,
      loads,
    };
  });
}

function mean(
  counters: ReadonlyMap<string, NodeCounters>,
  pick: (one: NodeCounters) => number,
  minus?: ReadonlyMap<string, NodeCounters>,
): number {
  return sum(counters, pick, minus) / counters.size;
}

function sum(
  counters: ReadonlyMap<string, NodeCounters>,
  pick: (one: NodeCounters) => number,
  minus?: ReadonlyMap<string, NodeCounters>,
): number {
  let total = 0;
  for (const [node, one] of counters) {
    const earlier = minus?.get(node);
    total += pick(one) - (earlier === undefined ? 0 : pick(earlier));
  }
  return total;
}

async function measureLoad(
  cluster: LiveCluster,
  outstanding: number,
  seconds: number,
): Promise<LoadFigures> {
  const latenciesUs: number[] = [];
  let measuring = false;
  const forget = cluster.onOperation((record) => {
    if (measuring && record.outcome === 'ok') latenciesUs.push(record.returnUs - record.invokeUs);
  });
  cluster.workload.keepOutstanding(outstanding);
  await sleep(WARM_UP_MS);
  const before = await cluster.counters();
  measuring = true;
  const beganMs = performance.now();
  await sleep(seconds * 1_000);
  measuring = false;
  const tookSeconds = (performance.now() - beganMs) / 1_000;
  const after = await cluster.counters();
  cluster.workload.quiet();
  forget();
  while (cluster.workload.outstanding > 0) await sleep(10);
  latenciesUs.sort((a, b) => a - b);
  const ops = Math.max(1, latenciesUs.length);
  const messages = (one: NodeCounters): number =>
    Object.values(one.messages).reduce((total, count) => total + count, 0);
  return {
    outstanding,
    opsPerSecond: latenciesUs.length / tookSeconds,
    p50Ms: quantile(latenciesUs, 0.5) / 1_000,
    p99Ms: quantile(latenciesUs, 0.99) / 1_000,
    messagesPerOp: sum(after, messages, before) / ops,
    bytesPerOp: sum(after, (one) => one.bytes, before) / ops,
    syncsPerOp: sum(after, (one) => one.syncs, before) / ops,
  };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
