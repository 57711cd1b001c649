/** When a command of the operator was decided and in force (protocols.md 8.2). */
import { expect, test } from 'vitest';
import type { AdminRecord } from '../../../../src-main/vocabulary/admin.ts';
import type { TraceEvent } from '../../../../src-main/vocabulary/trace.ts';
import { MS, quietRun } from './made-up-run.ts';

const ADD: AdminRecord = {
  id: 1,
  spec: { do: 'reconfigure', voters: ['n1', 'n2', 'n4'], learners: [] },
  label: 'reconfigure to n1 n2 n4',
  origin: 'hand',
  startUs: 1_000 * MS,
  endUs: 1_200 * MS,
  ok: true,
  outcome: 'done',
};

function config(pos: number, votersOld: readonly string[] | null): TraceEvent {
  return { kind: 'config', pos, voters: ['n1', 'n2', 'n4'], votersOld, learners: [] };
}

test('of a joint change the last configuration counts, once it is alone in force', () => {
  const era = { number: 1, owner: null };
  const report = quietRun()
    .lab({ k: 'admin', us: 1_200 * MS, record: ADD })
    .step('n1', 1_010, { trace: [config(5, ['n1', 'n2', 'n3'])] })
    .step('n1', 1_030, { trace: [{ kind: 'commit', from: 5, to: 5 }] })
    .step('n1', 1_040, {
      trace: [config(6, null), { kind: 'append', from: 6, to: 6, era, noop: true }],
    })
    .effect('n1', 1_050, 7)
    .step('n1', 1_060, { trace: [{ kind: 'commit', from: 6, to: 7 }] })
    .effect('n1', 1_075, 8)
    .successes(200, 1_000)
    .successes(1_090, 1_990)
    .report();
  expect(report.changes).toEqual([
    {
      ...{ label: ADD.label, ok: true, outcome: 'done', startMs: 1_000, endMs: 1_200 },
      ...{ decidedMs: 60, effectiveMs: 75, gapMs: 90 },
    },
  ]);
});

test('a command that changed no configuration has neither', () => {
  const spec = { do: 'snapshot', node: 'n1', retain: null } as const;
  const report = quietRun()
    .lab({ k: 'admin', us: 1_000 * MS, record: { ...ADD, spec, endUs: null, ok: null } })
    .successes(200, 1_990)
    .report();
  expect(report.changes).toMatchObject([{ decidedMs: null, effectiveMs: null, endMs: null }]);
});
