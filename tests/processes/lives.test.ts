/** Real nodes are killed, stopped, paused and started; nothing is lost and nobody stays behind. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PROTOCOL_NAMES } from '../../src-main/vocabulary/ids.ts';
import {
  isAlive,
  nextSuccess,
  openProcessLab,
  until,
  untilLevel,
  type ProcessLab,
} from '../support/process-lab.ts';

let host: ProcessLab;
beforeEach(async () => {
  host = await openProcessLab();
});
afterEach(() => host.close());

describe.each(PROTOCOL_NAMES)('%s', (protocol) => {
  test('kill -9 of the leader: another leads, the dead one catches up', async () => {
    const cluster = await host.start(protocol);
    await nextSuccess(cluster);
    const leader = cluster.leadership.ready() ?? '';
    const pid = cluster.pidOf(leader) ?? 0;
    cluster.begin({ kind: 'kill', node: leader }, 'hand');
    await until('the process is gone', () => !isAlive(pid));
    await nextSuccess(cluster);
    expect(cluster.leadership.ready()).not.toBe(leader);
    cluster.startNode(leader);
    await nextSuccess(cluster);
    cluster.workload.quiet();
    await untilLevel(cluster, 10);
    const [run] = await host.lab.stopClusters();
    const recorded = host.run(run ?? 0);
    expect([recorded.status, recorded.verdict, recorded.violations]).toEqual([
      'finished',
      'valid',
      [],
    ]);
    const verified = host.verify(run ?? 0);
    expect([verified.divergence, verified.skipped]).toEqual([null, []]);
    expect(verified.inputs).toBeGreaterThan(100);
  });

  test('a paused leader is replaced by time-out and follows when it wakes up', async () => {
    const cluster = await host.start(protocol);
    await nextSuccess(cluster);
    const leader = cluster.leadership.ready() ?? '';
    const fault = cluster.begin({ kind: 'pause', node: leader }, 'hand');
    await until('another node leads', () => cluster.leadership.ready() !== leader);
    await nextSuccess(cluster);
    expect(cluster.undo(fault.id, 'test')).toBe(true);
    cluster.workload.quiet();
    await untilLevel(cluster);
    const [run] = await host.lab.stopClusters();
    expect(host.run(run ?? 0).verdict).toBe('valid');
    expect(host.verify(run ?? 0).divergence).toBe(null);
  });

  test('a node that missed megabytes of large values catches up', async () => {
    const cluster = await host.start(protocol, 3, 0);
    const leader = cluster.leadership.ready() ?? '';
    const victim = cluster.nodeIds.find((node) => node !== leader) ?? '';
    cluster.begin({ kind: 'kill', node: victim }, 'hand');
    let written = 0;
    const forget = cluster.onOperation((record) => {
      if (record.outcome === 'ok') written += 1;
    });
    const mix = { read: 0, write: 1, cas: 0, incr: 0, delete: 0 };
    cluster.setWorkload({ clients: 4, ratePerSecond: 0, keys: 10, valueBytes: 16_384, mix });
    cluster.workload.keepOutstanding(16);
    await until('12 MB were written', () => written > 750, 30_000);
    cluster.startNode(victim);
    cluster.workload.quiet();
    await untilLevel(cluster, 750);
    forget();
    const [run] = await host.lab.stopClusters();
    expect(host.run(run ?? 0).verdict).toBe('valid');
  });

  test('all nodes killed at once come back with every acknowledged write', async () => {
    const cluster = await host.start(protocol);
    let newest = 0;
    cluster.onOperation((record) => {
      newest = Math.max(newest, record.pos ?? 0);
    });
    await until('some writes were acknowledged', () => newest > 20);
    const acknowledged = newest;
    for (const node of cluster.nodeIds) cluster.begin({ kind: 'kill', node }, 'hand');
    for (const node of cluster.nodeIds) cluster.startNode(node);
    await nextSuccess(cluster);
    cluster.workload.quiet();
    await untilLevel(cluster, acknowledged);
    const [run] = await host.lab.stopClusters();
    expect(host.run(run ?? 0).violations).toEqual([]);
    expect(host.verify(run ?? 0).divergence).toBe(null);
  });
});

describe('supervision', () => {
  test('stopping a run leaves no process', async () => {
    const cluster = await host.start('raft');
    const pids = cluster.nodeIds.map((node) => cluster.pidOf(node) ?? 0);
    expect(pids.every(isAlive)).toBe(true);
    await host.lab.stopClusters();
    expect(pids.some(isAlive)).toBe(false);
  });

  test('a node that keeps dying is started again three times, then stays down', async () => {
    const cluster = await host.start('raft');
    let killed = 0;
    const victim = 'n2';
    await until(
      'it stays down',
      () => {
        const pid = cluster.pidOf(victim);
        if (pid !== null && isAlive(pid)) {
          process.kill(pid, 'SIGKILL');
          killed += 1;
        }
        return host.notices.some((text) => text.includes('stays down'));
      },
      20_000,
    );
    expect(killed).toBeGreaterThanOrEqual(4);
    expect(cluster.isRunning(victim)).toBe(false);
    cluster.startNode(victim);
    await until('it can be started by hand', () => cluster.isRunning(victim));
  });

  test('a kill is not undone by a start that was planned before it', async () => {
    const cluster = await host.start('raft');
    process.kill(cluster.pidOf('n2') ?? 0, 'SIGKILL');
    await until('n2 is down', () => !cluster.isRunning('n2'));
    cluster.startNode('n2');
    await until('n2 runs', () => cluster.isRunning('n2'));
    cluster.begin({ kind: 'kill', node: 'n2' }, 'hand');
    await until('n2 is down again', () => !cluster.isRunning('n2'));
    const afterUs = cluster.nowUs();
    await until('the pause of a crash is over', () => cluster.nowUs() - afterUs > 500_000);
    expect(cluster.isRunning('n2')).toBe(false);
  });

  test('a paused node that dies on its own is no longer shown as paused', async () => {
    const cluster = await host.start('raft');
    cluster.begin({ kind: 'pause', node: 'n1' }, 'hand');
    process.kill(cluster.pidOf('n1') ?? 0, 'SIGKILL');
    await until('it was started again', () => host.notices.some((text) => text.includes('n1')));
    expect(cluster.ledger.active).toEqual([]);
  });

  test('a stop in the middle of a start leaves no process and no open run', async () => {
    for (const pauseMs of [0, 30, 120, 300]) {
      const starting = host.start('raft').then(
        () => 'started',
        (error: unknown) => String(error),
      );
      const sinceMs = performance.now();
      await until('it is time', () => performance.now() - sinceMs >= pauseMs);
      await until('it is there', () => host.lab.clusters().length > 0);
      await host.lab.stopClusters();
      expect(await starting).toMatch(/started|ended/);
      expect(host.lab.clusters()).toEqual([]);
    }
    expect(host.runs().map((run) => run.status)).not.toContain('running');
  });

  test('a fault that does not fit is refused, and the refusal is in the ledger', async () => {
    const cluster = await host.start('raft');
    cluster.begin({ kind: 'kill', node: 'n1' }, 'hand');
    await until('n1 is down', () => !cluster.isRunning('n1'));
    expect(() => cluster.begin({ kind: 'pause', node: 'n1' }, 'hand')).toThrow(/not running/);
    const [run] = await host.lab.stopClusters();
    expect(host.run(run ?? 0).status).toBe('finished');
  });
});
