/** Every fault of a link on the simulator: what becomes of its messages, and that undo is undo. */
import { afterEach, describe, expect, test } from 'vitest';
import { beginPartition, beginShape } from '../../src-main/lab/scenario-steps.ts';
import type { FaultRecord, LinkEffect, ShapeName } from '../../src-main/vocabulary/fault.ts';
import { PROTOCOL_NAMES, type NodeId, type ProtocolName } from '../../src-main/vocabulary/ids.ts';
import { protocolDefinition } from '../../src-main/protocols/index.ts';
import { FaultBench } from './fault-bench.ts';

let last: FaultBench | null = null;

/** Whatever was done to it, no rule was broken. */
afterEach(() => {
  expect(last?.checker.violations ?? []).toEqual([]);
  last = null;
});

function benchOf(protocol: ProtocolName, nodes = 3): FaultBench {
  last = new FaultBench(protocol, 1, nodes);
  return last;
}

function breakLink(bench: FaultBench, from: NodeId, to: NodeId, effect: LinkEffect): FaultRecord {
  return bench.begin({ ...effect, links: [{ from, to }] });
}

/** When each message left, in the order in which they did. */
function watchSent(bench: FaultBench, from: NodeId, to: NodeId): { us: number; text: string }[] {
  const sent: { us: number; text: string }[] = [];
  bench.simulation.world.observe({
    sent: (packet) => {
      if (packet.from !== from || packet.to !== to || packet.msg === null) return;
      sent.push({ us: bench.simulation.nowUs, text: JSON.stringify(packet.msg) });
    },
  });
  return sent;
}

/** The types of this protocol that carry entries to a follower. */
function replicating(protocol: ProtocolName): readonly string[] {
  const { messageKinds } = protocolDefinition(protocol);
  return Object.keys(messageKinds).filter((type) => messageKinds[type] === 'replicate');
}

describe.each(PROTOCOL_NAMES)('%s', (protocol) => {
  const isOverSessions = protocolDefinition(protocol).overSessions;

  test('cut: nothing passes one way, the way back is open; undone, all are level', () => {
    const bench = benchOf(protocol);
    const { leader, follower } = bench;
    const fault = breakLink(bench, leader, follower, { kind: 'cut' });
    bench.forgetMessages();
    bench.run(120);
    expect(bench.arrived(leader, follower)).toEqual([]);
    expect(bench.lost(leader, follower).length).toBeGreaterThan(0);
    expect(bench.lost(follower, leader)).toEqual([]);
    bench.undo(fault);
    bench.run(500);
    expect(bench.arrivals.some(({ to }) => to === follower)).toBe(true);
    bench.untilLevel();
  });

  test('cut: what is late or held when the link is cut is lost', () => {
    const bench = benchOf(protocol);
    const { leader, follower } = bench;
    const { queue } = bench.simulation.world.network.link(leader, follower);
    for (const effect of [
      { kind: 'hold' },
      { kind: 'delay', delayMs: 300, jitterMs: 0 },
    ] as const) {
      const keeping = breakLink(bench, leader, follower, effect);
      bench.until('something waits', () => queue.length > 3);
      const cut = breakLink(bench, leader, follower, { kind: 'cut' });
      expect(bench.simulation.world.network.link(leader, follower).queue).toEqual([]);
      bench.undo(cut);
      bench.undo(keeping);
      bench.untilLevel();
    }
  });

  test('cut of a kind of messages: those are lost, and no others', () => {
    const bench = benchOf(protocol);
    const { leader, follower } = bench;
    const types = replicating(protocol);
    bench.forgetMessages();
    const only = { types: ['replicate'], first: null };
    const fault = breakLink(bench, leader, follower, { kind: 'cut', only });
    bench.run(400);
    const lost = bench.lost(leader, follower).map(({ type }) => type);
    expect(lost.filter((type) => types.includes(type)).length).toBeGreaterThan(0);
    // Over sessions the next message finds the hole, and is lost with the session.
    if (!isOverSessions) expect(lost.every((type) => types.includes(type))).toBe(true);
    expect(bench.arrived(leader, follower).some(({ type }) => types.includes(type))).toBe(false);
    bench.undo(fault);
    bench.untilLevel();
  });

  test('cut of the next three: three are lost, then the fault is over by itself', () => {
    const bench = benchOf(protocol);
    const { leader, follower } = bench;
    const only = { types: replicating(protocol), first: 3 };
    bench.forgetMessages();
    const fault = breakLink(bench, leader, follower, { kind: 'cut', only });
    bench.until('it is used up', () => !bench.isOn(fault));
    bench.run(1);
    const met = bench.lost(leader, follower).filter(({ type }) => only.types.includes(type));
    expect(met.length).toBeGreaterThanOrEqual(3);
    if (!isOverSessions) expect(met.length).toBe(3);
    bench.untilLevel();
  });

  test('delay: everything is late and in order; undone, what waits arrives at once', () => {
    const bench = benchOf(protocol);
    const { leader, follower } = bench;
    const sent = watchSent(bench, leader, follower);
    const effect = { kind: 'delay', delayMs: 40, jitterMs: 20 } as const;
    const fault = breakLink(bench, leader, follower, effect);
    bench.forgetMessages();
    bench.run(300);
    const arrived = bench.arrived(leader, follower);
    expect(arrived.map(({ text }) => text)).toEqual(
      sent.slice(0, arrived.length).map(({ text }) => text),
    );
    const late = arrived.map(({ us }, at) => us - (sent[at]?.us ?? 0));
    expect(Math.min(...late)).toBeGreaterThanOrEqual(20_000);
    expect(new Set(late).size).toBeGreaterThan(3);
    bench.until('some wait', () => {
      return bench.simulation.world.network.link(leader, follower).queue.length > 1;
    });
    const waiting = sent.length;
    bench.undo(fault);
    bench.run(1);
    const all = bench.arrived(leader, follower).map(({ text }) => text);
    expect(all.slice(0, waiting)).toEqual(sent.slice(0, waiting).map(({ text }) => text));
    bench.forgetMessages();
    bench.untilLevel();
    expect(bench.losses).toEqual([]);
  });

  test('a delay that is over makes nothing late while another fault is on', () => {
    const bench = benchOf(protocol);
    const { leader, follower } = bench;
    const effect = { kind: 'delay', delayMs: 60_000, jitterMs: 0 } as const;
    const delay = breakLink(bench, leader, follower, effect);
    breakLink(bench, leader, follower, { kind: 'loss', probability: 0 });
    bench.run(20);
    bench.undo(delay);
    bench.forgetMessages();
    bench.run(100);
    expect(bench.arrived(leader, follower).length).toBeGreaterThan(0);
  });

  test('loss: about half of the messages are lost; undone, none is', () => {
    const bench = benchOf(protocol);
    const { leader, follower } = bench;
    const fault = breakLink(bench, follower, leader, { kind: 'loss', probability: 0.5 });
    bench.forgetMessages();
    bench.run(1_500);
    const lost = bench.lost(follower, leader).length;
    const share = lost / (lost + bench.arrived(follower, leader).length);
    expect(share).toBeGreaterThan(0.3);
    // Over sessions what follows a lost message is lost as well.
    if (!isOverSessions) expect(share).toBeLessThan(0.7);
    bench.undo(fault);
    bench.run(300);
    bench.forgetMessages();
    bench.run(300);
    expect(bench.lost(follower, leader)).toEqual([]);
    bench.untilLevel();
  });

  test('duplicate: each message arrives twice, and over sessions the copy is dropped', () => {
    const bench = benchOf(protocol);
    const { leader, follower } = bench;
    const sent = watchSent(bench, leader, follower);
    const effect = { kind: 'duplicate', probability: 1, windowMs: 5 } as const;
    const fault = breakLink(bench, leader, follower, effect);
    bench.forgetMessages();
    bench.run(200);
    bench.undo(fault);
    bench.run(5);
    const arrived = bench.arrived(leader, follower);
    const copies = arrived.length - sent.length;
    if (isOverSessions)
      expect(arrived.map(({ text }) => text)).toEqual(sent.map(({ text }) => text));
    else expect(copies).toBeGreaterThanOrEqual(sent.length - 4);
    bench.forgetMessages();
    sent.length = 0;
    bench.run(200);
    expect(bench.arrived(leader, follower).length).toBeLessThanOrEqual(sent.length);
    bench.untilLevel();
  });

  test('reorder: messages overtake one another, but not those of a session', () => {
    const bench = benchOf(protocol);
    const { leader, follower } = bench;
    const sent = watchSent(bench, leader, follower);
    bench.forgetMessages();
    const fault = breakLink(bench, leader, follower, { kind: 'reorder', windowMs: 30 });
    bench.run(300);
    bench.undo(fault);
    bench.run(1);
    const arrived = bench.arrived(leader, follower).map(({ text }) => text);
    const left = sent.map(({ text }) => text).slice(0, arrived.length);
    expect([...arrived].sort()).toEqual([...left].sort());
    expect(arrived.join() === left.join()).toBe(isOverSessions);
    expect(bench.losses).toEqual([]);
    bench.untilLevel();
  });

  test('hold: nothing arrives and nothing is lost; undone, all of it arrives in order', () => {
    const bench = benchOf(protocol);
    const { leader, follower } = bench;
    const sent = watchSent(bench, leader, follower);
    bench.forgetMessages();
    const fault = breakLink(bench, leader, follower, { kind: 'hold' });
    bench.run(80);
    expect(bench.arrived(leader, follower)).toEqual([]);
    const held = sent.length;
    expect(held).toBeGreaterThan(3);
    bench.undo(fault);
    bench.run(2);
    const arrived = bench.arrived(leader, follower).map(({ text }) => text);
    expect(arrived.slice(0, held)).toEqual(sent.slice(0, held).map(({ text }) => text));
    expect(bench.losses).toEqual([]);
    bench.untilLevel();
  });

  test('hold of the next two: they stay held until somebody lets them go', () => {
    const bench = benchOf(protocol);
    const { leader, follower } = bench;
    const sent = watchSent(bench, leader, follower);
    bench.forgetMessages();
    const only = { types: null, first: 2 };
    const fault = breakLink(bench, leader, follower, { kind: 'hold', only });
    bench.run(60);
    const [first, second] = sent;
    const texts = (): readonly string[] => bench.arrived(leader, follower).map(({ text }) => text);
    expect(bench.isOn(fault)).toBe(true);
    // In a session what follows waits behind them.
    if (isOverSessions) expect(texts()).toEqual([]);
    else expect(texts().length).toBe(sent.length - 2);
    bench.undo(fault);
    bench.run(1);
    expect(texts()).toEqual(expect.arrayContaining([first?.text, second?.text]));
    bench.untilLevel();
  });

  test('hold outlives neither the process that sends nor its session', () => {
    const bench = benchOf(protocol);
    const { leader, follower } = bench;
    const only = { types: ['replicate'], first: null };
    const fault = breakLink(bench, leader, follower, { kind: 'hold', only });
    bench.run(60);
    const kill = bench.begin({ kind: 'kill', node: follower });
    bench.run(50);
    bench.undo(kill);
    bench.forgetMessages();
    bench.run(600);
    // A node that came back is talked to again: what was held was for its last life's session.
    expect(bench.arrivals.some(({ to }) => to === follower)).toBe(true);
    bench.undo(fault);
    bench.untilLevel();
  });

  test('two holds: what stands behind the other one in a session stays', () => {
    const bench = benchOf(protocol);
    const { leader, follower } = bench;
    const sent = watchSent(bench, leader, follower);
    const first = breakLink(bench, leader, follower, {
      kind: 'hold',
      only: { types: null, first: 1 },
    });
    bench.until('one is held', () => sent.length === 1);
    const second = breakLink(bench, leader, follower, { kind: 'hold' });
    bench.until('another is held', () => sent.length > 3);
    bench.forgetMessages();
    bench.undo(second);
    bench.run(1);
    expect(bench.arrived(leader, follower).length > 0).toBe(!isOverSessions);
    bench.undo(first);
    bench.run(2);
    expect(bench.losses).toEqual([]);
    expect(bench.arrived(leader, follower).length).toBeGreaterThanOrEqual(3);
    bench.untilLevel();
  });

  test('bandwidth: no more bytes arrive than the line carries; undone, all wait no more', () => {
    const bench = benchOf(protocol);
    const { leader, follower } = bench;
    const effect = { kind: 'bandwidth', bytesPerSecond: 4_000 } as const;
    bench.forgetMessages();
    const fault = breakLink(bench, leader, follower, effect);
    bench.run(500);
    const bytes = bench.arrived(leader, follower).map(({ text }) => text.length);
    const sum = bytes.reduce((a, b) => a + b, 0);
    expect(sum).toBeGreaterThan(200);
    expect(sum).toBeLessThanOrEqual(2_000 + Math.max(...bytes));
    bench.undo(fault);
    bench.run(500);
    bench.untilLevel();
  });
});

describe('shapes', () => {
  const reach = (bench: FaultBench): string[] =>
    bench.cluster.nodeIds.map((from) => {
      const open = bench.cluster.nodeIds.filter((to) => {
        return from !== to && !bench.simulation.world.network.link(from, to).cut;
      });
      return `${from}: ${open.join(' ')}`;
    });
  const whole = ['n1: n2 n3 n4', 'n2: n1 n3 n4', 'n3: n1 n2 n4', 'n4: n1 n2 n3'];

  test.each<readonly [ShapeName, NodeId | null, readonly string[]]>([
    ['isolate', 'n2', ['n1: n3 n4', 'n2: ', 'n3: n1 n4', 'n4: n1 n3']],
    ['half-open', 'n2', ['n1: n3 n4', 'n2: n1 n3 n4', 'n3: n1 n4', 'n4: n1 n3']],
    ['bridge', 'n2', ['n1: n2 n3', 'n2: n1 n3 n4', 'n3: n1 n2', 'n4: n2']],
    ['star', 'n2', ['n1: n2', 'n2: n1 n3 n4', 'n3: n2', 'n4: n2']],
    ['ring', null, ['n1: n2 n4', 'n2: n1 n3', 'n3: n2 n4', 'n4: n1 n3']],
    ['chain', null, ['n1: n2', 'n2: n1 n3', 'n3: n2 n4', 'n4: n3']],
  ])('%s leaves these links, and its undo all', (shape, centre, links) => {
    const bench = benchOf('raft', 4);
    const fault = beginShape(bench.cluster, shape, centre, 'hand');
    expect(reach(bench)).toEqual(links);
    bench.undo(fault);
    expect(reach(bench)).toEqual(whole);
  });

  test('a partition leaves the links inside its groups', () => {
    const bench = benchOf('raft', 4);
    const fault = beginPartition(
      bench.cluster,
      [
        ['n1', 'n4'],
        ['n2', 'n3'],
      ],
      'hand',
    );
    expect(reach(bench)).toEqual(['n1: n4', 'n2: n3', 'n3: n2', 'n4: n1']);
    bench.undo(fault);
    expect(reach(bench)).toEqual(whole);
  });
});
