/** Reads and the roll-over of the counter (protocols.md 3.1, 3.11), one core at a time. */
import { describe, expect, test } from 'vitest';
import { history, OneCore, zxid } from './one-core.ts';

const answered = (node: OneCore) => node.did('read').map(({ reqId, pos }) => [reqId, pos]);

describe('local', () => {
  test('at once at leader, follower and observer, but not before what the client saw', () => {
    const nodes = [new OneCore().leading(), new OneCore().following(1)];
    for (const node of nodes) {
      node.forget().reads('local', 1);
      const request = { reqId: 2, level: 'local', minPos: 9, payload: null } as const;
      node.step({ kind: 'read', requests: [request] });
      expect(answered(node)).toEqual([
        [1, 0],
        [2, 9],
      ]);
      expect(node.did('send')).toEqual([]);
    }
  });

  test('not without a connection to a quorum', () => {
    const node = new OneCore();
    node.reads('local', 1);
    node.learner();
    node.reads('sync', 2);
    expect(node.refusals()).toEqual(['1 no-leader', '2 no-leader']);
  });

  test('levels of other protocols are refused', () => {
    const node = new OneCore().leading();
    node.reads('lease' as never, 1);
    expect(node.refusals()).toEqual(['1 bad-request']);
  });
});

describe('sync', () => {
  test('at the leader: behind everything it had proposed', () => {
    const node = new OneCore().leading();
    node.commands(1, 2);
    node.sync();
    node.forget().reads('sync', 7);
    node.commands(3);
    expect(answered(node)).toEqual([]);
    node.recv('n2', { type: 'Ack', epoch: 1, zxid: zxid('1:2') });
    expect(answered(node)).toEqual([[7, 2]]);
  });

  test('at a learner: one question for all of a turn, answered from what came before', () => {
    const node = new OneCore().following(1);
    node.forget().reads('sync', 7, 8);
    expect(node.sent('Sync', 'n2')).toHaveLength(1);
    node.recv('n2', { type: 'Proposal', epoch: 1, entries: history('1:1') });
    node.recv('n2', { type: 'Commit', epoch: 1, zxid: zxid('1:1') });
    expect(answered(node)).toEqual([]);
    node.recv('n2', { type: 'Synced', epoch: 1, id: 1 });
    expect(answered(node)).toEqual([
      [7, 1],
      [8, 1],
    ]);
  });

  test('the leader answers a learner behind the commit, in the same session', () => {
    const node = new OneCore().leading();
    node.commands(1);
    node.sync();
    node.forget().recv('n2', { type: 'Sync', epoch: 1, id: 5 });
    expect(node.sent('Synced')).toEqual([]);
    node.recv('n2', { type: 'Ack', epoch: 1, zxid: zxid('1:1') });
    const types = node.did('send').map(({ msg }) => msg.type);
    expect(types).toEqual(['Commit', 'Synced']);
  });

  test('with nothing under way it answers at once, and asks nobody whether it still leads', () => {
    const node = new OneCore().leading();
    node.forget().recv('n2', { type: 'Sync', epoch: 1, id: 5 });
    expect(node.did('send').map(({ msg }) => msg.type)).toEqual(['Synced']);
  });

  test('with strictSync it is a transaction', () => {
    const node = new OneCore({ options: { strictSync: true } }).leading();
    node.forget().reads('sync', 7);
    expect(node.sent('Proposal', 'n2')[0]?.msg.entries[0]?.type).toBe('noop');
    node.sync();
    expect(answered(node)).toEqual([]);
    node.recv('n2', { type: 'Ack', epoch: 1, zxid: zxid('1:1') });
    expect(answered(node)).toEqual([[7, 1]]);
  });

  test('what waits when the leader falls is refused', () => {
    const follower = new OneCore().following(1);
    follower.reads('sync', 7);
    follower.linkDown('n2');
    expect(follower.refusals()).toEqual(['7 leadership-lost']);
    const leader = new OneCore().leading();
    leader.commands(1);
    leader.reads('sync', 8);
    leader.linkDown('n2');
    expect(leader.refusals()).toEqual(['1 leadership-lost', '8 leadership-lost']);
  });
});

describe('an exhausted counter', () => {
  test('makes the leader go when what is under way is committed', () => {
    const node = new OneCore({ options: { counterMax: 2 } }).leading();
    node.forget().commands(1, 2, 3);
    expect(node.refusals()).toEqual(['3 busy']);
    node.sync();
    node.recv('n2', { type: 'Ack', epoch: 1, zxid: zxid('1:2') });
    expect(node.applied()).toEqual(['1:1', '1:2']);
    node.tick();
    expect(node.word).toBe('looking');
  });
});
