/**
 * The claims of "Zab: High-performance broadcast for primary-backup systems" (DSN 2011), one test
 * each: the properties of primary-order atomic broadcast, then the steps of the three phases under
 * the names the paper gives them (f: follower, l: leader). Where ZooKeeper's implementation, which
 * this core follows, does otherwise, the test says so. Whole clusters stand in random.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { history, OneCore, vote, zxid } from './one-core.ts';

const DISK = { accepted: 2, current: 2, log: history('1:1', '1:2', '2:1') };

function answerOf(epoch: number, current: number, last: string) {
  const { epoch: lastEpoch, counter } = zxid(last);
  return {
    type: 'AckEpoch',
    epoch,
    already: false,
    currentEpoch: current,
    lastZxid: zxid(last),
    ends: counter === 0 ? [] : [[lastEpoch, counter] as const],
  } as const;
}

/** n1 leads epoch 3 with n2 and three transactions of earlier epochs. */
function leader(): OneCore {
  return new OneCore(DISK).leading({ accepted: 2, last: '2:1' });
}

describe('primary-order atomic broadcast', () => {
  test('Integrity: what is delivered was broadcast, once, under this zxid', () => {
    const node = new OneCore().following(1);
    node.recv('n2', { type: 'Proposal', epoch: 1, entries: history('1:1') });
    node.recv('n2', { type: 'Proposal', epoch: 1, entries: history('1:1') });
    node.recv('n2', { type: 'Commit', epoch: 1, zxid: zxid('1:1') });
    node.recv('n2', { type: 'Commit', epoch: 1, zxid: zxid('1:1') });
    expect(node.applied()).toEqual(['1:1']);
  });

  test('Total order, agreement: a follower delivers a prefix of what the leader proposed', () => {
    const node = new OneCore().following(1);
    node.recv('n2', { type: 'Proposal', epoch: 1, entries: history('1:1', '1:2', '1:3') });
    node.recv('n2', { type: 'Commit', epoch: 1, zxid: zxid('1:2') });
    expect(node.applied()).toEqual(['1:1', '1:2']);
  });

  test('Local primary order: a transaction is never accepted without the one before', () => {
    const node = new OneCore().following(1);
    node.recv('n2', { type: 'Proposal', epoch: 1, entries: history('1:1') });
    const gap = history('1:1', '1:3').slice(1);
    node.forget().recv('n2', { type: 'Proposal', epoch: 1, entries: gap });
    expect(node.persisted()).toEqual([]);
    expect(node.word).toBe('looking');
  });

  test('Global primary order: nothing of an earlier epoch comes behind a later one', () => {
    const node = new OneCore(DISK).following(3);
    const late = history('1:1', '1:2', '2:1', '2:2').slice(3);
    node.recv('n2', { type: 'Proposal', epoch: 3, entries: history('1:1', '1:2', '2:1', '3:1') });
    const behind = late.map((entry) => ({ ...entry, pos: 5 }));
    node.forget().recv('n2', { type: 'Proposal', epoch: 3, entries: behind });
    expect(node.persisted()).toEqual([]);
  });

  test('Primary integrity: a primary broadcasts after it delivered all of earlier epochs', () => {
    const node = new OneCore(DISK).elected();
    node.commands(1);
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 2 });
    node.sync();
    node.recv('n2', answerOf(3, 2, '2:1'));
    node.commands(2);
    expect(node.refusals()).toEqual(['1 busy', '2 busy']);
    node.sync();
    node.recv('n2', { type: 'NewLeaderAck', epoch: 3, lastZxid: zxid('2:1') });
    expect(node.applied()).toEqual(['1:1', '1:2', '2:1']);
    node.commands(3);
    expect(node.own('lastZxid')).toBe('3:1');
  });
});

describe('phase 1, discovery', () => {
  test('f.1.1: a follower sends its prospective leader the last epoch it accepted', () => {
    const node = new OneCore({ accepted: 5, current: 2, log: DISK.log }).learner();
    expect(node.sent('FollowerInfo', 'n2')[0]?.msg.acceptedEpoch).toBe(5);
  });

  test('l.1.1: with a quorum it proposes an epoch later than any it received', () => {
    const node = new OneCore(DISK).elected();
    expect(node.sent('LeaderInfo')).toEqual([]);
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 7 });
    expect(node.sent('LeaderInfo', 'n2')[0]?.msg.epoch).toBe(8);
  });

  test('f.1.2: a later epoch is accepted, and acknowledged with epoch and history', () => {
    const node = new OneCore(DISK).learner();
    node.forget().recv('n2', { type: 'LeaderInfo', epoch: 3 });
    expect(node.persisted()).toEqual(['#1 {"acceptedEpoch":3}']);
    expect(node.sent('AckEpoch', 'n2')[0]?.msg).toMatchObject({
      currentEpoch: 2,
      lastZxid: zxid('2:1'),
    });
  });

  test('f.1.2: one that is not later is not', () => {
    const node = new OneCore(DISK).learner();
    node.forget().recv('n2', { type: 'LeaderInfo', epoch: 1 });
    expect(node.persisted()).toEqual([]);
    expect(node.sent('AckEpoch')).toEqual([]);
  });

  test('l.1.2: the newest history counts; here a leader with another makes way for it', () => {
    const node = new OneCore(DISK).elected();
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 2 });
    node.sync();
    node.recv('n2', answerOf(3, 2, '2:2'));
    expect(node.word).toBe('looking');
  });

  test('l.1.2: newer is a later epoch first, a later zxid second', () => {
    const rising = [vote('n3', 1, '1:9'), vote('n2', 2, '1:1'), vote('n2', 2, '2:1')];
    const node = new OneCore({ nodes: 5 });
    for (const better of rising) {
      node.notify('n4', 'looking', 1, better);
      expect(node.supported).toEqual(better);
    }
  });
});

describe('phase 2, synchronization', () => {
  test('l.2.1: NEWLEADER carries the initial history, here as what the follower lacks', () => {
    const node = new OneCore(DISK).elected();
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 2 });
    node.sync();
    node.recv('n2', answerOf(3, 1, '1:2'));
    expect(node.sent('Diff', 'n2')[0]?.msg.zxid).toEqual(zxid('1:2'));
    expect(node.sent('Proposal', 'n2')[0]?.msg.entries).toEqual(DISK.log.slice(2));
    expect(node.sent('NewLeader', 'n2')[0]?.msg.epoch).toBe(3);
  });

  test('f.2.1: NEWLEADER of an epoch that is not the accepted one is not acknowledged', () => {
    const node = new OneCore(DISK).promised(4);
    node.recv('n2', { type: 'Diff', epoch: 4, zxid: zxid('2:1') });
    node.forget().recv('n2', { type: 'NewLeader', epoch: 3 });
    node.sync();
    expect(node.sent('NewLeaderAck')).toEqual([]);
    expect(node.persisted()).toEqual([]);
  });

  test('f.2.1: history, then epoch, then the acknowledgement when both are durable', () => {
    const node = new OneCore(DISK).promised(3);
    node.forget().recv('n2', { type: 'Diff', epoch: 3, zxid: zxid('2:1') });
    const entries = history('1:1', '1:2', '2:1', '2:2').slice(3);
    node.recv('n2', { type: 'Proposal', epoch: 3, entries });
    node.recv('n2', { type: 'NewLeader', epoch: 3 });
    node.sync();
    expect(node.persisted()).toEqual(['#2 put 2:2', '#3 {"currentEpoch":3}']);
    expect(node.sent('NewLeaderAck', 'n2')[0]?.after).toBe(3);
  });

  test('l.2.2: with acknowledgements of a quorum it commits the initial history', () => {
    const node = leader();
    expect(node.applied()).toEqual(['1:1', '1:2', '2:1']);
    expect(node.sent('UpToDate', 'n2')[0]?.msg.zxid).toEqual(zxid('2:1'));
  });

  test('f.2.2: the follower delivers the initial history in order, and not before', () => {
    const node = new OneCore(DISK).promised(3);
    node.recv('n2', { type: 'Diff', epoch: 3, zxid: zxid('2:1') });
    node.recv('n2', { type: 'NewLeader', epoch: 3 });
    node.sync();
    expect(node.applied()).toEqual([]);
    node.recv('n2', { type: 'UpToDate', epoch: 3, zxid: zxid('2:1') });
    expect(node.applied()).toEqual(['1:1', '1:2', '2:1']);
  });
});

describe('phase 3, broadcast', () => {
  test('l.3.1: proposals in increasing order of zxid, all of its own epoch', () => {
    const node = leader().forget();
    node.commands(1, 2);
    node.commands(3);
    const entries = node.sent('Proposal', 'n2').flatMap(({ msg }) => msg.entries);
    expect(entries.map(({ epoch, counter }) => `${epoch}:${counter}`)).toEqual([
      '3:1',
      '3:2',
      '3:3',
    ]);
  });

  test('l.3.2: a commit to all once a quorum has acknowledged', () => {
    const node = leader();
    node.commands(1);
    node.forget().recv('n2', { type: 'Ack', epoch: 3, zxid: zxid('3:1') });
    expect(node.sent('Commit')).toEqual([]);
    node.sync();
    expect(node.sent('Commit', 'n2')[0]?.msg.zxid).toEqual(zxid('3:1'));
  });

  test('f.3.2: proposals are accepted in the order of reception, acknowledged when durable', () => {
    const node = new OneCore().following(1);
    node.forget().recv('n2', { type: 'Proposal', epoch: 1, entries: history('1:1') });
    node.recv('n2', { type: 'Proposal', epoch: 1, entries: history('1:1', '1:2').slice(1) });
    const acks = node.sent('Ack', 'n2').map(({ msg, after }) => [msg.zxid.counter, after]);
    expect(acks).toEqual([
      [1, node.tokenLast - 1],
      [2, node.tokenLast],
    ]);
  });

  test('f.3.3: a transaction is committed only after all before it', () => {
    const node = new OneCore().following(1);
    node.recv('n2', { type: 'Proposal', epoch: 1, entries: history('1:1', '1:2') });
    node.recv('n2', { type: 'Commit', epoch: 1, zxid: zxid('1:2') });
    expect(node.applied()).toEqual(['1:1', '1:2']);
  });

  test('l.3.3: a late follower is told epoch and history, and every proposal from then on', () => {
    const node = leader();
    node.commands(1);
    node.forget().recv('n3', { type: 'FollowerInfo', acceptedEpoch: 2 });
    expect(node.sent('LeaderInfo', 'n3')[0]?.msg.epoch).toBe(3);
    node.recv('n3', answerOf(3, 2, '2:1'));
    node.commands(2);
    const entries = node.sent('Proposal', 'n3').flatMap(({ msg }) => msg.entries);
    expect(entries.map(({ counter }) => counter)).toEqual([1, 2]);
    expect(node.sent('NewLeader', 'n3')).toHaveLength(1);
  });

  test('l.3.4: and joins the quorum with its acknowledgement, at the commit of now', () => {
    const node = leader();
    node.recv('n3', { type: 'FollowerInfo', acceptedEpoch: 2 });
    node.recv('n3', answerOf(3, 2, '2:1'));
    node.commands(1);
    node.sync();
    node.recv('n3', { type: 'Ack', epoch: 3, zxid: zxid('3:1') });
    expect(node.core.describe().committed).toBe(3);
    node.forget().recv('n3', { type: 'NewLeaderAck', epoch: 3, lastZxid: zxid('3:1') });
    expect(node.core.describe().committed).toBe(4);
    expect(node.sent('UpToDate', 'n3')[0]?.msg.zxid).toEqual(zxid('3:1'));
  });

  test('a leader without a quorum, and a follower without a leader, begin anew', () => {
    const node = leader();
    node.linkDown('n2');
    expect(node.word).toBe('looking');
    const follower = new OneCore().following(1);
    follower.tick(1000);
    expect(follower.word).toBe('looking');
  });
});
