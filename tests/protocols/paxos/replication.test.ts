/** Phase 2, learning and client requests: protocols.md 2.6 to 2.8. */
import { describe, expect, test } from 'vitest';
import type { PaxosMessage } from '../../../src-main/protocols/paxos/messages.ts';
import { accept, ballot, command, entryAt, OneNode, promise } from './one-node.ts';

const B1 = ballot(1, 'n2');
const B2 = ballot(2, 'n3');

function items(msg: PaxosMessage | undefined): [number, string, unknown][] {
  if (msg?.type !== 'Accept') return [];
  return msg.items.map(({ pos, type, payload }) => [pos, type, payload]);
}

describe('acceptor', () => {
  test('Accepted waits for the disk and names the slots as ranges', () => {
    const node = new OneNode();
    node.recv(
      'n2',
      accept(B1, [
        [1, 'a'],
        [2, 'b'],
        [4, 'd'],
      ]),
    );
    expect(node.sends('Accepted')).toMatchObject([{ after: 1, msg: { ranges: [1, 2, 4, 4] } }]);
    node.sync();
    expect(node.disk.log.map((entry) => entry.pos)).toEqual([1, 2, 4]);
  });

  test('a repeated Accept writes nothing and is answered again', () => {
    const node = new OneNode();
    node.recv('n2', accept(B1, [[1, 'a']]));
    node.sync();
    node.recv('n2', accept(B1, [[1, 'a']]));
    expect(node.effects.filter((effect) => effect.kind === 'persist')).toEqual([]);
    expect(node.sends('Accepted')).toMatchObject([{ after: 0, msg: { ranges: [1, 1] } }]);
  });

  test('commitUpTo counts only for values accepted under the same ballot', () => {
    const node = new OneNode({ promised: B1, log: [entryAt(1, B1, 'loser')] });
    node.recv('n3', { type: 'Heartbeat', ballot: B2, seq: 1, commitUpTo: 1, settled: 0 });
    expect(node.view.committed).toBe(0);
    expect(node.sent('LearnReq')).toMatchObject([
      { fromSlot: 1, toSlot: 1, held: [{ from: 1, to: 1, ballot: B1 }] },
    ]);
  });

  test('a chosen prefix stops at a hole, and slots are applied in order', () => {
    const node = new OneNode();
    node.recv('n2', accept(B1, [[2, 'b']], 2));
    expect(node.applied).toEqual([]);
    node.recv('n2', accept(B1, [[1, 'a']], 2, 2));
    expect(node.applied.map((entry) => entry.payload)).toEqual(['a', 'b']);
  });

  test('commitUpTo is not trusted beyond what was received', () => {
    const node = new OneNode();
    node.recv('n2', accept(B1, [[1, 'a']], 99));
    expect(node.view.committed).toBe(1);
  });
});

describe('leader', () => {
  test('one client input is one barrier and one Accept a peer', () => {
    const node = new OneNode();
    node.lead();
    node.client(command(1), command(2), command(3));
    expect(node.effects.filter((effect) => effect.kind === 'persist')).toHaveLength(1);
    expect(node.sends('Accept').map((send) => [send.to, send.after])).toEqual([
      ['n2', 0],
      ['n3', 0],
    ]);
    expect(items(node.sent('Accept')[0])).toHaveLength(3);
  });

  test('counts itself only once durable, and answers who waits', () => {
    const node = new OneNode();
    const stamp = node.lead();
    node.client(command(7));
    node.accepted('n2', stamp, [1, 1]);
    expect(node.applied).toEqual([]);
    node.sync();
    const apply = node.effects.find((effect) => effect.kind === 'apply');
    expect(apply?.waiting).toEqual([{ pos: 1, reqId: 7 }]);
  });

  test('slots are chosen out of order and applied in order', () => {
    const node = new OneNode();
    const stamp = node.lead();
    node.client(command(1), command(2));
    node.sync();
    node.accepted('n2', stamp, [2, 2]);
    expect(node.traces('commit')).toEqual([{ kind: 'commit', from: 2, to: 2 }]);
    expect(node.applied).toEqual([]);
    node.accepted('n3', stamp, [1, 1]);
    expect(node.applied).toHaveLength(2);
  });

  test('the same acceptor twice is no quorum', () => {
    const node = new OneNode({ nodes: 5 });
    const stamp = node.prepare();
    node.recv('n2', promise(stamp));
    node.recv('n3', promise(stamp));
    node.client(command(1));
    node.sync();
    node.accepted('n2', stamp, [1, 1]);
    node.accepted('n2', stamp, [1, 1]);
    expect(node.view.committed).toBe(0);
    node.accepted('n4', stamp, [1, 1]);
    expect(node.view.committed).toBe(1);
  });

  test('proposes only up to the window, and goes on when it moves', () => {
    const node = new OneNode({ options: { window: 2 } });
    const stamp = node.lead();
    node.client(command(1), command(2), command(3));
    expect(items(node.sent('Accept')[0]).map(([pos]) => pos)).toEqual([1, 2]);
    node.sync();
    node.accepted('n2', stamp, [1, 2]);
    expect(items(node.sent('Accept')[0]).map(([pos]) => pos)).toEqual([3]);
  });

  test('refuses as busy above the limit, definitely without effect', () => {
    const node = new OneNode({ options: { window: 1, maxUncommitted: 2 } });
    node.lead();
    node.client(command(1), command(2), command(3));
    expect(node.refusals()).toEqual([[3, 'busy', null]]);
  });

  test('sends outstanding slots again after a while, same ballot and values', () => {
    const node = new OneNode();
    node.lead();
    node.client(command(1, 'x'));
    const before = node.sent('Accept')[0] as { ballot: unknown };
    node.tick(2);
    expect(items(node.sent('Accept')[0])).toEqual([[1, 'command', 'x']]);
    expect(node.sent('Accept')[0]).toMatchObject({ ballot: before.ballot });
  });

  test('tells an idle follower of the commit without waiting for the heartbeat', () => {
    const node = new OneNode();
    const stamp = node.lead();
    node.client(command(1));
    node.sync();
    node.accepted('n2', stamp, [1, 1]);
    expect(node.sends('Commit').map((send) => send.to)).toEqual(['n2', 'n3']);
  });

  test('holds back when a peer does not answer, and sends what grew in one message', () => {
    const node = new OneNode({ options: { maxInflight: 1 } });
    const stamp = node.lead();
    node.client(command(1));
    node.client(command(2));
    node.client(command(3));
    expect(node.sent('Accept')).toEqual([]);
    node.accepted('n2', stamp, [1, 1], 1);
    expect(node.sends('Accept').map((send) => send.to)).toEqual(['n2']);
    expect(items(node.sent('Accept')[0]).map(([pos]) => pos)).toEqual([2, 3]);
  });

  test('recovers the highest ballot of each slot and fills gaps with no-ops', () => {
    const node = new OneNode({ promised: B2, log: [entryAt(1, B1, 'own')] });
    const stamp = node.prepare();
    node.recv('n2', promise(stamp, [entryAt(1, B2, 'newer'), entryAt(3, B1, 'c')]));
    expect(node.view).toMatchObject({ word: 'recovering', ready: false });
    expect(items(node.sent('Accept')[0])).toEqual([
      [1, 'command', 'newer'],
      [2, 'noop', null],
      [3, 'command', 'c'],
    ]);
    node.sync();
    node.accepted('n2', stamp, [1, 3]);
    expect(node.view).toMatchObject({ word: 'leader', ready: true, applied: 3 });
  });

  test('slots reported as chosen need no phase 2', () => {
    const node = new OneNode({ promised: B1 });
    const stamp = node.prepare();
    node.recv('n2', promise(stamp, [entryAt(1, B1), entryAt(2, B1)], { chosenPrefix: 2 }));
    expect(node.view).toMatchObject({ word: 'leader', committed: 2 });
    expect(node.sent('Accept')).toEqual([]);
  });

  test('stamps never go back, whatever the clock of the node before', () => {
    const node = new OneNode({
      promised: B1,
      log: [{ ...entryAt(1, B1), time: 9000 }],
    });
    const stamp = node.prepare();
    node.recv('n2', promise(stamp));
    node.tick();
    node.client(command(1));
    const [msg] = node.sent('Accept');
    expect(msg?.type === 'Accept' && msg.items.at(-1)?.time).toBe(9010);
  });
});

describe('learning', () => {
  function follower(): OneNode {
    const node = new OneNode({ promised: B1, log: [entryAt(1, B1, 'a'), entryAt(2, B1, 'x')] });
    node.recv('n3', { type: 'Heartbeat', ballot: B2, seq: 1, commitUpTo: 3, settled: 0 });
    return node;
  }

  test('values already held are learned by their ballot, others arrive', () => {
    const node = follower();
    const same = [{ from: 1, to: 1, ballot: B1 }];
    const learned = [entryAt(2, B2, 'b'), entryAt(3, B2, 'c')];
    node.recv('n3', { type: 'LearnResp', fromSlot: 1, upTo: 3, same, items: learned });
    expect(node.applied.map((entry) => entry.payload)).toEqual(['a', 'b', 'c']);
  });

  test('a ballot that is no longer held proves nothing', () => {
    const node = follower();
    const same = [{ from: 1, to: 2, ballot: B2 }];
    node.recv('n3', { type: 'LearnResp', fromSlot: 1, upTo: 2, same, items: [] });
    expect(node.applied).toEqual([]);
  });

  test('a learned value is kept under the promised ballot: reports cannot fall behind', () => {
    const node = follower();
    const learned = [entryAt(1, B1, 'a'), entryAt(2, B1, 'b')];
    node.recv('n3', { type: 'LearnResp', fromSlot: 1, upTo: 2, same: [], items: learned });
    node.sync();
    expect([node.onDisk(1), node.onDisk(2)]).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
  });

  test('a value of a higher ballot raises the promise first', () => {
    const node = follower();
    const learned = [entryAt(1, ballot(7, 'n2'), 'a')];
    node.recv('n3', { type: 'LearnResp', fromSlot: 1, upTo: 1, same: [], items: learned });
    node.sync();
    expect(node.disk.hard['promised']).toEqual(ballot(7, 'n2'));
  });

  test('answers with what is chosen only', () => {
    const node = new OneNode();
    node.recv(
      'n2',
      accept(
        B1,
        [
          [1, 'a'],
          [2, 'b'],
          [3, 'c'],
        ],
        2,
      ),
    );
    node.recv('n3', { type: 'LearnReq', fromSlot: 1, toSlot: 9, held: [] });
    expect(node.sent('LearnResp')).toMatchObject([{ fromSlot: 1, upTo: 2 }]);
    node.recv('n3', { type: 'LearnReq', fromSlot: 3, toSlot: 9, held: [] });
    expect(node.sent('LearnResp')).toEqual([]);
  });
});

describe('restart', () => {
  test('votes survive; the chosen prefix returns only as far as it was written down', () => {
    const node = new OneNode({ options: { window: 2 } });
    node.recv(
      'n2',
      accept(
        B1,
        [
          [1, 'a'],
          [2, 'b'],
        ],
        2,
      ),
    );
    node.sync();
    node.recv('n2', accept(B1, [[3, 'c']], 3, 2));
    node.sync();
    node.crash();
    expect(node.view).toMatchObject({ lastPos: 3, committed: 2, applied: 2 });
  });

  test('without the hint nothing is known chosen after a restart', () => {
    const node = new OneNode({ options: { window: 2, chosenHint: false } });
    node.recv(
      'n2',
      accept(
        B1,
        [
          [1, 'a'],
          [2, 'b'],
        ],
        2,
      ),
    );
    node.sync();
    node.crash();
    expect(node.view).toMatchObject({ lastPos: 2, committed: 0, applied: 0 });
  });

  test('a vote kept without its promise still binds, and the promise is written again', () => {
    const node = new OneNode({ log: [entryAt(1, B2, 'a')] });
    node.sync();
    expect(node.disk.hard['promised']).toEqual(B2);
    node.recv('n2', accept(B1, [[1, 'b']]));
    expect(node.sent('Nack')).toMatchObject([{ promised: B2 }]);
  });
});

describe('requests', () => {
  test('a follower names the leader, or says that there is none', () => {
    const node = new OneNode();
    node.client(command(1));
    expect(node.refusals()).toEqual([[1, 'no-leader', null]]);
    node.recv('n2', accept(B1, []));
    node.client(command(2));
    expect(node.refusals()).toEqual([[2, 'not-leader', 'n2']]);
  });

  test('session operations become entries of their own kind', () => {
    const node = new OneNode();
    node.lead();
    node.client(
      { reqId: 1, op: { kind: 'open-session' } },
      { reqId: 2, op: { kind: 'close-session', session: 1 } },
    );
    expect(items(node.sent('Accept')[0])).toEqual([
      [1, 'session-open', null],
      [2, 'session-close', null],
    ]);
  });

  test('an operation that peers would call malformed never gets a slot', () => {
    const node = new OneNode();
    node.lead();
    const op = { kind: 'command', session: 1, seq: -1, acked: 0, payload: 'x' } as const;
    node.client({ reqId: 1, op });
    expect(node.refusals()).toEqual([[1, 'bad-request', null]]);
  });
});
