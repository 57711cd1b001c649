/**
 * Live nodes that stall, whose clocks are wrong, that hang or are gone: what the others see of
 * each, and that the undo ends it.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensure } from '../../src-main/base/assert.ts';
import type { LiveCluster } from '../../src-main/lab/live-cluster.ts';
import type { FaultSpec } from '../../src-main/vocabulary/fault.ts';
import { PROTOCOL_NAMES } from '../../src-main/vocabulary/ids.ts';
import type { NodeId, ProtocolName } from '../../src-main/vocabulary/ids.ts';
import { eventsOf, journalOf, trafficOf } from '../support/live-faults.ts';
import { nextSuccess, openProcessLab, until, untilLevel } from '../support/process-lab.ts';
import type { ProcessLab } from '../support/process-lab.ts';

let host: ProcessLab;
beforeEach(async () => {
  host = await openProcessLab();
});
afterEach(() => host.close());

function followersOf(cluster: LiveCluster): NodeId[] {
  const leader = cluster.leadership.ready();
  return cluster.nodeIds.filter((node) => node !== leader);
}

/** For how long a node did nothing at a time since then: the times between its steps. */
function pausesMs(cluster: LiveCluster, node: NodeId, sinceUs: number): number[] {
  const steps = journalOf(cluster, node).flatMap(({ header }) => {
    return header.k === 's' && header.us >= sinceUs ? [header.us] : [];
  });
  return steps.slice(1).map((us, at) => (us - (steps[at] ?? us)) / 1_000);
}

test('a slow node does nothing while it stalls; undone, it does not stall again', async () => {
  const cluster = await host.start('raft');
  await nextSuccess(cluster);
  const [node = ''] = followersOf(cluster);
  const sinceUs = cluster.nowUs();
  const { id } = cluster.begin({ kind: 'slow', node, stallMs: 250, everyMs: 300 }, 'hand');
  await until('it stalls and stalls', () => {
    return pausesMs(cluster, node, sinceUs).filter((ms) => ms >= 249).length >= 3;
  });
  cluster.undo(id, 'test');
  await until('a second without a stall', async () => {
    const fromUs = cluster.nowUs();
    await until('it has passed', () => cluster.nowUs() - fromUs > 1_000_000);
    const pauses = pausesMs(cluster, node, fromUs);
    return pauses.length > 20 && pauses.every((ms) => ms < 200);
  });
  cluster.workload.quiet();
  await untilLevel(cluster);
});

test('a follower with a fast clock campaigns; with the right one it follows', async () => {
  const cluster = await host.start('raft', 3, 0);
  const events = eventsOf(host, cluster);
  const [node = ''] = followersOf(cluster);
  const { id } = cluster.begin({ kind: 'skew', node, rate: 10 }, 'hand');
  const campaigns = (sinceUs: number) => {
    return events.filter((event) => {
      const isRole = event.k === 'trace' && event.e.kind === 'role' && event.node === node;
      return isRole && event.us > sinceUs && event.e.kind === 'role' && event.e.role !== 'follower';
    }).length;
  };
  await until('it campaigns again and again', () => campaigns(0) > 3);
  cluster.undo(id, 'test');
  await until('it is quiet for a second', async () => {
    const sinceUs = cluster.nowUs();
    await until('a second has passed', () => cluster.nowUs() - sinceUs > 1_000_000);
    return campaigns(sinceUs) === 0;
  });
  cluster.setWorkload({ ...cluster.plan.workload, ratePerSecond: 100 });
  await nextSuccess(cluster);
});

describe.each(PROTOCOL_NAMES)('%s', (protocol) => {
  test('a jump of the clocks of followers ends their patience; then all go on', async () => {
    const cluster = await host.start(protocol);
    const events = eventsOf(host, cluster);
    await nextSuccess(cluster);
    const followers = followersOf(cluster);
    const sinceUs = cluster.nowUs();
    for (const node of followers) {
      const fault = cluster.begin({ kind: 'jump', node, ms: 5_000 }, 'hand');
      expect(fault.outcome).toBe('it happened');
    }
    expect(cluster.ledger.active).toEqual([]);
    await until('each saw its time run out', () => {
      return followers.every((node) => {
        return events.some((event) => {
          const isRole = event.k === 'trace' && event.e.kind === 'role' && event.node === node;
          return isRole && event.us >= sinceUs;
        });
      });
    });
    await nextSuccess(cluster);
    cluster.workload.quiet();
    await untilLevel(cluster);
    const [run = 0] = await host.lab.stopClusters();
    expect(host.run(run).violations).toEqual([]);
    expect(host.verify(run).divergence).toBe(null);
  });
});

/** By what a node first learned since then that this leader is not there: a connection of it that
 *  closed, or a timer of its own that ran out; null while it has noticed nothing. */
function noticedBy(
  cluster: LiveCluster,
  node: NodeId,
  leader: NodeId,
  sinceUs: number,
): 'closed' | 'time-out' | null {
  for (const { header, input } of journalOf(cluster, node)) {
    if (header.k !== 's' || header.us < sinceUs) continue;
    if (header.input === 'link-down') {
      const { peer } = JSON.parse(input) as { peer: NodeId };
      if (peer === leader) return 'closed';
    }
    const isRole = header.trace?.some((e) => e.kind === 'role' && e.role !== 'follower') ?? false;
    if (isRole) return 'time-out';
  }
  return null;
}

function leaderFault(kind: 'kill' | 'pause' | 'cut', leader: NodeId, others: NodeId[]): FaultSpec {
  if (kind !== 'cut') return { kind, node: leader };
  const links = others.flatMap((node) => [
    { from: leader, to: node },
    { from: node, to: leader },
  ]);
  return { kind, links };
}

async function noticed(
  cluster: LiveCluster,
  protocol: ProtocolName,
  kind: 'kill' | 'pause' | 'cut',
): Promise<readonly ('closed' | 'time-out' | null)[]> {
  const leader = ensure(cluster.leadership.ready(), 'nobody leads');
  const others = followersOf(cluster);
  const sinceUs = cluster.nowUs();
  const fault = cluster.begin(leaderFault(kind, leader, others), 'hand');
  const first = () => others.map((node) => noticedBy(cluster, node, leader, sinceUs));
  await until(`${protocol}: somebody else leads`, () => {
    const now = cluster.leadership.ready();
    return now !== null && now !== leader;
  });
  const found = first();
  cluster.undo(fault.id, 'test');
  await until('it is there again', async () => (await cluster.counters()).size === 3);
  await nextSuccess(cluster);
  return found;
}

describe.each(PROTOCOL_NAMES)('%s', (protocol) => {
  test('a killed leader is noticed as it closes, a hung or cut one by time-out', async () => {
    const cluster = await host.start(protocol);
    await nextSuccess(cluster);
    expect(await noticed(cluster, protocol, 'kill')).toEqual(['closed', 'closed']);
    for (const kind of ['pause', 'cut'] as const) {
      const by = await noticed(cluster, protocol, kind);
      expect(by).toContain('time-out');
      expect(by).not.toContain('closed');
    }
  });
});

test('without SIGSTOP a pause is a freeze: nothing leaves or is answered', async () => {
  const frozen = await openProcessLab('cooperative');
  try {
    expect(frozen.lab.pauseMode()).toBe('cooperative');
    const cluster = await frozen.start('zab');
    await nextSuccess(cluster);
    const leader = cluster.leadership.ready() ?? '';
    const [follower = ''] = followersOf(cluster);
    cluster.begin(
      { kind: 'delay', links: [{ from: leader, to: follower }], delayMs: 50, jitterMs: 0 },
      'hand',
    );
    await nextSuccess(cluster);
    const pid = cluster.pidOf(leader);
    const fault = cluster.begin({ kind: 'pause', node: leader }, 'hand');
    await until('another node leads', () => cluster.leadership.ready() !== leader);
    await nextSuccess(cluster);
    const us = cluster.nowUs();
    const sends = () => trafficOf(cluster, leader, follower, us).sent.length;
    expect(sends()).toBe(0);
    cluster.undo(fault.id, 'test');
    cluster.workload.quiet();
    await untilLevel(cluster);
    expect(cluster.pidOf(leader)).toBe(pid);
    const [run = 0] = await frozen.lab.stopClusters();
    expect(frozen.run(run).violations).toEqual([]);
    expect(frozen.verify(run).divergence).toBe(null);
  } finally {
    await frozen.close();
  }
});
