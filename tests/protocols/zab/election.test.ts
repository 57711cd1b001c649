/** Fast leader election (protocols.md 3.4, museum Z17, Z21), one core at a time. */
import { describe, expect, test } from 'vitest';
import { history, OneCore, vote } from './one-core.ts';

describe('votes', () => {
  test('every peer is told the own last zxid and current epoch as its session opens', () => {
    const node = new OneCore({ accepted: 3, current: 2, log: history('1:1', '2:1') });
    const told = node.sent('Notification');
    expect(told.map(({ to }) => to)).toEqual(['n2', 'n3']);
    expect(told[0]?.msg).toMatchObject({ state: 'looking', vote: vote('n1', 2, '2:1') });
  });

  test('Z21: the order is epoch, then zxid, then server', () => {
    const rising = [
      vote('n5', 1, '1:9'),
      vote('n2', 2, '1:1'),
      vote('n3', 2, '1:1'),
      vote('n1', 2, '1:2'),
      vote('n1', 2, '2:1'),
      vote('n2', 3, '1:1'),
    ];
    const node = new OneCore({ nodes: 5, nodeId: 'n4' });
    for (const better of rising) {
      node.notify('n2', 'looking', node.round, better);
      expect(node.supported).toEqual(better);
      node.notify('n3', 'looking', node.round, rising[0]!);
      expect(node.supported).toEqual(better);
    }
  });

  test('with vote-by-zxid-only a longer history beats a later epoch', () => {
    const node = new OneCore({ nodes: 5, mutants: ['vote-by-zxid-only'] });
    node.notify('n2', 'looking', 1, vote('n2', 3, '1:1'));
    node.notify('n3', 'looking', 1, vote('n3', 2, '1:2'));
    expect(node.supported.leader).toBe('n3');
  });

  test('a later round starts from the better of the vote told and the own one', () => {
    const node = new OneCore({ nodes: 5, nodeId: 'n3', current: 2, accepted: 2 });
    node.notify('n2', 'looking', 1, vote('n4', 9, '9:9'));
    node.notify('n2', 'looking', 7, vote('n2', 1, '1:5'));
    expect(node.round).toBe(7);
    expect(node.supported).toEqual(vote('n3', 2, '0:0'));
  });

  test('an earlier round does not count and is told the present one', () => {
    const node = new OneCore();
    node.notify('n2', 'looking', 5, vote('n2', 0, '0:0'));
    node.forget().notify('n3', 'looking', 4, vote('n3', 9, '9:9'));
    expect(node.supported.leader).toBe('n2');
    expect(node.sent('Notification', 'n3')[0]?.msg.round).toBe(5);
  });

  test('votes of or for servers that are no voters are dropped', () => {
    const node = new OneCore();
    node.forget().notify('n9', 'looking', 1, vote('n9', 9, '9:9'));
    node.notify('n2', 'looking', 1, vote('n9', 9, '9:9'));
    expect(node.traced('ignored')).toHaveLength(2);
    expect(node.sent('Notification')).toEqual([]);
  });
});

describe('decision', () => {
  test('a quorum waits for a better vote for finalizeWait, and no longer', () => {
    const node = new OneCore({ nodes: 3, options: { finalizeWaitTicks: 3 } });
    node.notify('n2', 'looking', 1, vote('n2', 0, '0:0'));
    node.tick(2);
    expect(node.word).toBe('looking');
    node.tick();
    expect(node.core.describe()).toMatchObject({ word: 'discovery', leader: 'n2' });
    expect(node.sent('FollowerInfo', 'n2')).toHaveLength(1);
  });

  test('a better vote in the wait starts the count again', () => {
    const node = new OneCore({ nodes: 5 });
    for (const peer of ['n2', 'n3']) node.notify(peer, 'looking', 1, vote('n3', 0, '0:0'));
    node.tick();
    node.notify('n5', 'looking', 1, vote('n5', 0, '0:0'));
    node.tick(2);
    expect(node.word).toBe('looking');
    expect(node.supported.leader).toBe('n5');
  });

  test('with every voter agreed nobody is left who could know better', () => {
    const node = new OneCore();
    node.learner();
    expect(node.core.describe()).toMatchObject({ role: 'syncing', leader: 'n2', ready: false });
  });

  test('whom no session leads to is not followed', () => {
    const node = new OneCore({ nodes: 5 });
    node.linkDown('n5');
    for (const peer of ['n2', 'n3', 'n4']) node.notify(peer, 'looking', 1, vote('n5', 1, '1:1'));
    node.tick(2);
    expect(node.word).toBe('looking');
  });

  test('a vote does not outlive the one it is for: silence leads back to the own vote', () => {
    const node = new OneCore();
    node.notify('n2', 'looking', 1, vote('n2', 5, '5:1'));
    node.linkDown('n2');
    node.tick(4);
    expect(node.supported.leader).toBe('n1');
    expect(node.round).toBe(2);
  });

  test('silence is broken at doubling intervals, up to the longest election timeout', () => {
    const node = new OneCore();
    const at: number[] = [];
    for (let tick = 1; tick <= 60; tick += 1) {
      node.forget().tick();
      if (node.sent('Notification').length > 0) at.push(tick);
    }
    expect(at).toEqual([4, 12, 28, 44, 60]);
  });

  test('a single server elects itself at start', () => {
    const node = new OneCore({ nodes: 1 });
    expect(node.word).toBe('discovery');
    node.sync();
    node.sync();
    expect(node.core.describe()).toMatchObject({ word: 'leading', ready: true });
    node.commands(1);
    node.sync();
    expect(node.applied()).toEqual(['1:1']);
  });
});

describe('joining an ensemble that has a leader', () => {
  const established = vote('n2', 4, '4:0');

  test('followers alone are not believed: their leader may be dead', () => {
    const node = new OneCore({ nodes: 5 });
    for (const peer of ['n3', 'n4', 'n5']) node.notify(peer, 'following', 9, established);
    expect(node.word).toBe('looking');
  });

  test('with no-leader-check they are', () => {
    const node = new OneCore({ nodes: 5, mutants: ['no-leader-check'] });
    for (const peer of ['n3', 'n4', 'n5']) node.notify(peer, 'following', 9, established);
    expect(node.core.describe()).toMatchObject({ leader: 'n2', word: 'discovery' });
  });

  test('Z17: a quorum and a word of the leader are enough, in whatever round', () => {
    const node = new OneCore({ nodes: 5 });
    node.notify('n3', 'following', 9, established);
    node.notify('n4', 'following', 9, established);
    node.notify('n2', 'leading', 9, established);
    expect(node.core.describe()).toMatchObject({ leader: 'n2', word: 'discovery' });
    expect(node.round).toBe(9);
  });

  test('what the leader said over a session that is gone counts no more', () => {
    const node = new OneCore({ nodes: 5 });
    node.notify('n2', 'leading', 9, established);
    node.notify('n3', 'following', 9, established);
    node.linkDown('n2');
    node.notify('n4', 'following', 9, established);
    node.notify('n5', 'following', 9, established);
    expect(node.word).toBe('looking');
  });

  test('that oneself leads is not believed of a round that an earlier life had', () => {
    const node = new OneCore({ accepted: 4, current: 4, log: history('4:1') });
    for (const peer of ['n2', 'n3']) node.notify(peer, 'following', 1, vote('n1', 4, '4:0'));
    expect(node.word).toBe('looking');
  });

  test('servers outside of the election answer those inside', () => {
    const node = new OneCore().following(5);
    node.forget().notify('n3', 'looking', 1, vote('n3', 0, '0:0'));
    expect(node.sent('Notification', 'n3')[0]?.msg).toMatchObject({
      state: 'following',
      vote: vote('n2', 5, '5:0'),
    });
  });

  test('a leader that looks for one itself is left', () => {
    const node = new OneCore().learner();
    node.notify('n2', 'looking', node.round + 1, vote('n2', 0, '0:0'));
    expect(node.word).toBe('looking');
    expect(node.closed()).toEqual(['n2/1']);
  });
});

describe('sessions', () => {
  test('what belongs to an old session is dropped', () => {
    const node = new OneCore();
    node.linkDown('n2', 1);
    node.linkUp('n2', 2);
    node.forget();
    const msg = { type: 'Notification', state: 'looking', round: 9, vote: vote('n2', 9, '9:9') };
    node.recv('n2', msg as never, 1);
    expect(node.traced('ignored')).toHaveLength(1);
    expect(node.round).toBe(1);
    node.recv('n2', msg as never, 2);
    expect(node.round).toBe(9);
  });

  test('the late end of an old session does not touch the present one', () => {
    const node = new OneCore().following(5);
    node.linkUp('n3', 2);
    node.linkDown('n3', 1);
    node.linkDown('n2', 7);
    expect(node.word).toBe('following');
  });

  test('a follower whose session with the leader ends looks for a leader at once', () => {
    const node = new OneCore().following(5);
    node.forget().linkDown('n2');
    expect(node.word).toBe('looking');
    expect(node.sent('Notification').map(({ to }) => to)).toEqual(['n3']);
  });
});
