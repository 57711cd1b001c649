/**
 * The claims of "In Search of an Understandable Consensus Algorithm" (extended version), one test
 * each, by section: 5.1 to 5.6 with figures 7 and 8, 6 and 8. Figures 2, 3 and 12 stand in
 * paper-figures.test.ts, section 7 in snapshots.test.ts; of the dissertation, chapter 4 in
 * membership.test.ts, 3.10 in transfer.test.ts and 6.4 in reads.test.ts. PreVote and CheckQuorum
 * are no part of the paper and off here.
 */
import { describe, expect, test } from 'vitest';
import { append, command, entryAt, logOf, memberOf, OneNode } from './one-node.ts';
import { grant, leader, options, reject, voteRequest } from './paper-node.ts';

describe('5.1 basics', () => {
  test('the current term is exchanged in every message, and never falls', () => {
    const node = new OneNode({ term: 7, options });
    for (const { msg } of node.sends()) expect(msg.term).toBe(7);
    node.recv('n2', append(6, [0, 0], []));
    expect(node.view.era.number).toBe(7);
  });

  test('a server that is restarted has its term, its vote and its log', () => {
    const node = new OneNode({ options });
    node.recv('n2', append(3, [0, 0], [1, 3]));
    node.recv('n3', voteRequest(4));
    node.sync();
    node.restart();
    expect(node.view).toMatchObject({ era: { number: 4 }, lastPos: 2 });
    expect(node.own('votedFor')).toBe('n3');
  });
});

describe('5.2 leader election', () => {
  test('a server votes for at most one candidate a term, first come first served', () => {
    const node = new OneNode({ options });
    expect(node.recv('n2', voteRequest(1))).toMatchObject([{ granted: true }]);
    expect(node.recv('n3', voteRequest(1))).toMatchObject([{ granted: false }]);
  });

  test('a candidate does not yield to a leader of an older term', () => {
    const node = new OneNode({ term: 2, options });
    node.tick(20);
    node.recv('n2', append(2, [0, 0], []));
    expect(node.view).toMatchObject({ word: 'candidate', era: { number: 3 } });
  });

  test('timeouts are drawn at random from a fixed interval, anew for each election', () => {
    const node = new OneNode({ options });
    const drawn = new Set<number>();
    for (let i = 0; i < 60; i += 1) {
      const timeout = node.core.sleepTicks();
      drawn.add(timeout);
      node.tick(timeout);
    }
    expect(drawn.size).toBeGreaterThan(5);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(20);
  });
});

describe('5.3 log replication', () => {
  test('the leader tells followers what is committed, and they apply it', () => {
    const node = leader();
    node.sync();
    node.ok('n2', 1);
    expect(node.sends('n2')).toMatchObject([{ msg: { type: 'CommitNotice', commit: 1 } }]);
  });

  test('a slow follower is sent entries again and again, also after they are applied', () => {
    const node = leader();
    node.sync();
    node.ok('n2', 1);
    for (let i = 0; i < 5; i += 1) {
      const sent = node.recv('n3', { type: 'HeartbeatResp', term: 1, round: 0, sentAt: 0 });
      expect(sent).toMatchObject([{ prevPos: 0, entries: { length: 1 } }]);
    }
  });

  test('figure 7: followers that lack entries, have too many, or both, all come to agree', () => {
    const lead = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    const figure7 = [
      [1, 1, 1, 4, 4, 5, 5, 6, 6],
      [1, 1, 1, 4],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
      [1, 1, 1, 4, 4, 4, 4],
      [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ];
    for (const terms of figure7) {
      const follower = new OneNode({ term: 7, log: logOf(...terms), options });
      const leading = leader(8, logOf(...lead));
      let toFollower = leading.sends('n2').map(({ msg }) => msg);
      for (let round = 0; toFollower.length > 0 && round < 12; round += 1) {
        const answers = toFollower.flatMap((msg) => follower.recv('n2', msg));
        for (const answer of answers) leading.recv('n2', answer);
        toFollower = leading.sends('n2').map(({ msg }) => msg);
      }
      expect(follower.terms, `from ${terms.join()}`).toEqual([...lead, 8]);
    }
  });
});

describe('5.4.1 election restriction', () => {
  test('the later last term is more up to date, whatever the length', () => {
    const node = new OneNode({ term: 3, log: logOf(1, 3), options });
    expect(node.recv('n2', voteRequest(4, 9, 2))).toMatchObject([{ granted: false }]);
    expect(node.recv('n2', voteRequest(4, 2, 3))).toMatchObject([{ granted: true }]);
  });

  test('with equal last terms the longer log is', () => {
    const node = new OneNode({ term: 3, log: logOf(1, 3), options });
    expect(node.recv('n2', voteRequest(4, 1, 3))).toMatchObject([{ granted: false }]);
    expect(node.recv('n3', voteRequest(4, 3, 3))).toMatchObject([{ granted: true }]);
  });
});

describe('5.4.2 committing entries from previous terms', () => {
  test('figure 8 (c): an entry of term 2 on a majority is not committed by counting', () => {
    const s1 = leader(4, logOf(1, 2), 5);
    s1.sync();
    for (const id of ['n2', 'n3']) s1.ok(id, 2);
    expect(s1.view.committed).toBe(0);
  });

  test('figure 8 (d): so s5, with an entry of term 3, may still overwrite it', () => {
    const s3 = new OneNode({ nodes: 5, term: 4, log: logOf(1, 2), options });
    expect(s3.recv('n5', voteRequest(5, 2, 3))).toMatchObject([{ granted: true }]);
    s3.recv('n5', append(5, [1, 1], [3, 5]));
    expect(s3.terms).toEqual([1, 3, 5]);
  });

  test('figure 8 (e): with an entry of term 4 on a majority s5 cannot win', () => {
    const s1 = leader(4, logOf(1, 2), 5);
    s1.sync();
    for (const id of ['n2', 'n3']) s1.ok(id, 3);
    expect(s1.view.committed).toBe(3);
    const s3 = new OneNode({ nodes: 5, term: 4, log: logOf(1, 2, 4), options });
    expect(s3.recv('n5', voteRequest(5, 2, 3))).toMatchObject([{ granted: false }]);
  });

  test('entries keep the term they were made in', () => {
    const node = leader(4, logOf(1, 2));
    node.recv('n2', reject(4, 2, 0, 0));
    const [append0] = node.sends('n2').map(({ msg }) => msg);
    expect(append0).toMatchObject({ entries: [{ term: 1 }, { term: 2 }, { term: 4 }] });
  });
});

describe('5.4.3, 5.5, 5.6', () => {
  test('5.4.3: the voter that has a committed entry refuses who lacks it', () => {
    const node = new OneNode({ term: 2, log: logOf(1, 2), options });
    node.recv('n2', append(2, [2, 2], [], 2));
    expect(node.recv('n3', voteRequest(3, 1, 1))).toMatchObject([{ granted: false }]);
  });

  test('5.5: a request that was carried out already changes nothing the second time', () => {
    const node = new OneNode({ options });
    const msg = append(1, [0, 0], [1, 1]);
    node.recv('n2', msg);
    node.sync();
    expect(node.recv('n2', msg)).toMatchObject([{ ok: true, matchPos: 2 }]);
    expect(node.all('persist')).toEqual([]);
  });

  test('5.6: safety does not depend on time: ticks alone change no log and no commitment', () => {
    const node = leader(2, logOf(1));
    node.sync();
    for (let i = 0; i < 100; i += 1) node.tick(7);
    expect(node.terms).toEqual([1, 2]);
    expect(node.view.committed).toBe(0);
  });
});

describe('6 cluster membership changes', () => {
  const config = {
    voters: ['n1', 'n4', 'n5'].map(memberOf),
    votersOld: ['n1', 'n2', 'n3'].map(memberOf),
    learners: [],
  };
  const joint = { ...entryAt(1, 1), type: 'config', payload: config as never } as const;

  test('a server uses the latest configuration in its log, committed or not', () => {
    const node = new OneNode({ options });
    node.recv('n2', { ...append(1, [0, 0], []), entries: [joint] });
    expect(node.view).toMatchObject({ committed: 0, voters: ['n1', 'n4', 'n5'] });
  });

  test('entries go to all servers in both configurations', () => {
    const node = new OneNode({ term: 1, log: [joint], options });
    expect(node.tick(20).length).toBe(4);
  });

  test('agreement, for elections and for commitment, needs separate majorities of both', () => {
    const node = new OneNode({ term: 1, log: [joint], options });
    node.tick(20);
    node.sync();
    node.recv('n4', grant(2));
    expect(node.word).toBe('candidate');
    node.recv('n2', grant(2));
    expect(node.word).toBe('leader');
    node.sync();
    node.ok('n4', 2);
    node.ok('n5', 2);
    expect(node.view.committed).toBe(0);
    node.ok('n3', 2);
    expect(node.view.committed).toBe(2);
  });
});

describe('8 client interaction', () => {
  test('who is no leader refuses and says who is', () => {
    const node = new OneNode({ options });
    node.recv('n3', append(1, [0, 0], []));
    node.client(command(1));
    expect(node.refusals()).toEqual([{ reqId: 1, code: 'not-leader', hint: 'n3' }]);
  });

  test('a leader begins its term with a no-op', () => {
    const node = leader(2, logOf(1));
    expect(node.sends('n2')).toMatchObject([{ msg: { entries: [{ type: 'noop', term: 2 }] } }]);
  });

  test('before it answers a read it exchanges heartbeats with a majority', () => {
    const node = leader();
    node.sync();
    node.ok('n2', 1);
    node.read({ reqId: 1, level: 'index', minPos: 0, payload: {} });
    expect(node.all('read')).toEqual([]);
    const [beat] = node.sends('n3').map(({ msg }) => msg);
    expect(beat).toMatchObject({ type: 'Heartbeat' });
    node.recv('n3', { ...beat, type: 'HeartbeatResp' });
    expect(node.all('read')).toHaveLength(1);
  });
});
