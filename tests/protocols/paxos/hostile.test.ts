/** The network may say anything: garbage is traced and dropped, and changes nothing. */
import { describe, expect, test } from 'vitest';
import { Prng } from '../../../src-main/base/prng.ts';
import { isQuorum } from '../../../src-main/protocols/quorum/majority.ts';
import { ConfigHistory, isPhase2Mask } from '../../../src-main/protocols/paxos/configs.ts';
import { MESSAGE_KINDS } from '../../../src-main/protocols/paxos/messages.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';
import { accept, ballot, command, entryAt, OneNode, promise } from './one-node.ts';

const B1 = ballot(1, 'n2');

const GARBAGE: readonly unknown[] = [
  null,
  7,
  'Prepare',
  [],
  {},
  { type: 'constructor' },
  { type: 'Prepare' },
  { type: 'Prepare', ballot: { round: -1, node: 'n2' }, fromSlot: 1, handover: null },
  { type: 'Prepare', ballot: { round: 1e300, node: 'n2' }, fromSlot: 1, handover: null },
  { type: 'Prepare', ballot: B1, fromSlot: 0, handover: null },
  { type: 'Accept', ballot: B1, seq: 1, commitUpTo: 0, items: [null] },
  { type: 'Accept', ballot: B1, seq: 1, commitUpTo: 0, items: [{ pos: 1 }] },
  { type: 'Accept', ballot: B1, seq: Number.NaN, commitUpTo: 0, items: [] },
  {
    ...accept(B1, [
      [2, 'b'],
      [1, 'a'],
    ]),
  },
  { type: 'Accepted', ballot: B1, seq: 1, ranges: [1], chosenPrefix: 0 },
  { type: 'LearnReq', fromSlot: 1, toSlot: 5, held: [{ from: 1 }] },
  { type: 'LearnResp', fromSlot: 1, upTo: 5, same: 3, items: [] },
];

describe('garbage', () => {
  test.each(GARBAGE.map((msg) => [JSON.stringify(msg), msg]))('%s changes nothing', (_, msg) => {
    const node = new OneNode();
    const before = node.core.save();
    node.recv('n2', msg as object);
    expect(node.effects.map((effect) => effect.kind)).toEqual(['trace']);
    expect(node.traces('ignored')).toHaveLength(1);
    expect(node.core.save()).toEqual(before);
  });

  test('impostors are ignored, and what strangers promise or accept does not count', () => {
    const node = new OneNode();
    const stamp = node.prepare();
    node.recv('n9', promise(stamp));
    expect(node.view.role).toBe('candidate');
    node.recv('n2', promise(stamp));
    node.client(command(1));
    node.accepted('n9', stamp, [1, 1]);
    node.sync();
    expect(node.view.committed).toBe(0);
  });

  test('nobody speaks for the ballot of another node', () => {
    const node = new OneNode();
    node.recv('n3', accept(B1, [[1, 'x']]));
    expect(node.traces('ignored')).toHaveLength(1);
    node.recv('n2', { ...accept(B1, []), items: [entryAt(1, ballot(3, 'n3'), 'x')] });
    expect(node.traces('ignored')).toHaveLength(1);
    expect(node.view.lastPos).toBe(0);
  });

  test('slots far out of reach tear no hole', () => {
    const node = new OneNode();
    node.recv('n2', accept(B1, [[2 ** 40, 'x']]));
    expect(node.view.lastPos).toBe(0);
    expect(node.sent('Accepted')).toMatchObject([{ ranges: [] }]);
  });

  test('ranges and runs without end cost nothing', () => {
    const node = new OneNode();
    const stamp = node.lead();
    node.client(command(1));
    node.sync();
    node.accepted('n2', stamp, [1, 2 ** 47]);
    expect(node.view.committed).toBe(1);
    const held = [{ from: 1, to: 2 ** 47, ballot: B1 }];
    node.recv('n2', { type: 'LearnReq', fromSlot: 1, toSlot: 2 ** 47, held });
    expect(node.sent('LearnResp')).toHaveLength(1);
    const other = new OneNode();
    other.recv('n2', { type: 'LearnResp', fromSlot: 1, upTo: 2 ** 47, same: held, items: [] });
    expect(other.view.committed).toBe(0);
  });

  test('reports above the promise or outside of what was asked are not counted', () => {
    const node = new OneNode({ promised: B1 });
    const stamp = node.prepare();
    node.recv('n2', promise(stamp, [entryAt(1, ballot(9, 'n3'))]));
    node.recv('n2', { ...promise(stamp), floor: 5 });
    expect(node.view.role).toBe('candidate');
  });

  test('messages with any field replaced by anything never throw', () => {
    const prng = new Prng(11);
    const samples = sampleMessages();
    expect(new Set(samples.map((msg) => (msg as { type: string }).type)).size).toBe(
      Object.keys(MESSAGE_KINDS).length,
    );
    for (let round = 0; round < 3000; round += 1) {
      const node = new OneNode();
      if (round % 3 === 1) node.lead();
      if (round % 3 === 2) node.prepare();
      const msg = samples[round % samples.length] ?? {};
      node.recv(`n${prng.nextInt(2, 3)}`, spoil(msg, prng) as object);
      node.sync();
    }
  });
});

function sampleMessages(): object[] {
  const own = ballot(1, 'n1');
  const run = { from: 1, to: 2, ballot: B1 };
  return [
    { type: 'PrePrepare', ballot: B1 },
    { type: 'PrePrepareResp', ballot: own, ok: true, promised: ballot(0, '') },
    { type: 'Prepare', ballot: B1, fromSlot: 1, handover: null },
    promise(own, []),
    accept(
      B1,
      [
        [1, 'a'],
        [2, 'b'],
      ],
      2,
    ),
    { type: 'Accepted', ballot: own, seq: 1, ranges: [1, 2], chosenPrefix: 0 },
    { type: 'Nack', ballot: own, promised: B1, leader: null },
    { type: 'Heartbeat', ballot: B1, seq: 1, commitUpTo: 2, settled: 0 },
    { type: 'HeartbeatAck', ballot: own, seq: 1, chosenPrefix: 0, kept: 0 },
    { type: 'Commit', ballot: B1, commitUpTo: 2 },
    { type: 'LearnReq', fromSlot: 1, toSlot: 2, held: [run] },
    { type: 'LearnResp', fromSlot: 1, upTo: 2, same: [run], items: [] },
    { type: 'ReadProbe', readId: '1.1' },
    {
      type: 'ReadProbeResp',
      readId: '1.1',
      maxAcceptedSlot: 1,
      chosenPrefix: 0,
      newestConfigSlot: 0,
    },
    { type: 'ReadFill', upTo: 3 },
    { type: 'Handover', ballot: B1 },
    {
      type: 'InstallSnapshot',
      image: { handle: 'own-4-1', chunk: 0 },
      lastPos: 4,
      chunks: 2,
      bytes: 9,
      meta: { ballot: B1, time: 0, configs: [], outgoing: null, installed: false },
    },
    { type: 'SnapshotAck', handle: 'own-4-1', next: 1, done: false },
  ];
}

/** A copy in which one value, somewhere, is another one. */
function spoil(value: unknown, prng: Prng): unknown {
  const junk: Json[] = [null, -1, 0, 3, 1.5, 2 ** 60, '', 'n2', true, [], {}, [[]]];
  if (typeof value !== 'object' || value === null || prng.nextInt(0, 3) === 0) {
    return junk[prng.nextInt(0, junk.length - 1)];
  }
  const keys = Object.keys(value);
  const key = keys[prng.nextInt(0, keys.length - 1)];
  if (key === undefined) return null;
  const copy: { [key: string]: unknown } = Array.isArray(value)
    ? ([...value] as unknown as { [key: string]: unknown })
    : { ...value };
  copy[key] = spoil((value as { [key: string]: unknown })[key], prng);
  return copy;
}

describe('quorum masks', () => {
  test('agree with the sets of quorum/majority.ts for every subset of up to seven voters', () => {
    for (let size = 1; size <= 7; size += 1) {
      const members = Array.from({ length: size }, (_, i) => `n${i + 1}`);
      const voters = members.map((nodeId) => ({ nodeId, storageId: nodeId }));
      const first = { pos: 0, version: 0, voters, learners: [], q1: 0, q2: 0 };
      const configs = new ConfigHistory({ delay: 1, narrow: false, list: [first], bits: [] });
      const sets = { voters: members, votersOld: null };
      for (let mask = 0; mask < 1 << size; mask += 1) {
        const chosen = new Set(members.filter((id) => (mask & configs.bit(id)) !== 0));
        expect(isPhase2Mask(configs.current, mask)).toBe(isQuorum(sets, chosen));
      }
    }
  });
});
