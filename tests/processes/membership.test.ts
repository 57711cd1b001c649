/** Real clusters change under load: nodes join, are promoted, leave, lose their disks and come
 *  back, and no acknowledged write is lost. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AdminSpec } from '../../src-main/vocabulary/admin.ts';
import type { LiveCluster } from '../../src-main/lab/live-cluster.ts';
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

/** Carries out a command, which must succeed. */
async function administer(cluster: LiveCluster, spec: AdminSpec): Promise<void> {
  const { ok, outcome } = await cluster.administer(spec, 'hand');
  expect([spec, ok, outcome]).toEqual([spec, true, outcome]);
}

function voters(cluster: LiveCluster): string[] {
  return [...cluster.membership.config.voters].sort();
}

/** Ends the run: level nodes, a clean verdict, and journals that give the same again. */
async function finish(cluster: LiveCluster): Promise<void> {
  await nextSuccess(cluster);
  cluster.workload.quiet();
  await untilLevel(cluster);
  const [run = 0] = await host.lab.stopClusters();
  const { verdict, violations, note } = host.run(run);
  expect([verdict, violations, note]).toEqual(['valid', [], null]);
  const { divergence, skipped } = host.verify(run);
  expect([divergence, skipped]).toEqual([null, []]);
}

describe.each(PROTOCOL_NAMES)('%s', (protocol) => {
  test('added, promoted, removed, replaced under load: no acknowledged write is lost', async () => {
    const cluster = await host.start(protocol, 5, 200);
    await nextSuccess(cluster);
    await administer(cluster, { do: 'add', node: 'n6', as: 'learner' });
    expect(cluster.membership.standingOf('n6')).toBe('learner');
    await administer(cluster, { do: 'promote', node: 'n6' });
    expect(voters(cluster)).toEqual(['n1', 'n2', 'n3', 'n4', 'n5', 'n6']);
    const pid = cluster.pidOf('n2') ?? 0;
    await administer(cluster, { do: 'remove', node: 'n2' });
    expect(isAlive(pid)).toBe(false);
    await administer(cluster, { do: 'replace', node: 'n3' });
    expect(voters(cluster)).toEqual(['n1', 'n3', 'n4', 'n5', 'n6']);
    expect(cluster.nodeIds).toEqual(['n1', 'n3', 'n4', 'n5', 'n6']);
    await finish(cluster);
  });

  test('the leader itself is removed: another leads, and it is not missed', async () => {
    const cluster = await host.start(protocol, 3, 100);
    await nextSuccess(cluster);
    const leader = cluster.leadership.ready() ?? '';
    await administer(cluster, { do: 'remove', node: leader });
    await nextSuccess(cluster);
    expect(voters(cluster)).not.toContain(leader);
    expect(cluster.leadership.ready()).not.toBe(leader);
    await finish(cluster);
  });

  test('the lead is handed over to the node that was asked for', async () => {
    const cluster = await host.start(protocol, 3, 100);
    await nextSuccess(cluster);
    const leader = cluster.leadership.ready() ?? '';
    const to = cluster.nodeIds.find((node) => node !== leader) ?? '';
    await administer(cluster, { do: 'transfer', to });
    await until(`${to} leads`, () => cluster.leadership.ready() === to);
    await finish(cluster);
  });

  test('a wiped node is let in by nobody until it was removed and added again', async () => {
    const cluster = await host.start(protocol, 3, 100);
    await nextSuccess(cluster);
    const leader = cluster.leadership.ready() ?? '';
    const victim = cluster.nodeIds.find((node) => node !== leader) ?? '';
    const third = cluster.nodeIds.find((node) => node !== leader && node !== victim) ?? '';
    cluster.begin({ kind: 'kill', node: victim }, 'hand');
    await until('it is gone', () => !cluster.isRunning(victim));
    const before = cluster.membership.member(victim).storageId;
    cluster.begin({ kind: 'wipe', node: victim }, 'hand');
    cluster.startNode(victim);
    await until('it runs', () => cluster.isRunning(victim));
    expect(cluster.membership.member(victim).storageId).not.toBe(before);
    expect(cluster.membership.standingOf(victim)).toBe('outside');
    // Its vote would make the majority that the third node needs: it must not get it.
    cluster.begin({ kind: 'kill', node: leader }, 'hand');
    const sinceUs = cluster.nowUs();
    await until('time for several elections', () => cluster.nowUs() - sinceUs > 2_000_000);
    expect(cluster.leadership.ready()).toBe(null);
    cluster.startNode(leader);
    await nextSuccess(cluster);
    expect([leader, third]).toContain(cluster.leadership.ready());
    await administer(cluster, { do: 'replace', node: victim });
    await finish(cluster);
  });

  test('what a held disk had is lost with the power, and the cluster stays right', async () => {
    const cluster = await host.start(protocol, 3, 200);
    await nextSuccess(cluster);
    const leader = cluster.leadership.ready() ?? '';
    cluster.begin({ kind: 'hold-disk', node: leader }, 'hand');
    await until('writes wait there', async () => {
      return ((await cluster.counters()).get(leader)?.held ?? 0) > 0;
    });
    cluster.begin({ kind: 'power-cut', node: leader, ms: 0 }, 'hand');
    await until('it is gone', () => !cluster.isRunning(leader));
    await nextSuccess(cluster);
    cluster.startNode(leader);
    await finish(cluster);
  });

  test('a held disk that is released completes what it owes', async () => {
    const cluster = await host.start(protocol, 3, 100);
    await nextSuccess(cluster);
    for (const node of cluster.nodeIds) cluster.begin({ kind: 'hold-disk', node }, 'hand');
    await until('writes wait everywhere', async () => {
      const counters = [...(await cluster.counters()).values()];
      return counters.filter(({ held = 0 }) => held > 0).length >= 2;
    });
    for (const node of cluster.nodeIds) cluster.releaseDisk(node);
    await finish(cluster);
  });
});

describe('commands that do not fit', () => {
  test('are refused with a reason, which is in the record of the command', async () => {
    const cluster = await host.start('raft', 3, 50);
    const refusal = async (spec: AdminSpec): Promise<string> => {
      const { ok, outcome } = await cluster.administer(spec, 'hand');
      expect(ok).toBe(false);
      return outcome ?? '';
    };
    expect(await refusal({ do: 'promote', node: 'n2' })).toMatch(/n2 is no learner/);
    expect(await refusal({ do: 'remove', node: 'n9' })).toMatch(/no node n9/);
    expect(await refusal({ do: 'add', node: 'n2', as: 'voter' })).toMatch(/a voter already/);
    expect(await refusal({ do: 'transfer', to: 'n9' })).toMatch(/n9/);
    await finish(cluster);
  });
});
