/**
 * One test per claim of the papers, named by section: Paxos Made Simple (Lamport 2001), Paxos Made
 * Moderately Complex (van Renesse and Altinbuken 2015), The Part-Time Parliament (Lamport 1998).
 */
import { describe, expect, test } from 'vitest';
import { protocolDefinition } from '../../../src-main/protocols/index.ts';
import { quorumProblem } from '../../../src-main/protocols/paxos/quorums.ts';
import { runScript } from '../../../src-main/runtime/simulator/script/run-script.ts';
import { accept, ballot, command, entryAt, OneNode, promise } from './one-node.ts';

const B1 = ballot(1, 'n2');
const B2 = ballot(2, 'n3');
const B5 = ballot(5, 'n2');

/** What does not hold of a script's expectations. */
function failures(...lines: string[]): readonly string[] {
  const definition = protocolDefinition('paxos');
  return runScript(lines.join('\n'), { protocol: definition, mutants: [] }).failures;
}

function single(roles: string, rest = ''): string {
  const nodes = roles.split(',').length;
  return `cluster nodes=${nodes} seed=1 mode=single-decree roles=${roles} ${rest}`;
}

const TWO_PROPOSERS = 'n1:proposer,n2:proposer,n3:acceptor,n4:acceptor,n5:acceptor';

function prepareOf(stamp: ReturnType<typeof ballot>, fromSlot = 1) {
  return { type: 'Prepare', ballot: stamp, fromSlot, handover: null };
}

describe('Paxos Made Simple', () => {
  test('2.2 P1: an acceptor accepts the first proposal that it receives', () => {
    const node = new OneNode();
    node.recv('n2', accept(B1, [[1, 'x']]));
    node.sync();
    expect(node.onDisk(1)).toEqual(['x', 1]);
  });

  test('2.2 P1a: it accepts n iff it has not answered a prepare request above n', () => {
    const node = new OneNode();
    node.recv('n3', prepareOf(B2));
    node.recv('n2', accept(B1, [[1, 'x']]));
    expect(node.sent('Accepted')).toEqual([]);
    expect(node.sent('Nack')).toHaveLength(1);
    node.recv('n3', accept(B2, [[1, 'y']]));
    node.sync();
    expect(node.onDisk(1)).toEqual(['y', 2]);
  });

  test('2.2: a prepare request below one that was answered gets no promise', () => {
    const node = new OneNode();
    node.recv('n3', prepareOf(B2));
    node.recv('n2', prepareOf(B1));
    expect(node.sent('Promise')).toEqual([]);
  });

  test('2.2 phase 1b: the promise names the highest-numbered proposal accepted', () => {
    const node = new OneNode();
    node.recv('n2', accept(B1, [[1, 'x']]));
    node.recv('n3', accept(B2, [[1, 'y']]));
    node.tick(10);
    node.recv('n2', prepareOf(B5));
    expect(node.sent('Promise')).toMatchObject([{ reports: [{ payload: 'y', ballot: B2 }] }]);
  });

  test('2.2 P2c: the proposal has the value of the highest-numbered one reported', () => {
    const node = new OneNode({ nodes: 5 });
    const stamp = node.prepare();
    node.recv('n2', promise(stamp, [entryAt(1, ballot(0, 'n4'), 'old')]));
    node.recv('n3', promise(stamp, [entryAt(1, ballot(0, 'n5'), 'new')]));
    expect(node.sent('Accept')).toMatchObject([
      { items: [{ pos: 1, payload: 'new' }] },
      {},
      {},
      {},
    ]);
  });

  test('2.2 phase 2a: any value when the responses report no proposal', () => {
    const node = new OneNode();
    const stamp = node.lead();
    node.client(command(1, 'mine'));
    expect(node.sent('Accept')).toMatchObject([
      { ballot: stamp, items: [{ pos: 1, payload: 'mine' }] },
      {},
    ]);
  });

  test('2.2: a proposer that abandoned a proposal is harmless, whatever comes late', () => {
    const late = ['submit c1 n1 put x 1', 'deliver from=n1 to=n3', 'submit c2 n2 put x 2'];
    const rest = ['run 30 among=n2,n3,n4,n5', 'flush', 'run 60', 'expect holds'];
    expect(failures(single(TWO_PROPOSERS), ...late, ...rest)).toEqual([]);
  });

  test('2.3: a learner that missed the votes finds out by a new proposal', () => {
    const roles = 'n1:proposer,n2:acceptor,n3:acceptor,n4:acceptor,n5:learner+proposer';
    const script = [
      'cut n2,n3,n4 n5',
      'submit c1 n1 put x 1',
      'run 5',
      'expect committed n5 0',
      'heal',
      'submit c2 n5 put x 2',
      'run 5',
      'expect value n5 x 1',
    ];
    expect(failures(single(roles), ...script)).toEqual([]);
  });

  test('2.4: two proposers can go on for ever; with a pause between two tries they end', () => {
    const duel = [
      'submit c1 n1 put x 1',
      'submit c2 n2 put x 2',
      'deliver from=n1',
      'deliver to=n1',
    ];
    for (let i = 0; i < 10; i += 1) {
      duel.push('deliver from=n2', 'deliver to=n2', 'deliver from=n1', 'deliver to=n1');
      duel.push('deliver from=n1', 'deliver to=n1', 'deliver from=n2', 'deliver to=n2');
    }
    const none = [...duel, 'expect committed n1,n2 0', 'expect holds'];
    expect(failures(single(TWO_PROPOSERS, 'backoff=none'), ...none)).toEqual([]);
    const ends = [...duel, 'run 300', 'expect committed n1,n2 1'];
    expect(failures(single(TWO_PROPOSERS, 'backoff=random'), ...ends)).toEqual([]);
  });

  test('2.5: an acceptor records its response in stable storage before sending it', () => {
    const node = new OneNode();
    node.recv('n2', prepareOf(B1));
    const [answer] = node.sends('Promise');
    expect(answer?.after).toBeGreaterThan(0);
    node.sync();
    node.recv('n2', accept(B1, [[1, 'x']]));
    expect(node.sends('Accepted')[0]?.after).toBeGreaterThan(0);
  });

  test('2.5: numbers are from disjoint sets, and a proposer remembers its highest one', () => {
    const node = new OneNode();
    const first = node.prepare();
    node.crash();
    const second = node.prepare();
    expect([first.node, second.node]).toEqual(['n1', 'n1']);
    expect(second.round).toBeGreaterThan(first.round);
  });

  test('3: a new leader executes phase 1 for all instances with one message', () => {
    const node = new OneNode();
    node.prepare();
    node.tick(2);
    expect(node.sent('Prepare')).toMatchObject([{ fromSlot: 1 }, { fromSlot: 1 }]);
  });

  test('3: it proposes no-ops in a gap, and executes what is above only then', () => {
    const node = new OneNode();
    const stamp = node.prepare();
    node.recv('n2', promise(stamp, [entryAt(2, ballot(0, 'n4'), 'b')]));
    expect(node.sent('Accept')[0]).toMatchObject({
      items: [{ type: 'noop' }, { pos: 2, payload: 'b' }],
    });
    node.sync();
    node.accepted('n2', stamp, [2, 2]);
    expect(node.applied).toEqual([]);
    node.accepted('n2', stamp, [1, 1]);
    expect(node.applied.map((entry) => entry.type)).toEqual(['noop', 'command']);
  });

  test('3: a leader gets up to alpha commands ahead, and no further', () => {
    const node = new OneNode({ options: { window: 3 } });
    node.lead();
    node.client(...[1, 2, 3, 4, 5].map((reqId) => command(reqId)));
    expect(node.view.lastPos).toBe(3);
  });

  test('3: the servers of instance i + alpha are those of the state after instance i', () => {
    const script = [
      'cluster nodes=3 spares=1 seed=1 window=3',
      'lead n1',
      'boot n4',
      'reconfigure n1,n2,n4 at=n1',
      'cut n1 n4 both',
      'cut n1 n2 both',
      'flush',
      'expect committed n1 3',
      'open c1 n1',
      'flush',
      // n3 accepts slot 4, too, but has no say in it.
      'expect committed n1 3',
      'mend n1 n2',
      'mend n2 n1',
      'run 5',
      'expect committed n1 4',
    ];
    expect(failures(...script)).toEqual([]);
  });
});

describe('Paxos Made Moderately Complex', () => {
  test('2.2: commands are performed in slot order, whatever order they are decided in', () => {
    const node = new OneNode();
    const stamp = node.lead();
    node.client(command(1), command(2), command(3));
    node.sync();
    node.accepted('n2', stamp, [3, 3]);
    node.accepted('n2', stamp, [2, 2]);
    expect(node.applied).toEqual([]);
    node.accepted('n2', stamp, [1, 1]);
    expect(node.applied.map((entry) => entry.pos)).toEqual([1, 2, 3]);
  });

  test('2.3 A1 and A2: a ballot number only grows, and accepting takes the current one', () => {
    const node = new OneNode();
    node.recv('n3', accept(B2, [[1, 'y']]));
    node.recv('n2', accept(B1, [[2, 'x']]));
    node.sync();
    expect(node.disk.hard['promised']).toEqual(B2);
    expect(node.onDisk(2)).toBe(null);
  });

  test('2.4 C1: a leader has one command for a ballot and a slot, however often it is sent', () => {
    const node = new OneNode();
    node.lead();
    node.client(command(1, 'a'));
    const [first] = node.sent('Accept');
    node.client(command(2, 'b'));
    node.tick(3);
    const [again] = node.sent('Accept');
    const itemsOf = (msg: unknown) => (msg as { items: unknown[] }).items;
    expect(itemsOf(again)[0]).toEqual(itemsOf(first)[0]);
  });

  test('2.4: adopted needs a majority of promises for its own ballot number', () => {
    const node = new OneNode({ nodes: 5 });
    const stamp = node.prepare();
    node.recv('n2', promise(stamp));
    node.recv('n2', promise(stamp));
    expect(node.view.role).toBe('candidate');
    node.recv('n3', promise(stamp));
    expect(node.view.role).toBe('leader');
  });

  test('3: a preempted leader monitors the other instead of preempting it back', () => {
    const node = new OneNode();
    node.lead();
    node.recv('n2', { type: 'Heartbeat', ballot: B5, seq: 1, commitUpTo: 0, settled: 0 });
    expect([node.view.role, node.view.leader]).toEqual(['follower', 'n2']);
    node.tick(9);
    expect(node.sent('PrePrepare')).toEqual([]);
  });

  test('4.1: an acceptor keeps the highest accepted value of each slot only', () => {
    const node = new OneNode();
    node.recv('n2', accept(B1, [[1, 'x']]));
    node.recv('n3', accept(B2, [[1, 'y']]));
    node.sync();
    expect(node.disk.log).toHaveLength(1);
  });

  test('4.2: what is dropped is covered by a snapshot that is durable in the same barrier', () => {
    const node = new OneNode({ options: { snapshotEvery: 2, retainEntries: 0 } });
    const stamp = node.lead();
    node.client(command(1), command(2));
    node.sync();
    node.accepted('n2', stamp, [1, 2]);
    const take = node.effects.find((effect) => effect.kind === 'take-snapshot');
    expect(take).toMatchObject({ lastPos: 2, handle: 'own-2-1' });
    node.step({ kind: 'snapshot-ready', lastPos: 2, handle: 'own-2-1', chunks: 1, bytes: 9 });
    const persist = node.effects.find((effect) => effect.kind === 'persist');
    expect(persist?.kind === 'persist' && persist.ops.map(({ op }) => op)).toEqual([
      'snapshot',
      'hard',
      'compact',
    ]);
    node.sync();
    node.crash();
    expect([node.view.snapshotPos, node.view.applied, node.disk.log.length]).toEqual([2, 2, 0]);
  });

  test('4.4: a leader answers a read without a slot once a majority heard it after it', () => {
    const node = new OneNode();
    const stamp = node.lead();
    node.step({
      kind: 'read',
      requests: [{ reqId: 7, level: 'index', minPos: 0, payload: 'get' }],
    });
    const [asked] = node.sent('Heartbeat') as { seq: number }[];
    expect(node.effects.some((effect) => effect.kind === 'read')).toBe(false);
    const seq = asked?.seq ?? 0;
    const ack = { type: 'HeartbeatAck', ballot: stamp, chosenPrefix: 0, kept: 0 };
    node.recv('n2', { ...ack, seq: seq - 1 });
    expect(node.effects.some((effect) => effect.kind === 'read')).toBe(false);
    node.recv('n2', { ...ack, seq });
    expect(node.effects.filter((effect) => effect.kind === 'read')).toMatchObject([{ reqId: 7 }]);
  });
});

describe('The Part-Time Parliament', () => {
  test('2.1 B1: each ballot has its own number: that of another node is ignored', () => {
    const node = new OneNode();
    node.recv('n2', accept(ballot(3, 'n3'), [[1, 'x']]));
    expect(node.traces('ignored')).toHaveLength(1);
    expect(node.view.lastPos).toBe(0);
  });

  test('2.1 B2: quorums that need not share a priest are refused before anything starts', () => {
    expect(quorumProblem(4, { q1: 2, q2: 2 })).toContain('need not meet');
    expect(quorumProblem(5, { q1: 4, q2: 2 })).toBe(null);
    expect(quorumProblem(5, { q1: 0, q2: 2 })).toContain('need not meet');
    expect(() => new OneNode({ nodes: 4, options: { q1: 2, q2: 2 } })).toThrow('need not meet');
  });

  test('2.1 B3: the decree of a ballot is that of the latest earlier ballot of its quorum', () => {
    const node = new OneNode();
    const stamp = node.prepare();
    node.recv('n3', promise(stamp, [entryAt(1, ballot(0, 'n5'), 'decree')]));
    expect(node.sent('Accept')).toMatchObject([{ items: [{ payload: 'decree' }] }, {}]);
  });

  test('3.3.7: who is needed for decree n + 3 is settled by decree n: members come and go', () => {
    const script = [
      'cluster nodes=3 spares=1 seed=1 window=3',
      'lead n1',
      'open c1 n1',
      'run 2',
      'boot n4',
      'add n4 at=n1',
      'run 10',
      'remove n2 at=n1',
      'run 10',
      'submit c1 n1 put x 1',
      'run 5',
      'expect config n1,n3,n4 voters=n1,n3,n4',
      'expect value n1,n3,n4 x 1',
      'expect holds',
    ];
    expect(failures(...script)).toEqual([]);
  });
});
