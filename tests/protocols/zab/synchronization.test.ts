/** Phase 2: adopting the leader's history (protocols.md 3.6), one core at a time. */
import { describe, expect, test } from 'vitest';
import { history, OneCore, SYNC_LIMIT_TICKS, zxid } from './one-core.ts';

describe('learner', () => {
  test('Z01, Z03: history, then currentEpoch, then the acknowledgement, each durable first', () => {
    const node = new OneCore({ accepted: 1, current: 1, log: history('1:1') }).promised(2);
    node.forget().recv('n2', { type: 'Diff', epoch: 2, zxid: zxid('1:1') });
    node.recv('n2', { type: 'Proposal', epoch: 2, entries: history('1:1', '1:2').slice(1) });
    node.recv('n2', { type: 'NewLeader', epoch: 2 });
    expect(node.persisted()).toEqual(['#2 put 1:2']);
    expect(node.sent('NewLeaderAck')).toEqual([]);
    node.sync();
    expect(node.persisted()).toEqual(['#2 put 1:2', '#3 {"currentEpoch":2}']);
    const [ack] = node.sent('NewLeaderAck', 'n2');
    expect(ack).toMatchObject({ after: 3, msg: { epoch: 2, lastZxid: zxid('1:2') } });
  });

  test('with ack-before-persist the acknowledgement does not wait', () => {
    const node = new OneCore({ mutants: ['ack-before-persist'] }).promised(2);
    node.recv('n2', { type: 'Diff', epoch: 2, zxid: zxid('0:0') });
    node.recv('n2', { type: 'NewLeader', epoch: 2 });
    expect(node.sent('NewLeaderAck')[0]?.after).toBe(0);
  });

  test('Z03: with epoch-before-history the epoch is on disk before any of its history', () => {
    const node = new OneCore({ mutants: ['epoch-before-history'] }).promised(2);
    expect(node.persisted()).toEqual(['#1 {"acceptedEpoch":2}', '#1 {"currentEpoch":2}']);
  });

  test('Z1: history of later epochs takes its epoch along, in one barrier and after it', () => {
    const node = new OneCore({ accepted: 1, current: 1, log: history('1:1') }).promised(5);
    node.forget().recv('n2', { type: 'Diff', epoch: 5, zxid: zxid('1:1') });
    const entries = history('1:1', '3:1', '4:1').slice(1);
    node.recv('n2', { type: 'Proposal', epoch: 5, entries });
    expect(node.persisted()).toEqual(['#2 put 3:1 4:1', '#2 {"currentEpoch":4}']);
  });

  test('removes exactly what the leader does not have, on disk too', () => {
    const log = history('1:1', '1:2', '1:3');
    const node = new OneCore({ accepted: 1, current: 1, log }).promised(3);
    node.forget().recv('n2', { type: 'Trunc', epoch: 3, zxid: zxid('1:2') });
    node.recv('n2', { type: 'Proposal', epoch: 3, entries: history('1:1', '1:2', '2:1').slice(2) });
    expect(node.persisted()).toEqual(['#2 truncate 3', '#3 put 2:1', '#3 {"currentEpoch":2}']);
    expect(node.traced('truncate')).toEqual([{ kind: 'truncate', from: 3 }]);
    expect(node.own('lastZxid')).toBe('2:1');
  });

  test('a barrier under way when the log was cut does not make what replaced it durable', () => {
    const node = new OneCore({ accepted: 1, current: 1, log: history('1:1') }).following(2);
    const tail = history('1:1', '2:1', '2:2').slice(1);
    node.recv('n2', { type: 'Proposal', epoch: 2, entries: tail });
    const before = node.tokenLast;
    node.linkDown('n2');
    node.linkUp('n2', 2);
    node.notify('n3', 'looking', node.round, { leader: 'n3', epoch: 9, zxid: zxid('9:1') });
    node.tick(2);
    node.recv('n3', { type: 'LeaderInfo', epoch: 9 });
    node.recv('n3', { type: 'Trunc', epoch: 9, zxid: zxid('1:1') });
    const other = history('1:1', '8:1', '8:2').slice(1);
    node.recv('n3', { type: 'Proposal', epoch: 9, entries: other });
    node.step({ kind: 'persisted', token: before });
    expect(node.core.describe()).toMatchObject({ lastPos: 3, durablePos: 1 });
    node.sync();
    expect(node.core.describe().durablePos).toBe(3);
  });

  test('history that does not fit ends the session, and changes nothing', () => {
    const log = history('1:1', '1:2');
    const misfits = [
      { type: 'Diff', epoch: 3, zxid: zxid('1:1') },
      { type: 'Diff', epoch: 3, zxid: zxid('2:1') },
    ] as const;
    for (const misfit of misfits) {
      const node = new OneCore({ accepted: 1, current: 1, log }).promised(3);
      node.forget().recv('n2', misfit);
      expect(node.word).toBe('looking');
      expect(node.closed()).toEqual(['n2/1']);
      expect(node.persisted()).toEqual([]);
    }
  });

  test('what Trunc names and it does not hold makes it ask for the whole state', () => {
    const log = history('1:1', '1:2');
    const node = new OneCore({ accepted: 1, current: 1, log }).promised(3);
    node.forget().recv('n2', { type: 'Trunc', epoch: 3, zxid: zxid('1:3') });
    expect(node.sent('SnapRequest', 'n2')).toHaveLength(1);
    node.recv('n2', { type: 'Proposal', epoch: 3, entries: history('1:1', '1:2', '1:3') });
    node.recv('n2', { type: 'NewLeader', epoch: 3 });
    expect(node.persisted()).toEqual([]);
  });

  test('what is committed is never removed', () => {
    const node = new OneCore({ accepted: 1, current: 1, log: history('1:1', '1:2') }).following(2);
    expect(node.applied()).toEqual(['1:1', '1:2']);
    node.linkDown('n2');
    node.linkUp('n2', 2);
    node.notify('n3', 'looking', node.round, { leader: 'n3', epoch: 9, zxid: zxid('9:1') });
    node.tick(2);
    node.recv('n3', { type: 'LeaderInfo', epoch: 9 });
    node.forget().recv('n3', { type: 'Trunc', epoch: 9, zxid: zxid('1:1') });
    expect(node.core.describe()).toMatchObject({ word: 'looking', lastPos: 2, committed: 2 });
  });

  test('Z05: proposals and commits between NewLeader and UpToDate are kept until after it', () => {
    const node = new OneCore().promised(1);
    node.recv('n2', { type: 'Diff', epoch: 1, zxid: zxid('0:0') });
    node.recv('n2', { type: 'NewLeader', epoch: 1 });
    node.sync();
    node.forget().recv('n2', { type: 'Proposal', epoch: 1, entries: history('1:1', '1:2') });
    node.recv('n2', { type: 'Commit', epoch: 1, zxid: zxid('1:1') });
    node.sync();
    expect(node.applied()).toEqual([]);
    expect(node.sent('Ack')).toEqual([]);
    node.recv('n2', { type: 'UpToDate', epoch: 1, zxid: zxid('0:0') });
    expect(node.applied()).toEqual(['1:1']);
    expect(node.sent('Ack', 'n2')[0]?.msg.zxid).toEqual(zxid('1:2'));
    expect(node.word).toBe('following');
  });

  test('an uncommitted tail on disk is not applied at start, but when an epoch holds it', () => {
    const log = history('1:1', '1:2');
    const node = new OneCore({ accepted: 1, current: 1, log });
    expect(node.applied()).toEqual([]);
    node.following(2);
    expect(node.applied()).toEqual(['1:1', '1:2']);
    const mutant = new OneCore({ accepted: 1, current: 1, log, mutants: ['apply-at-boot'] });
    expect(mutant.applied()).toEqual(['1:1', '1:2']);
  });
});

describe('leader', () => {
  test('Z15: cuts a learner back to the last transaction both have, not further', () => {
    const log = history('1:1', '1:2', '3:1', '3:2');
    const node = new OneCore({ accepted: 3, current: 3, log }).leading({
      last: '3:2',
      accepted: 3,
    });
    node.forget().recv('n3', { type: 'FollowerInfo', acceptedEpoch: 3 });
    node.recv('n3', {
      type: 'AckEpoch',
      epoch: 4,
      already: false,
      currentEpoch: 2,
      lastZxid: zxid('2:7'),
      ends: [
        [2, 7],
        [1, 5],
      ],
    });
    expect(node.sent('Trunc', 'n3')[0]?.msg.zxid).toEqual(zxid('1:2'));
    expect(node.sent('Proposal', 'n3')[0]?.msg.entries).toEqual(log.slice(2));
    expect(node.traced('catch-up')).toEqual([
      { kind: 'catch-up', peer: 'n3', method: 'trunc', from: 3 },
    ]);
    expect(node.sent('NewLeader', 'n3')).toHaveLength(1);
  });

  test('commits its whole initial history when a quorum, itself included, has adopted it', () => {
    const log = history('1:1', '1:2');
    const node = new OneCore({ accepted: 1, current: 1, log }).elected();
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 1 });
    node.sync();
    const answer = { type: 'AckEpoch', epoch: 2, already: false, currentEpoch: 1 } as const;
    node.recv('n2', { ...answer, lastZxid: zxid('1:1'), ends: [[1, 1]] });
    node.recv('n2', { type: 'NewLeaderAck', epoch: 2, lastZxid: zxid('1:2') });
    expect(node.word).toBe('synchronization');
    expect(node.applied()).toEqual([]);
    node.sync();
    expect(node.core.describe()).toMatchObject({ word: 'leading', committed: 2 });
    expect(node.applied()).toEqual(['1:1', '1:2']);
    expect(node.sent('UpToDate', 'n2')[0]?.msg.zxid).toEqual(zxid('1:2'));
  });

  test('with serve-before-sync it leads without anybody', () => {
    const node = new OneCore({ mutants: ['serve-before-sync'] }).elected();
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 0 });
    node.sync();
    const answer = { type: 'AckEpoch', epoch: 1, already: false, currentEpoch: 0 } as const;
    node.recv('n2', { ...answer, lastZxid: zxid('0:0'), ends: [] });
    expect(node.core.describe().ready).toBe(true);
  });

  test('an acknowledgement of less than the initial history does not count', () => {
    const node = new OneCore({ accepted: 1, current: 1, log: history('1:1', '1:2') }).elected();
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 1 });
    node.sync();
    const answer = { type: 'AckEpoch', epoch: 2, already: false, currentEpoch: 1 } as const;
    node.recv('n2', { ...answer, lastZxid: zxid('1:1'), ends: [[1, 1]] });
    node.sync();
    node.recv('n2', { type: 'NewLeaderAck', epoch: 2, lastZxid: zxid('1:1') });
    expect(node.word).toBe('synchronization');
  });

  /** n3 joins while n1 leads n2; two transactions come between its AckEpoch and its ack. */
  function lateJoin(mutants: string[] = []): OneCore {
    const node = new OneCore({ mutants }).leading();
    node.forget().recv('n3', { type: 'FollowerInfo', acceptedEpoch: 0 });
    const answer = { type: 'AckEpoch', epoch: 1, already: false, currentEpoch: 0 } as const;
    node.recv('n3', { ...answer, lastZxid: zxid('0:0'), ends: [] });
    node.commands(1, 2);
    node.sync();
    node.recv('n2', { type: 'Ack', epoch: 1, zxid: zxid('1:2') });
    node.recv('n3', { type: 'NewLeaderAck', epoch: 1, lastZxid: zxid('0:0') });
    return node;
  }

  test('a late joiner misses nothing: forwarded from sync on, told the present commit', () => {
    const node = lateJoin();
    expect(node.sent('Proposal', 'n3')).toHaveLength(1);
    expect(node.sent('UpToDate', 'n3')[0]?.msg.zxid).toEqual(zxid('1:2'));
  });

  test('with up-to-date-with-synced-zxid it is left behind', () => {
    const node = lateJoin(['up-to-date-with-synced-zxid']);
    expect(node.sent('UpToDate', 'n3')[0]?.msg.zxid).toEqual(zxid('0:0'));
    expect(node.sent('Commit', 'n3')).toEqual([]);
  });

  test('a long history goes out in a window of messages, NewLeader after all of it', () => {
    const zxids = Array.from({ length: 10 }, (_, i) => `1:${i + 1}`);
    const options = { maxEntriesPerMessage: 2, maxInflight: 2 };
    const node = new OneCore({ accepted: 1, current: 1, log: history(...zxids), options });
    node.elected();
    node.recv('n2', { type: 'FollowerInfo', acceptedEpoch: 1 });
    node.sync();
    const answer = { type: 'AckEpoch', epoch: 2, already: false, currentEpoch: 0 } as const;
    node.recv('n2', { ...answer, lastZxid: zxid('0:0'), ends: [] });
    for (const [acked, sent] of [
      [0, 2],
      [4, 4],
      [8, 5],
      [10, 5],
    ] as const) {
      // prettier-ignore
      if (acked > 0) node.recv('n2', { type: 'Ack', epoch: 2, zxid: zxid(`1:${acked}`) });
      expect(node.sent('Proposal', 'n2')).toHaveLength(sent);
      expect(node.sent('NewLeader', 'n2')).toHaveLength(sent === 5 ? 1 : 0);
    }
    expect(node.core.describe().committed).toBe(0);
  });
});

describe('boot', () => {
  test('Z16: a crash between acceptedEpoch and currentEpoch leaves a node that starts', () => {
    const node = new OneCore({ accepted: 7, current: 3, log: history('3:1') });
    expect(node.core.describe()).toMatchObject({ word: 'looking', era: { number: 3 } });
  });

  test('epochs out of order on disk are refused', () => {
    expect(() => new OneCore({ accepted: 1, current: 2 })).toThrow('epochs on disk');
    expect(() => new OneCore({ accepted: 1, current: 1, log: history('2:1') })).toThrow('epochs');
  });

  test('a barrier torn between history and its epoch is mended', () => {
    const node = new OneCore({ accepted: 2, current: 1, log: history('2:1') });
    expect(node.persisted()).toEqual(['#1 {"currentEpoch":2}']);
  });

  test('Z13: a log whose beginning is missing is refused', () => {
    expect(() => new OneCore({ accepted: 1, current: 1, log: history('1:1', '1:2').slice(1) }))
      .toThrow('the log begins at 2'); // prettier-ignore
  });

  test('tells its role, then its log in runs, then that it is durable', () => {
    const node = new OneCore({ accepted: 2, current: 2, log: history('1:1', '1:2', '2:1') });
    const kinds = node.all.flatMap((effect) =>
      effect.kind === 'trace' ? [effect.event.kind] : [],
    );
    expect(kinds.slice(0, 4)).toEqual(['role', 'append', 'append', 'durable']);
    expect(node.traced('append').map(({ from, to }) => [from, to])).toEqual([
      [1, 2],
      [3, 3],
    ]);
  });
});

describe('limits', () => {
  test('a follower leaves a silent leader after syncLimit', () => {
    const node = new OneCore().following(1);
    node.tick(SYNC_LIMIT_TICKS - 1);
    expect(node.word).toBe('following');
    node.recv('n2', { type: 'Ping', epoch: 1 });
    node.tick(SYNC_LIMIT_TICKS - 1);
    expect(node.word).toBe('following');
    node.forget().tick();
    expect(node.word).toBe('looking');
    expect(node.closed()).toEqual(['n2/1']);
  });

  test('a leader without a quorum of current followers stops and closes its sessions', () => {
    const node = new OneCore().leading();
    node.tick(SYNC_LIMIT_TICKS - 1);
    node.recv('n2', { type: 'Pong', epoch: 1 });
    node.tick(SYNC_LIMIT_TICKS - 1);
    expect(node.word).toBe('leading');
    node.commands(7);
    node.forget().tick();
    expect(node.word).toBe('looking');
    expect(node.closed()).toEqual(['n2/1']);
    expect(node.refusals()).toEqual(['7 leadership-lost']);
  });

  test('a leader whose last follower loses its session stops at once', () => {
    const node = new OneCore().leading();
    node.linkDown('n2');
    expect(node.word).toBe('looking');
  });

  test('a leader pings twice per heartbeat', () => {
    const node = new OneCore().leading().forget();
    for (let i = 0; i < 4; i += 1) node.tick();
    expect(node.sent('Ping', 'n2')).toHaveLength(4);
    expect(node.core.sleepTicks()).toBe(1);
  });
});
