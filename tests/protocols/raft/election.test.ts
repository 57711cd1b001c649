/** Raft 5.2 and 5.4.1, PreVote and CheckQuorum, on one core. */
import { describe, expect, test } from 'vitest';
import { append, ELECTION_TICKS_MAX, ELECTION_TICKS_MIN, logOf, OneNode } from './one-node.ts';

const paperOnly = { preVote: false, checkQuorum: false };

function voteRequest(term: number, lastPos = 9, lastTerm = 9): object {
  return { type: 'RequestVote', term, lastPos, lastTerm, transfer: false, disk: 'disk-n1' };
}

describe('campaigns', () => {
  test('a timeout lies in [ET + 1, max] and comes from the seed', () => {
    const seen = new Set<number>();
    for (let seed = 1; seed <= 60; seed += 1) {
      const node = new OneNode({ seed });
      expect(node.core.sleepTicks()).toBe(new OneNode({ seed }).core.sleepTicks());
      seen.add(node.core.sleepTicks());
    }
    expect(Math.min(...seen)).toBe(ELECTION_TICKS_MIN + 1);
    expect(Math.max(...seen)).toBe(ELECTION_TICKS_MAX);
  });

  test('a pre-vote asks for the next term and changes nothing on disk', () => {
    const node = new OneNode({ term: 3 });
    expect(node.tick(40)).toMatchObject([
      { type: 'PreVote', term: 4 },
      { type: 'PreVote', term: 4 },
    ]);
    expect(node.view.era.number).toBe(3);
    expect(node.effects.some((effect) => effect.kind === 'persist')).toBe(false);
  });

  test('a tick of many ticks starts one campaign', () => {
    const node = new OneNode({ options: paperOnly });
    node.tick(500);
    expect(node.view.era.number).toBe(1);
    expect(node.sends('n2')).toHaveLength(1);
  });

  test('a vote request waits for the vote on disk, and so does the own vote', () => {
    const node = new OneNode({ options: paperOnly });
    node.tick(40);
    expect(node.sends('n2')[0]).toMatchObject({ after: 1, msg: { type: 'RequestVote', term: 1 } });
    node.recv('n2', { type: 'RequestVoteResp', term: 1, forTerm: 1, granted: true });
    expect(node.word).toBe('candidate');
    node.sync();
    expect(node.word).toBe('leader');
    expect(node.disk.hard).toEqual({ term: 1, vote: 'n1' });
  });

  test('a sole voter leads by itself and commits when its disk has the no-op', () => {
    const node = new OneNode({ nodes: 1 });
    node.tick(40);
    expect(node.word).toBe('candidate');
    node.sync();
    expect(node.view).toMatchObject({ word: 'leader', ready: false, committed: 0 });
    node.sync();
    expect(node.view).toMatchObject({ word: 'leader', ready: true, committed: 1 });
  });

  test('a new leader appends a no-op of its term and is ready when that is applied', () => {
    const node = new OneNode({ term: 1, log: logOf(1, 1) });
    node.lead(2);
    expect(node.view).toMatchObject({ word: 'leader', ready: false, lastPos: 3 });
    const follows = { prevPos: 2, prevTerm: 1, entries: [{ pos: 3, term: 2, type: 'noop' }] };
    expect(node.sends('n3')[0]).toMatchObject({ after: 0, msg: follows });
    node.ok('n2', 3);
    expect(node.view).toMatchObject({ ready: false, committed: 0 });
    node.sync();
    expect(node.view).toMatchObject({ ready: true, committed: 3 });
    expect(node.applied.map((entry) => entry.pos)).toEqual([1, 2, 3]);
  });

  test('refusals of a quorum end a pre-vote and a campaign in the same term', () => {
    const node = new OneNode({ term: 4 });
    node.tick(40);
    for (const from of ['n2', 'n3']) {
      node.recv(from, { type: 'PreVoteResp', term: 4, forTerm: 5, granted: false });
    }
    expect(node.view).toMatchObject({ word: 'follower', era: { number: 4 } });
  });
});

describe('votes', () => {
  test('a grant leaves after the vote is on disk and is repeated on demand', () => {
    const node = new OneNode();
    node.recv('n2', voteRequest(5));
    expect(node.sends('n2')[0]).toMatchObject({ after: 1, msg: { granted: true, forTerm: 5 } });
    node.sync();
    expect(node.recv('n2', voteRequest(5))).toMatchObject([{ granted: true }]);
    expect(node.recv('n3', voteRequest(5))).toMatchObject([{ granted: false, term: 5 }]);
  });

  test('a candidate whose log is behind is refused, by term first and length second', () => {
    const node = new OneNode({ term: 3, log: logOf(1, 3, 3) });
    expect(node.recv('n2', voteRequest(4, 9, 2))).toMatchObject([{ granted: false, term: 4 }]);
    expect(node.recv('n2', voteRequest(5, 2, 3))).toMatchObject([{ granted: false }]);
    expect(node.recv('n2', voteRequest(6, 3, 3))).toMatchObject([{ granted: true }]);
  });

  test('a request of an old term learns the current one', () => {
    const node = new OneNode({ term: 7 });
    const answer = { type: 'RequestVoteResp', term: 7, forTerm: 6, granted: false };
    expect(node.recv('n2', voteRequest(6))).toEqual([answer]);
  });

  test('who hears a leader refuses both votes and keeps its term', () => {
    const node = new OneNode();
    node.recv('n2', { type: 'Heartbeat', term: 1, commit: 0, round: 1, sentAt: 0 });
    node.tick(ELECTION_TICKS_MIN - 1);
    expect(node.recv('n3', voteRequest(2))).toMatchObject([{ granted: false, term: 1 }]);
    const preVote = { type: 'PreVote', term: 2, lastPos: 0, lastTerm: 0, disk: 'disk-n1' };
    expect(node.recv('n3', preVote)).toMatchObject([{ granted: false, term: 1, forTerm: 2 }]);
    node.tick(1);
    expect(node.recv('n3', preVote)).toMatchObject([{ granted: true, term: 2, forTerm: 2 }]);
    expect(node.recv('n3', voteRequest(2))).toMatchObject([{ granted: true, term: 2 }]);
  });

  test('a granted pre-vote changes neither term nor timer', () => {
    const node = new OneNode({ term: 1 });
    node.tick(5);
    const sleep = node.core.sleepTicks();
    node.recv('n2', { type: 'PreVote', term: 2, lastPos: 0, lastTerm: 0, disk: 'disk-n1' });
    expect(node.core.sleepTicks()).toBe(sleep);
    expect(node.view.era.number).toBe(1);
    expect(node.traces('vote')).toMatchObject([{ phase: 'pre', granted: true, candidate: 'n2' }]);
  });
});

describe('CheckQuorum', () => {
  test('a leader gives up ET ticks after the last answer of a quorum', () => {
    const node = new OneNode();
    node.lead(1);
    node.sync();
    node.ok('n2', 1);
    node.client({ reqId: 1, op: { kind: 'open-session' } });
    for (let i = 1; i < ELECTION_TICKS_MIN; i += 1) node.tick();
    expect(node.word).toBe('leader');
    node.tick();
    expect(node.view).toMatchObject({ word: 'follower', leader: null, era: { number: 1 } });
    expect(node.refusals()).toEqual([{ reqId: 1, code: 'leadership-lost', hint: null }]);
    expect(node.sends()).toEqual([]);
  });

  test('one answering follower of two is enough', () => {
    const node = new OneNode();
    node.lead(1);
    for (let i = 0; i < 50; i += 1) {
      node.tick();
      node.recv('n3', { type: 'HeartbeatResp', term: 1, round: 0, sentAt: 0 });
    }
    expect(node.word).toBe('leader');
  });

  test('a leader that slept through an election timeout answers nobody as leader', () => {
    const node = new OneNode();
    node.lead(1);
    node.tick(100);
    node.client({ reqId: 1, op: { kind: 'open-session' } });
    expect(node.refusals()).toMatchObject([{ code: 'no-leader' }]);
  });

  test('the leader wakes for whichever of heartbeat and quorum check is next', () => {
    const node = new OneNode();
    node.lead(1);
    expect(node.core.sleepTicks()).toBe(2);
    node.tick(1);
    expect(node.core.sleepTicks()).toBe(1);
  });
});

test('a message of a leader ends a candidacy of the same term and keeps the vote', () => {
  const node = new OneNode({ options: paperOnly });
  node.tick(40);
  node.sync();
  node.recv('n2', append(1, [0, 0], [1]));
  expect(node.view).toMatchObject({ word: 'follower', leader: 'n2' });
  expect(node.own('votedFor')).toBe('n1');
});
