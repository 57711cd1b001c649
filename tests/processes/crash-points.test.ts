/**
 * Real processes die at each named point of what they do with an input: what their disk has then is
 * what the point promises, the supervisor leaves them down, and once they are started again nothing
 * that was acknowledged is missing.
 */
import Database from 'better-sqlite3';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensure } from '../../src-main/base/assert.ts';
import type { LiveCluster } from '../../src-main/lab/live-cluster.ts';
import { IMAGES_FOLDER } from '../../src-main/runtime/process/image-files.ts';
import { DATABASE_FILE } from '../../src-main/runtime/process/node-config.ts';
import { RunReader } from '../../src-main/storage/run-reader.ts';
import type { CrashPoint } from '../../src-main/vocabulary/crash-points.ts';
import type { NodeId } from '../../src-main/vocabulary/ids.ts';
import {
  followerOf,
  leaderOf,
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

/** What a node that is down has on its disk. */
function diskOf(cluster: LiveCluster, node: NodeId) {
  const db = new Database(path.join(cluster.directory, node, DATABASE_FILE));
  try {
    const lastPos = db.prepare('SELECT max(pos) FROM log').pluck().get() as number | null;
    const ref = db.prepare('SELECT ref FROM snapshot').pluck().get() as string | undefined;
    const entries = db.prepare('SELECT entry FROM log ORDER BY pos').pluck().all() as string[];
    const types = entries.map((entry) => (JSON.parse(entry) as { type: string }).type);
    const hard = db.prepare('SELECT key, value FROM hard').all() as { key: string }[];
    const handle = ref === undefined ? null : (JSON.parse(ref) as { handle: string }).handle;
    return { lastPos: lastPos ?? 0, snapshot: handle, types, hard };
  } finally {
    db.close();
  }
}

function imagesOf(cluster: LiveCluster, node: NodeId): string[] {
  return fs.readdirSync(path.join(cluster.directory, node, IMAGES_FOLDER)).sort();
}

/** Arms the point and waits for the death. */
async function dieAt(cluster: LiveCluster, node: NodeId, point: CrashPoint): Promise<void> {
  cluster.begin({ kind: 'crash-at', node, point, nth: 1 }, 'hand');
  await gone(cluster, node, point);
}

async function gone(cluster: LiveCluster, node: NodeId, point: CrashPoint): Promise<void> {
  await until(`${node} dies at ${point}`, () => !cluster.isRunning(node));
  const [fault] = cluster.ledger.ofNode(node).filter(({ spec }) => spec.kind === 'crash-at');
  expect(fault?.label).toBe(`kill ${node} at ${point}`);
}

/** Starts the node and waits until it serves again. */
async function comeBack(cluster: LiveCluster, node: NodeId): Promise<void> {
  cluster.startNode(node);
  expect(cluster.ledger.ofNode(node)).toEqual([]);
  await until(`${node} answers`, async () => (await cluster.counters()).has(node));
  await nextSuccess(cluster);
}

/** Waits until a node has something that its snapshot does not have. */
async function appliesMore(cluster: LiveCluster, node: NodeId): Promise<void> {
  const applied = async (): Promise<number> => {
    return (await cluster.counters()).get(node)?.applied ?? 0;
  };
  const before = await applied();
  await until(`${node} applies more`, async () => (await applied()) > before);
}

/** Ends the run: all level, nothing violated, replay agrees. @returns why nodes went down. */
async function judge(cluster: LiveCluster): Promise<string[]> {
  cluster.workload.quiet();
  await untilLevel(cluster);
  const [run = 0] = await host.lab.stopClusters();
  expect([host.run(run).verdict, host.run(run).violations]).toEqual(['valid', []]);
  const { divergence, skipped } = host.verify(run);
  expect([divergence, skipped]).toEqual([null, []]);
  expect(host.notices.filter((text) => text.includes('died'))).toEqual([]);
  const reader = new RunReader(host.database);
  const { events } = reader.events(run, 0, Number.MAX_SAFE_INTEGER, 100_000, true);
  reader.close();
  return events.flatMap((event) => {
    return event.k === 'down' && event.why.includes(' at ') ? [event.why] : [];
  });
}

test('raft: a node dies at every point of a write, and each death has its own name', async () => {
  const cluster = await host.start('raft', 3, 200);
  const atLeader: CrashPoint[] = ['before-send', 'before-reply', 'after-reply'];
  const atFollower: CrashPoint[] = [
    'after-journal',
    'before-persist',
    'in-persist',
    'after-persist',
    'after-send',
    'before-apply',
  ];
  for (const point of [...atFollower, ...atLeader]) {
    const node = atLeader.includes(point) ? leaderOf(cluster) : followerOf(cluster);
    await dieAt(cluster, node, point);
    await comeBack(cluster, node);
    await until('somebody leads', () => cluster.leadership.ready() !== null);
  }
  const deaths = await judge(cluster);
  expect(deaths).toEqual([...atFollower, ...atLeader].map((point) => `killed at ${point}`));
});

describe('what a follower has and the leader was not told of', () => {
  test.each([
    ['in-persist', 0],
    ['after-persist', 1],
  ] as const)(
    '%s: so many entries more on its disk, and none acknowledged: %i',
    async (point, more) => {
      const cluster = await host.start('zab', 3, 0);
      await untilLevel(cluster);
      const node = followerOf(cluster);
      const other = ensure(
        cluster.nodeIds.find((id) => id !== node && id !== leaderOf(cluster)),
        'no third node',
      );
      cluster.begin({ kind: 'kill', node: other }, 'hand');
      await until('only a bare majority runs', () => !cluster.isRunning(other));
      const { lastPos } = diskOf(cluster, other);
      let acknowledged = 0;
      cluster.onOperation(({ outcome }) => {
        if (outcome === 'ok') acknowledged += 1;
      });
      cluster.begin({ kind: 'crash-at', node, point, nth: 1 }, 'hand');
      cluster.workload.keepOutstanding(1);
      await gone(cluster, node, point);
      expect(diskOf(cluster, node).lastPos).toBe(lastPos + more);
      expect(acknowledged).toBe(0);
      await comeBack(cluster, node);
      cluster.startNode(other);
      await judge(cluster);
    },
  );
});

test('raft: a vote is durable before it is given, and counts once', async () => {
  const cluster = await host.start('raft', 3, 100);
  const leader = leaderOf(cluster);
  const [voter = '', target = ''] = cluster.nodeIds.filter((node) => node !== leader);
  cluster.begin({ kind: 'crash-at', node: voter, point: 'after-persist-hard', nth: 1 }, 'hand');
  await cluster.administer({ do: 'transfer', to: target }, 'hand');
  await gone(cluster, voter, 'after-persist-hard');
  const { hard } = diskOf(cluster, voter);
  await comeBack(cluster, voter);
  expect(hard.map(({ key }) => key)).toContain('term');
  await judge(cluster);
});

test('paxos: a node dies while it makes an image, and finds what the point promises', async () => {
  const cluster = await host.start('paxos', 3, 100);
  const node = followerOf(cluster);
  const snapshot = { do: 'snapshot', node, retain: 0 } as const;
  await appliesMore(cluster, node);
  expect((await cluster.administer(snapshot, 'hand')).ok).toBe(true);
  for (const [point, images, isNew] of [
    ['snapshot-chunk', 2, false],
    ['snapshot-sealed', 2, false],
    ['snapshot-recorded', 2, true],
    ['old-image-dropped', 1, true],
  ] as const) {
    const [before] = imagesOf(cluster, node);
    await appliesMore(cluster, node);
    cluster.begin({ kind: 'crash-at', node, point, nth: 1 }, 'hand');
    await cluster.administer(snapshot, 'hand');
    await gone(cluster, node, point);
    expect(imagesOf(cluster, node), point).toHaveLength(images);
    expect(diskOf(cluster, node).snapshot !== before, point).toBe(isNew);
    await comeBack(cluster, node);
    await until('one image is left', () => imagesOf(cluster, node).length === 1);
  }
  expect(await judge(cluster)).toHaveLength(4);
});

test('raft: a node dies while it installs an image, and installs it anew', async () => {
  const cluster = await host.start('raft', 3, 100);
  const node = followerOf(cluster);
  cluster.begin({ kind: 'kill', node }, 'hand');
  await nextSuccess(cluster);
  for (const other of cluster.nodeIds.filter((id) => id !== node)) {
    await cluster.administer({ do: 'snapshot', node: other, retain: 0 }, 'hand');
  }
  for (const point of ['install-chunk', 'install-loaded'] as const) {
    cluster.begin({ kind: 'crash-at', node, point, nth: 1 }, 'hand');
    cluster.startNode(node);
    await gone(cluster, node, point);
    expect(diskOf(cluster, node).snapshot === null, point).toBe(point === 'install-chunk');
    expect(imagesOf(cluster, node)).toHaveLength(1);
  }
  await comeBack(cluster, node);
  expect(await judge(cluster)).toEqual(['killed at install-chunk', 'killed at install-loaded']);
});

test('zab: nodes die with a new configuration on disk, and in force', async () => {
  const cluster = await host.start('zab', 3, 100);
  const node = followerOf(cluster);
  cluster.begin({ kind: 'crash-at', node, point: 'config-persisted', nth: 1 }, 'hand');
  expect((await cluster.administer({ do: 'add', node: 'n4', as: 'learner' }, 'hand')).ok).toBe(
    true,
  );
  await gone(cluster, node, 'config-persisted');
  expect(diskOf(cluster, node).types).toContain('config');
  await comeBack(cluster, node);
  const leader = leaderOf(cluster);
  cluster.begin({ kind: 'crash-at', node: leader, point: 'config-applied', nth: 1 }, 'hand');
  await cluster.administer({ do: 'promote', node: 'n4' }, 'hand');
  await gone(cluster, leader, 'config-applied');
  await comeBack(cluster, leader);
  await until('n4 is a voter', () => cluster.voterIds.includes('n4'));
  await judge(cluster);
});

test('a point that was never reached is disarmed by its end, and starts nobody', async () => {
  const cluster = await host.start('raft', 3, 100);
  const pid = cluster.pidOf('n1');
  const { id } = cluster.begin(
    { kind: 'crash-at', node: 'n1', point: 'install-chunk', nth: 1 },
    'hand',
  );
  cluster.undo(id, 'over');
  const far = cluster.begin(
    { kind: 'crash-at', node: 'n1', point: 'after-persist', nth: 1_000_000 },
    'hand',
  );
  await nextSuccess(cluster);
  expect(cluster.ledger.find(far.id)?.outcome).toBeNull();
  cluster.undoAll('the test is over', true);
  expect([cluster.pidOf('n1'), cluster.ledger.active]).toEqual([pid, []]);
  await judge(cluster);
});
