/** Museum schedules of ZAB that need a whole cluster (museum.md 5.3); others stand beside the rule
 *  they are about, with their id in the name. */
import { describe, expect, test } from 'vitest';
import { zabDefinition } from '../../../src-main/protocols/zab/definition.ts';
import { TestCluster } from '../../support/transcript/test-cluster.ts';

const RECOVERY_TICKS_MAX = 200;

function newCluster(nodes = 3, mutants: readonly string[] = []): TestCluster {
  const cluster = new TestCluster({ protocol: zabDefinition, nodes, seed: 3, mutants });
  cluster.start();
  cluster.stabilize();
  return cluster;
}

function write(cluster: TestCluster, at: string, count = 1): void {
  const op = { kind: 'command', session: 1, seq: 1, acked: 0, payload: { op: 'get', key: at } };
  cluster.client(at, Array<typeof op>(count).fill(op) as never);
}

function zxids(cluster: TestCluster, id: string): string[] {
  return cluster
    .node(id)
    .log()
    .map((entry) => {
      const { epoch, counter } = entry as unknown as { epoch: number; counter: number };
      return `${epoch}:${counter}`;
    });
}

/** Until one leads and all of `ids` have applied what it has. */
function settle(cluster: TestCluster, ids = cluster.ids): string {
  const isSettled = () => {
    const [leader, other] = cluster.leaders();
    if (leader === undefined || other !== undefined) return false;
    const { lastPos } = cluster.describe(leader);
    return ids.every((id) => !cluster.node(id).running || cluster.describe(id).applied === lastPos);
  };
  expect(cluster.runUntil(isSettled, RECOVERY_TICKS_MAX)).toBe(true);
  return cluster.leaders()[0] ?? '';
}

describe('museum', () => {
  test('Z01: what followers acknowledged with NewLeader survives the crash of all of them', () => {
    const cluster = newCluster();
    cluster.holdLink('n3', 'n1');
    cluster.holdLink('n3', 'n2');
    write(cluster, 'n3');
    cluster.partition([['n1', 'n2']]);
    cluster.heal();
    cluster.freeLink('n3', 'n1');
    cluster.freeLink('n3', 'n2');
    expect(settle(cluster)).toBe('n3');
    for (const id of ['n1', 'n2', 'n3']) cluster.crash(id);
    for (const id of ['n1', 'n2']) cluster.restart(id);
    settle(cluster);
    expect(zxids(cluster, 'n1')).toEqual(['1:1']);
  });

  test('Z09: what a leader kept in memory is removed on disk too, and stays away', () => {
    const cluster = newCluster();
    cluster.partition([['n1', 'n2'], ['n3']]);
    cluster.heal();
    expect(settle(cluster)).toBe('n3');
    write(cluster, 'n3');
    settle(cluster);
    for (const id of ['n1', 'n2']) cluster.holdLink('n3', id);
    write(cluster, 'n3', 2);
    cluster.partition([['n1', 'n2'], ['n3']]);
    expect(settle(cluster, ['n1', 'n2'])).toBe('n2');
    write(cluster, 'n2');
    cluster.stabilize();
    for (const id of ['n1', 'n2']) cluster.freeLink('n3', id);
    cluster.heal();
    settle(cluster);
    const expected = zxids(cluster, 'n2');
    expect(zxids(cluster, 'n3')).toEqual(expected);
    cluster.crash('n3');
    cluster.restart('n3');
    settle(cluster);
    expect(zxids(cluster, 'n3')).toEqual(expected);
  });

  test('Z15: an absent server with an uncommitted tail loses that tail and nothing else', () => {
    const cluster = newCluster(5);
    write(cluster, 'n5', 3);
    settle(cluster);
    for (const id of ['n1', 'n2', 'n3', 'n4']) cluster.holdLink('n5', id);
    write(cluster, 'n5', 2);
    cluster.crash('n5');
    for (const id of ['n1', 'n2', 'n3', 'n4']) cluster.freeLink('n5', id);
    expect(settle(cluster)).toBe('n4');
    write(cluster, 'n4');
    expect(zxids(cluster, 'n5')).toEqual(['1:1', '1:2', '1:3', '1:4', '1:5']);
    const truncated: number[] = [];
    cluster.onEvent = (event) => {
      if (event.kind !== 'effect' || event.node !== 'n5' || event.effect.kind !== 'trace') return;
      const traced = event.effect.event;
      if (traced.kind === 'truncate') truncated.push(traced.from);
    };
    cluster.restart('n5');
    settle(cluster);
    expect(truncated).toEqual([4]);
    expect(zxids(cluster, 'n5')).toEqual(['1:1', '1:2', '1:3', '2:1']);
  });

  test('Z17: a follower that restarts again and again joins the same leader each time', () => {
    const cluster = newCluster();
    for (let i = 0; i < 5; i += 1) {
      write(cluster, 'n3');
      cluster.crash('n1');
      cluster.restart('n1');
      expect(settle(cluster)).toBe('n3');
      expect(cluster.describe('n1')).toMatchObject({ leader: 'n3', era: { number: 1 } });
    }
  });

  test('Z26: an epoch that reached a minority is not led by anybody later', () => {
    const cluster = newCluster();
    cluster.crash('n3');
    cluster.stabilize();
    cluster.tick('n1', 2);
    cluster.tick('n2', 2);
    // n2 has promised itself epoch 2 and dies before n1 hears of it.
    cluster.deliver({ type: 'FollowerInfo' });
    cluster.crash('n2');
    cluster.restart('n2');
    cluster.restart('n3');
    settle(cluster);
    expect(cluster.describe('n1').era.number).toBeGreaterThan(2);
  });

  test('Z29: a transaction of a dead leader is committed before anything new, or never', () => {
    const cluster = newCluster();
    cluster.holdLink('n3', 'n1');
    write(cluster, 'n3');
    cluster.deliver({ from: 'n3', to: 'n2' });
    cluster.crash('n3');
    cluster.freeLink('n3', 'n1');
    expect(settle(cluster)).toBe('n2');
    write(cluster, 'n2');
    cluster.restart('n3');
    settle(cluster);
    for (const id of cluster.ids) expect(zxids(cluster, id)).toEqual(['1:1', '2:1']);
  });

  test('X2: a leader cut off with its client commits nothing and says so', () => {
    const cluster = newCluster();
    cluster.linkDown('n3', 'n1');
    cluster.holdLink('n3', 'n2');
    write(cluster, 'n3');
    cluster.linkDown('n3', 'n2');
    expect(cluster.leaders()).toEqual([]);
    expect([...cluster.answers.values()].at(-1)?.outcome).toMatchObject({
      refusal: { code: 'leadership-lost' },
    });
  });
});
