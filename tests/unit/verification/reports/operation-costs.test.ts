/** What an operation cost, on journals whose messages can be counted by hand. */
import { describe, expect, test } from 'vitest';
import type { StepHeader } from '../../../../src-main/vocabulary/journal.ts';
import { applied, fault } from '../facts.ts';
import { quietRun, type MadeUpRun, MS } from './made-up-run.ts';

type Sends = NonNullable<StepHeader['sends']>;

function sends(type: string, ...to: readonly string[]): Sends {
  return to.map((node, x) => [x, node, type]);
}

/** The input that brought a message whose JSON has so many characters. */
function inputOf(length: number): string {
  return `{"kind":"recv","from":"n1","msg":${'x'.repeat(length)}}`;
}

const ERA = { number: 1, owner: null };

/** Step 5 of n1: it has booted and told its role three times. */
const TAKEN_IN = 5;

/**
 * One write at n1: taken in at 500.0 ms, acknowledged by n2 at 500.4 ms, committed then, its notice
 * at n2 at 500.6 ms; n3 is slower. `own`: its own disk is the last of the quorum.
 */
function write({ ownDiskLast = false } = {}): MadeUpRun {
  const append = { kind: 'append', from: 1, to: 1, era: ERA, noop: false } as const;
  const commit = { kind: 'commit', from: 1, to: 1 } as const;
  const run = quietRun();
  run.step('n1', 500, {
    input: 'client',
    sends: sends('AppendEntries', 'n2', 'n3'),
    trace: [append],
  });
  for (const [node, x, ms] of [
    ['n2', 0, 500.1],
    ['n3', 1, 500.2],
  ] as const) {
    const recv = [`n1:1:${TAKEN_IN}:${x}`, 'n1', 'AppendEntries'] as const;
    const answer = sends('AppendEntriesResp', 'n1');
    run.step(node, ms, { input: 'recv', recv, sends: answer, trace: [append] }, inputOf(100));
    run.step(node, ms + 0.15, { input: 'persisted', trace: [{ kind: 'durable', upTo: 1 }] });
  }
  const answer = ['n2:1:3:0', 'n2', 'AppendEntriesResp'] as const;
  const notice = { sends: sends('CommitNotice', 'n2', 'n3'), trace: [commit] };
  const durable = { kind: 'durable', upTo: 1 } as const;
  if (ownDiskLast) {
    run.step('n1', 500.35, { input: 'recv', recv: answer }, inputOf(40));
    run.step('n1', 500.4, { input: 'persisted', ...notice, trace: [durable, commit] });
  } else {
    run.step('n1', 500.3, { input: 'persisted', trace: [durable] });
    run.step('n1', 500.4, { input: 'recv', recv: answer, ...notice }, inputOf(40));
  }
  run.effect('n1', 500.4, 1).effect('n2', 500.6, 1).effect('n3', 500.9, 1);
  return run.successes(200, 1_990);
}

describe('one write of three nodes', () => {
  const report = write().report();

  test('is split into what its messages were for, in number and in bytes as they arrived', () => {
    expect(report.steady).toMatchObject({ operations: 1, syncs: 3 });
    expect(report.steady?.messages).toEqual({
      ...{ replicate: 2, answer: 2, commit: 2, heartbeat: 0, election: 0, read: 0 },
      'catch-up': 0,
    });
    expect(report.steady?.bytes).toMatchObject({ replicate: 200, answer: 40, commit: 0 });
  });

  test('takes one round trip, and as long as the leader waited for its quorum', () => {
    expect(report.roundTrips).toEqual([{ roundTrips: 1, commits: 1 }]);
    expect(report.commitLatency).toMatchObject({ count: 1, maxMs: 0.4 });
  });

  test('is as many round trips when the own disk of the leader is the last', () => {
    expect(write({ ownDiskLast: true }).report().roundTrips).toEqual([
      { roundTrips: 1, commits: 1 },
    ]);
  });

  test('is visible on the others when they apply it', () => {
    const { count, maxMs } = report.visibility;
    expect([count, maxMs]).toEqual([2, 0.5]);
  });

  test('counts once, however many nodes apply it and however often', () => {
    const again = write().boot('n3:2', 1_000).effect('n3:2', 1_010, 1).effect('n1', 1_020, 1);
    expect(again.report().whole.operations).toBe(1);
  });

  test('is an entry a message', () => {
    expect(report.batch.entriesPerMessage).toBe(1);
  });

  test('its bytes are weighed against what the client asked for', () => {
    const request = { op: 'put', key: 'k', value: 'v' };
    const asked = write().operation(700, { request });
    // 240 bytes between nodes; the requests of all others are `null`, four characters.
    const requests = 180 * 4 + JSON.stringify(request).length;
    expect(asked.report().amplification).toBeCloseTo(240 / (requests / 181), 6);
  });
});

test('operations of one session that take effect out of order are all counted', () => {
  const run = quietRun().successes(200, 1_990);
  run.line('n1', applied(600 * MS, 1, 1, { effective: [[1, 3, 4]] }));
  run.line(
    'n1',
    applied(601 * MS, 2, 2, {
      effective: [
        [1, 1, 2],
        [2, 1, 1],
      ],
    }),
  );
  run.line(
    'n2',
    applied(602 * MS, 1, 2, {
      effective: [
        [1, 1, 4],
        [2, 1, 1],
      ],
    }),
  );
  expect(run.report().whole.operations).toBe(5);
});

describe('a read that is no log entry', () => {
  /** n1 proves by a round of heartbeats that it still leads. */
  function read(): MadeUpRun {
    return quietRun()
      .step('n1', 500, { input: 'read', sends: sends('Heartbeat', 'n2', 'n3') })
      .step('n2', 500.1, {
        ...{ input: 'recv', recv: [`n1:1:${TAKEN_IN}:0`, 'n1', 'Heartbeat'] },
        sends: sends('HeartbeatResp', 'n1'),
      })
      .step('n1', 500.2, { input: 'recv', recv: ['n2:1:3:0', 'n2', 'HeartbeatResp'] })
      .step('n1', 550, { sends: sends('Heartbeat', 'n2', 'n3') })
      .operation(500.3, { level: 'index', op: 'read', seq: 0 })
      .operation(510, { level: 'local', op: 'read', seq: 0 });
  }

  test('owns the messages that it caused, whatever their type', () => {
    const report = read().report();
    expect(report.whole.messages).toMatchObject({ read: 3, heartbeat: 2 });
    expect(report.messagesPerRead).toBe(1.5);
  });

  test('is told by its level', () => {
    expect(read().report().reads).toMatchObject([
      { level: 'index', outcomes: { ok: 1, failed: 0, unknown: 0 } },
      { level: 'local', outcomes: { ok: 1, failed: 0, unknown: 0 } },
    ]);
  });

  test('does not hide that no operation of the log was answered', () => {
    const run = quietRun().successes(200, 1_000).successes(1_500, 1_990);
    for (let ms = 200; ms < 1_990; ms += 5)
      run.operation(ms, { level: 'local', op: 'read', seq: 0 });
    expect(run.report().longestGapMs).toBe(500);
  });
});

describe('steady time', () => {
  test('begins after the warm-up and leaves out faults until everybody follows again', () => {
    // First answer at 200 ms, a tenth of the run later: 400 ms; last answer at 1,990 ms.
    const whole = quietRun().effect('n1', 600, 1).successes(200, 1_990).report();
    expect(whole.steady?.spanMs).toBe(1_590);
    const pause = fault(1, { kind: 'pause', node: 'n2' }, 800 * MS, 1_000 * MS);
    const broken = quietRun()
      .effect('n1', 600, 1)
      .fault(pause)
      .lab({ k: 'pause', us: 800 * MS, node: 'n2' }, { k: 'resume', us: 1_000 * MS, node: 'n2' })
      .role('n2', 1_001, 'candidate', 1, null)
      .role('n2', 1_100, 'follower', 1, 'n1')
      .successes(200, 1_990)
      .report();
    expect(broken.steady?.spanMs).toBe(1_590 - 300);
  });

  test('is none when nothing took effect in it', () => {
    expect(quietRun().successes(200, 1_990).report().steady).toBeNull();
  });
});
