/** A lab of its own for a test: temporary directory, real recorder, real processes. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensure } from '../../src-main/base/assert.ts';
import { childEntriesFromSource, PAUSE_MODE } from '../../src-main/lab/child-entries.ts';
import { createLab, type LocalLab } from '../../src-main/lab/lab.ts';
import type { LiveCluster } from '../../src-main/lab/live-cluster.ts';
import { parseScenario } from '../../src-main/lab/scenario-file.ts';
import { openRecorder, type WorkerRecorder } from '../../src-main/storage/recorder.ts';
import { RunReader } from '../../src-main/storage/run-reader.ts';
import { verifyRecordedRun } from '../../src-main/entries/verify-recorded-run.ts';
import type { Run } from '../../src-main/contract/model.ts';
import type { VerifyResult } from '../../src-main/contract/calls.ts';
import type { NodeId, ProtocolName } from '../../src-main/vocabulary/ids.ts';
import { DEFAULT_TIMING_MS, type TimingMs } from '../../src-main/vocabulary/timing.ts';
import { DEFAULT_WORKLOAD, type OperationRecord } from '../../src-main/vocabulary/workload.ts';

export interface ProcessLab {
  readonly lab: LocalLab;
  readonly database: string;
  readonly notices: string[];
  start(
    protocol: ProtocolName,
    nodes?: number,
    ratePerSecond?: number,
    timing?: TimingMs,
  ): Promise<LiveCluster>;
  runScenario(yaml: string, protocol: ProtocolName): Promise<Run>;
  verify(run: number): VerifyResult;
  run(run: number): Run;
  runs(): readonly Run[];
  close(): Promise<void>;
}

/** @param pauseMode what the system is taken to be able to do. */
export async function openProcessLab(pauseMode = PAUSE_MODE): Promise<ProcessLab> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'quorum-test-'));
  const database = path.join(directory, 'lab.db');
  const recorder: WorkerRecorder = await openRecorder({ database });
  const entries = { ...childEntriesFromSource(), pauseMode };
  const lab = createLab({ dataDir: directory, recorder, version: 'test', entries });
  const notices: string[] = [];
  lab.subscribe({ notice: (_level, text) => notices.push(text) });
  const reading = <T>(read: (reader: RunReader) => T): T => {
    const reader = new RunReader(database);
    try {
      return read(reader);
    } finally {
      reader.close();
    }
  };
  return {
    lab,
    database,
    notices,
    start: async (protocol, nodes = 3, ratePerSecond = 100, timing = DEFAULT_TIMING_MS) => {
      const workload = { ...DEFAULT_WORKLOAD, ratePerSecond };
      const [started] = await lab.startClusters([{ protocol, nodes, workload, timing }]);
      return lab.live(started?.id ?? '');
    },
    runScenario: async (yaml, protocol) => {
      const spec = parseScenario(yaml, 'test.yaml');
      const options = { protocols: [protocol], seed: spec.seed, sequential: false };
      const [run] = await (await lab.runScenario(spec, options)).finished;
      if (run === undefined) throw new Error('the scenario left no run');
      return run;
    },
    verify: (run) => reading((reader) => verifyRecordedRun(reader, run)),
    run: (run) => reading((reader) => reader.get(run)),
    runs: () => reading((reader) => reader.list(100).runs),
    close: async () => {
      await lab.close();
      await recorder.close();
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Polls until `condition` holds. @throws Error naming `what` after `limitMs`. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whether it runs: one that has ended, and whose parent died before it asked how, does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !isZombie(pid);
  } catch {
    return false;
  }
}

function isZombie(pid: number): boolean {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
}

/** Waits for the next operation that succeeds and was asked after now. */
export async function nextSuccess(cluster: LiveCluster): Promise<OperationRecord> {
  const sinceUs = cluster.nowUs();
  let found: OperationRecord | null = null;
  const forget = cluster.onOperation((record) => {
    if (record.outcome === 'ok' && record.invokeUs >= sinceUs) found ??= record;
  });
  await until('an operation succeeds', () => found !== null);
  forget();
  if (found === null) throw new Error('unreachable');
  return found;
}

/** Waits until every node has applied the same number of entries, at least `atLeast`. */
export async function untilLevel(cluster: LiveCluster, atLeast = 1): Promise<void> {
  await until('all nodes applied the same', async () => {
    const counters = await cluster.counters();
    const applied = [...counters.values()].map((one) => one.applied);
    const level = applied.length === cluster.nodeIds.length && new Set(applied).size === 1;
    return level && (applied[0] ?? 0) >= atLeast;
  });
}

export function leaderOf(cluster: LiveCluster): NodeId {
  return ensure(cluster.leadership.ready(), 'nobody leads');
}

export function followerOf(cluster: LiveCluster): NodeId {
  const leader = leaderOf(cluster);
  return ensure(
    cluster.nodeIds.find((node) => node !== leader),
    'no follower',
  );
}
