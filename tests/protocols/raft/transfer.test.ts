/** Handing over leadership (dissertation 3.10; protocols.md 1.10), on one core. */
import { describe, expect, test } from 'vitest';
import { append, command, memberOf, OneNode } from './one-node.ts';

function leader(): OneNode {
  const node = new OneNode();
  node.lead(1);
  node.sync();
  for (const id of ['n2', 'n3']) node.ok(id, 1);
  return node;
}

const transfer = (to: string) => ({ op: 'transfer', to }) as const;

describe('3.10: at the old leader', () => {
  test('a target that has everything is told at once', () => {
    const node = leader();
    expect(node.admin(5, transfer('n2'))).toEqual([{ type: 'TimeoutNow', term: 1 }]);
    expect(node.traces('transfer')).toEqual([{ kind: 'transfer', what: 'begin', to: 'n2' }]);
  });

  test('one that lags is brought up to date first, and nothing new is taken meanwhile', () => {
    const node = leader();
    node.client(command(1));
    node.sync();
    expect(node.admin(5, transfer('n2'))).toEqual([]);
    node.client(command(2));
    expect(node.refusals()).toMatchObject([{ reqId: 2, code: 'transferring' }]);
    node.admin(6, { op: 'add', member: memberOf('n4'), as: 'voter' });
    expect(node.refusals()).toMatchObject([{ reqId: 6, code: 'transferring' }]);
    expect(node.ok('n2', 2)).toContainEqual({ type: 'TimeoutNow', term: 1 });
  });

  test('it is done when the target leads', () => {
    const node = leader();
    node.admin(5, transfer('n2'));
    const asked = { term: 2, lastPos: 1, lastTerm: 1, disk: 'disk-n1', transfer: true };
    expect(node.recv('n2', { type: 'RequestVote', ...asked })).toMatchObject([{ granted: true }]);
    expect(node.all('done')).toEqual([]);
    node.recv('n2', append(2, [1, 1], [2]));
    expect(node.all('done')).toMatchObject([{ reqId: 5, result: { to: 'n2' } }]);
  });

  test('and refused when somebody else does', () => {
    const node = leader();
    node.admin(5, transfer('n2'));
    node.recv('n3', append(2, [1, 1], [2]));
    expect(node.refusals()).toMatchObject([{ reqId: 5, code: 'leadership-lost' }]);
  });

  test('museum R46: without a new leader in time it goes on as before', () => {
    const node = leader();
    node.admin(5, transfer('n2'));
    for (let i = 0; i < 10; i += 1) {
      node.tick();
      node.recv('n3', { type: 'HeartbeatResp', term: 1, round: 0, sentAt: 0 });
      if (node.refusals().length > 0) break;
    }
    node.tick();
    expect(node.own('transferTarget')).toBeNull();
    node.client(command(1));
    expect(node.refusals()).toEqual([]);
    expect(node.word).toBe('leader');
  });

  test('only to a voter that answers, and not to itself', () => {
    const node = leader();
    for (const to of ['n1', 'n9']) {
      node.admin(5, transfer(to));
      expect(node.refusals()).toMatchObject([{ code: 'bad-request' }]);
    }
    for (let i = 0; i < 10; i += 1) {
      node.tick();
      node.recv('n3', { type: 'HeartbeatResp', term: 1, round: 0, sentAt: 0 });
    }
    node.admin(5, transfer('n2'));
    expect(node.refusals()).toMatchObject([{ code: 'bad-request' }]);
  });
});

describe('3.10: at the target and the voters', () => {
  test('the target campaigns at once, without a pre-vote', () => {
    const node = new OneNode();
    node.recv('n2', append(1, [0, 0], [1]));
    node.sync();
    const sent = node.recv('n2', { type: 'TimeoutNow', term: 1 });
    expect(sent).toMatchObject([
      { type: 'RequestVote', term: 2, transfer: true },
      { type: 'RequestVote', term: 2, transfer: true },
    ]);
    expect(node.traces('transfer')).toEqual([{ kind: 'transfer', what: 'now', to: 'n1' }]);
  });

  test('one of an older term, or to a learner, is ignored', () => {
    const old = new OneNode({ term: 3 });
    expect(old.recv('n2', { type: 'TimeoutNow', term: 2 })).toEqual([]);
    const outsider = new OneNode({ storageId: 'new' });
    expect(outsider.recv('n2', { type: 'TimeoutNow', term: 2 })).toEqual([]);
    expect(outsider.traces('ignored')).toHaveLength(1);
  });

  test('voters do not wait for the leader to be silent', () => {
    const node = new OneNode();
    node.recv('n2', append(1, [0, 0], [1]));
    const asked = { term: 2, lastPos: 1, lastTerm: 1, disk: 'disk-n1' };
    const denied = node.recv('n3', { type: 'RequestVote', ...asked, transfer: false });
    expect(denied).toMatchObject([{ granted: false }]);
    const granted = node.recv('n3', { type: 'RequestVote', ...asked, transfer: true });
    expect(granted).toMatchObject([{ granted: true }]);
  });
});
