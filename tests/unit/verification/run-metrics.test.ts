import { describe, expect, test } from 'vitest';
import { RunMetricsBuilder } from '../../../src-main/verification/run-metrics.ts';
import type { Link } from '../../../src-main/vocabulary/fault.ts';
import type { NodeCounters } from '../../../src-main/vocabulary/journal.ts';
import { fault, operation, role, step } from './facts.ts';

const NODES = ['n1', 'n2', 'n3'];

function bothWays(node: string, ...peers: string[]): Link[] {
  return peers.flatMap((peer) => [
    { from: node, to: peer },
    { from: peer, to: node },
  ]);
}

function failover(): RunMetricsBuilder {
  const metrics = new RunMetricsBuilder(NODES);
  metrics.handleHeader('n1', 1, step(1, 100_000, role('leader', 1, true)));
  metrics.handleHeader('n3', 1, step(1, 1_210_000, role('candidate', 2)));
  metrics.handleHeader('n2', 1, step(1, 1_200_000, role('candidate', 1)));
  metrics.handleHeader('n2', 1, step(2, 1_300_000, role('leader', 3)));
  metrics.handleHeader('n2', 1, step(3, 1_350_000, role('leader', 3, true)));
  return metrics;
}

const NONE = { detectMs: null, electMs: null, newLeaderMs: null };
const FOUND = { detectMs: 200, electMs: 300, newLeaderMs: 350 };

describe('metrics of a run', () => {
  test('a failover is timed from the first fault that hit the leader', () => {
    const metrics = failover();
    metrics.handleFault(fault(1, { kind: 'kill', node: 'n3' }, 500_000, 600_000));
    metrics.handleFault(fault(2, { kind: 'pause', node: 'n1' }, 1_000_000));
    expect(metrics.finish(2e6, 2)).toMatchObject({ ...FOUND, elections: 2, durationMs: 2_000 });
  });

  test('a crash point hits the leader when it comes to it, not when it is armed', () => {
    const metrics = failover();
    const spec = { kind: 'crash-at', node: 'n1', point: 'before-reply', nth: 3 } as const;
    metrics.handleFault(fault(1, spec, 400_000));
    const notReached = failover();
    notReached.handleFault(fault(1, spec, 400_000));
    metrics.handleLife({ us: 1_000_000, node: 'n1', up: false });
    expect(metrics.finish(2e6, 2)).toMatchObject(FOUND);
    expect(notReached.finish(2e6, 2)).toMatchObject(NONE);
  });

  test('a cut hits the leader only when it loses its majority', () => {
    const one = failover();
    one.handleFault(fault(1, { kind: 'cut', links: bothWays('n1', 'n3') }, 1_000_000));
    expect(one.finish(2e6, 2)).toMatchObject(NONE);
    const all = failover();
    all.handleFault(fault(1, { kind: 'cut', links: bothWays('n1', 'n2', 'n3') }, 1_000_000));
    expect(all.finish(2e6, 2)).toMatchObject(FOUND);
    const oneWay = failover();
    const links = [
      { from: 'n1', to: 'n2' },
      { from: 'n1', to: 'n3' },
    ];
    oneWay.handleFault(fault(1, { kind: 'cut', links }, 1_000_000));
    expect(oneWay.finish(2e6, 2)).toMatchObject(FOUND);
  });

  test('outage and latency come from successes, in whatever order they are told', () => {
    const metrics = new RunMetricsBuilder(NODES);
    metrics.handleOperations([operation(3, 90_000), operation(1, 20_500), operation(2, 21_000)]);
    metrics.handleOperations([
      operation(4, 500_000, { outcome: 'unknown', invokeUs: 30_000 }),
      operation(5, 50_000, { outcome: 'failed' }),
    ]);
    const figures = metrics.finish(1e6, 0);
    expect(figures).toMatchObject({ committedOps: 3, failedOps: 1, unknownOps: 1, outageMs: 69 });
    expect(figures.latencyP50Ms).toBeCloseTo(1, 1);
  });

  test('an outage that never ended lasts until the last request was given up', () => {
    const metrics = new RunMetricsBuilder(NODES);
    const unknown = { outcome: 'unknown', invokeUs: 300_000 } as const;
    metrics.handleOperations([operation(2, 5_300_000, unknown), operation(1, 100_000)]);
    expect(metrics.finish(9e6, 0).outageMs).toBe(5_200);
    metrics.handleOperations([operation(3, 400_000)]);
    expect(metrics.finish(9e6, 0).outageMs).toBe(300);
    const mute = new RunMetricsBuilder(NODES);
    mute.handleOperations([operation(1, 700_000, { outcome: 'failed', invokeUs: 200_000 })]);
    expect(mute.finish(9e6, 0).outageMs).toBe(500);
  });

  test('cost sums the newest counters of every life, and sends after the last ones', () => {
    const metrics = new RunMetricsBuilder(NODES);
    const counters = (append: number): NodeCounters => ({
      messages: { replicate: append, heartbeat: 1 },
      bytes: append * 100,
      frames: append,
      syncs: 5,
      steps: 9,
      applied: 3,
      rssBytes: 1,
      cpuUs: 1,
    });
    const sends = [[0, 'n2', 'AppendEntries']] as const;
    metrics.handleHeader('n1', 1, { ...step(1, 1_000), sends });
    metrics.handleHeader('n1', 1, { k: 'c', us: 2_000, counters: counters(10) });
    metrics.handleHeader('n1', 1, { k: 'c', us: 3_000, counters: counters(20) });
    metrics.handleHeader('n1', 1, { ...step(2, 4_000), sends });
    metrics.handleHeader('n1', 2, { k: 'c', us: 9_000, counters: counters(7) });
    metrics.handleOperations([operation(1, 5_000), operation(2, 6_000)]);
    const figures = metrics.finish(1e6, 0);
    expect(figures).toMatchObject({ messages: 30, bytes: 2_700, syncs: 10, messagesPerOp: 15 });
  });

  test('a run without operations has no figures per operation', () => {
    expect(new RunMetricsBuilder(NODES).finish(1e6, 0)).toMatchObject({
      ...NONE,
      opsPerSecond: 0,
      outageMs: null,
      latencyP50Ms: null,
      messagesPerOp: null,
    });
  });
});
