/** Malformed, foreign and random messages: traced and dropped, whatever the role. */
import { describe, expect, test } from 'vitest';
import { Prng } from '../../../src-main/base/prng.ts';
import { isRaftMessage, MESSAGE_KINDS } from '../../../src-main/protocols/raft/messages.ts';
import { append, chunkOf, entryAt, OneNode } from './one-node.ts';

const nodes = {
  follower: (): OneNode => new OneNode(),
  'pre-candidate': (): OneNode => {
    const node = new OneNode();
    node.tick(40);
    return node;
  },
  candidate: (): OneNode => {
    const node = new OneNode({ options: { preVote: false } });
    node.tick(40);
    return node;
  },
  leader: (): OneNode => {
    const node = new OneNode();
    node.lead(1);
    return node;
  },
};

const FROM_LEADER = ['AppendEntries', 'Heartbeat', 'CommitNotice', 'InstallSnapshot'];

const entry = entryAt(1, 1);
const good = append(1, [0, 0], [1]);
const malformed: readonly unknown[] = [
  null,
  7,
  'AppendEntries',
  [],
  {},
  { type: 'AppendEntries' },
  { type: 'toString', term: 1 },
  { type: '__proto__', term: 1 },
  { ...good, term: '1' },
  { ...good, term: -1 },
  { ...good, term: 1.5 },
  { ...good, term: Number.MAX_SAFE_INTEGER },
  { ...good, term: 0 },
  { ...good, prevTerm: 2 },
  { ...good, leaderCommit: null },
  { ...good, entries: null },
  { ...good, entries: { length: 1, 0: entry } },
  { ...good, entries: [null] },
  { ...good, entries: [{ ...entry, pos: 2 }] },
  { ...good, entries: [{ ...entry, term: 2 }] },
  { ...good, entries: [{ ...entry, type: 'drop table' }] },
  { ...good, entries: [{ ...entry, client: { session: 1 } }] },
  { ...good, entries: [{ ...entry, client: undefined }] },
  { ...good, entries: [{ ...entry, payload: undefined }] },
  { ...good, entries: [{ ...entry, time: NaN }] },
  { ...append(2, [0, 0], [2, 1]) },
  { type: 'RequestVote', term: 1, lastPos: 0 },
  { type: 'RequestVote', term: 1, lastPos: 0, lastTerm: 0 },
  { ...good, entries: [{ ...entry, type: 'config' }] },
  { ...good, entries: [{ ...entry, type: 'config', payload: { voters: [] } }] },
  { type: 'Heartbeat', term: 1, commit: 0 },
  { type: 'HeartbeatResp', term: 1, round: -1, sentAt: 0 },
  { type: 'InstallSnapshotResp', term: 1, snapId: '../x', next: 0, done: false, matchPos: 0 },
  { type: 'ReadIndexResp', term: 1, id: 1 },
  { ...chunkOf(), image: undefined },
  { ...chunkOf(), chunk: 1 },
  { ...chunkOf(), snapId: 'other' },
  { ...chunkOf(), meta: null },
  { ...chunkOf(), meta: { ...chunkOf().meta, term: 9 } },
  { ...chunkOf(), meta: { ...chunkOf().meta, configPos: 9 } },
  { type: 'RequestVoteResp', term: 1, forTerm: 1, granted: 'yes' },
  { type: 'AppendEntriesResp', term: 1, ok: true },
  { type: 'AppendEntriesResp', term: 1, ok: false, rejectedPrev: 1, hintPos: -1, hintTerm: 0 },
  { type: 'Heartbeat', term: 1, commit: Infinity, round: 1, sentAt: 0 },
];

describe.each(Object.entries(nodes))('a %s', (_word, make) => {
  test('traces malformed messages and does nothing else', () => {
    for (const msg of malformed) {
      const node = make();
      const before = JSON.stringify(node.core.save());
      node.recv('n2', msg);
      expect(node.effects, JSON.stringify(msg)).toHaveLength(1);
      expect(node.traces('ignored')).toMatchObject([{ why: 'malformed', from: 'n2' }]);
      expect(JSON.stringify(node.core.save())).toBe(before);
    }
  });

  test('counts no vote and no position of a node outside the configuration', () => {
    for (const from of ['n9', 'n1', '', '__proto__']) {
      const node = make();
      const { number: term } = node.view.era;
      for (const forTerm of [term, term + 1]) {
        const granted = { term: forTerm, forTerm, granted: true };
        node.recv(from, { type: 'PreVoteResp', ...granted });
        node.recv(from, { type: 'RequestVoteResp', ...granted, term });
      }
      node.ok(from, 1);
      expect(node.view).toMatchObject({ word: make().word, committed: 0 });
    }
  });
});

test('a leader does not believe an acknowledgement beyond its log', () => {
  const node = nodes.leader();
  node.ok('n2', 50);
  expect(node.traces('ignored')).toHaveLength(1);
  expect(node.view.committed).toBe(0);
});

test('random well-formed messages never break a core unless a second leader is forged', () => {
  const prng = new Prng(11);
  const number = (): number => prng.nextInt(0, 6);
  const types = Object.keys(MESSAGE_KINDS);
  for (let run = 0; run < 300; run += 1) {
    const makers = Object.values(nodes);
    const node = makers[run % makers.length]!();
    for (let i = 0; i < 60; i += 1) {
      const term = number();
      const msg = {
        ...append(term, [number(), prng.nextInt(0, term)], []),
        ...(prng.nextInt(0, 1) === 0 ? append(term, [0, 0], [term, term, term]) : {}),
        ...{ lastPos: number(), lastTerm: number(), forTerm: number(), commit: number() },
        ...{ rejectedPrev: number(), hintPos: number(), hintTerm: number(), matchPos: number() },
        granted: false,
        ok: prng.nextInt(0, 1) === 1,
        leaderCommit: number(),
        type: types[prng.nextInt(0, types.length - 1)]!,
      };
      const isFromLeader = FROM_LEADER.includes(msg.type);
      const { word, era } = node.view;
      if (isFromLeader && word === 'leader' && era.number === term) continue;
      if (isRaftMessage(msg)) node.recv(prng.nextInt(0, 1) === 0 ? 'n2' : 'n3', msg);
      if (prng.nextInt(0, 3) === 0) node.sync();
      if (prng.nextInt(0, 9) === 0) node.tick(prng.nextInt(1, 30));
      const { committed, lastPos, durablePos } = node.view;
      expect(committed).toBeLessThanOrEqual(lastPos);
      expect(durablePos).toBeLessThanOrEqual(lastPos);
    }
  }
});
