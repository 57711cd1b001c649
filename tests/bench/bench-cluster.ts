/** A cluster of its own for a measurement: temporary data directory, real recorder or none. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { childEntriesFromSource } from '../../src-main/lab/child-entries.ts';
import { Guardian } from '../../src-main/lab/guardian.ts';
import { LiveCluster } from '../../src-main/lab/live-cluster.ts';
import { Places } from '../../src-main/lab/places.ts';
import { openRecorder } from '../../src-main/storage/recorder.ts';
import type { ProtocolName } from '../../src-main/vocabulary/ids.ts';
import { DEFAULT_TIMING_MS, timingFromMs } from '../../src-main/vocabulary/timing.ts';
import type { Workload } from '../../src-main/vocabulary/workload.ts';

export const BENCH_WORKLOAD: Workload = {
  clients: 8,
  ratePerSecond: 0,
  keys: 1000,
  valueBytes: 100,
  mix: { read: 0, write: 1, cas: 0, incr: 0, delete: 0 },
};

/** Starts a three-node cluster, calls `body`, and leaves nothing behind. */
export async function withBenchCluster<T>(
  protocol: ProtocolName,
  recording: boolean,
  workload: Workload,
  body: (cluster: LiveCluster, startupMs: number) => Promise<T>,
): Promise<T> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'quorum-bench-'));
  const places = new Places(dataDir);
  const entries = childEntriesFromSource();
  const guardian = new Guardian(entries, places.socketDir);
  const database = path.join(dataDir, 'lab.sqlite');
  const recorder = recording ? await openRecorder({ database }) : null;
  const cluster = new LiveCluster(
    {
      id: 'bench',
      name: 'bench',
      scenario: null,
      scenarioSource: null,
      protocol,
      service: 'kv',
      nodes: 3,
      seed: 1,
      timing: timingFromMs(DEFAULT_TIMING_MS),
      options: {},
      mutants: [],
      workload,
    },
    {
      places,
      entries,
      guardian,
      recorder,
      labVersion: 'bench',
      changed: () => undefined,
      manualChanged: () => undefined,
      notice: (level, text) => process.stderr.write(`${level}: ${text}\n`),
    },
  );
  try {
    const groupId = (await recorder?.beginGroup()) ?? 0;
    const beganMs = performance.now();
    await cluster.start(groupId);
    // The clients' sessions were opened through the log: these were the first commits.
    return await body(cluster, performance.now() - beganMs);
  } finally {
    await cluster.stop('finished', null);
    await recorder?.close();
    places.close();
    guardian.close();
    fs.rmSync(dataDir, { recursive: true, force: true });
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
