/** Snapshots, dropped slots, and what a life finds of them (protocols.md 2.11, R12, R13). */
import { describe, expect, test } from 'vitest';
import type { Message } from '../../../src-main/protocols/kernel/core.ts';
import type { DurableState } from '../../../src-main/protocols/kernel/durable.ts';
import type { PaxosEntry } from '../../../src-main/protocols/paxos/ballot.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';
import { ballot, entryAt, OneNode, promise, type PaxosEffect } from './one-node.ts';

const B1 = ballot(1, 'n2');
const VOTERS = ['n1', 'n2', 'n3'].map((id) => ({ nodeId: id, storageId: `s${id.slice(1)}` }));
const CONFIGS = [{ pos: 0, version: 0, voters: VOTERS, learners: [], q1: 0, q2: 0 }];

function meta(installed: boolean): Json {
  const ballotJson = { round: B1.round, node: B1.node };
  return { ballot: ballotJson, time: 70, configs: CONFIGS, outgoing: null, installed };
}

function chunksSent(node: OneNode): (number | undefined)[] {
  return (node.sent('InstallSnapshot') as Message[]).map((msg) => msg.image?.chunk);
}

function chunkMessage(chunk: number, lastPos = 5) {
  const image = { handle: `own-${lastPos}-1`, chunk };
  const rest = { lastPos, chunks: 2, bytes: 20, meta: meta(false) };
  return { type: 'InstallSnapshot', image, ...rest };
}

function kinds(effects: readonly PaxosEffect[]): string[] {
  return effects.map((effect) => effect.kind).filter((kind) => kind !== 'trace');
}

function booted(disk: DurableState<PaxosEntry>): OneNode {
  const node = new OneNode();
  node.disk = disk;
  node.boot();
  return node;
}

const REF = { handle: 'own-5-1', lastPos: 5, chunks: 2, bytes: 20 };
const LOG = [1, 2, 3, 4, 5, 6].map((pos) => entryAt(pos, B1));

describe('a life begins', () => {
  test('with its image first, then with the log behind it', () => {
    const node = booted({ hard: {}, snapshot: { ...REF, meta: meta(false) }, log: LOG });
    expect(kinds(node.effects)[1]).toBe('load-snapshot');
    expect([node.view.applied, node.view.lastPos, node.view.snapshotPos]).toEqual([5, 6, 5]);
  });

  test('R13: keeps what an own snapshot covers, but trusts nothing below an installed one', () => {
    const own = booted({ hard: {}, snapshot: { ...REF, meta: meta(false) }, log: LOG });
    own.recv('n3', { type: 'LearnReq', fromSlot: 3, toSlot: 5, held: [] });
    expect(own.sent('LearnResp')).toHaveLength(1);
    const installed = booted({ hard: {}, snapshot: { ...REF, meta: meta(true) }, log: LOG });
    installed.recv('n3', { type: 'LearnReq', fromSlot: 3, toSlot: 5, held: [] });
    expect(installed.sent('LearnResp')).toEqual([]);
    expect(installed.sent('InstallSnapshot')).not.toEqual([]);
  });

  test('R13: not at all when slots were dropped that no snapshot covers', () => {
    const disk = { hard: { floor: 4 }, snapshot: null, log: LOG.slice(3) };
    expect(() => booted(disk)).toThrow('slots below 4 were dropped');
  });
});

describe('a snapshot from a peer', () => {
  test('is kept chunk by chunk, then taken over; the last answer waits for the disk', () => {
    const node = new OneNode();
    node.recv('n2', chunkMessage(0));
    expect(kinds(node.effects)).toEqual(['keep-chunk', 'send']);
    node.recv('n2', chunkMessage(1));
    expect(kinds(node.effects)).toEqual(['keep-chunk', 'persist', 'load-snapshot', 'send']);
    expect(node.sends('SnapshotAck')[0]?.after).toBeGreaterThan(0);
    expect([node.view.applied, node.view.committed, node.view.snapshotPos]).toEqual([5, 5, 5]);
    node.sync();
    node.crash();
    expect(node.view.applied).toBe(5);
  });

  test('R12: an old one is answered and changes nothing', () => {
    const node = new OneNode({ log: LOG });
    const heartbeat = { type: 'Heartbeat', ballot: B1, seq: 1, settled: 0 };
    node.recv('n2', { ...heartbeat, commitUpTo: 6 });
    node.recv('n2', chunkMessage(0));
    expect(node.sent('SnapshotAck')).toMatchObject([{ done: true }]);
    expect([node.view.applied, node.view.snapshotPos]).toEqual([6, 0]);
  });

  test('of another sender has to wait while this one goes on, a chunk again is dropped', () => {
    const node = new OneNode();
    node.recv('n2', chunkMessage(0));
    node.recv('n3', chunkMessage(0, 9));
    expect(node.traces('ignored')).toHaveLength(1);
    node.recv('n2', chunkMessage(0));
    expect(kinds(node.effects)).toEqual(['send']);
    expect(node.sent('SnapshotAck')).toMatchObject([{ next: 1, done: false }]);
  });

  test('values accepted above it stay, those below go, chosen or not', () => {
    const node = new OneNode({ log: [entryAt(2, B1, 'loser'), entryAt(7, B1, 'kept')] });
    node.recv('n2', chunkMessage(0));
    node.recv('n2', chunkMessage(1));
    node.sync();
    expect([node.onDisk(2), node.onDisk(7)]).toEqual([null, ['kept', 1]]);
  });
});

describe('the floor', () => {
  function compacted(): OneNode {
    const disk = { hard: { floor: 6 }, snapshot: { ...REF, meta: meta(false) }, log: [] };
    return booted(disk);
  }

  test('nothing below it is stored or acknowledged any more', () => {
    const node = compacted();
    const items = [entryAt(4, B1, 'x'), entryAt(6, B1, 'y')];
    node.recv('n2', { type: 'Accept', ballot: B1, seq: 1, commitUpTo: 0, items });
    expect(node.sent('Accepted')).toMatchObject([{ ranges: [6, 6] }]);
  });

  test('a candidate below the floor of a promise learns first, and is then promised again', () => {
    const node = new OneNode();
    const stamp = node.prepare();
    node.recv('n2', { ...promise(stamp), floor: 6, chosenPrefix: 5 });
    expect(node.view.role).toBe('candidate');
    expect(node.sent('LearnReq')).toMatchObject([{ fromSlot: 1, toSlot: 5 }]);
    node.recv('n2', chunkMessage(0));
    node.recv('n2', chunkMessage(1));
    node.sync();
    node.recv('n2', { ...promise(stamp), floor: 6, chosenPrefix: 5 });
    expect([node.view.role, node.view.committed]).toEqual(['leader', 5]);
  });
});

describe('sending', () => {
  test('a few chunks at a time, and again when no answer comes', () => {
    const options = { snapshotEvery: 1, retainEntries: 0 };
    const node = new OneNode({ options });
    node.disk = { hard: {}, snapshot: { ...REF, chunks: 9, meta: meta(false) }, log: [] };
    node.boot();
    node.recv('n3', { type: 'LearnReq', fromSlot: 1, toSlot: 5, held: [] });
    expect(chunksSent(node)).toEqual([0, 1, 2, 3]);
    node.tick(2);
    expect(node.sent('InstallSnapshot')).toHaveLength(4);
    node.recv('n3', { type: 'SnapshotAck', handle: 'own-5-1', next: 3, done: false });
    expect(chunksSent(node)).toEqual([4, 5, 6]);
  });
});
