/** The end of a scenario: a cluster that nothing hinders has to come to rest, or is not live. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { settle, type SettlingCluster } from '../../../src-main/lab/scenario-settling.ts';
import type { OperationRecord } from '../../../src-main/vocabulary/workload.ts';

/** A cluster in words: where each node is, now. */
class WrittenCluster implements SettlingCluster {
  readonly memberIds = ['n1', 'n2', 'n3'];
  readonly ledger = { active: [] as unknown[] };
  readonly workload = { outstanding: 0, quiet: (): void => void (this.quietAtMs ??= this.ms()) };
  quietAtMs: number | null = null;
  undone: string[] = [];
  applied: Record<string, number> = { n1: 7, n2: 7, n3: 7 };
  readonly #listeners = new Set<(record: OperationRecord) => void>();

  ms(): number {
    return performance.now();
  }

  nowUs(): number {
    return Math.round(this.ms() * 1_000);
  }

  undoAll(outcome: string): void {
    this.undone.push(outcome);
  }

  counters(): Promise<ReadonlyMap<string, { applied: number }>> {
    return Promise.resolve(
      new Map(Object.entries(this.applied).map(([node, applied]) => [node, { applied }])),
    );
  }

  onOperation(listener: (record: OperationRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  succeed(invokeUs: number): void {
    const record = { outcome: 'ok', invokeUs } as OperationRecord;
    for (const listener of this.#listeners) listener(record);
  }
}

describe('settling', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 0 }));
  afterEach(() => void vi.useRealTimers());

  let isAborted = false;
  const pace = {
    isAborted: () => isAborted,
    sleep: async (ms: number) => void (await vi.advanceTimersByTimeAsync(ms)),
  };
  beforeEach(() => {
    isAborted = false;
  });

  test('of level nodes is over at once and finds nothing', async () => {
    const cluster = new WrittenCluster();
    expect(await settle(cluster, null, pace)).toEqual([]);
    expect(cluster.undone).toHaveLength(1);
    expect(cluster.ms()).toBeLessThan(100);
  });

  test('of nodes that stay apart is a violation that says where each of them is', async () => {
    const cluster = new WrittenCluster();
    cluster.applied = { n1: 9, n2: 7 };
    const [violation, ...others] = await settle(cluster, null, pace);
    expect(others).toEqual([]);
    expect(violation).toEqual({
      check: 'catches-up',
      message:
        '8 s after everything was healed the nodes are not level: ' +
        'n1 has applied 9, n2 has applied 7, n3 does not answer',
      us: 0,
      node: null,
    });
  });

  test('of a run that was ended by hand finds nothing', async () => {
    const cluster = new WrittenCluster();
    cluster.applied = { n1: 9, n2: 7, n3: 7 };
    setTimeout(() => {
      isAborted = true;
    }, 500);
    expect(await settle(cluster, null, pace)).toEqual([]);
    expect(cluster.ms()).toBeLessThan(1_000);
  });

  test('lets clients go on until one is served that asked after the faults had ended', async () => {
    const cluster = new WrittenCluster();
    cluster.ledger.active.push('a fault');
    await vi.advanceTimersByTimeAsync(100);
    setTimeout(() => cluster.succeed(50_000), 300);
    setTimeout(() => cluster.succeed(cluster.nowUs()), 600);
    expect(await settle(cluster, null, pace)).toEqual([]);
    expect(cluster.quietAtMs).toBeGreaterThanOrEqual(700);
    expect(cluster.quietAtMs).toBeLessThan(800);
  });

  test('leaves time to catch up when the first success came at the very end', async () => {
    const cluster = new WrittenCluster();
    cluster.ledger.active.push('a fault');
    cluster.applied = { n1: 9, n2: 7, n3: 9 };
    setTimeout(() => cluster.succeed(cluster.nowUs()), 7_900);
    setTimeout(() => {
      cluster.applied = { n1: 9, n2: 9, n3: 9 };
    }, 9_000);
    expect(await settle(cluster, null, pace)).toEqual([]);
  });
});
