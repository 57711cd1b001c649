/** Manual mode: real processes, and every message and timer in the hands of the test. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ManualItemView, ManualState } from '../../src-main/contract/manual.ts';
import type { ViewEvent } from '../../src-main/contract/events.ts';
import type { LiveCluster } from '../../src-main/lab/live-cluster.ts';
import type { ProtocolName } from '../../src-main/vocabulary/ids.ts';
import type { ManualCondition } from '../../src-main/vocabulary/manual.ts';
import {
  isAlive,
  nextSuccess,
  openProcessLab,
  until,
  type ProcessLab,
} from '../support/process-lab.ts';

const PROTOCOLS = ['paxos', 'raft', 'zab'] as const satisfies readonly ProtocolName[];

let lab: ProcessLab;
let events: ViewEvent[];

beforeEach(async () => {
  lab = await openProcessLab();
  events = [];
  lab.lab.subscribe({ clusterEvents: (_cluster, more) => events.push(...more) });
});
afterEach(() => lab.close());

/** A cluster of three in manual mode, with nothing on its way. */
async function startStill(protocol: ProtocolName): Promise<LiveCluster> {
  const cluster = await lab.start(protocol);
  await until('every node follows', async () => {
    const counters = [...(await cluster.counters()).values()];
    return counters.length === 3 && counters.every(({ applied }) => applied > 0);
  });
  await cluster.manual.set(true);
  await play(cluster, { is: 'idle' });
  return cluster;
}

/** Leaves the mode while three writes are on their way. @returns what waited at one node. */
async function leaveWithWrites(
  cluster: LiveCluster,
): Promise<{ readonly node: string; readonly us: number; readonly types: readonly string[] }> {
  const { manual } = cluster;
  for (const value of ['two', 'three', 'four']) {
    await manual.act({ do: 'ask', op: 'write', key: 'k', value });
    await manual.act({ do: 'step' });
  }
  const messages = manual.state().items.filter(({ kind }) => kind === 'message');
  const node = messages[0]?.node ?? '';
  const types = messages.filter((item) => item.node === node).map(({ type }) => type);
  expect(types.length).toBeGreaterThan(0);
  const us = cluster.nowUs();
  await manual.set(false);
  expect(manual.state().on).toBe(false);
  await until('all are answered', () => {
    return manual.state().asks.every(({ outcome }) => outcome === 'ok');
  });
  const versions = manual.state().asks.map(({ result }) => result);
  expect(versions).toEqual([4, 3, 2, 1].map((version) => `{"version":${version}}`));
  return { node, us, types };
}

/** Steps until the leader's messages with the entry wait at both followers. */
async function stepsUntilReplicated({ manual }: LiveCluster): Promise<ManualItemView[]> {
  for (let step = 0; step < 50; step += 1) {
    const found = manual.state().items.filter(({ mk }) => mk === 'replicate');
    if (new Set(found.map(({ node }) => node)).size === 2) return found;
    await manual.act({ do: 'step' });
  }
  throw new Error('nothing is replicated');
}

async function play(
  { manual }: LiveCluster,
  condition: ManualCondition,
  steps = 2_000,
): Promise<ManualState> {
  await manual.act({ do: 'run', until: condition, steps });
  await manual.whenPlayed();
  return manual.state();
}

async function stepsOf(cluster: LiveCluster): Promise<Record<string, number>> {
  const counters = await cluster.counters();
  return Object.fromEntries([...counters].map(([node, { steps }]) => [node, steps]));
}

/** Ends the run: nothing was violated, and re-execution gives every state again. */
async function expectSound(cluster: LiveCluster): Promise<void> {
  const { runId } = cluster;
  await lab.lab.stopClusters([cluster.plan.id]);
  expect(lab.run(runId ?? 0).violations).toEqual([]);
  const verified = lab.verify(runId ?? 0);
  expect(verified.divergence).toBe(null);
  expect(verified.inputs).toBeGreaterThan(20);
}

function askOf(state: ManualState, no: number): ManualState['asks'][number] {
  const ask = state.asks.find((one) => one.no === no);
  if (ask === undefined) throw new Error(`no operation ${no} was asked`);
  return ask;
}

describe.each(PROTOCOLS)('%s', (protocol) => {
  test('nothing moves unless told; commits come by steps; the record holds', async () => {
    const cluster = await startStill(protocol);
    const { manual } = cluster;
    const before = await stepsOf(cluster);
    const old = cluster.leadership.ready() ?? '';
    // Several heartbeats and an election fit into this when clocks run.
    const watchedUntil = performance.now() + 700;
    await until('the time is over', async () => {
      expect(await stepsOf(cluster)).toEqual(before);
      return performance.now() > watchedUntil;
    });
    cluster.begin({ kind: 'kill', node: old }, 'hand');
    await until('the leader is gone', () => cluster.leadership.ready() === null);

    const elected = await play(cluster, { is: 'leader' });
    expect(elected.run).toMatchObject({ met: true });
    const leader = cluster.leadership.ready();
    expect(leader).not.toBe(null);
    expect(leader).not.toBe(old);

    await manual.act({ do: 'ask', op: 'write', key: 'colour', value: 'green' });
    expect(askOf(manual.state(), 1).outcome).toBe('open');
    const base = Math.max(...manual.state().nodes.map((node) => node.committed));
    const committed = await play(cluster, { is: 'committed', atLeast: base + 1 });
    expect(committed.run).toMatchObject({ met: true });
    expect(Math.max(...committed.nodes.map((node) => node.committed))).toBe(base + 1);
    const other = cluster.nodeIds.find((node) => node !== old && node !== leader) ?? '';
    const applied = await play(cluster, { is: 'applied', node: other, atLeast: base + 1 });
    expect(applied.run).toMatchObject({ met: true });
    await manual.act({ do: 'ask', op: 'read', key: 'colour', value: '' });
    await play(cluster, { is: 'committed', atLeast: base + 5 }, 400);
    await until('the read is answered', () => askOf(manual.state(), 2).outcome !== 'open');
    expect(askOf(manual.state(), 1).outcome).toBe('ok');
    expect(askOf(manual.state(), 2).result).toContain('green');

    cluster.startNode(old);
    await until('the old leader waits, too', () => {
      return manual.state().nodes.find(({ node }) => node === old)?.is === 'manual';
    });
    await manual.set(false);
    await nextSuccess(cluster);
    await expectSound(cluster);
  });

  test('drops and copies are in the record; leaving delivers what waits in order', async () => {
    const cluster = await startStill(protocol);
    const { manual } = cluster;
    await manual.act({ do: 'ask', op: 'write', key: 'k', value: 'one' });
    const [first, second] = await stepsUntilReplicated(cluster);
    if (first === undefined || second === undefined) throw new Error('two followers');
    await manual.act({ do: 'drop', node: first.node, item: first.id });
    await manual.act({ do: 'duplicate', node: second.node, item: second.id });
    const twins = manual.state().items.filter(({ node, type, text }) => {
      return node === second.node && type === second.type && text === second.text;
    });
    expect(twins).toHaveLength(2);
    // The leader and one follower are a quorum.
    await play(cluster, { is: 'idle' }, 200);
    await until('the write is answered', () => askOf(manual.state(), 1).outcome === 'ok');
    for (const twin of twins) {
      const act = { do: 'deliver', node: twin.node, item: twin.id } as const;
      await expect(manual.act(act)).rejects.toThrow('does not wait any more');
    }
    const left = await leaveWithWrites(cluster);
    await nextSuccess(cluster);
    await expectSound(cluster);
    const drops = events.filter((event) => event.k === 'drop' && event.why === 'manual');
    expect(drops).toMatchObject([{ node: first.node, type: first.type, from: first.from }]);
    const noted = events.flatMap((event) => (event.k === 'manual' ? [event.what] : []));
    expect(noted).toEqual(['begin', 'duplicate', 'end']);
    const received = events.filter((event) => event.k === 'recv' && event.node === second.node);
    const numbers = received.map((event) => (event.k === 'recv' ? event.id : ''));
    const repeated = numbers.filter((id, at) => numbers.indexOf(id) !== at);
    // A FIFO session passes no message twice.
    expect(repeated).toHaveLength(protocol === 'zab' ? 0 : 1);
    const afterwards = events.flatMap((event) => {
      const isHere = event.k === 'recv' && event.node === left.node && event.us > left.us;
      return isHere ? [event.type] : [];
    });
    expect(afterwards.slice(0, left.types.length)).toEqual(left.types);
  });
});

test('a node is killed, another paused: neither is asked anything, both come back', async () => {
  const cluster = await startStill('raft');
  const { manual } = cluster;
  const leader = cluster.leadership.ready() ?? '';
  const [one = '', two = ''] = cluster.nodeIds.filter((node) => node !== leader);
  cluster.begin({ kind: 'kill', node: one }, 'hand');
  const pause = cluster.begin({ kind: 'pause', node: two }, 'hand');
  await until('one is down', () => !cluster.isRunning(one));
  await expect(manual.act({ do: 'fire', node: one })).rejects.toThrow('does not run');
  await expect(manual.act({ do: 'fire', node: two })).rejects.toThrow('is paused');
  await manual.act({ do: 'ask', op: 'write', key: 'k', value: 'v' });
  const alone = await play(cluster, { is: 'idle' }, 50);
  expect(alone.run?.met).toBe(true);
  expect(askOf(alone, 1).outcome).toBe('open');
  cluster.undo(pause.id, 'test');
  cluster.startNode(one);
  await until('all are there', () => manual.state().nodes.every(({ is }) => is === 'manual'));
  const committed = Math.max(...manual.state().nodes.map((node) => node.committed));
  const answered = await play(cluster, { is: 'applied', node: one, atLeast: committed + 1 });
  expect(answered.run?.met).toBe(true);
  await until('the write is answered', () => askOf(manual.state(), 1).outcome === 'ok');
  // The run ends in manual mode: that ends the mode.
  await expectSound(cluster);
});

test('what does not fit is refused with its reason', async () => {
  const cluster = await startStill('raft');
  const { manual } = cluster;
  await expect(manual.act({ do: 'deliver', node: 'n1', item: 1 })).rejects.toThrow('not wait');
  await expect(manual.act({ do: 'fire', node: 'n9' })).rejects.toThrow('n9 does not run');
  const nowhere = { is: 'applied', node: 'n9', atLeast: 1 } as const;
  await expect(manual.act({ do: 'run', until: nowhere, steps: 9 })).rejects.toThrow('no node n9');
  await manual.act({ do: 'run', until: { is: 'committed', atLeast: 100_000 }, steps: 10_000 });
  await expect(manual.act({ do: 'step' })).rejects.toThrow('a run goes on');
  await manual.act({ do: 'halt' });
  expect(manual.state().run).toMatchObject({ met: false, text: 'ended by hand' });
  await manual.set(false);
  await expect(manual.act({ do: 'step' })).rejects.toThrow('not in manual mode');
});

test.skipIf(process.platform === 'win32')(
  'a lab that is killed in manual mode leaves no node behind',
  async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'quorum-test-'));
    const file = path.resolve(import.meta.dirname, '../support/lab-in-manual-mode.ts');
    const child = spawn(process.execPath, [file, path.join(directory, 'lab.db')]);
    try {
      let output = '';
      child.stdout.on('data', (data: Buffer) => (output += data.toString()));
      await until('the lab is in manual mode', () => output.includes('\n'), 30_000);
      const { pids, waiting } = JSON.parse(output) as { pids: number[]; waiting: number };
      expect(waiting).toBeGreaterThan(0);
      expect(pids.every(isAlive)).toBe(true);
      child.kill('SIGKILL');
      await until('no node is left', () => !pids.some(isAlive));
    } finally {
      child.kill('SIGKILL');
      fs.rmSync(directory, { recursive: true, force: true });
    }
  },
);
