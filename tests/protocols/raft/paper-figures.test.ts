/**
 * Figures 2, 3 and 12 of "In Search of an Understandable Consensus Algorithm" (extended version),
 * one test for each rule. Its sections stand in paper-sections.test.ts. PreVote and CheckQuorum
 * are no part of the paper and off here.
 */
import { describe, expect, test } from 'vitest';
import { append, chunkOf, command, logOf, memberOf, OneNode } from './one-node.ts';
import { grant, leader, options, reject, voteRequest } from './paper-node.ts';
import { RandomCluster } from './random-cluster.ts';

describe('figure 2: AppendEntries, receiver', () => {
  test('1. a message of an older term is refused with the current one', () => {
    const node = new OneNode({ term: 3, options });
    expect(node.recv('n2', append(2, [0, 0], [2]))).toMatchObject([{ ok: false, term: 3 }]);
    expect(node.terms).toEqual([]);
  });

  test('2. without an entry at prevLogIndex with prevLogTerm it is refused', () => {
    const node = new OneNode({ term: 2, log: logOf(1, 1), options });
    expect(node.recv('n2', append(2, [3, 1], [2]))).toMatchObject([{ ok: false }]);
    expect(node.recv('n2', append(2, [2, 2], [2]))).toMatchObject([{ ok: false }]);
    expect(node.terms).toEqual([1, 1]);
  });

  test('3. a conflicting entry goes with everything behind it', () => {
    const node = new OneNode({ term: 3, log: logOf(1, 2, 2, 2), options });
    node.recv('n2', append(3, [1, 1], [3]));
    expect(node.terms).toEqual([1, 3]);
  });

  test('4. only entries it does not have are appended', () => {
    const node = new OneNode({ term: 1, log: logOf(1, 1), options });
    node.recv('n2', append(1, [0, 0], [1, 1, 1]));
    expect(node.all('persist').at(-1)?.ops).toMatchObject([{ op: 'put', entries: [{ pos: 3 }] }]);
  });

  test('5. commitIndex becomes the lesser of leaderCommit and the last new entry', () => {
    const node = new OneNode({ term: 1, log: logOf(1), options });
    node.recv('n2', append(1, [1, 1], [1], 9));
    expect(node.view.committed).toBe(2);
    node.recv('n2', append(1, [2, 1], [1], 2));
    expect(node.view.committed).toBe(2);
  });
});

describe('figure 2: RequestVote, receiver', () => {
  test('1. a request of an older term is refused', () => {
    const node = new OneNode({ term: 3, options });
    expect(node.recv('n2', voteRequest(2))).toMatchObject([{ granted: false, term: 3 }]);
  });

  test('2. the vote is free or the candidate’s, and its log at least as up to date', () => {
    const node = new OneNode({ term: 1, log: logOf(1), options });
    expect(node.recv('n2', voteRequest(2, 0, 0))).toMatchObject([{ granted: false }]);
    expect(node.recv('n3', voteRequest(2, 1, 1))).toMatchObject([{ granted: true }]);
    expect(node.recv('n2', voteRequest(2, 5, 1))).toMatchObject([{ granted: false }]);
    expect(node.recv('n3', voteRequest(2, 1, 1))).toMatchObject([{ granted: true }]);
  });
});

describe('figure 2: rules for servers', () => {
  test('all: what is committed is applied, in order, once', () => {
    const node = new OneNode({ options });
    node.recv('n2', append(1, [0, 0], [1, 1, 1], 2));
    node.recv('n2', append(1, [3, 1], [], 3));
    expect(node.applied.map(({ pos }) => pos)).toEqual([1, 2, 3]);
  });

  test('all: a higher term in any request or answer makes a follower of it', () => {
    for (const msg of [append(5, [0, 0], []), voteRequest(5), reject(5, 1, 0, 0)]) {
      const node = leader();
      node.recv('n2', msg);
      expect(node.view).toMatchObject({ word: 'follower', era: { number: 5 } });
    }
  });

  test('followers: without a leader’s word or a vote given, an election begins', () => {
    const node = new OneNode({ options });
    for (let i = 0; i < 40; i += 1) {
      node.tick();
      node.recv('n2', append(1, [0, 0], []));
    }
    expect(node.word).toBe('follower');
    node.tick(20);
    expect(node.word).toBe('candidate');
  });

  test('candidates: a new term, a vote for itself, a new timeout, requests to all others', () => {
    const node = new OneNode({ term: 4, options });
    node.tick(20);
    expect(node.sends().map(({ to, msg }) => [to, msg.term])).toEqual([
      ['n2', 5],
      ['n3', 5],
    ]);
    node.sync();
    expect(node.disk.hard).toEqual({ term: 5, vote: 'n1' });
    expect(node.core.sleepTicks()).toBeGreaterThan(10);
  });

  test('candidates: a majority makes a leader, a leader’s message a follower', () => {
    const won = new OneNode({ options });
    won.tick(20);
    won.sync();
    won.recv('n2', grant(1));
    expect(won.word).toBe('leader');
    const lost = new OneNode({ options });
    lost.tick(20);
    lost.recv('n3', append(1, [0, 0], []));
    expect(lost.view).toMatchObject({ word: 'follower', leader: 'n3' });
  });

  test('candidates: a timeout begins another election', () => {
    const node = new OneNode({ options });
    node.tick(20);
    node.tick(20);
    expect(node.view).toMatchObject({ word: 'candidate', era: { number: 2 } });
  });

  test('leaders: heartbeats at once and when idle', () => {
    const node = leader();
    expect(node.sends('n2')).toMatchObject([{ msg: { type: 'AppendEntries', term: 1 } }]);
    node.tick(2);
    expect(node.sends('n3')).toMatchObject([{ msg: { type: 'Heartbeat', term: 1 } }]);
  });

  test('leaders: a command is appended, and answered after it is applied', () => {
    const node = leader();
    node.client(command(7));
    expect(node.terms).toEqual([1, 1]);
    expect(node.all('apply')).toEqual([]);
    node.sync();
    node.ok('n2', 2);
    expect(node.all('apply').at(-1)?.waiting).toEqual([{ pos: 2, reqId: 7 }]);
  });

  test('leaders: a refusal lowers nextIndex, an acknowledgement raises both indices', () => {
    const node = leader(3, logOf(1, 2, 2));
    expect(node.own('peer n2')).toMatchObject({ nextIndex: 4, matchIndex: 0 });
    node.recv('n2', reject(3, 3, 1, 1));
    expect(node.sends('n2')).toMatchObject([{ msg: { prevPos: 1, entries: { length: 3 } } }]);
    node.ok('n2', 4);
    expect(node.own('peer n2')).toMatchObject({ nextIndex: 5, matchIndex: 4 });
  });

  test('leaders: N is committed when a majority has it and it is of the current term', () => {
    const node = leader(3, logOf(1, 2));
    node.sync();
    node.ok('n2', 2);
    expect(node.view.committed).toBe(0);
    node.ok('n2', 3);
    expect(node.view.committed).toBe(3);
  });
});

describe('figure 3, over random schedules checked at every step', () => {
  const clusters = [1, 2, 3].map((seed) => {
    const cluster = new RandomCluster({ nodes: 5, seed: 700 + seed, options });
    for (let i = 0; i < 8000; i += 1) cluster.act();
    cluster.healAndSettle();
    cluster.checks.atEnd();
    return cluster;
  });

  function diskLogs() {
    return clusters.flatMap(({ nodes }) => nodes.map(({ disk }) => ({ nodes, log: disk.log })));
  }

  test('Election Safety: at most one leader a term (checked on each election)', () => {
    for (const { checks } of clusters) expect(checks.leadersSeen).toBeGreaterThan(1);
  });

  test('Leader Append-Only: only followers truncate', () => {
    const truncations = clusters.map(({ checks }) => checks.truncations);
    expect(Math.max(...truncations)).toBeGreaterThan(0);
    const node = leader(2, logOf(1));
    const before = node.terms;
    expect(() => node.recv('n2', append(2, [0, 0], [2]))).toThrow(/both lead term 2/);
    expect(before).toEqual([1, 2]);
  });

  test('Log Matching: equal index and term means equal logs up to there', () => {
    for (const { nodes, log } of diskLogs()) {
      for (const { disk } of nodes) {
        const last = log.findLastIndex((entry, i) => disk.log[i]?.term === entry.term);
        expect(disk.log.slice(0, last + 1)).toEqual(log.slice(0, last + 1));
      }
    }
  });

  test('Leader Completeness: what is committed is in the log of the last leader', () => {
    for (const { nodes, checks } of clusters) {
      const { core, disk } = nodes.find((node) => node.core?.describe().role === 'leader')!;
      expect(core!.describe().ready).toBe(true);
      expect(disk.log.slice(0, checks.committed.length)).toEqual(checks.committed);
    }
  });

  test('State Machine Safety: all apply the same (checked on each entry), and everything', () => {
    const committed = clusters.map(({ checks }) => checks.committed.length);
    expect(Math.max(...committed)).toBeGreaterThan(20);
    for (const { nodes, checks } of clusters) {
      for (const node of nodes) expect(node.appliedPos).toBe(checks.committed.length);
    }
  });
});

describe('figure 12: InstallSnapshot, receiver', () => {
  test('1. an older term is refused; 2.-4. chunks are written in order until the last', () => {
    const node = new OneNode({ term: 2, options });
    expect(node.recv('n2', chunkOf(1, [3, 1], [0, 2]))).toMatchObject([{ term: 2, ok: false }]);
    expect(node.recv('n2', chunkOf(2, [3, 1], [0, 2]))).toMatchObject([{ next: 1, done: false }]);
    expect(node.recv('n2', chunkOf(2, [3, 1], [1, 2]))).toMatchObject([{ done: true }]);
  });

  test('6. with an entry of the same index and term, what follows it is kept', () => {
    const node = new OneNode({ term: 1, log: logOf(1, 1, 1, 1), options });
    node.recv('n2', chunkOf(1, [2, 1]));
    expect(node.terms).toEqual([1, 1, 1, 1]);
    expect(node.view.committed).toBe(2);
  });

  test('7.-8. else the whole log goes, and state and members are those of the snapshot', () => {
    const node = new OneNode({ term: 2, log: logOf(1, 1, 1, 1), options });
    const config = { voters: ['n1', 'n2'].map(memberOf), votersOld: null, learners: [] };
    node.recv('n2', chunkOf(2, [3, 2], [0, 1], config));
    expect(node.terms).toEqual([]);
    expect(node.all('load-snapshot')).toHaveLength(1);
    expect(node.view).toMatchObject({ lastPos: 3, voters: ['n1', 'n2'] });
  });
});
