/** Changing the members one at a time (dissertation 4; protocols.md 1.9), on one core. */
import { describe, expect, test } from 'vitest';
import { add, appendOf, beat, configAt, configsSent, leader } from './config-entries.ts';
import { append, command, memberOf, membersOf, OneNode } from './one-node.ts';

describe('4.1: one voter at a time', () => {
  test('the new configuration counts from the moment it is appended, and commits by itself', () => {
    const node = leader();
    node.admin(7, add('n4'));
    expect(node.view.voters).toEqual(['n1', 'n2', 'n3', 'n4']);
    expect(node.all('members')[0]?.members).toHaveLength(4);
    expect(node.traces('config')).toMatchObject([{ pos: 2, votersOld: null }]);
    node.sync();
    node.ok('n2', 2);
    expect(node.view.committed).toBe(1);
    node.ok('n4', 2);
    expect(node.view.committed).toBe(2);
    expect(node.all('apply')[0]?.waiting).toEqual([{ pos: 2, reqId: 7 }]);
  });

  test('1.9.1: one change at a time', () => {
    const node = leader();
    node.admin(7, add('n4'));
    node.admin(8, { op: 'remove', nodeId: 'n2' });
    expect(node.refusals()).toMatchObject([{ reqId: 8, code: 'config-in-progress' }]);
  });

  test('museum R24: none before an entry of the leader’s term is committed (the 2015 fix)', () => {
    const node = new OneNode({
      nodes: 4,
      term: 1,
      log: [configAt(1, 1, ['n1', 'n2', 'n3', 'n4'])],
    });
    node.tick(40);
    const granted = { type: 'PreVoteResp', term: 2, forTerm: 2, granted: true };
    for (const id of ['n2', 'n3']) node.recv(id, granted);
    node.sync();
    for (const id of ['n2', 'n3']) node.recv(id, { ...granted, type: 'RequestVoteResp' });
    node.recv('n2', beat(2));
    node.admin(7, add('n5'));
    expect(node.refusals()).toMatchObject([{ code: 'config-in-progress' }]);
    node.sync();
    for (const id of ['n2', 'n3']) node.ok(id, 2);
    node.admin(8, add('n5'));
    expect(node.refusals()).toEqual([]);
    expect(node.view.voters).toHaveLength(5);
  });

  test('a change that makes no sense, or that is none, is refused in words', () => {
    const node = leader();
    node.admin(1, add('n2'));
    node.admin(2, { op: 'remove', nodeId: 'n9' });
    expect(node.refusals()).toMatchObject([{ reqId: 2, code: 'bad-request' }]);
    node.admin(3, { op: 'reconfigure', voters: membersOf(3), learners: [] });
    expect(node.refusals()).toMatchObject([{ reqId: 3, code: 'bad-request' }]);
    node.admin(4, { op: 'reconfigure', voters: [memberOf('n1')], learners: [] });
    expect(node.refusals()).toEqual([]);
  });

  test('who does not lead says who does', () => {
    const node = new OneNode();
    node.recv('n2', append(1, [0, 0], []));
    node.admin(1, add('n4'));
    expect(node.refusals()).toEqual([{ reqId: 1, code: 'not-leader', hint: 'n2' }]);
  });

  test('an operator who waits learns that the leader stepped down', () => {
    const node = leader();
    node.admin(7, add('n4'));
    node.recv('n2', { type: 'HeartbeatResp', term: 3, round: 0, sentAt: 0 });
    expect(node.refusals()).toMatchObject([{ reqId: 7, code: 'leadership-lost' }]);
  });
});

describe('protocols.md 1.9: the configuration follows the log', () => {
  test('museum R14: what was truncated is in force no more', () => {
    const node = new OneNode();
    node.recv('n2', appendOf(1, [0, 0], [configAt(1, 1, ['n1', 'n2', 'n3', 'n4'])]));
    expect(node.view.voters).toHaveLength(4);
    node.recv('n3', append(2, [0, 0], [2]));
    expect(node.view.voters).toEqual(['n1', 'n2', 'n3']);
    expect(node.traces('config')).toMatchObject([{ pos: 0 }]);
  });

  test('a restart finds it in the log', () => {
    const node = new OneNode();
    node.recv('n2', appendOf(1, [0, 0], [configAt(1, 1, ['n1', 'n2', 'n3', 'n4'])]));
    node.sync();
    node.restart();
    expect(node.view.voters).toHaveLength(4);
    expect(node.traces('config')).toMatchObject([{ pos: 1 }]);
  });

  test('museum R14: a snapshot carries it past the entry', () => {
    const node = new OneNode({ options: { snapshotEvery: 2, retainEntries: 1 } });
    const entries = [configAt(1, 1, ['n1', 'n2', 'n3', 'n4'])];
    node.recv('n2', appendOf(1, [0, 0], entries));
    node.recv('n2', append(1, [1, 1], [1], 2));
    node.sync();
    node.input({ kind: 'snapshot-ready', lastPos: 2, handle: 'own-2-1', chunks: 1, bytes: 1 });
    node.sync();
    node.restart();
    expect(node.view).toMatchObject({ voters: ['n1', 'n2', 'n3', 'n4'], snapshotPos: 2 });
  });
});

describe('4.2.1, 1.9.6: learners', () => {
  test('a learner is sent everything, counts for nothing and never campaigns', () => {
    const node = leader();
    node.admin(1, add('n4', 'learner'));
    node.sync();
    expect(node.own('peer n4')).toMatchObject({ nextIndex: 3 });
    node.ok('n4', 2);
    expect(node.view).toMatchObject({ committed: 1, learners: ['n4'] });
    const learner = new OneNode({ nodes: 3 });
    learner.recv('n2', appendOf(1, [0, 0], [configAt(1, 1, ['n2', 'n3'], ['n1'])], 1));
    expect(learner.view).toMatchObject({ role: 'follower', word: 'learner' });
    expect(learner.tick(500)).toEqual([]);
  });

  test('it is promoted once a round of catching up was short enough', () => {
    const node = leader();
    node.admin(1, add('n4', 'learner'));
    node.sync();
    node.ok('n2', 2);
    node.admin(2, { op: 'promote', nodeId: 'n4' });
    expect(node.refusals()).toMatchObject([{ reqId: 2, code: 'not-caught-up' }]);
    node.ok('n4', 2);
    node.client(command(3));
    node.sync();
    node.ok('n4', 3);
    node.ok('n2', 3);
    node.admin(4, { op: 'promote', nodeId: 'n4' });
    expect(node.refusals()).toEqual([]);
    expect(node.view).toMatchObject({ voters: ['n1', 'n2', 'n3', 'n4'], learners: [] });
  });

  test('behind, after a round of an election timeout or more, is too far behind', () => {
    const node = leader();
    node.admin(1, add('n4', 'learner'));
    node.sync();
    node.ok('n2', 2);
    node.ok('n4', 2);
    node.client(command(3));
    node.sync();
    for (let i = 0; i < 12; i += 1) {
      node.tick();
      for (const id of ['n2', 'n4']) node.recv(id, beat());
    }
    node.ok('n2', 3);
    node.ok('n4', 3);
    node.client(command(5));
    node.admin(4, { op: 'promote', nodeId: 'n4' });
    expect(node.refusals()).toMatchObject([{ code: 'not-caught-up' }]);
  });

  test('museum R47: one that was promoted and has not heard of it votes', () => {
    const node = new OneNode({ nodes: 3 });
    node.recv('n2', appendOf(1, [0, 0], [configAt(1, 1, ['n2', 'n3'], ['n1'])], 1));
    node.tick(30);
    const asked = { term: 2, lastPos: 2, lastTerm: 1, disk: 'disk-n1', transfer: false };
    expect(node.recv('n3', { type: 'RequestVote', ...asked })).toMatchObject([{ granted: true }]);
  });
});

describe('4.2.2, 1.9.5: removing the leader', () => {
  test('museum R30: it does not count itself, and steps down when that is committed', () => {
    const node = leader();
    node.admin(7, { op: 'remove', nodeId: 'n1' });
    node.sync();
    expect(node.word).toBe('leader');
    node.ok('n2', 2);
    expect(node.view.committed).toBe(1);
    node.ok('n3', 2);
    expect(node.view).toMatchObject({ committed: 2, word: 'outsider' });
    expect(node.all('apply')[0]?.waiting).toEqual([{ pos: 2, reqId: 7 }]);
    expect(node.sends().filter(({ msg }) => msg.type === 'TimeoutNow')).toHaveLength(1);
    expect(node.tick(500)).toEqual([]);
  });

  test('until then it may have to win an election', () => {
    const node = new OneNode({ term: 1, log: [configAt(1, 1, ['n2', 'n3'])] });
    expect(node.view).toMatchObject({ word: 'follower', voters: ['n2', 'n3'] });
    node.tick(40);
    const granted = { type: 'PreVoteResp', term: 2, forTerm: 2, granted: true };
    node.recv('n2', granted);
    expect(node.word).toBe('pre-candidate');
    node.recv('n3', granted);
    expect(node.word).toBe('candidate');
  });
});

describe('4.2.3, 1.9.7: removed servers', () => {
  test('one is sent the entry that removes it, and then nothing', () => {
    const node = leader();
    node.admin(7, { op: 'remove', nodeId: 'n3' });
    expect(configsSent(node, 'n3')).toHaveLength(1);
    node.sync();
    node.ok('n2', 2);
    node.tick(2);
    expect(node.sends('n3')).toMatchObject([{ msg: { type: 'Heartbeat' } }]);
    node.ok('n3', 2);
    node.tick(2);
    node.tick(2);
    expect(node.sends('n3')).toEqual([]);
    expect(node.sends('n2')).toHaveLength(1);
  });

  test('one that does not answer is given up after an election timeout', () => {
    const node = leader();
    node.admin(7, { op: 'remove', nodeId: 'n3' });
    node.sync();
    node.ok('n2', 2);
    for (let i = 0; i < 12; i += 1) {
      node.tick();
      node.recv('n2', beat());
    }
    expect(node.own('peer n3')).toBeUndefined();
    node.tick(2);
    expect(node.sends('n3')).toEqual([]);
  });

  test('museum R33: one that campaigns with high terms deposes nobody', () => {
    const node = leader();
    node.admin(7, { op: 'remove', nodeId: 'n3' });
    node.sync();
    node.ok('n2', 2);
    const asked = { lastPos: 9, lastTerm: 9, disk: 'disk-n1', transfer: false };
    node.recv('n3', { type: 'PreVote', term: 40, ...asked });
    node.recv('n3', { type: 'RequestVote', term: 40, ...asked });
    expect(node.view).toMatchObject({ word: 'leader', era: { number: 1 } });
  });
});

describe('protocols.md 0.5: disks', () => {
  test('a joiner follows, and becomes a voter when a configuration names it', () => {
    const node = new OneNode({ nodes: 3, storageId: 'new' });
    expect(node.view).toMatchObject({ role: 'outsider', word: 'outsider' });
    const voters = [memberOf('n2'), memberOf('n3'), { nodeId: 'n1', storageId: 'new' }];
    const payload = { voters, votersOld: null, learners: [] } as never;
    const entry = { ...configAt(1, 1, []), payload };
    node.recv('n2', appendOf(1, [0, 0], [entry], 1));
    expect(node.view).toMatchObject({ role: 'follower', word: 'follower', leader: 'n2' });
    expect(node.tick(40)).toHaveLength(2);
  });

  test('museum R28: a wiped voter does not vote for who knows its old disk', () => {
    const node = new OneNode({ storageId: 'new' });
    const asked = { term: 2, lastPos: 9, lastTerm: 9, transfer: false };
    node.recv('n3', { type: 'RequestVote', ...asked, disk: 'disk-n1' });
    expect(node.sends()).toEqual([]);
    expect(node.traces('ignored')).toHaveLength(1);
  });

  test('an outsider forgets a leader it does not hear any more', () => {
    const node = new OneNode({ storageId: 'new' });
    node.recv('n2', append(1, [0, 0], []));
    expect(node.view.leader).toBe('n2');
    node.tick(40);
    expect(node.view.leader).toBeNull();
  });
});
