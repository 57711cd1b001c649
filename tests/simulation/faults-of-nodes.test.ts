/** Every fault of a node on the simulator: what it does, and that its undo makes it good. */
import { afterEach, describe, expect, test } from 'vitest';
import type { FaultRecord, NodeFault } from '../../src-main/vocabulary/fault.ts';
import { PROTOCOL_NAMES, type NodeId } from '../../src-main/vocabulary/ids.ts';
import { protocolDefinition } from '../../src-main/protocols/index.ts';
import { runScript } from '../../src-main/runtime/simulator/script/run-script.ts';
import { FaultBench } from './fault-bench.ts';

let last: FaultBench | null = null;

/** Whatever was done to it, no rule was broken. */
afterEach(() => {
  expect(last?.checker.violations ?? []).toEqual([]);
  last = null;
});

function benchOf(protocol: (typeof PROTOCOL_NAMES)[number], seed = 1): FaultBench {
  last = new FaultBench(protocol, seed);
  return last;
}

/** Whether a node goes on applying what the clients ask for. */
function advances(bench: FaultBench, node: NodeId, ms = 200): boolean {
  const before = bench.appliedOf(node);
  bench.run(ms);
  return bench.appliedOf(node) > before;
}

describe.each(PROTOCOL_NAMES)('%s', (protocol) => {
  test.each(['kill', 'stop'] as const)(
    '%s: the others go on at once; started, it is level',
    (how) => {
      const bench = benchOf(protocol);
      const { leader } = bench;
      const fault = bench.begin({ kind: how, node: leader });
      expect(bench.isUp(leader)).toBe(false);
      expect(bench.ends().at(-1)).toMatchObject({ node: leader, how });
      bench.until('another leader', () => bench.cluster.leader() !== null);
      expect(bench.leader).not.toBe(leader);
      bench.undo(fault);
      expect(bench.isUp(leader)).toBe(true);
      bench.untilLevel();
    },
  );

  test('pause: it stands still and is up; resumed, it learns of the time and is level', () => {
    const bench = benchOf(protocol);
    const { follower } = bench;
    const fault = bench.begin({ kind: 'pause', node: follower });
    expect(advances(bench, follower)).toBe(false);
    expect([bench.isUp(follower), bench.cluster.isPaused(follower)]).toEqual([true, true]);
    const ticks = bench.ticksOf(follower);
    bench.undo(fault);
    expect(bench.ticksOf(follower) - ticks).toBeGreaterThanOrEqual(19);
    bench.untilLevel();
  });

  test('slow: it stands still for 150 of every 200 ms, and a pause outlasts that', () => {
    const bench = benchOf(protocol);
    const { follower } = bench;
    const fault = bench.begin({ kind: 'slow', node: follower, stallMs: 150, everyMs: 200 });
    expect(advances(bench, follower, 45)).toBe(true);
    bench.run(10);
    expect(advances(bench, follower, 140)).toBe(false);
    expect(advances(bench, follower, 50)).toBe(true);
    const pause = bench.begin({ kind: 'pause', node: follower });
    expect(advances(bench, follower, 400)).toBe(false);
    bench.undo(pause);
    bench.until('it stands still', () => bench.node(follower).paused);
    bench.undo(fault);
    expect(advances(bench, follower, 50)).toBe(true);
    bench.untilLevel();
  });

  test('slow: the next life stalls as well, one that is gone does not come back', () => {
    const bench = benchOf(protocol);
    const { follower } = bench;
    bench.begin({ kind: 'slow', node: follower, stallMs: 150, everyMs: 200 });
    const kill = bench.begin({ kind: 'kill', node: follower });
    bench.run(300);
    expect(bench.isUp(follower)).toBe(false);
    bench.undo(kill);
    expect(bench.node(follower).paused).toBe(false);
    bench.until('it stands still', () => bench.node(follower).paused);
  });

  test('hold-disk: nothing reaches the disk, and a kill loses it; released, all of it does', () => {
    const bench = benchOf(protocol);
    const { follower } = bench;
    const fault = bench.begin({ kind: 'hold-disk', node: follower });
    bench.run(200);
    const { lastPos, pending } = bench.node(follower).disk;
    expect(pending.length).toBeGreaterThan(0);
    bench.undo(fault);
    expect(bench.node(follower).disk.lastPos).toBeGreaterThan(lastPos);
    bench.untilLevel();
    bench.begin({ kind: 'hold-disk', node: follower });
    const durable = bench.node(follower).disk.lastPos;
    bench.run(200);
    bench.begin({ kind: 'kill', node: follower });
    expect(bench.node(follower).disk.lastPos).toBe(durable);
    expect(bench.cluster.ledger.active.map(({ spec }) => spec.kind)).toEqual(['kill']);
  });

  test('slow-disk: every sync takes as long as drawn, in order; undone, none waits', () => {
    const bench = benchOf(protocol);
    const { follower } = bench;
    const began: number[] = [];
    const took: number[] = [];
    bench.simulation.world.observe({
      queued: ({ id }) => void (id === follower && began.push(bench.simulation.nowUs)),
      synced: ({ id }) => {
        const us = id === follower ? began.shift() : undefined;
        if (us !== undefined) took.push(bench.simulation.nowUs - us);
      },
    });
    const fault = bench.begin({ kind: 'slow-disk', node: follower, delayMs: 60, jitterMs: 40 });
    bench.run(1_000);
    // A barrier that waits behind a longer one takes longer than its own draw.
    expect(Math.min(...took)).toBeGreaterThanOrEqual(20_000);
    expect(Math.max(...took)).toBeLessThanOrEqual(100_250);
    expect(new Set(took).size).toBeGreaterThan(3);
    bench.until('something waits', () => bench.node(follower).disk.pending.length > 1);
    bench.undo(fault);
    expect(bench.node(follower).disk.pending).toEqual([]);
    took.length = 0;
    bench.run(300);
    expect(Math.max(...took)).toBeLessThanOrEqual(500);
    bench.untilLevel();
  });

  const failures: readonly (readonly [string, (node: NodeId) => NodeFault, string])[] = [
    ['full-disk', (node) => ({ kind: 'full-disk', node }), 'no space left on device'],
    ['io-error', (node) => ({ kind: 'io-error', on: 'write', node }), 'input/output error'],
    ['io-error', (node) => ({ kind: 'io-error', on: 'sync', node }), 'error on sync'],
  ];
  test.each(failures)('%s: the next write ends it, and so it goes until undone', (_, of, why) => {
    const bench = benchOf(protocol);
    const { follower } = bench;
    const fault = bench.begin(of(follower));
    bench.until('it ended', () => !bench.isUp(follower));
    expect(bench.ends().at(-1)).toMatchObject({ node: follower, how: 'crash' });
    expect(bench.ends().at(-1)?.why).toContain(why);
    bench.cluster.startNode(follower);
    bench.until('it ended again', () => !bench.isUp(follower));
    expect(bench.ends().length).toBe(2);
    bench.undo(fault);
    expect(bench.isUp(follower)).toBe(true);
    expect(bench.node(follower).disk.mode).toBe('held');
    bench.untilLevel();
  });

  test.each([
    ['write', 0],
    ['sync', 1],
  ] as const)('io-error: what was written when its %s failed is there: %i', (on, found) => {
    const bench = benchOf(protocol);
    const { follower } = bench;
    let written = 0;
    bench.simulation.world.observe({
      synced: ({ id }, ops, how) =>
        void (id === follower && how === 'crash' && (written = ops.length)),
    });
    bench.until('nothing waits', () => bench.node(follower).disk.pending.length === 0);
    bench.begin({ kind: 'io-error', on, node: follower });
    bench.until('it ended', () => !bench.isUp(follower));
    expect(Math.min(1, written)).toBe(found);
  });

  test('corrupt: it refuses to start; undone, it starts and has everything', () => {
    const bench = benchOf(protocol);
    const { follower } = bench;
    expect(() => bench.begin({ kind: 'corrupt', node: follower })).toThrow('kill or stop it first');
    bench.begin({ kind: 'kill', node: follower });
    const { lastPos } = bench.node(follower).disk;
    const fault = bench.begin({ kind: 'corrupt', node: follower });
    bench.cluster.startNode(follower);
    expect(bench.isUp(follower)).toBe(false);
    expect(bench.ends().at(-1)).toMatchObject({ node: follower, how: 'crash' });
    expect(bench.ends().at(-1)?.why).toContain('cannot be read');
    bench.undo(fault);
    expect(bench.isUp(follower)).toBe(true);
    expect(bench.node(follower).disk.lastPos).toBeGreaterThanOrEqual(lastPos);
    bench.untilLevel();
  });

  test('power-cut: what was written in its last 150 ms is lost; started, it catches up', () => {
    const bench = benchOf(protocol);
    const { follower } = bench;
    bench.until('nothing waits', () => bench.node(follower).disk.pending.length === 0);
    const { lastPos } = bench.node(follower).disk;
    const fault = bench.begin({ kind: 'power-cut', node: follower, ms: 150 });
    bench.run(140);
    expect(bench.isUp(follower)).toBe(true);
    expect(bench.node(follower).disk.pending.length).toBeGreaterThan(0);
    bench.run(20);
    expect([bench.isUp(follower), bench.node(follower).disk.lastPos]).toEqual([false, lastPos]);
    bench.undo(fault);
    bench.untilLevel();
    expect(bench.node(follower).disk.lastPos).toBeGreaterThan(lastPos);
  });

  test('wipe: the next start is on an empty disk with another identity', () => {
    const bench = benchOf(protocol);
    const { follower } = bench;
    const { storageId } = bench.node(follower).disk;
    bench.begin({ kind: 'kill', node: follower });
    const fault = bench.begin({ kind: 'wipe', node: follower });
    bench.cluster.startNode(follower);
    bench.run(100);
    expect(bench.isOn(fault)).toBe(false);
    expect(bench.node(follower).disk.storageId).not.toBe(storageId);
    expect(bench.appliedOf(follower)).toBe(0);
  });

  test('crash-at: it is killed at the passage; undone, it is started', () => {
    const bench = benchOf(protocol);
    const { follower } = bench;
    const fault = bench.begin({ kind: 'crash-at', node: follower, point: 'after-persist', nth: 3 });
    bench.until('it ended', () => !bench.isUp(follower));
    expect(bench.ends().at(-1)).toMatchObject({ node: follower, how: 'kill' });
    bench.run(100);
    bench.undo(fault);
    expect(bench.isUp(follower)).toBe(true);
    bench.untilLevel();
  });

  test('skew: its clock runs at twice its own rate; undone, at its own', () => {
    const bench = benchOf(protocol);
    const { follower } = bench;
    const ticksIn = (ms: number): number => {
      const before = bench.ticksOf(follower);
      bench.run(ms);
      return bench.ticksOf(follower) - before;
    };
    // Far off, so that it shows soon; a sleeping node is told of several ticks at once.
    bench.simulation.setClockRate(follower, 1.3);
    const isAbout = (ticks: number, wanted: number): boolean => Math.abs(ticks - wanted) <= 10;
    expect(isAbout(ticksIn(2_000), 260)).toBe(true);
    const faults: FaultRecord[] = [
      bench.begin({ kind: 'skew', node: follower, rate: 4 }),
      bench.begin({ kind: 'skew', node: follower, rate: 0.5 }),
    ];
    expect(isAbout(ticksIn(2_000), 520)).toBe(true);
    for (const fault of faults) bench.undo(fault);
    expect(isAbout(ticksIn(2_000), 260)).toBe(true);
  });

  test('jump: its clock is further at once, and runs as before', () => {
    const bench = benchOf(protocol);
    const { follower } = bench;
    const before = bench.ticksOf(follower);
    const fault = bench.begin({ kind: 'jump', node: follower, ms: 500 });
    expect(bench.ticksOf(follower) - before).toBeGreaterThanOrEqual(50);
    expect(bench.isOn(fault)).toBe(false);
    const after = bench.ticksOf(follower);
    bench.run(1_000);
    expect(Math.abs(bench.ticksOf(follower) - after - 100)).toBeLessThanOrEqual(6);
    bench.untilLevel();
  });
});

describe('in a script, a node whose disk fails', () => {
  const script = (mode: string, expected: string): string => `
cluster nodes=3 seed=1
lead n3
open c1 n3
flush
disk n1 ${mode}
submit c1 n3 put x 1
flush
expect down n1
boot n1
expect length n1 ${expected}
settle
expect value all x 1
`;

  test.each(PROTOCOL_NAMES)('at a sync of %s finds the write in its next life', (name) => {
    // Raft begins with an entry of its own.
    const length = name === 'raft' ? 3 : 2;
    const protocol = protocolDefinition(name);
    for (const [mode, found] of [
      ['failing-sync', length],
      ['failing', length - 1],
    ] as const) {
      const { failures } = runScript(script(mode, String(found)), { protocol, mutants: [] });
      expect(failures, mode).toEqual([]);
    }
  });
});
