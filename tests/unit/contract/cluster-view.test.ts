import { describe, expect, test } from 'vitest';
import { applyEvent, cloneView, emptyView } from '../../../src-main/contract/cluster-view.ts';
import type { ViewEvent } from '../../../src-main/contract/events.ts';
import {
  isCommitted,
  LOG_RUNS_MAX,
  recordAppend,
  recordCommit,
  recordTruncate,
  runAt,
  type LogRun,
  type PositionRange,
} from '../../../src-main/contract/node-log.ts';
import type { FaultRecord } from '../../../src-main/vocabulary/fault.ts';
import type { TraceEvent } from '../../../src-main/vocabulary/trace.ts';

const IDS = ['n1', 'n2', 'n3'];

function era(number: number): { number: number; owner: null } {
  return { number, owner: null };
}

function run(from: number, to: number, number: number, noop = false): LogRun {
  return { from, to, era: era(number), noop, counter: null };
}

function trace(us: number, node: string, e: TraceEvent): ViewEvent {
  return { k: 'trace', us, node, e };
}

function fold(events: readonly ViewEvent[]): ReturnType<typeof emptyView> {
  const view = emptyView(IDS, 'raft');
  for (const event of events) applyEvent(view, event);
  return view;
}

describe('node log', () => {
  test('contiguous entries of one era are one run', () => {
    const log: LogRun[] = [];
    recordAppend(log, run(1, 1, 1, true));
    recordAppend(log, run(2, 40, 1));
    recordAppend(log, run(41, 90, 1));
    recordAppend(log, run(91, 91, 2));
    expect(log).toEqual([run(1, 1, 1, true), run(2, 90, 1), run(91, 91, 2)]);
  });

  test('an overwritten range replaces the middle of a run', () => {
    const log = [run(1, 10, 1)];
    recordAppend(log, run(4, 6, 2));
    expect(log).toEqual([run(1, 3, 1), run(4, 6, 2), run(7, 10, 1)]);
  });

  test('a filled hole joins its neighbours', () => {
    const log = [run(1, 3, 1), run(5, 6, 1)];
    expect(runAt(log, 4)).toBeNull();
    recordAppend(log, run(4, 4, 1));
    expect(log).toEqual([run(1, 6, 1)]);
  });

  test('ZAB counters stay right when a run is split', () => {
    const log: LogRun[] = [{ ...run(1, 5, 1), counter: 1 }];
    recordAppend(log, { ...run(2, 2, 2), counter: 1 });
    expect(log[2]).toEqual({ ...run(3, 5, 1), counter: 3 });
  });

  test('truncation cuts inside a run', () => {
    const log = [run(1, 5, 1), run(6, 9, 2)];
    recordTruncate(log, 4);
    expect(log).toEqual([run(1, 3, 1)]);
  });

  test('runs are bounded and the newest stay', () => {
    const log: LogRun[] = [];
    for (let pos = 1; pos <= 500; pos += 1) recordAppend(log, run(pos, pos, pos));
    expect(log.length).toBe(LOG_RUNS_MAX);
    expect(log[log.length - 1]?.to).toBe(500);
  });

  test('commit ranges merge whatever order they come in', () => {
    const ranges: PositionRange[] = [];
    recordCommit(ranges, 1, 3);
    recordCommit(ranges, 7, 8);
    recordCommit(ranges, 5, 5);
    expect(ranges).toEqual([
      { from: 1, to: 3 },
      { from: 5, to: 5 },
      { from: 7, to: 8 },
    ]);
    recordCommit(ranges, 4, 6);
    expect(ranges).toEqual([{ from: 1, to: 8 }]);
    recordCommit(ranges, 9, 12);
    recordCommit(ranges, 2, 20);
    expect(ranges).toEqual([{ from: 1, to: 20 }]);
    expect(isCommitted(ranges, 20)).toBe(true);
    expect(isCommitted(ranges, 21)).toBe(false);
  });
});

describe('cluster view', () => {
  test('a kill keeps what was durable; the next life is rebuilt from its traces', () => {
    const view = fold([
      { k: 'up', us: 1, node: 'n1', incarnation: 1 },
      trace(2, 'n1', { kind: 'append', from: 1, to: 9, era: era(1), noop: false }),
      trace(3, 'n1', { kind: 'durable', upTo: 6 }),
      trace(3, 'n1', { kind: 'commit', from: 1, to: 5 }),
      { k: 'down', us: 4, node: 'n1', how: 'kill', why: 'SIGKILL' },
    ]);
    const node = view.nodes['n1'];
    expect(node?.state).toBe('down');
    expect(node?.log).toEqual([run(1, 6, 1)]);
    applyEvent(view, { k: 'up', us: 5, node: 'n1', incarnation: 2 });
    expect(node?.log).toEqual([]);
    applyEvent(view, trace(6, 'n1', { kind: 'append', from: 1, to: 6, era: era(1), noop: false }));
    applyEvent(view, trace(6, 'n1', { kind: 'durable', upTo: 6 }));
    expect(node).toMatchObject({ state: 'up', incarnation: 2, durable: 6 });
    expect(node?.committed).toEqual([]);
  });

  test('truncation lowers durable, so that a rewritten entry starts as in memory only', () => {
    const view = fold([
      trace(1, 'n2', { kind: 'append', from: 1, to: 5, era: era(1), noop: false }),
      trace(2, 'n2', { kind: 'durable', upTo: 5 }),
      trace(3, 'n2', { kind: 'truncate', from: 4 }),
      trace(3, 'n2', { kind: 'append', from: 4, to: 5, era: era(2), noop: false }),
    ]);
    expect(view.nodes['n2']).toMatchObject({ durable: 3 });
  });

  test('a message is in flight until it is received or dropped', () => {
    const send = (id: string, to: string): ViewEvent => ({
      k: 'send',
      us: 10,
      node: 'n1',
      id,
      to,
      type: 'Append',
      mk: 'replicate',
      lam: 4,
    });
    const view = fold([send('a', 'n2'), send('b', 'n3'), send('c', 'n2')]);
    expect(Object.keys(view.flights)).toEqual(['a', 'b', 'c']);
    applyEvent(view, {
      k: 'recv',
      us: 12,
      node: 'n2',
      id: 'a',
      from: 'n1',
      type: 'Append',
      mk: 'replicate',
      lam: 5,
    });
    applyEvent(view, {
      k: 'drop',
      us: 12,
      node: 'n3',
      id: 'b',
      from: 'n1',
      to: 'n3',
      type: 'Append',
      why: 'cut',
    });
    expect(Object.keys(view.flights)).toEqual(['c']);
    expect(view.drops).toHaveLength(1);
    applyEvent(view, { k: 'down', us: 13, node: 'n2', how: 'kill', why: '' });
    expect(view.flightCount).toBe(0);
  });

  test('messages in flight are bounded', () => {
    const view = emptyView(IDS, 'raft');
    for (let i = 0; i < 5_000; i += 1) {
      applyEvent(view, {
        k: 'send',
        us: i,
        node: 'n1',
        id: `n1:1:${i}:0`,
        to: 'n2',
        type: 'A',
        mk: 'answer',
        lam: i,
      });
    }
    expect(view.flightCount).toBe(Object.keys(view.flights).length);
    expect(view.flightCount).toBeLessThanOrEqual(240);
    expect(view.sent.answer).toBe(5_000);
  });

  test('a fault is on from its first record to the one that ends it', () => {
    const fault: FaultRecord = {
      id: 7,
      spec: { kind: 'kill', node: 'n1' },
      label: 'kill n1',
      origin: 'hand',
      startUs: 5,
      endUs: null,
      outcome: null,
    };
    const view = fold([{ k: 'fault', us: 5, fault }]);
    expect(view.faults).toHaveLength(1);
    applyEvent(view, { k: 'fault', us: 9, fault: { ...fault, endUs: 9, outcome: 'started' } });
    expect(view.faults).toHaveLength(0);
  });

  test('the longest gap is measured between buckets that had an answer', () => {
    const ops = (us: number, ok: number): ViewEvent => ({
      k: 'ops',
      us,
      spanUs: 100,
      ok,
      failed: 0,
      unknown: 0,
      p50Us: null,
    });
    const view = fold([ops(100, 3), ops(200, 0), ops(300, 0), ops(400, 2), ops(500, 1)]);
    expect(view.ops).toMatchObject({ ok: 6, longestGapUs: 200, lastOkUs: 500 });
  });

  test('a copy is plain JSON, shares nothing and goes on as the original does', () => {
    const view = fold([
      trace(1, 'n1', { kind: 'append', from: 1, to: 5, era: era(1), noop: false }),
    ]);
    const copy = cloneView(view);
    expect(copy).toEqual(view);
    applyEvent(view, trace(2, 'n1', { kind: 'truncate', from: 2 }));
    expect(copy.nodes['n1']?.log).toEqual([run(1, 5, 1)]);
  });

  test('a node that joins is there from its first `up` on', () => {
    const config = { kind: 'config', pos: 7, voters: IDS, votersOld: null } as const;
    const view = fold([
      { k: 'up', us: 5, node: 'n4', incarnation: 1 },
      trace(6, 'n4', { ...config, learners: ['n4'] }),
      { k: 'apply', us: 7, node: 'n4', to: 7, hash: 'ab' },
    ]);
    expect(view.nodeIds).toEqual([...IDS, 'n4']);
    expect(view.nodes['n4']).toMatchObject({ state: 'up', applied: 7, config: { pos: 7 } });
  });

  test('a command of the operator stands once, as it is now, and only the newest are kept', () => {
    const record = (id: number, outcome: string | null) => ({
      id,
      spec: { do: 'promote', node: 'n4' } as const,
      label: 'promote n4',
      origin: 'hand' as const,
      startUs: id,
      endUs: outcome === null ? null : id + 1,
      ok: outcome === null ? null : true,
      outcome,
    });
    const command = (id: number, outcome: string | null): ViewEvent => {
      return { k: 'admin', us: id, record: record(id, outcome) };
    };
    const view = fold([command(1, null), command(2, null), command(1, 'done')]);
    expect(view.commands).toEqual([record(1, 'done'), record(2, null)]);
    for (let id = 3; id < 60; id += 1) applyEvent(view, command(id, 'done'));
    expect(view.commands.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, i) => 40 + i));
  });

  test('events of unknown nodes change nothing but the time', () => {
    const view = fold([{ k: 'pause', us: 3, node: 'n9' }]);
    expect(view).toEqual({ ...emptyView(IDS, 'raft'), us: 3 });
  });
});
