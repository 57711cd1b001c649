/**
 * The rows of museum 5.1 that need neither snapshots, nor membership changes, nor leases: schedules
 * that broke other implementations. Where one core is enough, only one is driven.
 */
import { describe, expect, test } from 'vitest';
import { raftDefinition } from '../../../src-main/protocols/raft/definition.ts';
import { TestCluster } from '../../support/transcript/test-cluster.ts';
import { append, command, entryAt, logOf, OneNode } from './one-node.ts';

const paperOnly = { preVote: false, checkQuorum: false };

function voteRequest(term: number, lastPos = 9, lastTerm = 9): object {
  return { type: 'RequestVote', term, lastPos, lastTerm, transfer: false, disk: 'disk-n1' };
}

function grant(term: number): object {
  return { type: 'RequestVoteResp', term, forTerm: term, granted: true };
}

function clusterOf(nodes: number, options = {}): TestCluster {
  const cluster = new TestCluster({ protocol: raftDefinition, nodes, seed: 7, options });
  cluster.start();
  return cluster;
}

function eraOf(cluster: TestCluster, id: string): number {
  return cluster.describe(id).era.number;
}

function letPass(cluster: TestCluster, ticks: number): void {
  for (let i = 0; i < ticks; i += 1) {
    cluster.tickAll();
    cluster.stabilize();
  }
}

describe('commitment', () => {
  test('R01: an entry of an old term on a majority waits for one of the current term', () => {
    const node = new OneNode({ nodes: 5, term: 3, log: logOf(1, 2) });
    node.lead(4);
    node.sync();
    node.ok('n2', 2);
    node.ok('n3', 2);
    expect(node.view.committed).toBe(0);
    node.ok('n2', 3);
    node.ok('n3', 3);
    expect(node.view.committed).toBe(3);
  });

  test('R03: the commit position jumps over an entry of an old term', () => {
    const node = new OneNode({ term: 1, log: logOf(1) });
    node.lead(2);
    node.sync();
    node.ok('n2', 2);
    expect(node.view.committed).toBe(2);
  });

  test('R04: the commit position of a follower never goes back', () => {
    const node = new OneNode({ term: 1, log: logOf(1, 1) });
    node.recv('n2', { type: 'Heartbeat', term: 1, commit: 2, round: 1, sentAt: 0 });
    node.recv('n3', { type: 'Heartbeat', term: 2, commit: 1, round: 1, sentAt: 0 });
    expect(node.view.committed).toBe(2);
  });

  test('R05: only what the message compared becomes committed', () => {
    const node = new OneNode({ term: 2, log: logOf(1, 1, 1, 2, 2) });
    node.recv('n2', append(3, [3, 1], [], 5));
    expect(node.view).toMatchObject({ committed: 3, lastPos: 5 });
    const mutant = new OneNode({
      term: 2,
      log: logOf(1, 1, 1, 2, 2),
      mutants: ['commit-unmatched-suffix'],
    });
    mutant.recv('n2', append(3, [3, 1], [], 5));
    expect(mutant.view.committed).toBe(5);
  });

  test('R06: a match position never goes back', () => {
    const node = new OneNode();
    node.lead(1);
    node.ok('n2', 1);
    node.client(command(1), command(2));
    node.ok('n2', 3);
    node.ok('n2', 2);
    expect(node.own('peer n2')).toMatchObject({ matchIndex: 3, nextIndex: 4 });
  });

  test('R18: five nodes commit the median', () => {
    const node = new OneNode({ nodes: 5 });
    node.lead(1);
    node.ok('n2', 1);
    node.client(command(1), command(2), command(3), command(4));
    node.sync();
    const before = node.view.committed;
    node.ok('n2', 5);
    expect(node.view.committed).toBe(before);
    node.ok('n3', 3);
    node.ok('n4', 2);
    expect(node.view.committed).toBe(3);
  });

  test('R19: appends before the first, the first and the second entry are told apart', () => {
    const node = new OneNode();
    expect(node.recv('n2', append(1, [0, 0], []))).toMatchObject([{ ok: true, matchPos: 0 }]);
    expect(node.recv('n2', append(1, [1, 1], [1]))).toMatchObject([{ ok: false, hintPos: 0 }]);
    expect(node.recv('n2', append(1, [0, 0], [1]))).toMatchObject([{ ok: true, matchPos: 1 }]);
    expect(node.recv('n2', append(1, [1, 1], [1]))).toMatchObject([{ ok: true, matchPos: 2 }]);
  });

  test('R22: what followers acknowledged survives a power cut of both', () => {
    const cluster = clusterOf(3);
    cluster.elect('n1');
    for (const id of ['n2', 'n3']) cluster.holdDisk(id);
    const [reqId] = cluster.client('n1', [{ kind: 'open-session' }]);
    cluster.stabilize();
    expect(cluster.answers.get(reqId!)).toBeUndefined();
    cluster.releaseDisk('n2');
    cluster.stabilize();
    const { pos } = cluster.answers.get(reqId!)!;
    for (const id of ['n1', 'n2', 'n3']) cluster.crash(id);
    for (const id of ['n2', 'n3']) cluster.restart(id);
    cluster.elect('n2');
    cluster.stabilize();
    expect(cluster.node('n3').applied.find(({ entry }) => entry.pos === pos)?.entry.type).toBe(
      'session-open',
    );
  });
});

describe('logs', () => {
  test('R08: a delayed shorter append erases nothing', () => {
    const node = new OneNode();
    node.recv('n2', append(1, [0, 0], [1, 1]));
    node.recv('n2', append(1, [0, 0], [1]));
    node.recv('n2', append(1, [0, 0], []));
    expect(node.terms).toEqual([1, 1]);
    node.recv('n2', append(1, [2, 1], [], 2));
    node.recv('n2', append(1, [0, 0], [1]));
    expect(node.view).toMatchObject({ lastPos: 2, committed: 2 });
  });

  test('R08: the mutant that always cuts erases it', () => {
    const node = new OneNode({ mutants: ['truncate-always'] });
    node.recv('n2', append(1, [0, 0], [1, 1]));
    node.recv('n2', append(1, [0, 0], [1]));
    expect(node.terms).toEqual([1]);
  });

  test('R20: a command that reaches a candidate is refused, its first one as leader is not', () => {
    const node = new OneNode({ options: paperOnly });
    node.tick(40);
    node.client(command(1));
    expect(node.refusals()).toMatchObject([{ reqId: 1, code: 'no-leader' }]);
    node.sync();
    node.recv('n2', grant(1));
    node.client(command(2));
    node.sync();
    node.ok('n2', 2);
    expect(node.applied.map((entry) => entry.type)).toEqual(['noop', 'command']);
  });
});

describe('votes', () => {
  test('R15: a vote survives a crash, and one that was not on disk was not given', () => {
    const node = new OneNode();
    node.recv('n2', voteRequest(5));
    expect(node.sends('n2')[0]!.after).toBe(1);
    node.restart();
    expect(node.recv('n3', voteRequest(5))).toMatchObject([{ granted: true }]);
    node.sync();
    node.restart();
    expect(node.recv('n2', voteRequest(5))).toMatchObject([{ granted: false }]);
  });

  test('R15: a candidate that follows a leader of its term still voted for itself', () => {
    const schedule = (mutants: string[]): unknown => {
      const node = new OneNode({ options: paperOnly, mutants });
      node.tick(40);
      node.sync();
      node.recv('n2', append(1, [0, 0], []));
      return node.recv('n3', voteRequest(1))[0];
    };
    expect(schedule([])).toMatchObject({ granted: false });
    expect(schedule(['forget-vote-on-step-down'])).toMatchObject({ granted: true });
  });

  test('R16: a grant delivered twice is one vote', () => {
    const node = new OneNode({ nodes: 4, options: paperOnly });
    node.tick(40);
    node.sync();
    node.recv('n2', grant(1));
    node.recv('n2', grant(1));
    expect(node.word).toBe('candidate');
    node.recv('n3', grant(1));
    expect(node.word).toBe('leader');
  });

  test('R17: a grant of an older term does not count', () => {
    const node = new OneNode({ options: paperOnly });
    node.tick(40);
    node.tick(40);
    node.sync();
    node.recv('n2', grant(1));
    expect(node.view).toMatchObject({ word: 'candidate', era: { number: 2 } });
    const preVoteGrant = { type: 'PreVoteResp', term: 2, forTerm: 2, granted: true };
    node.recv('n3', preVoteGrant);
    expect(node.word).toBe('candidate');
  });

  test('R28: a node on another disk than the configured one follows, and never votes', () => {
    const node = new OneNode({ storageId: 'a-new-disk' });
    expect(node.view).toMatchObject({ role: 'outsider', word: 'outsider' });
    expect(node.recv('n2', voteRequest(5))).toEqual([]);
    expect(
      node.recv('n2', { type: 'PreVote', term: 5, lastPos: 9, lastTerm: 9, disk: 'disk-n1' }),
    ).toEqual([]);
    expect(node.traces('ignored')).toHaveLength(1);
    expect(node.tick(1000)).toEqual([]);
    node.client(command(1));
    expect(node.refusals()).toMatchObject([{ code: 'no-leader' }]);
    // It follows whoever leads, and nobody counts that.
    expect(node.recv('n2', append(1, [0, 0], [1]))).toMatchObject([{ ok: true, matchPos: 1 }]);
    expect(node.view).toMatchObject({ role: 'outsider', leader: 'n2', lastPos: 1 });
    expect(node.tick(1000)).toEqual([]);
  });
});

describe('liveness', () => {
  test('R33: a node nobody hears from cannot depose the leader, whatever it asks', () => {
    const node = new OneNode();
    node.lead(1);
    node.ok('n2', 1);
    expect(node.recv('n3', voteRequest(90))).toMatchObject([{ granted: false, term: 1 }]);
    expect(node.word).toBe('leader');
  });

  test('R34: a node that was cut off comes back in the term it left', () => {
    const cluster = clusterOf(3);
    cluster.elect('n1');
    const era = eraOf(cluster, 'n1');
    cluster.partition([['n1', 'n2'], ['n3']]);
    letPass(cluster, 400);
    cluster.heal();
    letPass(cluster, 60);
    expect(eraOf(cluster, 'n3')).toBe(era);
    expect(cluster.describe('n3').leader).toBe('n1');
  });

  test('R35: with partial connectivity one leader stays, in one term', () => {
    const cluster = clusterOf(5);
    cluster.elect('n3');
    for (const [a, b] of [
      ['n4', 'n1'],
      ['n4', 'n3'],
      ['n4', 'n5'],
      ['n5', 'n1'],
      ['n5', 'n2'],
    ] as const) {
      cluster.linkDown(a, b);
    }
    letPass(cluster, 200);
    const era = eraOf(cluster, 'n3');
    letPass(cluster, 400);
    expect(eraOf(cluster, 'n3')).toBe(era);
    expect(cluster.describe('n3')).toMatchObject({ word: 'leader', ready: true });
  });

  test('R38: a leader that hears nobody gives up, and the others elect one', () => {
    const cluster = clusterOf(3);
    cluster.elect('n1');
    cluster.cut('n2', 'n1');
    cluster.cut('n3', 'n1');
    letPass(cluster, 100);
    expect(cluster.describe('n1').word).not.toBe('leader');
    const words = ['n2', 'n3'].map((id) => cluster.describe(id).word);
    expect(words.sort()).toEqual(['follower', 'leader']);
  });

  test('R38: a follower that hears nobody does not raise the term', () => {
    const cluster = clusterOf(3);
    cluster.elect('n1');
    const era = eraOf(cluster, 'n1');
    cluster.cut('n1', 'n3');
    cluster.cut('n2', 'n3');
    letPass(cluster, 200);
    expect(eraOf(cluster, 'n1')).toBe(era);
    expect(cluster.describe('n1').word).toBe('leader');
  });

  test('R45: aligned election timers converge', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const cluster = new TestCluster({ protocol: raftDefinition, nodes: 5, seed });
      cluster.start();
      const isServed = (): boolean => cluster.leaders().length > 0;
      expect(cluster.runUntil(isServed, 200), `seed ${seed}`).toBe(true);
    }
  });
});

describe('clients', () => {
  test('R39, R40, R52: a read is a command: no deposed and no fresh leader answers it', () => {
    const node = new OneNode({ term: 1, log: logOf(1) });
    node.lead(2);
    node.client(command(1));
    node.sync();
    expect(node.applied).toEqual([]);
    node.recv('n3', append(3, [1, 1], [3], 1));
    expect(node.refusals()).toMatchObject([{ reqId: 1, code: 'leadership-lost' }]);
    expect(node.applied.map((entry) => entry.pos)).toEqual([1]);
  });

  test('R44: a repeated command keeps session and sequence in each entry it makes', () => {
    const node = new OneNode();
    node.lead(1);
    node.client(command(4), command(4));
    node.sync();
    node.ok('n2', 3);
    const refs = node.applied.slice(1).map((entry) => entry.client);
    expect(refs).toEqual([
      { session: 1, seq: 4, acked: 0 },
      { session: 1, seq: 4, acked: 0 },
    ]);
    expect(entryAt(1, 1).client).toBeNull();
  });
});
