/** Snapshots and compaction (Raft 7; protocols.md 1.8), on one core. */
import { describe, expect, test } from 'vitest';
import type { SnapshotRef } from '../../../src-main/protocols/kernel/durable.ts';
import { initialConfig } from '../../../src-main/protocols/kernel/config.ts';
import { append, chunkOf, command, entryAt, logOf, membersOf, OneNode } from './one-node.ts';

const every = (snapshotEvery: number, retainEntries = 0) => ({ snapshotEvery, retainEntries });

function snapshotOf(lastPos: number, term: number, handle = `own-${lastPos}-1`): SnapshotRef {
  const meta = { term, time: 0, config: initialConfig(membersOf(3)), configPos: 0 };
  return { handle, lastPos, chunks: 1, bytes: 10, meta: meta as never };
}

/** n1 follows n2, has applied 1 to `last`, and its host has written the image. */
function snapshotTaken(last: number, options: ReturnType<typeof every>): OneNode {
  const node = new OneNode({ options });
  node.recv(
    'n2',
    append(
      1,
      [0, 0],
      Array.from({ length: last }, () => 1),
      last,
    ),
  );
  node.sync();
  if (options.snapshotEvery === 0) node.admin(1, { op: 'snapshot', retain: null });
  const handle = `own-${last}-1`;
  node.input({ kind: 'snapshot-ready', lastPos: last, handle, chunks: 3, bytes: 30 });
  return node;
}

describe('Raft 7: taking a snapshot', () => {
  test('every so many applied entries, of everything applied so far, one at a time', () => {
    const node = new OneNode({ options: every(3) });
    node.recv('n2', append(1, [0, 0], [1, 1, 1], 2));
    expect(node.all('take-snapshot')).toEqual([]);
    node.recv('n2', append(1, [3, 1], [1], 3));
    expect(node.all('take-snapshot')).toMatchObject([{ lastPos: 3, handle: 'own-3-1' }]);
    node.recv('n2', append(1, [4, 1], [1, 1, 1, 1], 8));
    expect(node.all('take-snapshot')).toEqual([]);
  });

  test('the reference is written before the log it covers goes', () => {
    const node = snapshotTaken(5, every(5, 2));
    const [persist] = node.all('persist');
    expect(persist?.ops).toMatchObject([
      { op: 'snapshot', snapshot: { lastPos: 5, chunks: 3, meta: { term: 1, configPos: 0 } } },
      { op: 'compact', upTo: 3 },
    ]);
    expect(node.terms).toEqual([1, 1]);
    expect(node.traces('compact')).toEqual([{ kind: 'compact', upTo: 3 }]);
    expect(node.view).toMatchObject({ snapshotPos: 5, lastPos: 5 });
  });

  test('the boundary still answers for its term', () => {
    const node = snapshotTaken(5, every(5));
    expect(node.terms).toEqual([]);
    expect(node.recv('n2', append(1, [5, 1], [1]))).toMatchObject([{ ok: true, matchPos: 6 }]);
    expect(node.recv('n2', append(2, [6, 2], []))).toMatchObject([{ ok: false }]);
  });

  test('an operator gets its position, and the log is cut as asked', () => {
    const node = snapshotTaken(4, every(0, 10));
    expect(node.all('done')).toEqual([{ kind: 'done', reqId: 1, result: { lastPos: 4 } }]);
    expect(node.terms).toEqual([1, 1, 1, 1]);
    node.admin(2, { op: 'snapshot', retain: 1 });
    expect(node.all('take-snapshot')).toEqual([]);
    expect(node.all('done')).toMatchObject([{ reqId: 2, result: { lastPos: 4 } }]);
    expect(node.terms).toEqual([1]);
  });
});

describe('Raft 7: a node starts from its snapshot (museum R13)', () => {
  const log = [4, 5, 6].map((pos) => entryAt(pos, pos < 6 ? 1 : 2));

  test('and the log behind it, whatever is left of the log before', () => {
    for (const left of [log, log.slice(1), log.slice(2)]) {
      const node = new OneNode({ term: 2, snapshot: snapshotOf(5, 1), log: left });
      expect(node.all('load-snapshot')[0]).toMatchObject({ lastPos: 5, handle: 'own-5-1' });
      expect(node.effects[0]?.kind).toBe('load-snapshot');
      expect(node.view).toMatchObject({ lastPos: 6, committed: 5, applied: 5, snapshotPos: 5 });
    }
  });

  test('a log that does not fit is dropped, on disk as well', () => {
    const conflicting = [1, 2, 3, 4, 5, 6].map((pos) => entryAt(pos, 1));
    for (const left of [conflicting, conflicting.slice(0, 3)]) {
      const node = new OneNode({ term: 3, snapshot: snapshotOf(5, 3), log: left });
      expect(node.view).toMatchObject({ lastPos: 5, committed: 5 });
      node.sync();
      expect(node.disk.log).toEqual([]);
      node.recv('n2', append(3, [5, 3], [3]));
      node.sync();
      node.restart();
      expect(node.view).toMatchObject({ lastPos: 6 });
    }
  });

  test('a hole behind the snapshot, or in the log, is refused loudly', () => {
    const snapshot = snapshotOf(5, 1);
    expect(() => new OneNode({ term: 1, snapshot, log: [entryAt(7, 1)] })).toThrow(/log from 7/);
    const holed = [entryAt(6, 1), entryAt(8, 1)];
    expect(() => new OneNode({ term: 1, snapshot, log: holed })).toThrow(/8 where 7 should be/);
  });

  test('museum R14: the members of the snapshot count after the restart', () => {
    const config = { ...initialConfig(membersOf(4)), votersOld: null };
    const meta = { term: 1, time: 0, config, configPos: 2 };
    const snapshot = { ...snapshotOf(5, 1), meta: meta as never };
    const node = new OneNode({ term: 1, snapshot });
    expect(node.view.voters).toEqual(['n1', 'n2', 'n3', 'n4']);
    expect(node.all('members').at(-1)?.members).toHaveLength(4);
  });
});

describe('Raft 7: InstallSnapshot at the follower', () => {
  test('chunks are kept in order, and answered done once all are on disk', () => {
    const node = new OneNode({ term: 1 });
    const part = (chunk: number) => chunkOf(1, [9, 1], [chunk, 3]);
    expect(node.recv('n2', part(0))).toMatchObject([{ next: 1, done: false }]);
    expect(node.all('keep-chunk')).toMatchObject([{ handle: 'in-9-1-1', chunk: 0 }]);
    expect(node.recv('n2', part(2))).toMatchObject([{ next: 1, done: false }]);
    expect(node.all('keep-chunk')).toEqual([]);
    node.recv('n2', part(1));
    node.recv('n2', part(2));
    expect(node.sends('n2')).toMatchObject([{ msg: { done: true, matchPos: 9 } }]);
    expect(node.sends('n2')[0]?.after).toBe(node.all('persist')[0]?.token);
    expect(node.all('persist')[0]?.ops.map(({ op }) => op)).toEqual([
      'snapshot',
      'truncate',
      'compact',
    ]);
    expect(node.all('load-snapshot')).toMatchObject([{ lastPos: 9, handle: 'in-9-1-1' }]);
    expect(node.view).toMatchObject({ committed: 9, applied: 9, lastPos: 9, snapshotPos: 9 });
  });

  test('a chunk of another image or another term begins anew', () => {
    const node = new OneNode({ term: 1 });
    node.recv('n2', chunkOf(1, [9, 1], [0, 3]));
    expect(node.recv('n3', chunkOf(2, [9, 1], [1, 3]))).toMatchObject([{ next: 0 }]);
    expect(node.recv('n3', chunkOf(2, [9, 1], [0, 3]))).toMatchObject([{ next: 1 }]);
    expect(node.all('keep-chunk')).toMatchObject([{ handle: 'in-9-1-2' }]);
  });

  test('museum R11: the term of the snapshot does not become the term of the node', () => {
    const node = new OneNode({ term: 2 });
    node.recv('n3', chunkOf(2, [4, 1]));
    expect(node.view).toMatchObject({ era: { number: 2 }, lastPos: 4 });
  });

  test('museum R12: a snapshot of what is committed is done, and changes nothing', () => {
    const node = new OneNode();
    node.recv('n2', append(1, [0, 0], [1, 1, 1, 1, 1], 4));
    node.sync();
    expect(node.recv('n2', chunkOf(1, [3, 1]))).toMatchObject([{ done: true, matchPos: 4 }]);
    expect(node.view).toMatchObject({ committed: 4, lastPos: 5, snapshotPos: 0 });
    expect(node.all('persist')).toEqual([]);
  });

  test('entries behind the snapshot stay when its last entry is in the log (1.16-17)', () => {
    const node = new OneNode();
    node.recv('n2', append(1, [0, 0], [1, 1, 1, 1, 1], 1));
    node.sync();
    expect(node.recv('n2', chunkOf(1, [3, 1]))).toMatchObject([{ done: true, matchPos: 3 }]);
    expect(node.view).toMatchObject({ committed: 3, lastPos: 5, snapshotPos: 0 });
    expect(node.applied.map(({ pos }) => pos)).toEqual([1, 2, 3]);
  });

  test('a conflicting log goes, and what was written before vouches for nothing', () => {
    const node = new OneNode({ term: 2, log: logOf(1, 1, 1, 1, 1, 1) });
    node.recv('n2', chunkOf(2, [4, 2]));
    expect(node.view).toMatchObject({ lastPos: 4, committed: 4, durablePos: 0 });
    node.sync();
    expect(node.disk).toMatchObject({ log: [], snapshot: { lastPos: 4 } });
    expect(node.view.durablePos).toBe(4);
  });

  test('an old leader gets the new term', () => {
    const node = new OneNode({ term: 5 });
    expect(node.recv('n2', chunkOf(4, [3, 1]))).toMatchObject([{ term: 5, ok: false }]);
    expect(node.all('keep-chunk')).toEqual([]);
  });
});

describe('Raft 7: the leader sends its snapshot', () => {
  /** n1 leads term 1, its log begins behind position 4, and n3 turns out to have nothing. */
  function sending(options: object = {}): OneNode {
    const node = new OneNode({ options: { ...every(0), ...options } });
    node.lead(1);
    node.client(command(1), command(2), command(3));
    node.sync();
    node.ok('n2', 4);
    node.admin(9, { op: 'snapshot', retain: 0 });
    node.input({ kind: 'snapshot-ready', lastPos: 4, handle: 'own-4-1', chunks: 6, bytes: 60 });
    node.recv('n3', reject(0));
    return node;
  }

  /** n3 says that it lacks the entry before what it was sent first. */
  function reject(rejectedPrev: number): object {
    const refusal = { ok: false, rejectedPrev, hintPos: 0, hintTerm: 0 };
    return { type: 'AppendEntriesResp', term: 1, ...refusal };
  }

  function answer(next: number, done = false, snapId = 'own-4-1'): object {
    const matchPos = done ? 4 : 0;
    return { type: 'InstallSnapshotResp', term: 1, snapId, next, done, matchPos };
  }

  function sentTo(node: OneNode): (number | string)[] {
    return node
      .sends('n3')
      .map(({ msg }) => (msg.type === 'InstallSnapshot' ? msg.chunk : msg.type));
  }

  test('to a peer whose next entry is gone: a window of chunks, then one for each answer', () => {
    const node = sending();
    node.recv('n3', { type: 'HeartbeatResp', term: 1, round: 0, sentAt: 0 });
    expect(sentTo(node)).toEqual([0, 1, 2, 3]);
    expect(node.traces('snapshot')).toMatchObject([{ what: 'sent', pos: 4, peer: 'n3' }]);
    node.recv('n3', answer(1));
    expect(sentTo(node)).toEqual([4]);
    node.recv('n3', answer(1));
    expect(sentTo(node)).toEqual([]);
    node.recv('n3', answer(6, true));
    expect(node.own('peer n3')).toMatchObject({ state: 'probe', matchIndex: 4, nextIndex: 5 });
  });

  test('heartbeats go on, and a stream that does not move is sent again', () => {
    const node = sending();
    const beat = { type: 'HeartbeatResp', term: 1, round: 0, sentAt: 0 };
    node.recv('n3', beat);
    for (let i = 0; i < 10; i += 1) {
      node.tick();
      node.recv('n2', beat);
      node.recv('n3', beat);
    }
    expect(sentTo(node)).toEqual([0, 1, 2, 3]);
  });

  test('from the first chunk when the peer lost what it had', () => {
    const node = sending();
    node.recv('n3', { type: 'HeartbeatResp', term: 1, round: 0, sentAt: 0 });
    node.recv('n3', answer(2));
    node.recv('n3', answer(0));
    expect(sentTo(node)).toEqual([0, 1, 2, 3]);
  });

  test('a newer image takes the place of one that is gone', () => {
    const node = sending();
    node.recv('n3', { type: 'HeartbeatResp', term: 1, round: 0, sentAt: 0 });
    node.client(command(4));
    node.sync();
    node.ok('n2', 5);
    node.admin(10, { op: 'snapshot', retain: 0 });
    node.input({ kind: 'snapshot-ready', lastPos: 5, handle: 'own-5-1', chunks: 1, bytes: 9 });
    node.recv('n3', answer(1));
    expect(node.sends('n3')).toMatchObject([{ msg: { snapId: 'own-5-1', chunk: 0 } }]);
  });

  test('1.14: only so many streams at once, and none to a peer that is silent', () => {
    const node = new OneNode({ nodes: 5, options: { ...every(0), maxSnapshotStreams: 1 } });
    node.lead(1);
    node.sync();
    node.ok('n2', 1);
    node.ok('n3', 1);
    node.admin(9, { op: 'snapshot', retain: 0 });
    node.input({ kind: 'snapshot-ready', lastPos: 1, handle: 'own-1-1', chunks: 1, bytes: 9 });
    const chunksTo = (id: string): number => {
      node.recv(id, { type: 'HeartbeatResp', term: 1, round: 0, sentAt: 0 });
      node.recv(id, { type: 'HeartbeatResp', term: 1, round: 0, sentAt: 0 });
      return node.sends(id).filter(({ msg }) => msg.type === 'InstallSnapshot').length;
    };
    node.input({ kind: 'link-down', peer: 'n4', linkEpoch: 1 });
    node.input({ kind: 'link-down', peer: 'n5', linkEpoch: 1 });
    node.recv('n4', { type: 'HeartbeatResp', term: 1, round: 0, sentAt: 0 });
    expect(node.sends('n4')).toMatchObject([{ msg: { type: 'InstallSnapshot' } }]);
    expect(chunksTo('n5')).toBe(0);
  });
});
