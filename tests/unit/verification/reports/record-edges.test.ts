/** Records that lack something: a report says so and shows no figure that it does not have. */
import { describe, expect, test } from 'vitest';
import { runReportSchema } from '../../../../src-main/contract/report.ts';
import type { FaultSpec } from '../../../../src-main/vocabulary/fault.ts';
import type { JournalHeader, StepHeader } from '../../../../src-main/vocabulary/journal.ts';
import type { TraceEvent } from '../../../../src-main/vocabulary/trace.ts';
import { applied, fault } from '../facts.ts';
import { MadeUpRun, MS, quietRun } from './made-up-run.ts';

describe('a report', () => {
  test('has the shape of the contract', () => {
    const report = quietRun().effect('n1', 500, 1).successes(200, 1_990).report();
    expect(runReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  test('of a run without clients has no latency, outage or cost per operation', () => {
    const report = quietRun()
      .fault(fault(1, { kind: 'kill', node: 'n1' }, 1e6))
      .report();
    expect(report).toMatchObject({ opsPerSecond: null, steady: null, longestGapMs: null });
    expect(report.latency).toMatchObject({ count: 0, p50Ms: null, maxMs: null });
    expect(report.faults[0]).toMatchObject({ outageMs: null, effect: 'internal' });
    expect(report.notices).toEqual([expect.stringContaining('No client asked for anything')]);
  });

  test('of a record without journals shows what clients and the lab know', () => {
    const report = new MadeUpRun()
      .fault(fault(1, { kind: 'kill', node: 'n1' }, 1e6, 1_100 * MS))
      .successes(200, 1_000)
      .successes(1_500, 1_990)
      .report();
    expect(report.tenures).toEqual([]);
    expect(report.faults[0]).toMatchObject({ leader: null, outageMs: 500, effect: 'outage' });
    expect(report.faults[0]?.summary).toMatch(/^Nobody led when it began\./);
  });

  test.each([
    ['running', 'still being recorded'],
    ['incomplete', 'may lack its end'],
    ['failed', 'may lack its end'],
  ] as const)('of a run that is %s says so', (status, text) => {
    const report = quietRun().successes(200, 1_990).report({ status, verdict: null, note: null });
    expect(report.notices).toEqual([expect.stringContaining(text)]);
  });

  test('names the rules that were switched off, and carries the note of the run', () => {
    const change = { mutants: ['vote-without-sync'], note: 'Not checked: x.' };
    expect(quietRun().successes(200, 1_990).report(change).notices).toEqual([
      'Not checked: x.',
      'Rules were switched off: vote-without-sync.',
    ]);
  });
});

describe('a record of another lab, or a damaged one', () => {
  test('may have kinds of faults, messages and events that this one does not know', () => {
    const unheard = { kind: 'cosmic-ray', nodes: ['n1'] } as unknown as FaultSpec;
    const report = quietRun()
      .fault(fault(1, unheard, 1e6, 1_100 * MS))
      .step('n1', 500, { sends: [[0, 'n2', 'Telepathy']] })
      .step('n1', 501, { trace: [{ kind: 'mystery' } as unknown as TraceEvent] })
      .line('n1', { k: '?', us: 502 * MS } as unknown as JournalHeader)
      .successes(200, 1_990)
      .report();
    expect(report.faults[0]).toMatchObject({ kind: 'cosmic-ray', onLeader: false, effect: 'none' });
    expect(report.whole.messages.answer).toBe(1);
  });

  test('cannot hold a report up with endless ranges or broken numbers', () => {
    const huge = { from: 1, to: Number.MAX_SAFE_INTEGER };
    const append = { kind: 'append', era: { number: 1, owner: null }, noop: false } as const;
    const recv = ['n9::x:0', 'n9', 'AppendEntries'] as unknown as StepHeader['recv'] & object;
    const report = quietRun()
      .step('n1', 500, {
        trace: [
          { ...append, ...huge },
          { kind: 'commit', ...huge },
        ],
      })
      .step('n1', 501, { n: 1e15, input: 'recv', recv })
      .line('n1', applied(502 * MS, 1, 1, { ...huge, effective: [[1, 1, 1e15]] }))
      .line('n1', applied(503 * MS, 1, 1, { effective: [[1, 1, 1e15]] }))
      .successes(200, 1_990)
      .report();
    expect(report.whole.operations).toBe(0);
  });
});
