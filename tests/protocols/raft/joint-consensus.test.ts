/** Joint consensus (Raft 6; protocols.md 1.9.4), on one core. */
import { describe, expect, test } from 'vitest';
import { add, beat, configAt, configsSent, leader } from './config-entries.ts';
import { memberOf, OneNode, type OneNodeSpec } from './one-node.ts';

describe('Raft 6: joint consensus', () => {
  /** n1 changes {n1, n2, n3} to {n1, n4, n5}. */
  function joint(spec: OneNodeSpec = {}): OneNode {
    const node = leader(3, spec);
    const voters = ['n1', 'n4', 'n5'].map(memberOf);
    node.admin(7, { op: 'reconfigure', voters, learners: [] });
    return node;
  }

  test('more than one voter changes by way of both configurations', () => {
    const node = joint();
    expect(node.traces('config')).toMatchObject([
      { voters: ['n1', 'n4', 'n5'], votersOld: ['n1', 'n2', 'n3'] },
    ]);
  });

  test('the joint entry needs a majority of each, not of both together (1.16-11)', () => {
    const node = joint();
    node.sync();
    node.ok('n4', 2);
    node.ok('n5', 2);
    expect(node.view.committed).toBe(1);
    node.ok('n2', 2);
    expect(node.view.committed).toBe(2);
  });

  test('once it is committed the new configuration follows, and completes the change', () => {
    const node = joint();
    node.sync();
    for (const id of ['n2', 'n4']) node.ok(id, 2);
    expect(configsSent(node, 'n4')).toMatchObject([{ votersOld: null }]);
    expect(node.all('apply')[0]?.waiting).toEqual([]);
    node.sync();
    node.ok('n4', 3);
    expect(node.view.committed).toBe(3);
    expect(node.all('apply')[0]?.waiting).toEqual([{ pos: 3, reqId: 7 }]);
  });

  test('museum R31: no second change until it is complete', () => {
    const node = joint();
    node.sync();
    for (const id of ['n2', 'n4']) node.ok(id, 2);
    node.admin(8, add('n6'));
    expect(node.refusals()).toMatchObject([{ code: 'config-in-progress' }]);
  });

  test('a later leader that finds it committed leaves it', () => {
    const log = [configAt(1, 1, ['n1', 'n4', 'n5'], [], ['n1', 'n2', 'n3'])];
    const node = new OneNode({ term: 1, log });
    node.tick(40);
    const granted = { type: 'PreVoteResp', term: 2, forTerm: 2, granted: true };
    for (const id of ['n2', 'n4']) node.recv(id, granted);
    node.sync();
    for (const id of ['n2', 'n4']) node.recv(id, { ...granted, type: 'RequestVoteResp' });
    node.sync();
    for (const id of ['n2', 'n4']) node.ok(id, 2);
    expect(node.view).toMatchObject({ committed: 2, voters: ['n1', 'n4', 'n5'] });
    expect(node.own('votersOld')).toBeUndefined();
  });

  test('an election needs a majority of each as well (museum R27)', () => {
    const log = [configAt(1, 1, ['n1', 'n4', 'n5'], [], ['n1', 'n2', 'n3'])];
    const node = new OneNode({ term: 1, log });
    node.tick(40);
    const granted = { type: 'PreVoteResp', term: 2, forTerm: 2, granted: true };
    for (const id of ['n4', 'n5']) node.recv(id, granted);
    expect(node.word).toBe('pre-candidate');
    node.recv('n3', granted);
    expect(node.word).toBe('candidate');
  });

  test('with alwaysJoint one voter goes the same way, learners do not', () => {
    const node = leader(3, { options: { alwaysJoint: true } });
    node.admin(1, add('n4', 'learner'));
    expect(node.own('votersOld')).toBeUndefined();
    node.sync();
    node.ok('n2', 2);
    node.admin(2, add('n5'));
    expect(node.own('votersOld')).toEqual(['n1', 'n2', 'n3']);
  });

  test('CheckQuorum needs both majorities (1.11)', () => {
    const node = joint();
    for (let i = 0; i < 12; i += 1) {
      node.tick();
      for (const id of ['n2', 'n3']) node.recv(id, beat());
    }
    expect(node.word).toBe('follower');
  });
});
