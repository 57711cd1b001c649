/** Reads without a slot, and planned hand-over (protocols.md 2.4, 2.10, 1.12). */
import { describe, expect, test } from 'vitest';
import type { ReadRequest } from '../../../src-main/protocols/kernel/core.ts';
import { accept, ballot, command, OneNode, promise, type PaxosEffect } from './one-node.ts';

const B1 = ballot(1, 'n2');

function read(node: OneNode, level: ReadRequest['level'], reqId = 7, minPos = 0): PaxosEffect[] {
  return node.step({ kind: 'read', requests: [{ reqId, level, minPos, payload: 'get' }] });
}

function readsAt(node: OneNode): [reqId: number, pos: number][] {
  return node.effects.flatMap((effect) =>
    effect.kind === 'read' ? [[effect.reqId, effect.pos] as [number, number]] : [],
  );
}

function ack(stamp: ReturnType<typeof ballot>, seq: number) {
  return { type: 'HeartbeatAck', ballot: stamp, seq, chosenPrefix: 0, kept: 0 };
}

describe('at the leader', () => {
  test('reads of one round share it, those that come later wait for the next', () => {
    const node = new OneNode();
    const stamp = node.lead();
    read(node, 'index', 1);
    read(node, 'index', 2);
    expect(node.sent('Heartbeat')).toEqual([]);
    node.recv('n2', ack(stamp, 2));
    expect(readsAt(node)).toEqual([[1, 0]]);
    expect(node.sent('Heartbeat')).toMatchObject([{ seq: 3 }, { seq: 3 }]);
    node.recv('n3', ack(stamp, 3));
    expect(readsAt(node)).toEqual([[2, 0]]);
  });

  test('R40: wait until everything that phase 1 reported is chosen', () => {
    const node = new OneNode();
    const stamp = node.prepare();
    const reported = { ...accept(ballot(0, 'n3'), [[1, 'a']]) } as { items?: never[] };
    node.recv('n2', promise(stamp, reported.items ?? []));
    read(node, 'index');
    node.recv('n2', ack(stamp, 9));
    node.recv('n2', ack(stamp, 1));
    expect(readsAt(node)).toEqual([]);
    node.sync();
    node.accepted('n2', stamp, [1, 1]);
    node.recv('n2', ack(stamp, 2));
    expect(readsAt(node)).toEqual([[7, 1]]);
  });

  test('those that wait are refused when it falls, and elsewhere the leader is named', () => {
    const node = new OneNode();
    node.lead();
    read(node, 'index');
    node.recv('n2', accept(ballot(5, 'n2'), []));
    expect(node.refusals()).toEqual([[7, 'leadership-lost', 'n2']]);
    read(node, 'index');
    expect(node.refusals()).toEqual([[7, 'not-leader', 'n2']]);
    read(node, 'lease');
    expect(node.refusals()).toEqual([[7, 'bad-request', null]]);
    read(node, 'sync');
    expect(node.refusals()).toEqual([[7, 'bad-request', null]]);
    read(node, 'local', 8, 3);
    expect(readsAt(node)).toEqual([[8, 3]]);
  });
});

describe('leases', () => {
  const options = { leaseReads: true };

  test('count from when the round was sent, and are shorter than what acceptors grant', () => {
    const node = new OneNode({ options });
    node.tick(10);
    const stamp = node.lead();
    node.recv('n2', ack(stamp, 1));
    for (let tick = 1; tick <= 7; tick += 1) node.tick();
    read(node, 'lease', 1);
    expect(readsAt(node)).toEqual([[1, 0]]);
    node.tick();
    read(node, 'lease', 2);
    expect(readsAt(node)).toEqual([]);
    expect(node.sent('Heartbeat')).toHaveLength(2);
  });

  test('an acceptor that has just started promises nobody: it forgot what it granted', () => {
    const node = new OneNode({ options });
    const prepare = { type: 'Prepare', ballot: B1, fromSlot: 1, handover: null };
    node.tick(9);
    node.recv('n2', prepare);
    expect(node.sent('Promise')).toEqual([]);
    node.tick(1);
    node.recv('n2', prepare);
    expect(node.sent('Promise')).toHaveLength(1);
  });

  test('end for good when the leader hands over', () => {
    const node = new OneNode({ options });
    node.tick(10);
    const stamp = node.lead();
    node.recv('n2', ack(stamp, 1));
    node.step({ kind: 'admin', reqId: 3, op: { op: 'transfer', to: 'n2' } });
    expect(node.sent('Handover')).toHaveLength(1);
    read(node, 'lease');
    expect(readsAt(node)).toEqual([]);
  });
});

describe('from a read quorum', () => {
  test('everything that one of them accepted has to be applied, chosen or not', () => {
    const node = new OneNode();
    node.recv('n2', accept(B1, [[1, 'a']]));
    read(node, 'quorum');
    const [probe] = node.sent('ReadProbe') as { readId: string }[];
    const answer = { type: 'ReadProbeResp', readId: probe?.readId, newestConfigSlot: 0 };
    node.recv('n3', { ...answer, maxAcceptedSlot: 1, chosenPrefix: 0 });
    expect(readsAt(node)).toEqual([]);
    node.recv('n2', { type: 'Commit', ballot: B1, commitUpTo: 1 });
    expect(readsAt(node)).toEqual([[7, 1]]);
  });

  test('answers to another round do not count, the leader fills a slot that stays open', () => {
    const node = new OneNode();
    node.recv('n2', accept(B1, []));
    read(node, 'quorum');
    const answer = { type: 'ReadProbeResp', chosenPrefix: 0, newestConfigSlot: 0 };
    node.recv('n3', { ...answer, readId: '0.1', maxAcceptedSlot: 0 });
    expect(readsAt(node)).toEqual([]);
    const [again] = node.tick(2) && (node.sent('ReadProbe') as { readId: string }[]);
    node.recv('n3', { ...answer, readId: again?.readId, maxAcceptedSlot: 4 });
    node.tick(2);
    expect(node.sends('ReadFill').map(({ to, msg }) => [to, msg])).toEqual([
      ['n2', { type: 'ReadFill', upTo: 4 }],
    ]);
  });

  test('a leader closes gaps with no-ops, a window at most', () => {
    const node = new OneNode({ options: { window: 3 } });
    node.lead();
    node.recv('n3', { type: 'ReadFill', upTo: 1_000_000 });
    expect(node.view.lastPos).toBe(3);
  });

  test('without a quorum it is refused in the end', () => {
    const node = new OneNode();
    read(node, 'quorum');
    node.tick(39);
    expect(node.refusals()).toEqual([]);
    node.tick(2);
    expect(node.refusals()).toEqual([[7, 'no-leader', null]]);
  });
});

describe('hand-over', () => {
  test('an acceptor deserts the very leader that asked for it, and no other', () => {
    const prepare = { type: 'Prepare', ballot: ballot(2, 'n3'), fromSlot: 1 };
    const node = new OneNode();
    node.recv('n2', accept(B1, []));
    node.recv('n3', { ...prepare, handover: ballot(0, 'n2') });
    expect(node.sent('Nack')).toHaveLength(1);
    node.recv('n3', { ...prepare, handover: B1 });
    expect(node.sent('Promise')).toHaveLength(1);
  });

  test('R46: the target prepares at once, but only for the leader it follows', () => {
    const node = new OneNode();
    node.recv('n2', accept(B1, []));
    node.recv('n3', { type: 'Handover', ballot: ballot(1, 'n3') });
    expect(node.view.role).toBe('follower');
    node.recv('n2', { type: 'Handover', ballot: B1 });
    node.sync();
    expect(node.view.word).toBe('preparing');
  });

  test('R46: a leader whose target does not answer goes on after a while', () => {
    const node = new OneNode();
    const stamp = node.lead();
    node.step({ kind: 'admin', reqId: 3, op: { op: 'transfer', to: 'n2' } });
    node.client(command(1));
    expect(node.refusals()).toEqual([[1, 'transferring', null]]);
    for (let tick = 0; tick < 20; tick += 1) {
      node.tick();
      node.recv('n3', ack(stamp, 1));
    }
    expect(node.traces('transfer')).toEqual([]);
    node.client(command(2));
    expect(node.view.lastPos).toBe(1);
  });
});
