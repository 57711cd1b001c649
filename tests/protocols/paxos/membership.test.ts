/** Reconfiguration at slot + alpha, step by step (protocols.md 2.9). */
import { describe, expect, test } from 'vitest';
import type { AdminOp } from '../../../src-main/protocols/kernel/core.ts';
import type { PaxosMessage } from '../../../src-main/protocols/paxos/messages.ts';
import { quorumsFor } from '../../../src-main/protocols/paxos/quorums.ts';
import { accept, ballot, entryAt, OneNode, promise, type PaxosEffect } from './one-node.ts';

const N4 = { nodeId: 'n4', storageId: 's4' };
const WINDOW = 3;

function admin(node: OneNode, op: AdminOp, reqId = 9): PaxosEffect[] {
  return node.step({ kind: 'admin', reqId, op });
}

function leader(): { node: OneNode; stamp: ReturnType<typeof ballot> } {
  const node = new OneNode({ options: { window: WINDOW } });
  return { node, stamp: node.lead() };
}

/** n1 leads n1, n2, n3; n4 instead of n3 was decided in slot 1 and governs from slot 4 on. */
function changed(): { node: OneNode; stamp: ReturnType<typeof ballot> } {
  const { node, stamp } = leader();
  const voters = ['n1', 'n2', 'n4'].map((id) => ({ nodeId: id, storageId: `s${id.slice(1)}` }));
  admin(node, { op: 'reconfigure', voters, learners: [] });
  node.sync();
  node.accepted('n2', stamp, [1, 3]);
  node.sync();
  return { node, stamp };
}

function membersSaid(effects: readonly PaxosEffect[]): string[] | null {
  const said = effects.findLast((effect) => effect.kind === 'members');
  return said?.kind === 'members' ? said.members.map((member) => member.nodeId) : null;
}

describe('a change', () => {
  test('stands in a slot, with no-ops behind it up to the last one the old voters decide', () => {
    const { node } = leader();
    admin(node, { op: 'add', member: N4, as: 'voter' });
    const [sent] = node.sent('Accept') as Extract<PaxosMessage, { type: 'Accept' }>[];
    expect(sent?.items.map((item) => item.type)).toEqual(['config', 'noop', 'noop']);
  });

  test('is answered when every slot before those it governs is chosen', () => {
    const { node, stamp } = leader();
    admin(node, { op: 'add', member: N4, as: 'learner' });
    node.sync();
    node.accepted('n2', stamp, [1, 2]);
    expect(node.effects.some((effect) => effect.kind === 'done')).toBe(false);
    expect(membersSaid(node.effects)).toEqual(['n1', 'n2', 'n3', 'n4']);
    node.accepted('n2', stamp, [3, 3]);
    expect(node.effects).toContainEqual({ kind: 'done', reqId: 9, result: { pos: 1, from: 4 } });
  });

  test('waits for the one before, for a known leader, and for a learner that caught up', () => {
    const { node } = leader();
    admin(node, { op: 'promote', nodeId: 'n3' });
    expect(node.refusals()).toEqual([[9, 'bad-request', null]]);
    admin(node, { op: 'add', member: N4, as: 'voter' });
    admin(node, { op: 'remove', nodeId: 'n2' }, 10);
    expect(node.refusals()).toEqual([[10, 'config-in-progress', null]]);
    const follower = new OneNode();
    admin(follower, { op: 'remove', nodeId: 'n2' });
    expect(follower.refusals()).toEqual([[9, 'no-leader', null]]);
  });

  test('a command that expects another version is a no-op', () => {
    const log = [entryAt(1, ballot(1, 'n2'))];
    const payload = { voters: [N4], votersOld: null, learners: [], version: 8, expectedVersion: 7 };
    const stale = { ...log[0], type: 'config', payload: { ...payload, q1: 0, q2: 0 } } as const;
    const node = new OneNode({ options: { window: 1 } });
    node.recv('n2', { ...accept(ballot(1, 'n2'), []), items: [stale] });
    node.recv('n2', {
      type: 'Heartbeat',
      ballot: ballot(1, 'n2'),
      seq: 1,
      commitUpTo: 1,
      settled: 0,
    });
    expect([node.view.applied, node.view.voters]).toEqual([1, ['n1', 'n2', 'n3']]);
  });
});

describe('entering a configuration', () => {
  test('nothing is proposed in it before a quorum promised; who did already is not asked', () => {
    const { node, stamp } = leader();
    const voters = [N4, { nodeId: 'n5', storageId: 's5' }, { nodeId: 'n1', storageId: 's1' }];
    admin(node, { op: 'reconfigure', voters, learners: [] });
    node.sync();
    node.accepted('n2', stamp, [1, 3]);
    const asked = node.sends('Prepare').map(({ to, msg }) => [to, msg]);
    const prepare = { type: 'Prepare', ballot: stamp, fromSlot: 4, handover: null };
    expect(asked).toEqual([
      ['n4', prepare],
      ['n5', prepare],
    ]);
    node.client({ reqId: 1, op: { kind: 'open-session' } });
    expect(node.view.lastPos).toBe(3);
    node.recv('n4', promise(stamp, [], { fromSlot: 4 }));
    expect(node.view.lastPos).toBe(4);
  });

  test('what a promise reports in its slots is recovered before anything new', () => {
    const { node, stamp } = leader();
    const voters = [N4, { nodeId: 'n5', storageId: 's5' }, { nodeId: 'n1', storageId: 's1' }];
    admin(node, { op: 'reconfigure', voters, learners: [] });
    node.sync();
    node.accepted('n2', stamp, [1, 3]);
    node.recv('n4', promise(stamp, [entryAt(4, ballot(0, 'n5'), 'kept')], { fromSlot: 4 }));
    const sent = node.sent('Accept') as Extract<PaxosMessage, { type: 'Accept' }>[];
    expect(sent[0]?.items).toMatchObject([{ pos: 4, payload: 'kept', ballot: stamp }]);
  });

  test('a slot is chosen by the voters that govern it, not by those of another one', () => {
    const { node, stamp } = changed();
    node.client({ reqId: 1, op: { kind: 'open-session' } });
    node.sync();
    node.accepted('n3', stamp, [4, 4], 2);
    expect(node.view.committed).toBe(3);
    node.accepted('n4', stamp, [4, 4], 1);
    expect(node.view.committed).toBe(4);
  });
});

describe('old members', () => {
  test('are talked to until a quorum of the new ones knows, and told before they go', () => {
    const { node, stamp } = changed();
    expect(node.view.own).toContainEqual({ name: 'retireSafe', value: false });
    const ack = { type: 'HeartbeatAck', ballot: stamp, seq: 1, chosenPrefix: 3, kept: 3 };
    node.recv('n2', ack);
    node.tick();
    expect(membersSaid(node.effects)).toBe(null);
    expect(node.sends('Heartbeat').find(({ to }) => to === 'n3')?.msg).toMatchObject({
      settled: 1,
    });
    node.tick();
    expect(membersSaid(node.effects)).toEqual(['n1', 'n2', 'n4']);
    expect(node.view.own).toContainEqual({ name: 'retireSafe', value: true });
  });

  test('a node remembers across restarts that it was a member with this disk', () => {
    const node = new OneNode({ storageId: 'new' });
    const payload = {
      voters: ['n2', 'n3'].map((id) => ({ nodeId: id, storageId: `s${id.slice(1)}` })),
      votersOld: null,
      learners: [{ nodeId: 'n1', storageId: 'new' }],
      ...{ version: 1, expectedVersion: 0, q1: 0, q2: 0 },
    };
    const entry = { ...entryAt(1, ballot(1, 'n2')), type: 'config', payload } as const;
    node.recv('n2', { ...accept(ballot(1, 'n2'), [], 1), items: [entry] });
    node.sync();
    expect([node.view.word, node.view.role]).toEqual(['learner', 'follower']);
    expect(node.disk.hard['belongs']).toBe(true);
    // The voters of the open slots still have it with the disk it lost.
    node.tick(100);
    expect(node.sent('PrePrepare')).toEqual([]);
  });
});

describe('quorums of a changed number of voters', () => {
  test('q2 stays, q1 becomes what meets it; majorities stay majorities', () => {
    expect(quorumsFor(4, { q1: 0, q2: 0 })).toEqual({ q1: 0, q2: 0 });
    expect(quorumsFor(6, { q1: 4, q2: 2 })).toEqual({ q1: 5, q2: 2 });
    expect(quorumsFor(1, { q1: 4, q2: 2 })).toEqual({ q1: 0, q2: 0 });
  });
});
