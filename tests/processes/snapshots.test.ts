/** Snapshots on real disks and over real sockets: a large state reaches a joiner while heartbeats
 *  go on, logs stay short, and a node whose image is gone does not pretend to be empty. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LiveCluster } from '../../src-main/lab/live-cluster.ts';
import { IMAGES_FOLDER } from '../../src-main/runtime/process/image-files.ts';
import { PROTOCOL_NAMES } from '../../src-main/vocabulary/ids.ts';
import type { TimingMs } from '../../src-main/vocabulary/timing.ts';
import {
  nextSuccess,
  openProcessLab,
  until,
  untilLevel,
  type ProcessLab,
} from '../support/process-lab.ts';

const WRITES_ONLY = { read: 0, write: 1, cas: 0, incr: 0, delete: 0 };
const VALUE_BYTES = 16_384;
const MEGABYTES = 24;
/** A bare node takes about 100 MB; fifty thousand entries in memory would take 100 more. */
const RSS_BYTES_MAX = 200 * 1024 * 1024;
/** Far above what a busy machine may take from a process, far below the second or more that a node
 *  would be silent if it read or wrote these images in one go. */
const PATIENT: TimingMs = { electionTimeoutMs: [600, 900], heartbeatMs: 50 };

let host: ProcessLab;
beforeEach(async () => {
  host = await openProcessLab();
});
afterEach(() => host.close());

/** Writes until so many values have been acknowledged. */
async function write(cluster: LiveCluster, count: number, keys: number, valueBytes: number) {
  let written = 0;
  const forget = cluster.onOperation(({ outcome }) => {
    if (outcome === 'ok') written += 1;
  });
  const load = { clients: 4, ratePerSecond: 0, keys, valueBytes, mix: WRITES_ONLY };
  cluster.setWorkload(load);
  cluster.workload.keepOutstanding(valueBytes > 1_000 ? 16 : 256);
  await until(`${count} writes`, () => written >= count, 40_000);
  cluster.workload.quiet();
  await until('all are answered', () => cluster.workload.outstanding === 0);
  forget();
}

/** Every snapshot of this node on its disk, by the names of their images. */
function imagesOf(cluster: LiveCluster, node: string): string[] {
  return fs.readdirSync(path.join(cluster.directory, node, IMAGES_FOLDER));
}

describe.each(PROTOCOL_NAMES)('%s', (protocol) => {
  test('a large state reaches a joiner and no election comes of it', async () => {
    const cluster = await host.start(protocol, 3, 0, PATIENT);
    const values = (MEGABYTES * 1024 * 1024) / VALUE_BYTES;
    await write(cluster, values * 2, values, VALUE_BYTES);
    for (const node of cluster.nodeIds) {
      const { ok } = await cluster.administer({ do: 'snapshot', node, retain: 0 }, 'hand');
      expect(ok).toBe(true);
      expect(imagesOf(cluster, node)).toHaveLength(1);
    }
    let leaders = 0;
    cluster.leadership.onLeader(() => {
      leaders += 1;
    });
    cluster.setWorkload({ ...cluster.describe().workload, ratePerSecond: 50, valueBytes: 20 });
    cluster.workload.start();
    const added = await cluster.administer({ do: 'add', node: 'n4', as: 'learner' }, 'hand');
    expect(added.ok).toBe(true);
    const promoted = await cluster.administer({ do: 'promote', node: 'n4' }, 'hand');
    expect([promoted.ok, promoted.outcome]).toEqual([true, 'n4 is a voter']);
    expect(imagesOf(cluster, 'n4')).toHaveLength(1);
    await nextSuccess(cluster);
    cluster.workload.quiet();
    await untilLevel(cluster, values);
    expect(leaders).toBe(0);
    const [run = 0] = await host.lab.stopClusters();
    expect([host.run(run).verdict, host.run(run).violations]).toEqual(['valid', []]);
    const { divergence, skipped } = host.verify(run);
    expect([divergence, skipped]).toEqual([null, []]);
  });

  test('fifty thousand entries leave a short log and a small process', async () => {
    const cluster = await host.start(protocol, 3, 0);
    await write(cluster, 50_000, 100, 100);
    await untilLevel(cluster, 50_000);
    await until('every node took snapshots', () =>
      cluster.nodeIds.every((node) => imagesOf(cluster, node).length === 1),
    );
    for (const [node, { rssBytes }] of await cluster.counters()) {
      expect(rssBytes, `memory of ${node}`).toBeLessThan(RSS_BYTES_MAX);
    }
    const [run = 0] = await host.lab.stopClusters();
    expect(host.run(run).violations).toEqual([]);
  });
});

test('a node whose image is missing refuses to start, and the others go on', async () => {
  const cluster = await host.start('raft', 3, 0);
  await write(cluster, 200, 10, 20);
  await cluster.administer({ do: 'snapshot', node: 'n1', retain: 0 }, 'hand');
  cluster.begin({ kind: 'kill', node: 'n1' }, 'hand');
  await until('it is down', () => !cluster.isRunning('n1'));
  for (const name of imagesOf(cluster, 'n1')) {
    fs.rmSync(path.join(cluster.directory, 'n1', IMAGES_FOLDER, name));
  }
  cluster.startNode('n1');
  await until('it says why', () => host.notices.some((text) => text.includes('is missing')));
  expect(host.notices.join()).toMatch(/raft n1 stays down: .*image .* cannot start on this disk/);
  expect(cluster.isRunning('n1')).toBe(false);
  cluster.begin({ kind: 'wipe', node: 'n1' }, 'hand');
  const { ok } = await cluster.administer({ do: 'replace', node: 'n1' }, 'hand');
  expect(ok).toBe(true);
  cluster.setWorkload({ ...cluster.describe().workload, ratePerSecond: 50 });
  cluster.workload.start();
  await nextSuccess(cluster);
});

describe.each(PROTOCOL_NAMES)('%s: kill -9', (protocol) => {
  test('while an image is written, and while one arrives, costs nothing but time', async () => {
    const cluster = await host.start(protocol, 3, 0);
    const values = (MEGABYTES * 1024 * 1024) / VALUE_BYTES;
    await write(cluster, values, values, VALUE_BYTES);
    const snapshot = { do: 'snapshot', node: 'n1', retain: 0 } as const;
    const writing = cluster.administer(snapshot, 'hand');
    await until('n1 writes an image', () => imagesOf(cluster, 'n1').length > 0);
    cluster.begin({ kind: 'kill', node: 'n1' }, 'hand');
    await writing;
    cluster.startNode('n1');
    for (const node of ['n1', 'n2', 'n3']) {
      await until(`${node} is up`, () => cluster.isRunning(node));
      await until(`${node} has a snapshot`, async () => {
        return (await cluster.administer({ ...snapshot, node }, 'hand')).ok === true;
      });
    }
    expect((await cluster.administer({ do: 'add', node: 'n4', as: 'learner' }, 'hand')).ok).toBe(
      true,
    );
    await until('the image arrives', () => imagesOf(cluster, 'n4').length > 0);
    cluster.begin({ kind: 'kill', node: 'n4' }, 'hand');
    cluster.startNode('n4');
    const { ok, outcome } = await cluster.administer({ do: 'promote', node: 'n4' }, 'hand');
    expect([ok, outcome]).toEqual([true, 'n4 is a voter']);
    cluster.setWorkload({ ...cluster.describe().workload, ratePerSecond: 50, valueBytes: 20 });
    cluster.workload.start();
    await nextSuccess(cluster);
    cluster.workload.quiet();
    await untilLevel(cluster, values);
    const [run = 0] = await host.lab.stopClusters();
    expect([host.run(run).verdict, host.run(run).violations]).toEqual(['valid', []]);
    const { divergence, skipped } = host.verify(run);
    expect([divergence, skipped]).toEqual([null, []]);
  });
});
