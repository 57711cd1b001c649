/** Observers and reconfiguration (protocols.md 3.9, 3.10), one core at a time. */
import { describe, expect, test } from 'vitest';
import type { ZabEntry } from '../../../src-main/protocols/zab/log.ts';
import { history, OneCore, vote, zxid } from './one-core.ts';

/** Elects without a wait: not every voter answers here. */
const AT_ONCE = { finalizeWaitTicks: 0 };

const member = (nodeId: string) => ({ nodeId, storageId: `disk-${nodeId}` });
const membersOf = (...ids: string[]) => ids.map(member);

function configEntry(
  pos: number,
  text: string,
  voters: string[],
  learners: string[] = [],
): ZabEntry {
  const { epoch, counter } = zxid(text);
  const config = {
    voters: membersOf(...voters),
    votersOld: null,
    learners: membersOf(...learners),
  };
  const head = { pos, epoch, counter, type: 'config', time: 0, client: null } as const;
  return { ...head, payload: config as never };
}

/** A learner of n1, which leads epoch 1, as far as it is up to date. */
function join(node: OneCore, id: string, type: 'FollowerInfo' | 'ObserverInfo'): void {
  node.linkUp(id);
  node.recv(id, { type, acceptedEpoch: 0, configVersion: zxid('0:0') });
  const answer = { type: 'AckEpoch', epoch: 1, already: false, currentEpoch: 0 } as const;
  node.recv(id, { ...answer, lastZxid: zxid('0:0'), ends: [] });
  const entries = node.sent('Proposal', id).flatMap(({ msg }) => msg.entries);
  const { epoch = 0, counter = 0 } = entries.at(-1) ?? {};
  node.recv(id, { type: 'NewLeaderAck', epoch: 1, lastZxid: { epoch, counter } });
}

function ack(node: OneCore, id: string, text: string): void {
  node.recv(id, { type: 'Ack', epoch: 1, zxid: zxid(text) });
}

/** n1 leads n2 and n3, and n4 is an observer that the configuration names. */
function withObserver(): OneCore {
  const node = new OneCore().leading();
  join(node, 'n3', 'FollowerInfo');
  node.admin(90, { op: 'add', member: member('n4'), as: 'learner' });
  node.sync();
  ack(node, 'n2', '1:1');
  join(node, 'n4', 'ObserverInfo');
  return node;
}

describe('observers', () => {
  test('hear of a transaction when it is committed, and not before', () => {
    const node = withObserver().forget();
    node.commands(1);
    node.sync();
    expect(node.sent('Proposal', 'n4')).toEqual([]);
    expect(node.sent('Inform', 'n4')).toEqual([]);
    ack(node, 'n2', '1:2');
    expect(node.sent('Inform', 'n4')[0]?.msg.entries.map(({ counter }) => counter)).toEqual([2]);
    expect(node.sent('Commit', 'n4')).toEqual([]);
  });

  test('are not counted, whatever they acknowledge', () => {
    for (const mutants of [[], ['observer-counts']]) {
      const node = new OneCore({ mutants }).leading();
      node.admin(90, { op: 'add', member: member('n4'), as: 'learner' });
      node.sync();
      ack(node, 'n2', '1:1');
      join(node, 'n4', 'ObserverInfo');
      node.commands(1);
      node.sync();
      node.forget();
      for (const id of ['n3', 'n4']) ack(node, id, '1:2');
      expect(node.applied()).toEqual([]);
      expect(node.core.describe().learners).toEqual(['n4']);
    }
  });

  test('get the history only once it is committed', () => {
    const node = new OneCore({ accepted: 1, current: 1, log: history('1:1') }).elected();
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 1 });
    node.linkUp('n4');
    const info = { type: 'ObserverInfo', acceptedEpoch: 1, configVersion: zxid('0:0') } as const;
    node.recv('n4', info);
    node.sync();
    const answer = { type: 'AckEpoch', epoch: 2, already: false, currentEpoch: 0 } as const;
    for (const id of ['n4', 'n2']) node.recv(id, { ...answer, lastZxid: zxid('0:0'), ends: [] });
    node.sync();
    expect(node.sent('Proposal', 'n4')).toEqual([]);
    node.recv('n2', { type: 'NewLeaderAck', epoch: 2, lastZxid: zxid('1:1') });
    expect(node.sent('Proposal', 'n4')).toHaveLength(1);
  });

  test('log and deliver what they are informed of, and acknowledge nothing', () => {
    const node = new OneCore({ storageId: 'new', options: AT_ONCE });
    node.following(1);
    node.forget().recv('n2', { type: 'Inform', epoch: 1, entries: history('1:1', '1:2') });
    expect(node.applied()).toEqual(['1:1', '1:2']);
    expect(node.sent('Ack')).toEqual([]);
    node.sync();
    node.recv('n2', { type: 'Ping', epoch: 1 });
    expect(node.sent('Pong')[0]?.msg.zxid).toEqual(zxid('1:2'));
  });
});

describe('reconfiguration at the leader', () => {
  test('the version is the zxid, the answer comes with the commit', () => {
    const node = withObserver().forget();
    node.admin(91, { op: 'promote', nodeId: 'n4' });
    node.sync();
    expect(node.own('pendingConfig')).toBe('1:2');
    ack(node, 'n2', '1:2');
    expect(node.applied()).toEqual([]);
    ack(node, 'n4', '1:2');
    expect(node.did('apply')[0]?.waiting).toEqual([{ pos: 2, reqId: 91 }]);
    expect(node.own('configVersion')).toBe('1:2');
    expect(node.core.describe().voters).toEqual(['n1', 'n2', 'n3', 'n4']);
    expect(node.sent('CommitAndActivate', 'n2')[0]?.msg.designatedLeader).toBe('n1');
  });

  test('3.10: it and what follows needs both quorums, what stands before it the old one', () => {
    const node = withObserver();
    node.admin(90, { op: 'add', member: member('n5'), as: 'learner' });
    node.sync();
    ack(node, 'n2', '1:2');
    join(node, 'n5', 'ObserverInfo');
    node.commands(1);
    node.admin(91, { op: 'reconfigure', voters: membersOf('n1', 'n4', 'n5'), learners: [] });
    node.commands(2);
    node.sync();
    node.forget();
    ack(node, 'n2', '1:5');
    expect(node.applied()).toEqual(['1:3']);
    ack(node, 'n4', '1:5');
    expect(node.applied()).toEqual(['1:3', '1:4', '1:5']);
  });

  test('with commit-with-old-quorum the old one is enough', () => {
    const node = new OneCore({ mutants: ['commit-with-old-quorum'] }).leading();
    node.admin(91, { op: 'add', member: member('n4'), as: 'voter' });
    expect(node.refusals()).toEqual(['91 not-caught-up']);
    join(node, 'n3', 'FollowerInfo');
    node.admin(92, { op: 'add', member: member('n4'), as: 'voter' });
    node.sync();
    node.forget();
    ack(node, 'n2', '1:1');
    expect(node.applied()).toEqual(['1:1']);
  });

  test('one at a time, and what cannot be is refused with the reason', () => {
    const node = withObserver().forget();
    node.admin(1, { op: 'remove', nodeId: 'n9' });
    node.admin(2, { op: 'add', member: member('n4'), as: 'learner' });
    node.admin(3, { op: 'reconfigure', voters: membersOf('n7', 'n8'), learners: [] });
    node.admin(4, { op: 'remove', nodeId: 'n3' });
    node.admin(5, { op: 'remove', nodeId: 'n2' });
    node.admin(6, { op: 'transfer', to: 'n2' });
    expect(node.refusals()).toEqual([
      '1 bad-request',
      '2 bad-request',
      '3 not-caught-up',
      '5 config-in-progress',
      '6 config-in-progress',
    ]);
  });

  test('a leader without a vote in it designates the one ahead, and commits no more', () => {
    const node = withObserver();
    node.admin(91, { op: 'remove', nodeId: 'n1' });
    node.commands(1);
    node.sync();
    node.forget();
    ack(node, 'n3', '1:3');
    ack(node, 'n2', '1:2');
    expect(node.applied()).toEqual(['1:2']);
    expect(node.sent('CommitAndActivate', 'n2')[0]?.msg.designatedLeader).toBe('n3');
    expect(node.word).toBe('making-way');
    ack(node, 'n2', '1:3');
    expect(node.applied()).toEqual(['1:2']);
    node.commands(2);
    expect(node.refusals()).toEqual(['2 transferring']);
    for (const id of ['n2', 'n3', 'n4']) node.linkDown(id);
    expect(node.core.describe().role).toBe('outsider');
  });

  test('3.5-1: makes way for a learner at a configuration that it does not hold', () => {
    const node = new OneCore().elected();
    const info = { type: 'FollowerInfo', acceptedEpoch: 0 } as const;
    node.recv('n2', { ...info, configVersion: zxid('4:2') });
    expect(node.word).toBe('looking');
  });

  test('members are told to the host from the proposal on, and until they have left', () => {
    const node = new OneCore().leading();
    join(node, 'n3', 'FollowerInfo');
    node.forget().admin(91, { op: 'remove', nodeId: 'n3' });
    expect(node.did('members')).toEqual([]);
    node.sync();
    ack(node, 'n2', '1:1');
    expect(node.did('members')).toEqual([]);
    node.linkDown('n3');
    expect(node.did('members').at(-1)?.members).toEqual(membersOf('n1', 'n2'));
  });
});

describe('reconfiguration at the others', () => {
  const pending = [configEntry(1, '1:1', ['n1', 'n2', 'n3', 'n4', 'n5'])];

  test('the election needs a quorum of the pending configuration, too', () => {
    const node = new OneCore({ accepted: 1, current: 1, log: pending });
    for (const id of ['n4', 'n5']) node.linkUp(id);
    const own = node.supported;
    node.notify('n2', 'looking', 1, own);
    node.tick(5);
    expect(node.word).toBe('looking');
    node.notify('n4', 'looking', 1, own);
    node.tick(5);
    expect(node.word).toBe('discovery');
  });

  test('votes from or for those who are in neither are dropped', () => {
    const node = new OneCore({ accepted: 1, current: 1, log: pending });
    node.linkUp('n9');
    node.forget().notify('n9', 'looking', 1, vote('n2', 9, '9:9'));
    node.notify('n2', 'looking', 1, vote('n9', 9, '9:9'));
    expect(node.traced('ignored')).toHaveLength(2);
    node.notify('n2', 'looking', 1, vote('n5', 9, '9:9'));
    expect(node.supported.leader).toBe('n5');
  });

  test('a configuration cut off with the tail is not in force any more', () => {
    const log = [...history('1:1'), configEntry(2, '1:2', ['n1', 'n2', 'n3', 'n4'])];
    const disk = { accepted: 1, current: 1, log };
    const node = new OneCore({ ...disk, options: AT_ONCE }).promised(3);
    expect(node.own('pendingConfig')).toBe('1:2');
    node.recv('n2', { type: 'Trunc', epoch: 3, zxid: zxid('1:1') });
    expect(node.own('pendingConfig')).toBe(null);
  });

  test('of two in a history the first is committed: the second was proposed after that', () => {
    const log = [
      configEntry(1, '1:1', ['n1', 'n2', 'n3'], ['n4']),
      configEntry(2, '1:2', ['n1', 'n2', 'n3', 'n4']),
    ];
    const node = new OneCore({ accepted: 1, current: 1, log });
    expect(node.own('configVersion')).toBe('1:1');
    expect(node.own('pendingConfig')).toBe('1:2');
  });

  test('a committed configuration that others tell of counts at once', () => {
    const node = new OneCore();
    const { payload } = configEntry(7, '3:2', ['n1', 'n4', 'n5']);
    const config = { pos: 7, version: zxid('3:2'), config: payload as never };
    const told = { type: 'Notification', state: 'leading', round: 4 } as const;
    node.linkUp('n4');
    node.recv('n4', { ...told, vote: vote('n4', 3, '3:0'), config, pending: null });
    expect(node.core.describe().voters).toEqual(['n1', 'n4', 'n5']);
    expect(node.did('members').at(-1)?.members).toEqual(membersOf('n1', 'n4', 'n5'));
  });

  test('R47: who is a voter and does not know it passes on the best vote', () => {
    const node = new OneCore({ nodeId: 'n4' });
    node.forget().notify('n1', 'looking', 3, vote('n5', 2, '2:1'));
    expect(node.sent('Notification', 'n1').at(-1)?.msg.vote).toEqual(vote('n5', 2, '2:1'));
  });

  test('a removed follower leaves, and is outside', () => {
    const node = new OneCore().following(1);
    node.recv('n2', { type: 'Proposal', epoch: 1, entries: [configEntry(1, '1:1', ['n2', 'n3'])] });
    node.sync();
    node.forget();
    const activate = { type: 'CommitAndActivate', epoch: 1, zxid: zxid('1:1') } as const;
    node.recv('n2', { ...activate, designatedLeader: 'n2' });
    expect(node.applied()).toEqual(['1:1']);
    expect(node.core.describe().role).toBe('outsider');
    expect(node.closed()).toEqual(['n2/1']);
  });

  test('a follower of another leader than the designated one supports that one first', () => {
    const node = new OneCore().following(1);
    node.recv('n2', { type: 'Proposal', epoch: 1, entries: [configEntry(1, '1:1', ['n1', 'n3'])] });
    node.sync();
    const activate = { type: 'CommitAndActivate', epoch: 1, zxid: zxid('1:1') } as const;
    node.recv('n2', { ...activate, designatedLeader: 'n3' });
    expect(node.word).toBe('looking');
    expect(node.supported).toEqual(vote('n3', 1, '1:1'));
  });
});

describe('hand-over', () => {
  function transferring(): OneCore {
    const node = new OneCore().leading();
    join(node, 'n3', 'FollowerInfo');
    node.commands(1);
    node.sync();
    node.forget().admin(50, { op: 'transfer', to: 'n3' });
    return node;
  }

  test('waits for the target to have everything, then tells whom to support', () => {
    const node = transferring();
    ack(node, 'n2', '1:1');
    expect(node.sent('HandOver')).toEqual([]);
    ack(node, 'n3', '1:1');
    expect(node.sent('HandOver').map(({ to }) => to)).toEqual(['n2', 'n3']);
    for (const id of ['n2', 'n3']) node.linkDown(id);
    expect(node.own('vote')).toBe('n3 with 1/1:1');
    expect(node.did('done')).toEqual([]);
  });

  test('a target that never gets there ends it, and the service goes on', () => {
    const node = transferring();
    ack(node, 'n2', '1:1');
    node.commands(2);
    for (let tick = 0; tick < 40; tick += 1) {
      node.tick();
      for (const id of ['n2', 'n3']) node.recv(id, { type: 'Pong', epoch: 1 });
    }
    expect(node.refusals()).toEqual(['2 transferring', '50 busy']);
    node.commands(3);
    expect(node.sent('Proposal', 'n2').at(-1)?.msg.entries[0]?.counter).toBe(2);
  });

  test('to itself, or to who has no vote, is refused', () => {
    const node = withObserver().forget();
    for (const to of ['n1', 'n4', 'n9']) node.admin(1, { op: 'transfer', to });
    expect(node.refusals()).toEqual(['1 bad-request', '1 bad-request', '1 bad-request']);
  });
});
