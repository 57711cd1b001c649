/** Reads that are no entries (dissertation 6.4; protocols.md 1.12), on one core. */
import { describe, expect, test } from 'vitest';
import type { ReadRequest } from '../../../src-main/protocols/kernel/core.ts';
import { leaseTicks } from '../../../src-main/protocols/raft/leases.ts';
import { append, command, memberOf, OneNode, type OneNodeSpec } from './one-node.ts';

function readOf(reqId: number, level: ReadRequest['level'] = 'index', minPos = 0): ReadRequest {
  return { reqId, level, minPos, payload: { op: 'get', key: 'k' } };
}

/** n1 leads term 1; its no-op is on all disks, and committed. */
function leader(spec: OneNodeSpec = {}): OneNode {
  const node = new OneNode(spec);
  node.lead(1);
  node.sync();
  for (const id of ['n2', 'n3']) node.ok(id, 1);
  return node;
}

/** The last round of heartbeats sent to n2. */
function roundOf(node: OneNode): { round: number; sentAt: number } {
  const { msg } = node.sends('n2').at(-1)!;
  if (msg.type !== 'Heartbeat') throw new Error(`a ${msg.type}, no Heartbeat`);
  return { round: msg.round, sentAt: msg.sentAt };
}

function beat(round: { round: number; sentAt: number }): object {
  return { type: 'HeartbeatResp', term: 1, ...round };
}

describe('6.4: ReadIndex at the leader', () => {
  test('a read waits for one round that was sent after it, and all of a turn share it', () => {
    const node = leader();
    node.tick(2);
    const before = roundOf(node);
    node.read(readOf(1), readOf(2));
    const after = roundOf(node);
    expect(node.sends()).toHaveLength(2);
    node.recv('n2', beat(before));
    expect(node.all('read')).toEqual([]);
    node.recv('n2', beat(after));
    expect(node.all('read')).toMatchObject([
      { reqId: 1, pos: 1 },
      { reqId: 2, pos: 1 },
    ]);
  });

  test('the position is what was committed when it asked, or what the client saw already', () => {
    const node = leader();
    node.read(readOf(1), readOf(2, 'index', 9));
    node.recv('n3', beat(roundOf(node)));
    expect(node.all('read').map(({ pos }) => pos)).toEqual([1, 9]);
  });

  test('a sole voter needs nobody', () => {
    const node = new OneNode({ nodes: 1 });
    node.tick(40);
    node.sync();
    node.sync();
    node.read(readOf(1));
    expect(node.all('read')).toMatchObject([{ reqId: 1, pos: 1 }]);
  });

  test('museum R40: none before an entry of its own term is committed', () => {
    const node = new OneNode({ term: 1 });
    node.lead(2);
    node.read(readOf(1));
    expect(node.sends()).toEqual([]);
    node.recv('n2', { type: 'HeartbeatResp', term: 2, round: 0, sentAt: 0 });
    expect(node.all('read')).toEqual([]);
    node.sync();
    node.ok('n2', 1);
    const round = roundOf(node);
    node.recv('n2', { type: 'HeartbeatResp', term: 2, ...round });
    expect(node.all('read')).toMatchObject([{ reqId: 1, pos: 1 }]);
  });

  test('museum R39: a deposed leader answers none', () => {
    const node = leader();
    node.read(readOf(1));
    const round = roundOf(node);
    node.recv('n3', append(2, [1, 1], [2], 2));
    expect(node.refusals()).toMatchObject([{ reqId: 1, code: 'leadership-lost' }]);
    node.recv('n2', beat(round));
    expect(node.all('read')).toEqual([]);
  });

  test('museum R39: nor does one that is cut off', () => {
    const node = leader();
    node.read(readOf(1));
    for (let i = 0; i < 12; i += 1) node.tick();
    expect(node.refusals()).toEqual([]);
    expect(node.all('read')).toEqual([]);
    expect(node.word).toBe('follower');
  });

  test('a learner’s answer proves nothing', () => {
    const node = leader();
    node.admin(9, { op: 'add', member: memberOf('n4'), as: 'learner' });
    node.sync();
    node.ok('n2', 2);
    node.read(readOf(1));
    const round = roundOf(node);
    node.recv('n4', beat(round));
    expect(node.all('read')).toEqual([]);
    node.recv('n2', beat(round));
    expect(node.all('read')).toHaveLength(1);
  });

  test('a joint configuration needs a round with both majorities', () => {
    const node = leader();
    const voters = ['n1', 'n4', 'n5'].map(memberOf);
    node.admin(9, { op: 'reconfigure', voters, learners: [] });
    node.read(readOf(1));
    const round = roundOf(node);
    for (const id of ['n2', 'n3']) node.recv(id, beat(round));
    expect(node.all('read')).toEqual([]);
    node.recv('n4', beat(round));
    expect(node.all('read')).toHaveLength(1);
  });
});

describe('6.4: reads at other nodes', () => {
  function follower(): OneNode {
    const node = new OneNode();
    node.recv('n2', append(1, [0, 0], [1], 1));
    node.sync();
    return node;
  }

  test('a follower asks the leader for the position and answers itself', () => {
    const node = follower();
    expect(node.read(readOf(1), readOf(2, 'index', 7))).toEqual([
      { type: 'ReadIndex', term: 1, id: 1 },
    ]);
    node.recv('n2', { type: 'ReadIndexResp', term: 1, id: 1, pos: 5 });
    expect(node.all('read').map(({ pos }) => pos)).toEqual([5, 7]);
  });

  test('the leader answers such a question after a round, as its own', () => {
    const node = leader();
    node.recv('n3', { type: 'ReadIndex', term: 1, id: 4 });
    const round = roundOf(node);
    expect(node.recv('n2', beat(round))).toEqual([
      { type: 'ReadIndexResp', term: 1, id: 4, pos: 1 },
    ]);
    expect(node.recv('n3', { type: 'ReadIndex', term: 2, id: 5 })).toMatchObject([{ pos: null }]);
    expect(node.view).toMatchObject({ word: 'leader', era: { number: 1 } });
  });

  test('no answer, a refusal and a new term end the wait', () => {
    const silent = follower();
    silent.read(readOf(1));
    silent.tick(10);
    expect(silent.refusals()).toMatchObject([{ reqId: 1, code: 'leadership-lost' }]);
    const refused = follower();
    refused.read(readOf(1));
    refused.recv('n2', { type: 'ReadIndexResp', term: 1, id: 1, pos: null });
    expect(refused.refusals()).toMatchObject([{ reqId: 1, code: 'leadership-lost' }]);
    const deposed = follower();
    deposed.read(readOf(1));
    deposed.recv('n3', append(2, [1, 1], []));
    expect(deposed.refusals()).toMatchObject([{ reqId: 1, code: 'leadership-lost' }]);
    deposed.recv('n2', { type: 'ReadIndexResp', term: 1, id: 1, pos: 5 });
    expect(deposed.all('read')).toEqual([]);
  });

  test('an outsider serves nothing but what it has', () => {
    const node = new OneNode({ storageId: 'new' });
    node.recv('n2', append(1, [0, 0], [1], 1));
    node.read(readOf(1), readOf(2, 'local'));
    expect(node.refusals()).toMatchObject([{ reqId: 1, code: 'not-leader', hint: 'n2' }]);
    expect(node.all('read')).toMatchObject([{ reqId: 2, pos: 0 }]);
  });

  test('a local read goes back behind nothing its client saw', () => {
    const node = follower();
    node.read(readOf(1, 'local'), readOf(2, 'local', 4));
    expect(node.all('read').map(({ pos }) => pos)).toEqual([0, 4]);
  });

  test('levels it does not have are refused', () => {
    const node = leader();
    node.read(readOf(1, 'quorum'), readOf(2, 'sync'), readOf(3, 'lease'));
    expect(node.refusals().map(({ code }) => code)).toEqual([
      'bad-request',
      'bad-request',
      'bad-request',
    ]);
  });
});

describe('6.4.1: leases', () => {
  const options = { leaseReads: true };

  /** As `leader`, elected after the wait that leases ask for, with a round answered just now. */
  function withLease(mutants: string[] = []): OneNode {
    const node = leader({ options, mutants });
    node.tick(2);
    node.recv('n2', beat(roundOf(node)));
    return node;
  }

  test('their length leaves room for drift and for the phase of ticks', () => {
    expect([10, 15, 8, 2].map(leaseTicks)).toEqual([8, 12, 6, 0]);
  });

  test('while one holds a read is answered at once', () => {
    const node = withLease();
    node.read(readOf(1, 'lease'));
    expect(node.all('read')).toMatchObject([{ reqId: 1, pos: 1 }]);
    expect(node.sends()).toEqual([]);
  });

  test('it ends by the time its round was sent, and then a round is asked', () => {
    const node = leader({ options });
    node.tick(2);
    const round = roundOf(node);
    for (let i = 0; i < 7; i += 1) node.tick();
    node.recv('n2', beat(round));
    node.read(readOf(1, 'lease'));
    expect(node.all('read')).toHaveLength(1);
    node.tick();
    node.read(readOf(2, 'lease'));
    expect(node.all('read')).toEqual([]);
    node.recv('n3', beat(roundOf(node)));
    expect(node.all('read')).toMatchObject([{ reqId: 2 }]);
  });

  test('late answers make no lease; with mutant lease-from-ack-time they do', () => {
    for (const mutants of [[], ['lease-from-ack-time']]) {
      const node = leader({ options, mutants });
      node.tick(2);
      const round = roundOf(node);
      for (let i = 0; i < 10; i += 1) {
        node.tick();
        node.recv('n3', beat(round));
      }
      node.read(readOf(1, 'lease'));
      expect(node.all('read')).toHaveLength(mutants.length);
    }
  });

  test('none in a term in which leadership was to be handed over', () => {
    const node = withLease();
    node.admin(9, { op: 'transfer', to: 'n2' });
    node.read(readOf(1, 'lease'));
    expect(node.all('read')).toEqual([]);
  });

  test('a voter grants nothing for its first election timeout after boot', () => {
    const asked = { term: 1, lastPos: 0, lastTerm: 0, disk: 'disk-n1', transfer: false };
    const node = new OneNode({ options });
    node.tick(9);
    expect(node.recv('n2', { type: 'PreVote', ...asked })).toMatchObject([{ granted: false }]);
    expect(node.recv('n2', { type: 'RequestVote', ...asked })).toMatchObject([{ granted: false }]);
    expect(node.view.era.number).toBe(0);
    node.tick(1);
    expect(node.recv('n2', { type: 'RequestVote', ...asked })).toMatchObject([{ granted: true }]);
  });

  test('nor within one of the last word of a leader, whatever terms it heard of since', () => {
    const node = new OneNode({ options });
    node.tick(40);
    node.recv('n3', append(1, [0, 0], [1]));
    node.recv('n2', { type: 'PreVoteResp', term: 2, forTerm: 1, granted: false });
    const asked = { term: 3, lastPos: 9, lastTerm: 9, disk: 'disk-n1', transfer: false };
    expect(node.recv('n2', { type: 'RequestVote', ...asked })).toMatchObject([{ granted: false }]);
  });

  test('a follower points to the leader, and writes change nothing of that', () => {
    const node = new OneNode({ options });
    node.recv('n2', append(1, [0, 0], [1], 1));
    node.read(readOf(1, 'lease'));
    expect(node.refusals()).toMatchObject([{ code: 'not-leader', hint: 'n2' }]);
    const lead = withLease();
    lead.client(command(3));
    lead.read(readOf(4, 'lease'));
    expect(lead.all('read')).toMatchObject([{ pos: 1 }]);
  });
});
