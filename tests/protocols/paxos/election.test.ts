/** Who leads: protocols.md 2.4 and 2.5. */
import { describe, expect, test } from 'vitest';
import {
  accept,
  ballot,
  ELECTION_TICKS_MAX,
  ELECTION_TICKS_MIN,
  entryAt,
  OneNode,
  promise,
} from './one-node.ts';

const B1 = ballot(1, 'n2');
const HEARTBEAT = { type: 'Heartbeat', ballot: B1, seq: 1, commitUpTo: 0, settled: 0 };

describe('acceptor', () => {
  test('a promise leaves only after it is durable', () => {
    const node = new OneNode();
    node.recv('n2', { type: 'Prepare', ballot: B1, fromSlot: 1, handover: null });
    const [send] = node.sends('Promise');
    expect(send?.after).toBe(1);
    node.sync();
    expect(node.disk.hard['promised']).toEqual(B1);
  });

  test('a repeated Prepare of the promised ballot is promised again, a lower one refused', () => {
    const node = new OneNode();
    node.recv('n2', { type: 'Prepare', ballot: B1, fromSlot: 1, handover: null });
    node.recv('n2', { type: 'Prepare', ballot: B1, fromSlot: 1, handover: null });
    expect(node.sent('Promise')).toHaveLength(1);
    node.recv('n3', { type: 'Prepare', ballot: ballot(0, 'n3'), fromSlot: 1, handover: null });
    expect(node.sent('Nack')).toMatchObject([{ promised: B1 }]);
  });

  test('while a leader is heard other candidates are refused, after the timeout not', () => {
    const node = new OneNode();
    node.recv('n2', HEARTBEAT);
    const ask = { type: 'PrePrepare', ballot: ballot(2, 'n3') };
    node.recv('n3', ask);
    expect(node.sent('PrePrepareResp')).toMatchObject([{ ok: false }]);
    node.recv('n3', { type: 'Prepare', ballot: ballot(2, 'n3'), fromSlot: 1, handover: null });
    expect(node.sent('Nack')).toMatchObject([{ promised: B1, leader: 'n2' }]);
    node.tick(ELECTION_TICKS_MIN);
    node.recv('n3', ask);
    expect(node.sent('PrePrepareResp')).toMatchObject([{ ok: true }]);
  });

  test('PrePrepare changes nothing at the acceptor', () => {
    const node = new OneNode();
    const before = node.core.save();
    node.recv('n3', { type: 'PrePrepare', ballot: ballot(9, 'n3') });
    expect(node.core.save()).toEqual(before);
  });

  test('reports are chunked, and each chunk says whether there are more', () => {
    const log = Array.from({ length: 2500 }, (_, i) => entryAt(i + 1, B1));
    const node = new OneNode({ promised: B1, log });
    const spans: unknown[] = [];
    for (const fromSlot of [1, 1025, 2049]) {
      node.recv('n3', { type: 'Prepare', ballot: ballot(2, 'n3'), fromSlot, handover: null });
      const [msg] = node.sent('Promise');
      if (msg?.type === 'Promise') spans.push([msg.upTo, msg.more, msg.reports.length]);
    }
    expect(spans).toEqual([
      [1024, true, 1024],
      [2048, true, 1024],
      [2500, false, 452],
    ]);
  });
});

describe('candidate', () => {
  test('asks a quorum first, then prepares; Prepare waits for the own promise', () => {
    const node = new OneNode();
    node.tick(ELECTION_TICKS_MAX);
    expect(node.view.word).toBe('pre-preparing');
    expect(node.disk.hard['promised']).toBeUndefined();
    const ok = {
      type: 'PrePrepareResp',
      ballot: ballot(1, 'n1'),
      ok: true,
      promised: ballot(0, ''),
    };
    node.recv('n2', ok);
    expect(node.view.word).toBe('preparing');
    expect(node.sends('Prepare').map((send) => send.after)).toEqual([1, 1]);
  });

  test('with prePrepare off it prepares at once', () => {
    const node = new OneNode({ options: { prePrepare: false } });
    node.tick(ELECTION_TICKS_MAX);
    expect(node.view.word).toBe('preparing');
  });

  test('its own promise counts only once durable', () => {
    const node = new OneNode({ options: { prePrepare: false } });
    node.tick(ELECTION_TICKS_MAX);
    node.recv('n2', promise(ballot(1, 'n1')));
    expect(node.view.role).toBe('candidate');
    node.sync();
    expect(node.view.role).toBe('leader');
  });

  test('a ballot is never used again after a restart', () => {
    const node = new OneNode();
    const first = node.prepare();
    node.crash();
    const second = node.prepare();
    expect(second.round).toBeGreaterThan(first.round);
  });

  test('asks for the next chunk of a promise, and counts it only when complete', () => {
    const node = new OneNode({ promised: B1 });
    const stamp = node.prepare();
    const report = entryAt(1, B1);
    const part = { ...promise(stamp, [report]), more: true };
    node.recv('n2', part);
    expect(node.sent('Prepare')).toMatchObject([{ fromSlot: 2 }]);
    expect(node.view.role).toBe('candidate');
    node.recv('n2', part);
    expect(node.traces('ignored')).toHaveLength(1);
    node.recv('n2', promise(stamp, [entryAt(2, B1)], { fromSlot: 2 }));
    expect(node.view.role).toBe('leader');
  });

  test('unanswered Prepares are sent again', () => {
    const node = new OneNode();
    node.prepare();
    node.tick(2);
    expect(node.sends('Prepare').map((send) => send.to)).toEqual(['n2', 'n3']);
  });

  test('a refusal with a higher promise ends the campaign; the next round lies above', () => {
    const node = new OneNode();
    const stamp = node.prepare();
    node.recv('n2', { type: 'Nack', ballot: stamp, promised: ballot(7, 'n2'), leader: null });
    expect(node.view.word).toBe('acceptor');
    expect(node.prepare().round).toBe(8);
  });

  test('late answers of an earlier campaign are ignored', () => {
    const node = new OneNode({ options: { prePrepare: false } });
    const first = node.prepare();
    node.prepare();
    node.recv('n2', promise(first));
    expect(node.view.role).toBe('candidate');
    expect(node.traces('ignored')).toHaveLength(1);
  });
});

describe('leader', () => {
  test('with nothing to recover it is ready at once', () => {
    const node = new OneNode();
    node.lead();
    expect(node.view).toMatchObject({ word: 'leader', ready: true, leader: 'n1' });
  });

  test('resigns when preempted, tells its clients, and waits a full timeout', () => {
    const node = new OneNode();
    const stamp = node.lead();
    node.client(command5());
    node.recv('n3', { type: 'Nack', ballot: stamp, promised: ballot(5, 'n3'), leader: 'n3' });
    expect(node.view).toMatchObject({ word: 'resigned', role: 'follower' });
    expect(node.refusals()).toEqual([[5, 'leadership-lost', null]]);
    node.tick(ELECTION_TICKS_MIN);
    expect(node.effects.filter((effect) => effect.kind === 'send')).toEqual([]);
    node.tick(ELECTION_TICKS_MAX);
    expect(node.view.word).toBe('pre-preparing');
  });

  test('resigns when it hears no quorum for an election timeout', () => {
    const node = new OneNode();
    node.lead();
    for (let i = 0; i <= ELECTION_TICKS_MIN; i += 1) node.tick();
    expect(node.view.word).toBe('resigned');
  });

  test('a leader that was frozen learns of the lost time before anything else', () => {
    const node = new OneNode();
    node.lead();
    node.tick(500);
    expect(node.view.word).toBe('resigned');
    node.client(command5());
    expect(node.refusals()).toEqual([[5, 'no-leader', null]]);
  });

  test('follows a higher ballot as soon as it hears it', () => {
    const node = new OneNode();
    node.lead();
    node.recv('n3', {
      type: 'Heartbeat',
      ballot: ballot(4, 'n3'),
      seq: 1,
      commitUpTo: 0,
      settled: 0,
    });
    expect(node.view).toMatchObject({ word: 'acceptor', leader: 'n3' });
    expect(node.sends('HeartbeatAck')[0]?.after).toBeGreaterThan(0);
  });
});

function command5() {
  const op = { kind: 'command', session: 1, seq: 1, acked: 0, payload: 'x' } as const;
  return { reqId: 5, op };
}

describe('identity', () => {
  test('R28: a node on a foreign disk is an outsider: no promise, no vote, no campaign', () => {
    const node = new OneNode({ storageId: 'wiped' });
    expect(node.view.role).toBe('outsider');
    node.recv('n2', { type: 'Prepare', ballot: B1, fromSlot: 1, handover: null });
    expect(node.traces('ignored')).toHaveLength(1);
    expect(node.sent('Promise')).toEqual([]);
    node.tick(10 * ELECTION_TICKS_MAX);
    expect(node.effects).toEqual([]);
  });

  test('and follows whoever leads: it stores, learns and answers, and nobody counts it', () => {
    const node = new OneNode({ storageId: 'wiped' });
    node.recv('n2', accept(B1, [[1, 'x']]));
    node.sync();
    node.recv('n2', { type: 'Heartbeat', ballot: B1, seq: 1, commitUpTo: 1, settled: 0 });
    expect(node.applied.map((entry) => entry.payload)).toEqual(['x']);
    expect(node.sent('HeartbeatAck')).toHaveLength(1);
    expect([node.view.role, node.view.leader]).toEqual(['outsider', 'n2']);
    node.tick(10 * ELECTION_TICKS_MAX);
    expect(node.view.leader).toBe(null);
    expect(node.sent('PrePrepare')).toEqual([]);
  });
});
