/** Phase 1: promises of an epoch (protocols.md 3.5, museum Z26), one core at a time. */
import { describe, expect, test } from 'vitest';
import type { AckEpoch } from '../../../src-main/protocols/zab/messages.ts';
import { history, INIT_LIMIT_TICKS, OneCore, vote, zxid } from './one-core.ts';

function ackEpoch(epoch: number, fields: Partial<AckEpoch> = {}): AckEpoch {
  const lastZxid = zxid('0:0');
  return {
    type: 'AckEpoch',
    epoch,
    already: false,
    currentEpoch: 0,
    lastZxid,
    ends: [],
    ...fields,
  };
}

describe('leader', () => {
  test('waits for a quorum to connect, then proposes one more than anybody promised', () => {
    const node = new OneCore({ nodes: 5, accepted: 3 });
    for (const peer of ['n2', 'n3']) node.notify(peer, 'following', 1, node.supported);
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 6 });
    expect(node.persisted()).toEqual([]);
    node.recv('n3', { type: 'FollowerInfo', acceptedEpoch: 4 });
    expect(node.persisted()).toEqual(['#1 {"acceptedEpoch":7}']);
    const told = node.sent('LeaderInfo');
    expect(told.map(({ to, msg, after }) => [to, msg.epoch, after])).toEqual([
      ['n2', 7, 1],
      ['n3', 7, 1],
    ]);
  });

  test('a FollowerInfo that comes before the own decision is kept', () => {
    const node = new OneCore();
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 2 });
    expect(node.word).toBe('looking');
    node.elected();
    expect(node.sent('LeaderInfo', 'n2')[0]?.msg.epoch).toBe(3);
  });

  test('counts itself only when its own promise is durable', () => {
    const node = new OneCore().elected();
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 0 });
    node.recv('n2', ackEpoch(1));
    expect(node.word).toBe('discovery');
    node.sync();
    expect(node.word).toBe('synchronization');
    expect(node.persisted()).toEqual(['#1 {"acceptedEpoch":1}', '#2 {"currentEpoch":1}']);
  });

  test('a promise made before does not count: it may have been made to another leader', () => {
    const node = new OneCore().elected();
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 0 });
    node.sync();
    node.recv('n2', ackEpoch(1, { already: true }));
    expect(node.word).toBe('discovery');
  });

  test('makes way for a follower that adopted a later epoch or has more of it', () => {
    const ahead = [
      { currentEpoch: 3, lastZxid: zxid('2:1') },
      { currentEpoch: 2, lastZxid: zxid('2:3') },
    ];
    for (const fields of ahead) {
      const node = new OneCore({ accepted: 4, current: 2, log: history('1:1', '2:1', '2:2') });
      node.elected();
      node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 4 });
      node.sync();
      node.recv('n2', ackEpoch(5, fields));
      expect(node.word).toBe('looking');
      expect(node.closed()).toEqual(['n2/1']);
    }
  });

  test('Z26: after a restart the epoch it promised itself is not proposed again', () => {
    const node = new OneCore({ accepted: 5, current: 4, log: history('4:1') }).elected();
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 4 });
    expect(node.sent('LeaderInfo')[0]?.msg.epoch).toBe(6);
    const mutant = new OneCore({ accepted: 5, current: 4, mutants: ['reuse-epoch'] }).elected();
    mutant.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 4 });
    expect(mutant.sent('LeaderInfo')[0]?.msg.epoch).toBe(5);
  });

  test('gives up without a quorum within initLimit, and closes what it has', () => {
    const node = new OneCore({ nodes: 5 });
    for (const peer of ['n2', 'n3']) node.notify(peer, 'following', 1, node.supported);
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 0 });
    for (let i = 1; i < INIT_LIMIT_TICKS; i += 1) node.tick();
    expect(node.word).toBe('discovery');
    node.tick();
    expect(node.word).toBe('looking');
    expect(node.closed()).toEqual(['n2/1']);
  });

  test('abandons an epoch that a late learner has promised to another leader already', () => {
    const node = new OneCore({ nodes: 5 });
    for (const peer of ['n2', 'n3']) node.notify(peer, 'following', 1, node.supported);
    for (const peer of ['n2', 'n3']) node.recv(peer, { type: 'FollowerInfo', acceptedEpoch: 0 });
    node.recv('n4', { type: 'FollowerInfo', acceptedEpoch: 1 });
    expect(node.word).toBe('looking');
    expect(node.own('stranded')).toBe(1);
  });

  test('while it leads, a stranded server gets a new election, or by option none', () => {
    for (const rescueStranded of [true, false]) {
      const node = new OneCore({ options: { rescueStranded } }).leading();
      expect(node.word).toBe('leading');
      node.recv('n3', { type: 'FollowerInfo', acceptedEpoch: 9 });
      expect(node.word).toBe(rescueStranded ? 'looking' : 'leading');
      expect(node.own('stranded')).toBe(1);
    }
  });
});

describe('learner', () => {
  test('promises durably before it answers, and tells its history by epochs', () => {
    const node = new OneCore({ accepted: 2, current: 2, log: history('1:1', '1:2', '2:1') });
    node.learner();
    node.forget().recv('n2', { type: 'LeaderInfo', epoch: 3 });
    expect(node.persisted()).toEqual(['#1 {"acceptedEpoch":3}']);
    const [answer] = node.sent('AckEpoch', 'n2');
    expect(answer?.after).toBe(1);
    expect(answer?.msg).toEqual({
      type: 'AckEpoch',
      epoch: 3,
      already: false,
      currentEpoch: 2,
      lastZxid: zxid('2:1'),
      ends: [
        [2, 1],
        [1, 2],
      ],
    });
    expect(node.traced('vote').at(-1)).toMatchObject({ candidate: 'n2', phase: 'real' });
  });

  test('says so when it promised this epoch before, and writes nothing', () => {
    const node = new OneCore({ accepted: 3 }).learner();
    node.forget().recv('n2', { type: 'LeaderInfo', epoch: 3 });
    expect(node.persisted()).toEqual([]);
    expect(node.sent('AckEpoch')[0]?.msg.already).toBe(true);
  });

  test('leaves a leader whose epoch is below its promise', () => {
    const node = new OneCore({ accepted: 4 }).learner();
    node.forget().recv('n2', { type: 'LeaderInfo', epoch: 3 });
    expect(node.word).toBe('looking');
    expect(node.closed()).toEqual(['n2/1']);
    expect(node.traced('vote')[0]).toMatchObject({ granted: false, phase: 'real' });
  });

  test('turns away whoever takes it for the leader', () => {
    const node = new OneCore().learner();
    node.forget().recv('n3', { type: 'FollowerInfo', acceptedEpoch: 0 });
    expect(node.closed()).toEqual(['n3/1']);
    expect(node.word).toBe('discovery');
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 0 });
    expect(node.word).toBe('looking');
  });

  test('turns away those who came to it once it follows another', () => {
    const node = new OneCore();
    node.recv('n3', { type: 'FollowerInfo', acceptedEpoch: 0 });
    node.notify('n2', 'leading', node.round, vote('n2', 9, '9:0'));
    node.notify('n3', 'following', node.round, vote('n2', 9, '9:0'));
    expect(node.word).toBe('discovery');
    expect(node.closed()).toEqual(['n3/1']);
  });
});
