import { describe, expect, test } from 'vitest';
import type { ViewEvent } from '../../../src-main/contract/events.ts';
import type { FaultRecord } from '../../../src-main/vocabulary/fault.ts';
import { sparkOf } from '../../../src-renderer/charts/spark.ts';
import { clusterFaultBands, faultBands } from '../../../src-renderer/timeline/bands.ts';
import { classOf, describeEvent } from '../../../src-renderer/timeline/event-text.ts';
import {
  emptyHistory,
  recordHistory,
  segmentIndexAt,
} from '../../../src-renderer/timeline/history.ts';
import {
  bucketIndexAt,
  findGaps,
  type OpsBucket,
} from '../../../src-renderer/timeline/ops-buckets.ts';
import { areLandmarks, nextLandmark } from '../../../src-renderer/timeline/landmarks.ts';
import { MessageMarks } from '../../../src-renderer/timeline/message-marks.ts';
import {
  formatClock,
  formatCount,
  formatSpan,
  formatTime,
  ticks,
  timeToX,
  xToTime,
} from '../../../src-renderer/timeline/time-scale.ts';

const SCALE = { fromUs: 1_000_000, toUs: 3_000_000, left: 100, width: 400 };

function bucket(us: number, ok: number): OpsBucket {
  return { us, spanUs: 100, ok, failed: 0, unknown: 0, p50Us: null };
}

function fault(id: number, label: string, startUs: number, endUs: number | null): FaultRecord {
  const spec = { kind: 'kill', node: 'n1' } as const;
  return { id, spec, label, origin: 'hand', startUs, endUs, outcome: null };
}

function role(us: number, node: string, what: 'leader' | 'follower', era: number): ViewEvent {
  return {
    k: 'trace',
    us,
    node,
    e: {
      kind: 'role',
      role: what,
      word: what,
      era: { number: era, owner: null },
      leader: null,
      ready: false,
      why: '',
    },
  };
}

describe('time scale', () => {
  test('pixels and times are inverse to each other', () => {
    for (const us of [1_000_000, 1_234_567, 3_000_000]) {
      expect(xToTime(SCALE, timeToX(SCALE, us))).toBeCloseTo(us, 3);
    }
  });

  test('ticks are round, inside, and far enough apart to be read', () => {
    const { stepUs, times } = ticks(SCALE, 88);
    expect(stepUs).toBe(500_000);
    expect(times).toEqual([1_000_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000]);
  });

  test('a tick shows as many digits as its step has', () => {
    expect(formatTime(12_480_100, 100)).toBe('12.4801');
    expect(formatTime(12_500_000, 500_000)).toBe('12.5');
    expect(formatTime(12_000_000, 1_000_000)).toBe('12');
  });

  test('lengths carry the unit that fits them', () => {
    expect([640, 23_400, 301_000, 1_480_000, 200e6].map(formatSpan)).toEqual([
      '640 µs',
      '23.4 ms',
      '301 ms',
      '1.48 s',
      '3 min 20 s',
    ]);
    expect(formatClock(3_723_004_000)).toBe('1:02:03.004');
    expect(formatCount(1_234_567)).toBe('1\u2009234\u2009567');
  });
});

describe('history', () => {
  test('a strip has one segment per change of look or era', () => {
    const history = emptyHistory(['n1']);
    for (const event of [
      { k: 'up', us: 5, node: 'n1', incarnation: 1 },
      role(10, 'n1', 'follower', 1),
      role(20, 'n1', 'follower', 1),
      role(30, 'n1', 'leader', 2),
      { k: 'pause', us: 40, node: 'n1' },
      { k: 'resume', us: 50, node: 'n1' },
    ] as ViewEvent[]) {
      recordHistory(history, event);
    }
    const looks = history.strips['n1']?.map((s) => [s.us, s.look, s.era.number]);
    expect(looks).toEqual([
      [0, 'starting', 0],
      [10, 'follows', 1],
      [30, 'leads', 2],
      [40, 'paused', 2],
      [50, 'leads', 2],
    ]);
    expect(segmentIndexAt(history.strips['n1'] ?? [], 45)).toBe(3);
    expect(history.leaders).toHaveLength(1);
  });

  test('a killed node is down from the signal on, whenever its end is noticed', () => {
    const history = emptyHistory(['n1']);
    recordHistory(history, { k: 'up', us: 5, node: 'n1', incarnation: 1 });
    recordHistory(history, role(10, 'n1', 'leader', 1));
    recordHistory(history, { k: 'fault', us: 20, fault: fault(1, 'kill n1', 20, null) });
    recordHistory(history, { k: 'down', us: 90, node: 'n1', how: 'kill', why: '' });
    expect(history.strips['n1']?.at(-1)).toMatchObject({ us: 20, look: 'down' });
  });

  test('gaps are stretches without an answer; the last one may be open', () => {
    const ops = [bucket(100, 2), bucket(200, 0), bucket(300, 0), bucket(400, 1), bucket(500, 0)];
    expect(findGaps(ops, 0, 500, 100)).toEqual([
      { fromUs: 100, toUs: 300, open: false },
      { fromUs: 400, toUs: 500, open: true },
    ]);
    expect(findGaps(ops, 350, 450, 250)).toEqual([]);
    expect(bucketIndexAt(ops, 300)).toBe(3);
  });
});

describe('fault bands', () => {
  test('the same fault of several clusters is one band that ends with the last', () => {
    const groups = [
      {
        name: 'Raft',
        faults: [fault(1, 'kill n1', 100, 900), fault(2, 'cut', 300, null)],
        commands: [],
      },
      { name: 'ZAB', faults: [fault(9, 'kill n1', 150, 950)], commands: [] },
    ];
    const bands = clusterFaultBands(groups, 4);
    expect(bands.map((b) => [b.label, b.fromUs, b.toUs, b.lane])).toEqual([
      ['kill n1', 100, 950, 0],
      ['cut, Raft', 300, null, 1],
    ]);
  });

  test('lanes are used again; what has no lane left is counted in the last one', () => {
    const many = Array.from({ length: 6 }, (_, i) => fault(i, `f${i}`, i, null));
    expect(faultBands({ faults: many, commands: [] }, 3).map((b) => [b.label, b.lane])).toEqual([
      ['f0', 0],
      ['f1', 1],
      ['4 more', 2],
    ]);
    const after = faultBands(
      { faults: [fault(1, 'a', 0, 10), fault(2, 'b', 20, 30)], commands: [] },
      3,
    );
    expect(after.map((b) => b.lane)).toEqual([0, 0]);
  });
});

describe('commands and changes', () => {
  const command = (ok: boolean | null, endUs: number | null): ViewEvent => ({
    k: 'admin',
    us: endUs ?? 100,
    record: {
      id: 1,
      spec: { do: 'remove', node: 'n3' },
      label: 'remove n3',
      origin: 'hand',
      startUs: 100,
      endUs,
      ok,
      outcome: ok === false ? 'not-leader' : null,
    },
  });
  const config = (us: number, node: string, pos: number): ViewEvent => {
    const e = { kind: 'config', pos, voters: ['n1', 'n2'], votersOld: null, learners: [] } as const;
    return { k: 'trace', us, node, e };
  };

  test('a node that comes later has a strip from then on, in the order of ids', () => {
    const history = emptyHistory(['n1', 'n10']);
    recordHistory(history, { k: 'up', us: 400, node: 'n4', incarnation: 1 });
    expect(history.nodeIds).toEqual(['n1', 'n4', 'n10']);
    expect(history.strips['n4']?.map(({ us }) => us)).toEqual([400]);
  });

  test('a removed node that has ended leaves the picture, a refused removal does not', () => {
    for (const [ok, look] of [
      [true, 'gone'],
      [false, 'down'],
    ] as const) {
      const history = emptyHistory(['n1', 'n3']);
      recordHistory(history, { k: 'up', us: 10, node: 'n3', incarnation: 1 });
      recordHistory(history, command(null, null));
      recordHistory(history, { k: 'down', us: 120, node: 'n3', how: 'stop', why: '' });
      recordHistory(history, command(ok, 150));
      expect(history.strips['n3']?.at(-1)?.look).toBe(look);
      expect(history.commands).toHaveLength(1);
      const band = faultBands(history, 3)[0];
      expect(band).toMatchObject({ kind: 'command', fromUs: 100, toUs: 150 });
      expect(band?.label).toBe(ok ? 'remove n3' : 'remove n3: refused');
    }
  });

  test('a configuration is a change when it is another one, and a landmark', () => {
    const history = emptyHistory(['n1', 'n2']);
    recordHistory(history, config(20, 'n1', 0));
    recordHistory(history, config(300, 'n1', 12));
    recordHistory(history, config(500, 'n1', 12));
    const e = { kind: 'snapshot', what: 'taken', pos: 15, peer: null } as const;
    recordHistory(history, { k: 'trace', us: 700, node: 'n2', e });
    expect(history.changes.map(({ us, kind }) => [us, kind])).toEqual([
      [300, 'config'],
      [700, 'snapshot'],
    ]);
    expect(nextLandmark(history, ['changes'], 0, 'forward')).toBe(300);
    expect(nextLandmark(history, ['changes'], 300, 'forward')).toBe(700);
    expect(areLandmarks(['changes'])).toBe(true);
  });

  test('they are told in words', () => {
    expect(describeEvent(command(false, 150))).toBe('command refused: remove n3: not-leader');
    expect(describeEvent(config(20, 'n1', 12))).toBe('goes by the voters n1 n2 from 12 on');
    expect(classOf(config(20, 'n1', 12))).toBe('changes');
  });
});

describe('message marks', () => {
  const send = (us: number, id: string): ViewEvent => ({
    k: 'send',
    us,
    node: 'n1',
    id,
    to: 'n2',
    type: 'Append',
    mk: 'replicate',
    lam: 1,
  });

  test('a mark takes at least the least time, or as long as its message took', () => {
    const marks = new MessageMarks();
    marks.observe(send(0, 'a'), 0);
    marks.observe(
      {
        k: 'recv',
        us: 10,
        node: 'n2',
        id: 'a',
        from: 'n1',
        type: 'Append',
        mk: 'replicate',
        lam: 2,
      },
      0,
    );
    expect(marks.visible(50, 100)[0]?.progress).toBe(0.5);
    expect(marks.visible(101, 100)).toEqual([]);
    expect(marks.visible(5, 1)[0]?.progress).toBe(0.5);
  });

  test('a dropped one stops on its way and fades', () => {
    const marks = new MessageMarks();
    marks.observe(send(0, 'a'), 0);
    marks.observe(
      { k: 'drop', us: 1, node: 'n1', id: 'a', from: 'n1', to: 'n2', type: 'Append', why: 'cut' },
      0,
    );
    const mark = marks.visible(90, 100)[0];
    expect(mark?.dropped).toBe(true);
    expect(mark?.progress).toBeLessThan(0.5);
    expect(marks.visible(200, 100)).toEqual([]);
  });

  test('marks of one kind on one link are thinned, of other links are not', () => {
    const marks = new MessageMarks();
    for (let us = 0; us < 100; us += 10) marks.observe(send(us, `m${us}`), 50);
    expect(marks.visible(99, 1_000)).toHaveLength(2);
  });
});

describe('event text', () => {
  test('events say what happened in words', () => {
    expect(describeEvent(role(1, 'n1', 'leader', 5))).toBe('leads 5');
    expect(describeEvent({ k: 'down', us: 1, node: 'n1', how: 'kill', why: 'SIGKILL' })).toBe(
      'is killed: SIGKILL',
    );
    const append: ViewEvent = {
      k: 'trace',
      us: 1,
      node: 'n1',
      e: { kind: 'append', from: 3, to: 7, era: { number: 4, owner: 'n2' }, noop: false },
    };
    expect(describeEvent(append)).toBe('appends 3 to 7 of 4.2');
    expect(classOf(append)).toBe('log');
  });
});

describe('sparkline', () => {
  test('the highest value touches the top, and nothing measured breaks the line', () => {
    const ops = [bucket(1_000, 1), bucket(2_000, 4), bucket(3_000, 2)];
    const box = { fromUs: 0, toUs: 4_000, width: 40, height: 22 };
    const spark = sparkOf(ops, box, (b) => (b.ok === 2 ? null : b.ok));
    expect(spark.top).toBe(4);
    expect(spark.path).toBe('M10.0 16.0L20.0 1.0');
  });
});

describe('a very long run', () => {
  test('keeps its beginning, only coarser, and loses no operation', () => {
    const history = emptyHistory(['n1']);
    for (let i = 1; i <= 50_000; i += 1) {
      recordHistory(history, { k: 'ops', ...bucket(i * 100, 1) });
    }
    expect(history.ops.length).toBeLessThanOrEqual(20_000);
    expect(history.ops.reduce((sum, b) => sum + b.ok, 0)).toBe(50_000);
    const first = history.ops[0] as OpsBucket;
    expect(first.us - first.spanUs).toBe(0);
    expect(history.ops.at(-1)?.spanUs).toBe(100);
  });
});

describe('landmarks', () => {
  test('the next and the last fault, role and start are found in the history alone', () => {
    const history = emptyHistory(['n1', 'n2']);
    recordHistory(history, role(100, 'n1', 'leader', 1));
    recordHistory(history, { k: 'fault', us: 500, fault: fault(1, 'kill n1', 500, null) });
    recordHistory(history, role(700, 'n2', 'leader', 2));
    recordHistory(history, { k: 'fault', us: 900, fault: fault(1, 'kill n1', 500, 900) });
    expect(nextLandmark(history, ['faults'], 0, 'forward')).toBe(500);
    expect(nextLandmark(history, ['faults'], 500, 'forward')).toBe(900);
    expect(nextLandmark(history, ['faults'], 900, 'forward')).toBe(null);
    expect(nextLandmark(history, ['faults'], 900, 'back')).toBe(500);
    expect(nextLandmark(history, ['faults', 'roles'], 500, 'forward')).toBe(700);
    expect(areLandmarks(['faults', 'roles'])).toBe(true);
    expect(areLandmarks(['faults', 'log'])).toBe(false);
  });
});
