/** Manual mode: real processes, and every message and timer in the hands of the test. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ManualState } from '../../src-main/contract/manual.ts';
import type { ViewEvent } from '../../src-main/contract/events.ts';
import type { LiveCluster } from '../../src-main/lab/live-cluster.ts';
import type { ProtocolName } from '../../src-main/vocabulary/ids.ts';
import type { ManualCondition } from '../../src-main/vocabulary/manual.ts';
import { nextSuccess, openProcessLab, until, type ProcessLab } from '../support/process-lab.ts';

const PROTOCOLS = ['paxos', 'raft', 'zab'] as const satisfies readonly ProtocolName[];

let lab: ProcessLab;
let events: ViewEvent[];

beforeEach(async () => {
  lab = await openProcessLab();
  events = [];
  lab.lab.subscribe({ clusterEvents: (_cluster, more) => events.push(...more) });
});
afterEach(() => lab.close());

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
  test('nothing moves unless told; a leader, then commits, come by steps; the record holds', async () => {
    const cluster = await lab.start(protocol);
    const { manual } = cluster;
    await until('every node hears the others', async () => {
      return Object.values(await stepsOf(cluster)).every((steps) => steps > 10);
    });
    await manual.set(true);
    await play(cluster, { is: 'idle' });
    const before = await stepsOf(cluster);
    const old = cluster.leadership.ready() ?? '';
    // An election takes a third of this when clocks run.
    const watchedUntil = performance.now() + 1_000;
    await until('a second has passed', async () => {
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
});
