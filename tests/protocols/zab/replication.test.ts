/** Phase 3: broadcast (protocols.md 3.7), requests, hostile input, one core at a time. */
import { describe, expect, test } from 'vitest';
import { Prng } from '../../../src-main/base/prng.ts';
import { MESSAGE_KINDS, type ZabMessage } from '../../../src-main/protocols/zab/messages.ts';
import { ZabCore } from '../../../src-main/protocols/zab/step.ts';
import { history, OneCore, vote, zxid } from './one-core.ts';

describe('leader', () => {
  test('one turn of requests is one barrier and one proposal to each follower, at once', () => {
    const node = new OneCore().leading();
    node.forget().commands(1, 2, 3);
    expect(node.persisted()).toEqual(['#3 put 1:1 1:2 1:3']);
    const [proposal, ...others] = node.sent('Proposal', 'n2');
    expect(others).toEqual([]);
    expect(proposal).toMatchObject({ after: 0 });
    expect(proposal?.msg.entries.map(({ counter }) => counter)).toEqual([1, 2, 3]);
  });

  test('a transaction is committed by a quorum on disk, the own copy after its barrier', () => {
    const node = new OneCore().leading();
    node.forget().commands(1);
    node.recv('n2', { type: 'Ack', epoch: 1, zxid: zxid('1:1') });
    expect(node.applied()).toEqual([]);
    node.sync();
    expect(node.applied()).toEqual(['1:1']);
    expect(node.sent('Commit', 'n2')[0]?.msg.zxid).toEqual(zxid('1:1'));
    const [apply] = node.effects.filter((effect) => effect.kind === 'apply');
    expect(apply?.waiting).toEqual([{ pos: 1, reqId: 1 }]);
  });

  test('with self-ack-before-persist it counts itself too early', () => {
    const node = new OneCore({ mutants: ['self-ack-before-persist'] }).leading();
    node.commands(1);
    node.recv('n2', { type: 'Ack', epoch: 1, zxid: zxid('1:1') });
    expect(node.applied()).toEqual(['1:1']);
  });

  test('one acknowledgement and one commit stand for everything before', () => {
    const node = new OneCore().leading();
    node.commands(1);
    node.commands(2);
    node.commands(3);
    node.sync();
    node.forget().recv('n2', { type: 'Ack', epoch: 1, zxid: zxid('1:3') });
    expect(node.applied()).toEqual(['1:1', '1:2', '1:3']);
    expect(node.sent('Commit', 'n2')).toHaveLength(1);
    expect(node.traced('commit')).toEqual([{ kind: 'commit', from: 1, to: 3 }]);
  });

  test('an acknowledgement of what was never sent does not count', () => {
    const node = new OneCore().leading();
    node.commands(1);
    node.sync();
    for (const text of ['1:2', '2:1']) {
      node.recv('n2', { type: 'Ack', epoch: 1, zxid: zxid(text) });
    }
    node.recv('n2', { type: 'Ack', epoch: 9, zxid: zxid('1:1') });
    node.recv('n3', { type: 'Ack', epoch: 1, zxid: zxid('1:1') });
    expect(node.applied()).toEqual([]);
  });

  test('what has no room in the window waits and leaves as one message', () => {
    const node = new OneCore({ options: { maxInflight: 2 } }).leading();
    node.forget();
    for (const reqId of [1, 2, 3, 4, 5]) node.commands(reqId);
    expect(node.sent('Proposal', 'n2')).toHaveLength(2);
    node.recv('n2', { type: 'Ack', epoch: 1, zxid: zxid('1:1') });
    expect(node.sent('Proposal', 'n2').at(-1)?.msg.entries).toHaveLength(3);
  });

  test('too many uncommitted transactions make it busy, for the rest only', () => {
    const node = new OneCore({ options: { maxUncommitted: 2 } }).leading();
    node.commands(1);
    node.commands(2, 3);
    expect(node.refusals()).toEqual(['3 busy']);
    expect(node.core.describe().lastPos).toBe(2);
  });

  test('losing leadership leaves every request under way with an unknown outcome', () => {
    const node = new OneCore().leading();
    node.commands(1, 2);
    node.linkDown('n2');
    expect(node.refusals()).toEqual(['1 leadership-lost', '2 leadership-lost']);
  });

  test('service time goes on from the last entry and never back', () => {
    const old = history('1:1').map((entry) => ({ ...entry, time: 5000 }));
    const node = new OneCore({ accepted: 1, current: 1, log: old });
    node.leading({ accepted: 1, last: '1:1' }).tick(3);
    node.forget().commands(1);
    expect(node.sent('Proposal')[0]?.msg.entries[0]?.time).toBe(5030);
  });

  test('operations become entries of their kind', () => {
    const node = new OneCore().leading();
    node.step({
      kind: 'client',
      requests: [
        { reqId: 1, op: { kind: 'open-session' } },
        { reqId: 2, op: { kind: 'close-session', session: 4 } },
      ],
    });
    const entries = node.sent('Proposal').at(-1)?.msg.entries ?? [];
    expect(entries.map(({ type, client, payload }) => ({ type, client, payload }))).toEqual([
      { type: 'session-open', client: null, payload: null },
      { type: 'session-close', client: { session: 4, seq: 0, acked: 0 }, payload: null },
    ]);
  });
});

describe('follower', () => {
  test('logs, syncs, acknowledges: one message for one proposal', () => {
    const node = new OneCore().following(1);
    node.forget().recv('n2', { type: 'Proposal', epoch: 1, entries: history('1:1', '1:2') });
    expect(node.persisted()).toHaveLength(1);
    const acks = node.sent('Ack', 'n2');
    expect(acks).toHaveLength(1);
    expect(acks[0]).toMatchObject({ after: node.tokenLast, msg: { zxid: zxid('1:2') } });
  });

  test('what it has already is acknowledged again and not logged again', () => {
    const node = new OneCore().following(1);
    node.recv('n2', { type: 'Proposal', epoch: 1, entries: history('1:1', '1:2') });
    node.sync();
    node.forget().recv('n2', {
      type: 'Proposal',
      epoch: 1,
      entries: history('1:1', '1:2', '1:3'),
    });
    expect(node.persisted()).toEqual([`#${node.tokenLast} put 1:3`]);
    expect(node.sent('Ack')).toHaveLength(1);
  });

  test('a gap, a reused position or a later epoch ends the session', () => {
    const misfits = [['1:1', '1:3'], ['1:2'], ['2:1'], ['1:1', '2:2']];
    for (const zxids of misfits) {
      const node = new OneCore().following(1);
      node.forget().recv('n2', { type: 'Proposal', epoch: 1, entries: history(...zxids) });
      expect(node.word).toBe('looking');
      expect(node.closed()).toEqual(['n2/1']);
      expect(node.persisted()).toEqual([]);
    }
  });

  test('delivers up to the commit; one for what is not logged ends the session', () => {
    const node = new OneCore().following(1);
    node.recv('n2', { type: 'Proposal', epoch: 1, entries: history('1:1', '1:2') });
    node.forget().recv('n2', { type: 'Commit', epoch: 1, zxid: zxid('1:1') });
    expect(node.applied()).toEqual(['1:1']);
    node.recv('n2', { type: 'Commit', epoch: 1, zxid: zxid('1:1') });
    expect(node.applied()).toEqual(['1:1']);
    node.recv('n2', { type: 'Commit', epoch: 1, zxid: zxid('1:3') });
    expect(node.word).toBe('looking');
  });

  test('messages of another epoch are dropped', () => {
    const node = new OneCore().following(2);
    node.forget().recv('n2', { type: 'Proposal', epoch: 1, entries: history('1:1') });
    node.recv('n2', { type: 'Commit', epoch: 1, zxid: zxid('0:0') });
    expect(node.traced('ignored')).toHaveLength(2);
    expect(node.core.describe().lastPos).toBe(0);
  });
});

describe('requests elsewhere', () => {
  test('are refused with what is known', () => {
    const node = new OneCore();
    node.commands(1);
    node.learner();
    node.commands(2);
    const leader = new OneCore().elected();
    leader.commands(3);
    expect([...node.refusals(), ...leader.refusals()]).toEqual([
      '1 no-leader',
      '2 not-leader',
      '3 busy',
    ]);
  });

  test('operator commands for the leader are refused like writes', () => {
    const node = new OneCore();
    node.step({ kind: 'admin', reqId: 1, op: { op: 'transfer', to: 'n2' } });
    node.learner();
    node.step({ kind: 'admin', reqId: 2, op: { op: 'remove', nodeId: 'n3' } });
    expect(node.refusals()).toEqual(['1 no-leader', '2 not-leader']);
  });

  test('after a failed sync the node is dead', () => {
    const node = new OneCore().leading();
    node.commands(1);
    node.step({ kind: 'persist-failed', token: node.tokenLast, error: 'EIO' });
    expect(node.refusals()).toEqual(['1 leadership-lost']);
    node.forget().tick(100);
    node.notify('n2', 'looking', 9, vote('n2', 9, '9:9'));
    expect(node.all).toEqual([]);
  });
});

describe('hostile input', () => {
  test('R28: under a storage the configuration does not know it is outside and never leads', () => {
    const node = new OneCore({ storageId: 'wiped' });
    expect(node.core.describe()).toMatchObject({ role: 'outsider', ready: false });
    for (const peer of ['n2', 'n3']) node.notify(peer, 'looking', 9, vote('n1', 0, '0:0'));
    node.tick(1000);
    node.commands(1);
    expect(node.core.describe()).toMatchObject({ role: 'outsider', leader: null });
    expect(node.refusals()).toEqual(['1 no-leader']);
    expect(node.sent('FollowerInfo')).toEqual([]);
  });

  test('R28: it follows whoever is elected, as an observer', () => {
    const node = new OneCore({ storageId: 'wiped' });
    for (const peer of ['n2', 'n3']) node.notify(peer, 'looking', 9, vote('n2', 0, '0:0'));
    node.tick(3);
    expect(node.sent('ObserverInfo', 'n2')).toHaveLength(1);
    expect(node.core.describe()).toMatchObject({ role: 'outsider', leader: 'n2' });
  });

  const shapes: unknown[] = [null, undefined, -1, 1e300, Number.NaN, '', 'n2', [], {}, [[]], true];

  function garbage(prng: Prng, depth = 0): unknown {
    const draw = prng.nextInt(0, shapes.length + 4);
    if (draw < shapes.length) return shapes[draw];
    if (draw === shapes.length || depth > 2) return prng.nextInt(0, 9);
    if (draw === shapes.length + 1) return { epoch: prng.nextInt(0, 9), counter: 1 };
    const fields = ['epoch', 'zxid', 'entries', 'vote', 'round', 'pos', 'ends', 'lastZxid'];
    return Object.fromEntries(fields.map((field) => [field, garbage(prng, depth + 1)]));
  }

  test('garbage of any type never throws and never reaches the log', () => {
    const types = [...Object.keys(MESSAGE_KINDS), 'toString'];
    const prng = new Prng(5);
    const nodes = [new OneCore(), new OneCore().leading(), new OneCore().following(1)];
    for (const node of nodes) {
      node.forget();
      for (let i = 0; i < 3000; i += 1) {
        const body = garbage(prng) as object;
        const type = types[prng.nextInt(0, types.length - 1)];
        const msg = prng.nextInt(0, 3) === 0 ? body : { ...body, type };
        node.recv(prng.nextInt(0, 4) === 0 ? 'n9' : 'n2', msg as ZabMessage);
      }
      expect(node.applied()).toEqual([]);
      expect(node.core.describe().lastPos).toBe(0);
    }
  });

  test('a message of a stranger is dropped', () => {
    const node = new OneCore();
    node.forget().recv('n9', { type: 'FollowerInfo', acceptedEpoch: 0 });
    expect(node.traced('ignored')).toHaveLength(1);
  });
});

describe('save and restore', () => {
  test('a restored core does the same as the one that was saved', () => {
    const node = new OneCore().leading();
    node.commands(1, 2);
    const twin = ZabCore.restore(JSON.parse(JSON.stringify(node.core.save())));
    const input = { kind: 'persisted', token: node.tokenLast } as const;
    expect(twin.step(input)).toEqual(node.core.step(input));
    expect(twin.describe()).toEqual(node.core.describe());
    expect(twin.save()).toEqual(node.core.save());
  });
});
