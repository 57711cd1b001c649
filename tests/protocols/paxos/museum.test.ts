/**
 * The rows of museum 5.2 (and the ones of 5.1 that concern every protocol) that need neither
 * snapshots, nor membership changes, nor leases. Where a mutant switches the rule off, the same
 * schedule shows what the rule is for.
 */
import { describe, expect, test } from 'vitest';
import { paxosDefinition } from '../../../src-main/protocols/paxos/definition.ts';
import { TestCluster } from '../../support/transcript/test-cluster.ts';
import {
  accept,
  ballot,
  command,
  ELECTION_TICKS_MAX,
  entryAt,
  OneNode,
  promise,
} from './one-node.ts';

const B1 = ballot(1, 'n2');
const B2 = ballot(2, 'n3');

function prepare(stamp: typeof B1): object {
  return { type: 'Prepare', ballot: stamp, fromSlot: 1, handover: null };
}

function clusterOf(nodes: number, options = {}): TestCluster {
  const cluster = new TestCluster({ protocol: paxosDefinition, nodes, seed: 7, options });
  cluster.start();
  return cluster;
}

function letPass(cluster: TestCluster, ticks: number): void {
  for (let i = 0; i < ticks; i += 1) {
    cluster.tickAll();
    cluster.stabilize();
  }
}

function put(session: number, seq: number, value: string) {
  const payload = { op: 'put', key: 'k', value };
  return { kind: 'command', session, seq, acked: 0, payload } as const;
}

function openSession(cluster: TestCluster, leader: string): number {
  const [reqId = 0] = cluster.client(leader, [{ kind: 'open-session' }]);
  cluster.stabilize();
  return cluster.answers.get(reqId)?.pos ?? 0;
}

/** What the state machine of a node made of its slots, without the session-open in slot 1. */
function appliedAt(cluster: TestCluster, id: string): unknown[] {
  return cluster
    .node(id)
    .applied.slice(1)
    .map(({ entry }) => entry.payload);
}

function roundOf(cluster: TestCluster, id: string): number {
  return cluster.describe(id).era.number;
}

describe('acceptor', () => {
  function promisedThenCrashed(mutants: string[]): OneNode {
    const node = new OneNode({ mutants });
    node.recv('n3', prepare(B2));
    node.sync();
    node.crash();
    node.recv('n2', accept(B1, [[1, 'x']]));
    node.sync();
    return node;
  }

  test('P01: a promise survives a crash, and the lower ballot is refused', () => {
    expect(promisedThenCrashed([]).onDisk(1)).toBeNull();
    expect(promisedThenCrashed(['forget-promise']).onDisk(1)).toEqual(['x', 1]);
  });

  test('P02: a vote is told only once it cannot be forgotten', () => {
    const node = new OneNode();
    node.recv('n2', accept(B1, [[1, 'x']]));
    expect(node.sends('Accepted')[0]?.after).toBe(1);
    const mutant = new OneNode({ mutants: ['ack-before-sync'] });
    mutant.recv('n2', accept(B1, [[1, 'x']]));
    expect(mutant.sends('Accepted')[0]?.after).toBe(0);
    mutant.crash();
    mutant.recv('n3', prepare(B2));
    expect(mutant.sent('Promise')).toMatchObject([{ reports: [] }]);
  });

  test('P05: two nodes never share a ballot: of one round, the higher owner wins', () => {
    const node = new OneNode();
    node.recv('n3', prepare(ballot(1, 'n3')));
    node.recv('n2', accept(B1, [[1, 'x']]));
    expect(node.sent('Nack')).toMatchObject([{ promised: ballot(1, 'n3') }]);
    node.recv('n2', accept(ballot(1, 'n3'), [[1, 'x']]));
    expect(node.traces('ignored')).toHaveLength(1);
  });

  function acceptedThenLate(mutants: string[]): OneNode {
    const node = new OneNode({ mutants });
    node.recv('n2', prepare(B1));
    node.recv('n3', accept(B2, [[1, 'y']]));
    node.recv('n2', accept(B1, [[1, 'x']]));
    node.sync();
    return node;
  }

  test('P07: accepting raises the promise, so a late lower Accept overwrites nothing', () => {
    expect(acceptedThenLate([]).onDisk(1)).toEqual(['y', 2]);
    expect(acceptedThenLate(['accept-keeps-promise']).onDisk(1)).toEqual(['x', 1]);
    expect(acceptedThenLate(['accept-below-promise']).onDisk(1)).toEqual(['x', 1]);
  });

  test('P19: a wiped node does not vote for the id it had', () => {
    const node = new OneNode({ storageId: 'fresh' });
    node.recv('n3', prepare(B2));
    expect(node.sent('Promise')).toEqual([]);
    expect(node.view.role).toBe('outsider');
  });
});

describe('proposer', () => {
  function recovered(mutants: string[]): unknown {
    const node = new OneNode({ nodes: 5, promised: B2, mutants });
    const stamp = node.prepare();
    node.recv('n2', promise(stamp, [entryAt(1, B1, 'x')]));
    node.recv('n3', promise(stamp, [entryAt(1, B2, 'y')]));
    const [msg] = node.sent('Accept');
    return msg?.type === 'Accept' ? msg.items[0]?.payload : undefined;
  }

  test('P03: of the reported values the one with the highest ballot is proposed', () => {
    expect(recovered([])).toBe('y');
    expect(recovered(['first-report-wins'])).toBe('x');
    expect(recovered(['blind-takeover'])).toBeUndefined();
  });

  test('P08: a preempted leader waits a full timeout before it tries again', () => {
    const ticksOfSilence = (mutants: string[]) => {
      const node = new OneNode({ options: { prePrepare: false }, mutants });
      const stamp = node.lead();
      node.recv('n3', { type: 'Nack', ballot: stamp, promised: B2, leader: null });
      let ticks = 0;
      for (; node.view.word === 'resigned'; ticks += 1) node.tick();
      return ticks;
    };
    expect(ticksOfSilence([])).toBeGreaterThan(10);
    expect(ticksOfSilence(['prepare-at-once'])).toBe(1);
  });

  test('P09: an open slot below a reported one is filled, and nothing is applied past it', () => {
    const node = new OneNode({ promised: B2 });
    const stamp = node.prepare();
    node.recv('n2', promise(stamp, [entryAt(2, B1, 'b')], { chosen: [2] }));
    node.sync();
    expect(node.applied).toEqual([]);
    node.accepted('n2', stamp, [1, 1]);
    expect(node.applied.map(({ type, payload }) => [type, payload])).toEqual([
      ['noop', null],
      ['command', 'b'],
    ]);
  });

  test('P09: the old leader that returns cannot put its value into the filled slot', () => {
    const node = new OneNode({ promised: B2 });
    node.recv('n3', accept(B2, [[1, 'new']]));
    node.recv('n2', accept(B1, [[1, 'old']]));
    node.sync();
    expect(node.onDisk(1)).toEqual(['new', 2]);
  });

  test('P10: a reported value is not chosen before phase 2', () => {
    const committedAfter = (mutants: string[]) => {
      const node = new OneNode({ promised: B2, mutants });
      const stamp = node.prepare();
      node.recv('n2', promise(stamp, [entryAt(1, B1, 'x')]));
      return node.view.committed;
    };
    expect(committedAfter([])).toBe(0);
    expect(committedAfter(['reported-means-chosen'])).toBe(1);
  });

  test('P11: pipelined values of two leaders can mix: legal here, not in Raft and ZAB', () => {
    const node = new OneNode({ promised: B2 });
    const stamp = node.prepare();
    const first = promise(stamp, [entryAt(1, B2, 'C'), entryAt(2, B1, 'B after A')]);
    node.recv('n2', first);
    node.sync();
    node.accepted('n2', stamp, [1, 2]);
    expect(node.applied.map((entry) => entry.payload)).toEqual(['C', 'B after A']);
  });

  test('2.13-1: a ballot whose Prepare may have left is never prepared again', () => {
    const roundsOfTwoLives = (mutants: string[]) => {
      const node = new OneNode({ options: { prePrepare: false }, mutants });
      const rounds: number[] = [];
      for (let life = 0; life < 2; life += 1) {
        node.tick(ELECTION_TICKS_MAX);
        const [send] = node.sends('Prepare');
        if (send?.after === 0 && send.msg.type === 'Prepare') rounds.push(send.msg.ballot.round);
        node.crash();
      }
      return rounds;
    };
    expect(roundsOfTwoLives([])).toEqual([]);
    expect(roundsOfTwoLives(['prepare-before-sync'])).toEqual([1, 1]);
  });

  test('2.13-9: a leader that promised another ballot does not lead under either', () => {
    const node = new OneNode({ mutants: ['no-stickiness'] });
    node.lead();
    node.client(command(1));
    node.recv('n3', prepare(B2));
    expect(node.view).toMatchObject({ role: 'follower', era: { number: 2, owner: 'n3' } });
    expect(node.refusals()).toEqual([[1, 'leadership-lost', null]]);
    node.client(command(2));
    expect(node.refusals()).toEqual([[2, 'no-leader', null]]);
  });
});

describe('clusters', () => {
  test('P14: with heartbeats cut one way two nodes lead, and one value is chosen', () => {
    const cluster = clusterOf(3);
    cluster.elect('n1');
    const session = openSession(cluster, 'n1');
    cluster.cut('n1', 'n2');
    cluster.cut('n1', 'n3');
    cluster.client('n1', [put(session, 1, 'old')]);
    cluster.runUntil(() => cluster.leaders().some((id) => id !== 'n1'), 60);
    const [leader = 'none'] = cluster.leaders().filter((id) => id !== 'n1');
    cluster.client(leader, [put(session, 2, 'new')]);
    cluster.stabilize();
    cluster.heal();
    letPass(cluster, 30);
    for (const id of cluster.ids) {
      expect(appliedAt(cluster, id)).toEqual([{ op: 'put', key: 'k', value: 'new' }]);
    }
  });

  test('P15: a replica that was cut off gets every slot it missed, no no-op instead', () => {
    const cluster = clusterOf(3, { window: 8 });
    cluster.elect('n1');
    const session = openSession(cluster, 'n1');
    cluster.partition([['n1', 'n2'], ['n3']]);
    for (let seq = 1; seq <= 40; seq += 1) {
      cluster.client('n1', [put(session, seq, `v${seq}`)]);
      cluster.stabilize();
    }
    cluster.heal();
    letPass(cluster, 10);
    expect(appliedAt(cluster, 'n3')).toEqual(appliedAt(cluster, 'n1'));
    expect(appliedAt(cluster, 'n3')).toHaveLength(40);
  });

  test('P16, R44: a command retried at the next leader takes effect once', () => {
    const cluster = clusterOf(3);
    cluster.elect('n1');
    const session = openSession(cluster, 'n1');
    cluster.client('n1', [put(session, 1, 'x')]);
    cluster.deliver({ from: 'n1' });
    cluster.crash('n1');
    cluster.stabilize();
    expect(cluster.elect('n2')).toBe(true);
    const [reqId = 0] = cluster.client('n2', [put(session, 1, 'x')]);
    cluster.stabilize();
    expect(cluster.answers.get(reqId)?.outcome).toMatchObject({ ok: true, result: { version: 1 } });
    expect(appliedAt(cluster, 'n2')).toHaveLength(2);
  });

  test('P21: majorities that change all the time let progress through when one is stable', () => {
    const cluster = clusterOf(5);
    let session = 0;
    let seq = 0;
    const sides = [
      [
        ['n1', 'n2', 'n3'],
        ['n4', 'n5'],
      ],
      [
        ['n1', 'n2'],
        ['n3', 'n4', 'n5'],
      ],
      [
        ['n1', 'n4', 'n5'],
        ['n2', 'n3'],
      ],
      [
        ['n1', 'n5'],
        ['n2', 'n3', 'n4'],
      ],
    ];
    for (const groups of sides) {
      cluster.partition(groups);
      letPass(cluster, 80);
      const majority = groups.find((group) => group.length === 3) ?? [];
      const leader = cluster.leaders().find((id) => majority.includes(id));
      expect(leader).toBeDefined();
      if (session === 0) session = openSession(cluster, leader ?? '');
      cluster.client(leader ?? '', [put(session, (seq += 1), `v${seq}`)]);
      cluster.stabilize();
    }
    cluster.heal();
    letPass(cluster, 60);
    for (const id of cluster.ids) expect(appliedAt(cluster, id).filter(Boolean)).toHaveLength(4);
  });

  test('R34: a node that was cut off for long returns without disturbing the leader', () => {
    const cluster = clusterOf(5);
    cluster.elect('n1');
    letPass(cluster, 5);
    const round = roundOf(cluster, 'n1');
    cluster.partition([['n1', 'n2', 'n3', 'n4'], ['n5']]);
    letPass(cluster, 400);
    cluster.heal();
    letPass(cluster, 60);
    expect(cluster.leaders()).toEqual(['n1']);
    expect(roundOf(cluster, 'n5')).toBe(round);
  });

  test('R38: a leader that can send and not receive resigns; its mirror raises no ballot', () => {
    const deaf = clusterOf(3);
    deaf.elect('n1');
    deaf.cut('n2', 'n1');
    deaf.cut('n3', 'n1');
    letPass(deaf, 60);
    expect(deaf.leaders()).not.toContain('n1');
    expect(deaf.leaders()).toHaveLength(1);
    const mirror = clusterOf(3);
    mirror.elect('n1');
    const round = roundOf(mirror, 'n1');
    mirror.cut('n1', 'n3');
    mirror.cut('n2', 'n3');
    letPass(mirror, 200);
    expect(mirror.leaders()).toEqual(['n1']);
    expect(roundOf(mirror, 'n2')).toBe(round);
  });

  test('R35: with one well connected node left, that node comes to lead', () => {
    const cluster = clusterOf(5);
    cluster.elect('n1');
    for (const a of cluster.ids) {
      for (const b of cluster.ids) if (a < b && a !== 'n3' && b !== 'n3') cluster.linkDown(a, b);
    }
    letPass(cluster, 200);
    expect(cluster.leaders()).toEqual(['n3']);
  });

  test('R45: aligned election timers still find a leader', () => {
    const cluster = clusterOf(5);
    letPass(cluster, 100);
    expect(cluster.leaders()).toHaveLength(1);
  });
});
