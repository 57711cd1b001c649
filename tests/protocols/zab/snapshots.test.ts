/** Snapshots, compaction and Snap (protocols.md 3.6), one core at a time. */
import { describe, expect, test } from 'vitest';
import type { SnapshotRef } from '../../../src-main/protocols/kernel/durable.ts';
import type { Snap } from '../../../src-main/protocols/zab/messages.ts';
import { history, OneCore, zxid } from './one-core.ts';

const VOTERS = ['n1', 'n2', 'n3'].map((nodeId) => ({ nodeId, storageId: `disk-${nodeId}` }));
const CONFIG = {
  pos: 0,
  version: zxid('0:0'),
  config: { voters: VOTERS, votersOld: null, learners: [] },
};

function snapshotOf(lastPos: number, last: string): SnapshotRef {
  const meta = { zxid: zxid(last), time: 7, config: CONFIG } as never;
  return { handle: `own-${lastPos}-1`, lastPos, chunks: 1, bytes: 10, meta };
}

function snap(chunk: number, chunks: number, fields: Partial<Snap> = {}): Snap {
  return {
    type: 'Snap',
    epoch: 3,
    id: 'own-4-1',
    lastPos: 4,
    zxid: zxid('2:2'),
    time: 7,
    config: CONFIG,
    chunk,
    chunks,
    bytes: 10,
    image: { handle: 'own-4-1', chunk },
    ...fields,
  };
}

/** Leads epoch 1 and has delivered four transactions. */
function leaderOfFour(options: { readonly [name: string]: number } = {}): OneCore {
  const node = new OneCore({ options: { retainEntries: 0, ...options } }).leading();
  node.commands(1, 2, 3, 4);
  node.sync();
  node.recv('n2', { type: 'Ack', epoch: 1, zxid: zxid('1:4') });
  return node;
}

describe('taking one', () => {
  test('an image of what is delivered, then the reference, then the shorter log', () => {
    const node = leaderOfFour().forget();
    node.commands(5);
    node.admin(9, { op: 'snapshot', retain: null });
    expect(node.did('take-snapshot')).toMatchObject([{ lastPos: 4, handle: 'own-4-1' }]);
    node.forget().imageReady();
    const token = node.tokenLast;
    expect(node.persisted()).toEqual([`#${token} snapshot 4`, `#${token} compact 4`]);
    expect(node.did('done')).toMatchObject([{ reqId: 9, result: { lastPos: 4 } }]);
    expect(node.core.describe()).toMatchObject({ snapshotPos: 4, lastPos: 5 });
    expect(node.own('floor')).toBe('1:4');
  });

  test('3.12-15: an uncommitted tail is never in it', () => {
    const node = leaderOfFour();
    node.commands(5, 6);
    node.sync();
    node.forget().admin(9, { op: 'snapshot', retain: null });
    expect(node.did('take-snapshot')[0]?.lastPos).toBe(4);
  });

  test('every so many delivered entries, and keeps as many as it is told', () => {
    const node = leaderOfFour({ snapshotEvery: 4, retainEntries: 1 });
    expect(node.did('take-snapshot')).toHaveLength(1);
    node.forget().imageReady();
    expect(node.persisted().at(-1)).toContain('compact 3');
  });

  test('asked again with nothing new it only compacts', () => {
    const node = leaderOfFour({ retainEntries: 3 });
    node.admin(8, { op: 'snapshot', retain: null });
    node.imageReady();
    node.forget().admin(9, { op: 'snapshot', retain: 0 });
    expect(node.persisted()).toEqual([`#${node.tokenLast} compact 4`]);
    expect(node.did('done')[0]?.result).toEqual({ lastPos: 4 });
  });

  test('what a learner has not acknowledged stays in the log', () => {
    const node = leaderOfFour();
    node.recv('n3', { type: 'FollowerInfo', acceptedEpoch: 0 });
    const answer = { type: 'AckEpoch', epoch: 1, already: false, currentEpoch: 0 } as const;
    node.recv('n3', { ...answer, lastZxid: zxid('1:2'), ends: [[1, 2]] });
    node.admin(9, { op: 'snapshot', retain: 0 });
    node.forget().imageReady();
    expect(node.persisted().at(-1)).toContain('compact 2');
  });
});

describe('sending one', () => {
  function behindTheFloor(chunks: number, options = {}): OneCore {
    const node = leaderOfFour(options);
    node.admin(9, { op: 'snapshot', retain: null });
    node.imageReady(chunks);
    node.commands(5);
    node.forget().recv('n3', { type: 'FollowerInfo', acceptedEpoch: 0 });
    const answer = { type: 'AckEpoch', epoch: 1, already: false, currentEpoch: 0 } as const;
    node.recv('n3', { ...answer, lastZxid: zxid('1:2'), ends: [[1, 2]] });
    return node;
  }

  test('to a learner behind the floor: the image, what is behind it, NewLeader', () => {
    const node = behindTheFloor(1);
    const types = node.did('send').map(({ to, msg }) => (to === 'n3' ? msg.type : ''));
    expect(types.filter((type) => type !== '')).toEqual([
      'LeaderInfo',
      'Snap',
      'Proposal',
      'NewLeader',
    ]);
    expect(node.sent('Snap')[0]?.msg).toMatchObject({ lastPos: 4, zxid: zxid('1:4') });
    expect(node.sent('Proposal', 'n3')[0]?.msg.entries[0]?.counter).toBe(5);
    expect(node.traced('snapshot')).toMatchObject([{ what: 'sent', pos: 4, peer: 'n3' }]);
  });

  test('a few chunks at a time; pings and the service go on meanwhile', () => {
    const node = behindTheFloor(10, { maxChunksInflight: 3 });
    expect(node.sent('Snap')).toHaveLength(3);
    expect(node.sent('Proposal', 'n3')).toEqual([]);
    node.tick();
    expect(node.sent('Ping', 'n3')).toHaveLength(1);
    node.commands(6);
    expect(node.sent('Proposal', 'n2')).not.toEqual([]);
    for (let chunks = 1; chunks <= 10; chunks += 1) {
      node.recv('n3', { type: 'SnapAck', epoch: 1, chunks });
    }
    expect(node.sent('Snap').map(({ msg }) => msg.chunk)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(node.sent('Proposal', 'n3').flatMap(({ msg }) => msg.entries)).toHaveLength(2);
    expect(node.sent('NewLeader', 'n3')).toHaveLength(1);
  });

  test('a newer snapshot begins anew, for the image of the old one goes', () => {
    const node = behindTheFloor(10);
    node.sync();
    node.recv('n2', { type: 'Ack', epoch: 1, zxid: zxid('1:5') });
    node.forget().admin(9, { op: 'snapshot', retain: null });
    node.imageReady(1);
    expect(node.sent('Snap')[0]?.msg).toMatchObject({ id: 'own-5-1', lastPos: 5, chunk: 0 });
  });

  test('3.12-7: to a learner that does not hold what it was to be cut back to', () => {
    const node = leaderOfFour();
    node.admin(9, { op: 'snapshot', retain: 2 });
    node.imageReady(1);
    node.recv('n3', { type: 'FollowerInfo', acceptedEpoch: 0 });
    const answer = { type: 'AckEpoch', epoch: 1, already: false, currentEpoch: 0 } as const;
    node.recv('n3', { ...answer, lastZxid: zxid('1:9'), ends: [[1, 9]] });
    expect(node.sent('Trunc', 'n3')).toHaveLength(1);
    node.forget().recv('n3', { type: 'SnapRequest', epoch: 1 });
    expect(node.sent('Snap', 'n3')).toHaveLength(1);
    expect(node.sent('NewLeader', 'n3')).toHaveLength(1);
  });
});

describe('installing one', () => {
  const old = { accepted: 1, current: 1, log: history('1:1', '1:2', '1:3') };

  test('chunk by chunk; on disk before it is acknowledged, loaded before what follows', () => {
    const node = new OneCore(old).promised(3);
    node.forget().recv('n2', snap(0, 2));
    expect(node.did('keep-chunk')).toMatchObject([{ handle: 'in-4-1-1', chunk: 0 }]);
    expect(node.persisted()).toEqual([]);
    node.recv('n2', snap(1, 2));
    expect(node.persisted()).toEqual([
      '#2 snapshot 4',
      '#2 truncate 5',
      '#2 compact 4',
      '#2 {"currentEpoch":2}',
    ]);
    expect(node.did('load-snapshot')).toMatchObject([{ lastPos: 4, handle: 'in-4-1-1' }]);
    expect(node.sent('SnapAck').map(({ msg }) => msg.chunks)).toEqual([1, 2]);
    node.recv('n2', { type: 'NewLeader', epoch: 3 });
    expect(node.sent('NewLeaderAck')).toEqual([]);
    node.sync();
    expect(node.traced('snapshot')).toMatchObject([{ what: 'installed', pos: 4, peer: 'n2' }]);
    expect(node.sent('NewLeaderAck', 'n2')[0]?.msg.lastZxid).toEqual(zxid('2:2'));
    expect(node.core.describe()).toMatchObject({ applied: 4, lastPos: 4, snapshotPos: 4 });
  });

  test('Z11: with snap-in-memory nothing of it is on disk', () => {
    const node = new OneCore({ ...old, mutants: ['snap-in-memory'] }).promised(3);
    node.forget().recv('n2', snap(0, 1));
    expect(node.persisted()).not.toContain('#2 snapshot 4');
  });

  test('R12: one that holds nothing new changes nothing, and the stream goes on', () => {
    const node = new OneCore(old).following(2);
    expect(node.core.describe().applied).toBe(3);
    node.linkDown('n2');
    node.linkUp('n2', 2);
    node.notify('n3', 'looking', node.round, { leader: 'n3', epoch: 9, zxid: zxid('9:1') });
    node.tick(2);
    node.recv('n3', { type: 'LeaderInfo', epoch: 9 });
    node.forget().recv('n3', snap(0, 1, { epoch: 9, lastPos: 2, zxid: zxid('1:2') }));
    expect(node.did('load-snapshot')).toEqual([]);
    const entries = history('1:1', '1:2', '1:3', '9:1').slice(2);
    node.recv('n3', { type: 'Proposal', epoch: 9, entries });
    expect(node.core.describe()).toMatchObject({ lastPos: 4, snapshotPos: 0 });
  });

  test('a chunk that is not the next one, or of an unsound snapshot, is dropped', () => {
    const node = new OneCore(old).promised(3);
    node.recv('n2', snap(0, 3));
    node.forget().recv('n2', snap(2, 3));
    node.recv('n2', snap(1, 3, { zxid: zxid('9:1') }));
    node.recv('n2', snap(1, 3, { epoch: 2 }));
    expect(node.traced('ignored')).toHaveLength(3);
    expect(node.did('keep-chunk')).toEqual([]);
  });
});

describe('a life that begins with one', () => {
  const snapshot = snapshotOf(2, '1:2');
  const begin = (log: readonly string[], from: number): OneCore => {
    const padded = Array.from({ length: from - 1 }, () => '9:9');
    const entries = history(...padded, ...log).slice(from - 1);
    return new OneCore({ accepted: 2, current: 2, snapshot, log: entries });
  };

  test('loads it first and applies nothing behind it', () => {
    const node = begin(['1:3'], 3);
    expect(node.did('load-snapshot')).toMatchObject([{ lastPos: 2, handle: 'own-2-1' }]);
    expect(node.applied()).toEqual([]);
    expect(node.core.describe()).toMatchObject({ applied: 2, committed: 2, lastPos: 3 });
  });

  test('R13: the log that was not yet cut is kept where it fits', () => {
    const node = begin(['1:1', '1:2', '1:3'], 1);
    expect(node.core.describe()).toMatchObject({ lastPos: 3, committed: 2 });
    expect(node.persisted()).toEqual([]);
  });

  test('R13: and dropped, on disk too, where it does not', () => {
    for (const [log, from] of [
      [['1:1'], 1],
      [['1:1', '2:1', '2:2'], 1],
      [['1:9'], 3],
    ] as const) {
      const node = begin(log, from);
      expect(node.core.describe()).toMatchObject({ lastPos: 2, committed: 2 });
      expect(node.persisted()).toEqual(['#1 truncate 3', '#1 compact 2']);
    }
  });

  test('Z13: a log that begins behind it is refused', () => {
    expect(() => begin(['1:5'], 5)).toThrow('the log begins at 5');
  });

  test('tells the leader its history from the floor on', () => {
    const node = begin(['1:3', '2:1'], 3);
    node.promised(5);
    expect(node.sent('AckEpoch')[0]?.msg).toMatchObject({
      lastZxid: zxid('2:1'),
      ends: [
        [2, 1],
        [1, 3],
      ],
    });
  });
});
