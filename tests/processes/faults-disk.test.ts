/**
 * Disks of live nodes: slow, full, failing, held, without power, damaged. Each test observes what
 * the fault does and that its undo ends it.
 */
import Database from 'better-sqlite3';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LiveCluster } from '../../src-main/lab/live-cluster.ts';
import { DATABASE_FILE } from '../../src-main/runtime/process/node-config.ts';
import type { NodeId } from '../../src-main/vocabulary/ids.ts';
import { eventsOf, latencyMs } from '../support/live-faults.ts';
import {
  followerOf,
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

async function heldOf(cluster: LiveCluster, node: NodeId): Promise<number> {
  return (await cluster.counters()).get(node)?.held ?? 0;
}

/** The run ends well: valid, and re-executed without a difference. */
async function endWell(): Promise<void> {
  const [run = 0] = await host.lab.stopClusters();
  expect(host.run(run).violations).toEqual([]);
  expect(host.verify(run).divergence).toBe(null);
}

test('slow disks of all make writes late; undone, they are as fast as before', async () => {
  const cluster = await host.start('raft', 3, 40);
  await nextSuccess(cluster);
  const ids = cluster.nodeIds.map((node) => {
    return cluster.begin({ kind: 'slow-disk', node, delayMs: 80, jitterMs: 10 }, 'hand').id;
  });
  await until('nodes wait for their disks', async () => (await heldOf(cluster, 'n1')) > 0);
  await nextSuccess(cluster);
  expect(await latencyMs(cluster, 5)).toBeGreaterThanOrEqual(70);
  for (const id of ids) cluster.undo(id, 'test');
  await nextSuccess(cluster);
  expect(await latencyMs(cluster, 5)).toBeLessThan(70);
  cluster.workload.quiet();
  await untilLevel(cluster);
  expect(await heldOf(cluster, 'n1')).toBe(0);
  await endWell();
});

test('a held disk of a majority completes nothing; released, what waited is done', async () => {
  const cluster = await host.start('raft');
  await nextSuccess(cluster);
  const nodes = cluster.nodeIds.slice(0, 2);
  for (const node of nodes) cluster.begin({ kind: 'hold-disk', node }, 'hand');
  await until('both wait', async () => {
    const held = await Promise.all(nodes.map((node) => heldOf(cluster, node)));
    return held.every((count) => count > 0);
  });
  for (const node of nodes) cluster.releaseDisk(node);
  await nextSuccess(cluster);
  expect(await Promise.all(nodes.map((node) => heldOf(cluster, node)))).toEqual([0, 0]);
  await endWell();
});

test('a full disk ends the node and its next start, says so, and lets it return', async () => {
  const cluster = await host.start('zab');
  const view = eventsOf(host, cluster);
  await nextSuccess(cluster);
  const node = followerOf(cluster);
  const fault = cluster.begin({ kind: 'full-disk', node }, 'hand');
  await until('it is down', () => !cluster.isRunning(node));
  await until('its death is told', () => {
    return view.some((e) => e.k === 'down' && e.node === node && /is full/.test(e.why));
  });
  const told = () => host.notices.filter((text) => /stays down: .*is full/.test(text)).length;
  expect(told()).toBe(1);
  cluster.startNode(node);
  await until('its start fails as well', () => told() === 2);
  expect(cluster.isRunning(node)).toBe(false);
  expect(cluster.ledger.active.map(({ id }) => id)).toEqual([fault.id]);
  await nextSuccess(cluster);
  cluster.undo(fault.id, 'test');
  await until('it runs again', () => cluster.isRunning(node));
  cluster.workload.quiet();
  await untilLevel(cluster);
  await endWell();
});

test.each(['write', 'sync'] as const)(
  'a failed %s ends the leader at once and its next start; mended, it is started again',
  async (on) => {
    const cluster = await host.start('raft');
    await nextSuccess(cluster);
    const leader = cluster.leadership.ready() ?? '';
    const fault = cluster.begin({ kind: 'io-error', node: leader, on }, 'hand');
    await until('it is down', () => !cluster.isRunning(leader));
    const words = on === 'write' ? /EIO: i\/o error, write/ : /EIO: i\/o error, fsync/;
    const told = () => host.notices.filter((text) => words.test(text)).length;
    await until('it is told', () => told() === 1);
    await nextSuccess(cluster);
    expect(cluster.leadership.ready()).not.toBe(leader);
    cluster.startNode(leader);
    await until('its start fails, too', () => told() === 2);
    expect(host.notices.filter((text) => text.includes('restarts'))).toEqual([]);
    cluster.undo(fault.id, 'test');
    await until('it runs again', () => cluster.isRunning(leader));
    cluster.workload.quiet();
    await untilLevel(cluster);
    await endWell();
  },
);

test('a node whose disk is mended while it dies of it is started all the same', async () => {
  const cluster = await host.start('raft');
  await nextSuccess(cluster);
  const leader = cluster.leadership.ready() ?? '';
  const pid = cluster.pidOf(leader);
  const fault = cluster.begin({ kind: 'io-error', node: leader, on: 'sync' }, 'hand');
  cluster.undo(fault.id, 'test');
  await until('it has a life after', async () => {
    return cluster.pidOf(leader) !== null && (await cluster.counters()).has(leader);
  });
  await nextSuccess(cluster);
  // Whether it heard of the fault before it was undone is the machine's choice.
  if (cluster.pidOf(leader) === pid) expect(host.notices).toEqual([]);
  cluster.workload.quiet();
  await untilLevel(cluster);
  await endWell();
});

test('a damaged record is named by the node, which starts only when it is mended', async () => {
  const cluster = await host.start('paxos');
  await nextSuccess(cluster);
  const node = followerOf(cluster);
  expect(() => cluster.begin({ kind: 'corrupt', node }, 'hand')).toThrow(/kill or stop it/);
  cluster.begin({ kind: 'kill', node }, 'hand');
  await until('it is down', () => !cluster.isRunning(node));
  const fault = cluster.begin({ kind: 'corrupt', node }, 'hand');
  cluster.startNode(node);
  await until('it refuses', () => {
    return host.notices.some((text) => /log record at position \d+ is damaged/.test(text));
  });
  expect(cluster.isRunning(node)).toBe(false);
  expect(cluster.ledger.active.map(({ id }) => id)).toEqual([fault.id]);
  cluster.undo(fault.id, 'test');
  await until('it runs again', () => cluster.isRunning(node));
  cluster.workload.quiet();
  await untilLevel(cluster);
  await endWell();
});

test('a node whose log is mended while it refuses it is started all the same', async () => {
  const cluster = await host.start('raft');
  await nextSuccess(cluster);
  const node = followerOf(cluster);
  cluster.begin({ kind: 'stop', node }, 'hand');
  await until('it is down', () => !cluster.isRunning(node));
  const fault = cluster.begin({ kind: 'corrupt', node }, 'hand');
  cluster.startNode(node);
  cluster.undo(fault.id, 'test');
  cluster.workload.quiet();
  await untilLevel(cluster);
  await endWell();
});

test('a power cut loses the last writes; the node comes back without them', async () => {
  const cluster = await host.start('raft');
  let newest = 0;
  cluster.onOperation(({ pos }) => {
    newest = Math.max(newest, pos ?? 0);
  });
  await nextSuccess(cluster);
  const node = followerOf(cluster);
  const fault = cluster.begin({ kind: 'power-cut', node, ms: 200 }, 'hand');
  await until('writes wait', async () => (await heldOf(cluster, node)) > 0);
  await until('the power is gone', () => !cluster.isRunning(node));
  const db = new Database(path.join(cluster.directory, node, DATABASE_FILE));
  const onDisk = db.prepare('SELECT max(pos) FROM log').pluck().get() as number;
  db.close();
  expect(onDisk).toBeLessThan(newest);
  cluster.undo(fault.id, 'test');
  cluster.workload.quiet();
  await untilLevel(cluster, newest);
  await endWell();
});
