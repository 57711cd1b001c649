/**
 * The ledger's guarantees on live clusters: what cannot be done is refused and written down, what
 * was done is undone when the run ends, in whatever way, and at all times it says what is broken.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LiveCluster } from '../../src-main/lab/live-cluster.ts';
import type { FaultSpec } from '../../src-main/vocabulary/fault.ts';
import { eventsOf } from '../support/live-faults.ts';
import { isAlive, nextSuccess, openProcessLab, until } from '../support/process-lab.ts';
import type { ProcessLab } from '../support/process-lab.ts';

let host: ProcessLab;
beforeEach(async () => {
  host = await openProcessLab();
});
afterEach(() => host.close());

/** One of everything that goes on until it is undone. */
const LASTING: readonly FaultSpec[] = [
  { kind: 'pause', node: 'n1' },
  { kind: 'hold-disk', node: 'n2' },
  { kind: 'slow', node: 'n3', stallMs: 400, everyMs: 500 },
  { kind: 'slow-disk', node: 'n3', delayMs: 60_000, jitterMs: 0 },
  { kind: 'full-disk', node: 'n3' },
  { kind: 'skew', node: 'n2', rate: 0.1 },
  { kind: 'crash-at', node: 'n2', point: 'after-reply', nth: 1_000_000 },
  { kind: 'delay', links: [{ from: 'n2', to: 'n3' }], delayMs: 60_000, jitterMs: 0 },
  { kind: 'hold', links: [{ from: 'n3', to: 'n2' }] },
  { kind: 'cut', links: [{ from: 'n2', to: 'n1' }], only: { types: ['heartbeat'], first: null } },
];

async function breakAll(cluster: LiveCluster): Promise<void> {
  await nextSuccess(cluster);
  for (const spec of LASTING) cluster.begin(spec, 'hand');
  expect(cluster.ledger.active.map(({ spec }) => spec.kind)).toEqual(
    LASTING.map(({ kind }) => kind),
  );
}

test.each(['finished', 'incomplete', 'failed'] as const)(
  'a run that ends as %s has undone every fault within a second, and no process is left',
  async (status) => {
    const cluster = await host.start('raft');
    await breakAll(cluster);
    const pids = cluster.nodeIds.map((node) => cluster.pidOf(node) ?? 0);
    const beganMs = performance.now();
    const ended = cluster.stop(status, 'test');
    await until('no process is left', () => !pids.some(isAlive));
    expect(performance.now() - beganMs).toBeLessThan(1_000);
    expect(cluster.ledger.active).toEqual([]);
    const run = await ended;
    expect(run?.status).toBe(status);
  },
);

test('undone by hand in the middle of a run, everything works again', async () => {
  const cluster = await host.start('raft');
  await breakAll(cluster);
  cluster.undoAll('test', true);
  expect(cluster.ledger.active).toEqual([]);
  await nextSuccess(cluster);
  const [run = 0] = await host.lab.stopClusters();
  expect(host.run(run).violations).toEqual([]);
  expect(host.verify(run).divergence).toBe(null);
});

test('what cannot be done is refused in the ledger, and the run goes on', async () => {
  const cluster = await host.start('raft');
  const events = eventsOf(host, cluster);
  await nextSuccess(cluster);
  cluster.begin({ kind: 'kill', node: 'n1' }, 'hand');
  await until('n1 is down', () => !cluster.isRunning('n1'));
  cluster.begin({ kind: 'hold-disk', node: 'n2' }, 'hand');
  cluster.undoAll('test', false);
  cluster.begin({ kind: 'pause', node: 'n2' }, 'hand');
  const links = [{ from: 'n2', to: 'n3' }];
  const only = { types: ['Proposal'], first: null };
  const refused: readonly (readonly [FaultSpec, RegExp])[] = [
    [{ kind: 'pause', node: 'n1' }, /n1 is not running/],
    [{ kind: 'pause', node: 'n2' }, /that is on already/],
    [{ kind: 'kill', node: 'n9' }, /no node n9 in this cluster/],
    [{ kind: 'cut', links: [{ from: 'n2', to: 'n9' }] }, /no node n9 in this cluster/],
    [{ kind: 'corrupt', node: 'n3' }, /n3 runs: kill or stop it first/],
    [{ kind: 'wipe', node: 'n3' }, /n3 runs: kill or stop it first/],
    [{ kind: 'slow', node: 'n3', stallMs: 5_000, everyMs: 6_000 }, /stallMs goes from 1 to 800/],
    [{ kind: 'cut', links, only }, /raft has no message type "Proposal"; allowed: .*AppendEntries/],
  ];
  for (const [spec, reason] of refused) {
    expect(() => cluster.begin(spec, 'hand')).toThrow(reason);
  }
  await until('every refusal is recorded', () => {
    const told = events.filter((e) => e.k === 'fault' && /^refused/.test(e.fault.outcome ?? ''));
    return told.length === refused.length;
  });
  expect(cluster.ledger.active.map(({ spec }) => spec.kind)).toEqual(['pause']);
  cluster.undoAll('test', true);
  await nextSuccess(cluster);
});
