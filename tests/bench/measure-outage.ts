/**
 * The gap in successful writes after kill -9 of the leader, as clients see it: open loop of probe
 * writes, longest time between two answers around the kill. Also with the leader paused instead:
 * then nobody is told by a closed socket.
 */
import type { LiveCluster } from '../../src-main/lab/live-cluster.ts';
import type { ProtocolName } from '../../src-main/vocabulary/ids.ts';
import { DEFAULT_TIMING_MS } from '../../src-main/vocabulary/timing.ts';
import { BENCH_WORKLOAD, sleep, withBenchCluster } from './bench-cluster.ts';
import { median, type OutageRow } from './report.ts';

const PROBES_PER_SECOND = 500;

export function measureOutage(protocol: ProtocolName, kills: number): Promise<OutageRow> {
  const workload = { ...BENCH_WORKLOAD, clients: 2, ratePerSecond: PROBES_PER_SECOND };
  return withBenchCluster(protocol, false, workload, async (cluster) => {
    cluster.workload.start();
    await sleep(1_000);
    const killed: number[] = [];
    const paused: number[] = [];
    for (let round = 0; round < kills; round += 1) {
      killed.push(await gapAfter(cluster, 'kill'));
      paused.push(await gapAfter(cluster, 'pause'));
    }
    return {
      protocol,
      electionTimeoutMs: DEFAULT_TIMING_MS.electionTimeoutMs,
      killMedianMs: median(killed),
      killMaxMs: Math.max(...killed),
      pauseMedianMs: median(paused),
      pauseMaxMs: Math.max(...paused),
    };
  });
}

/** Breaks the leader, waits for recovery, repairs; the longest gap between answers meanwhile. */
async function gapAfter(cluster: LiveCluster, kind: 'kill' | 'pause'): Promise<number> {
  let lastUs = cluster.nowUs();
  let longestUs = 0;
  const forget = cluster.onOperation((record) => {
    if (record.outcome !== 'ok') return;
    longestUs = Math.max(longestUs, record.returnUs - lastUs);
    lastUs = record.returnUs;
  });
  const leader = await leaderOf(cluster);
  const fault = cluster.begin({ kind, node: leader }, 'lab');
  await sleep(1_500);
  longestUs = Math.max(longestUs, cluster.nowUs() - lastUs);
  forget();
  cluster.undo(fault.id, 'measured');
  await sleep(1_000);
  return longestUs / 1_000 - 1_000 / PROBES_PER_SECOND;
}

async function leaderOf(cluster: LiveCluster): Promise<string> {
  for (;;) {
    const leader = cluster.leadership.ready();
    if (leader !== null && cluster.isRunning(leader) && !cluster.isPaused(leader)) return leader;
    await sleep(10);
  }
}
