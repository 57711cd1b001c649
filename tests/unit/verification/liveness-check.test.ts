import { describe, expect, test } from 'vitest';
import {
  checkLiveness,
  type LivenessFacts,
} from '../../../src-main/verification/liveness-check.ts';
import type { FaultRecord, FaultSpec } from '../../../src-main/vocabulary/fault.ts';
import type { OperationRecord } from '../../../src-main/vocabulary/workload.ts';

const NODES = ['n1', 'n2', 'n3'];
const SECOND = 1_000_000;
const BOUND = 2 * SECOND;

function fault(spec: FaultSpec, from: number, to: number | null): FaultRecord {
  const endUs = to === null ? null : to * SECOND;
  const label = `${spec.kind} ${'node' in spec ? spec.node : ''}`.trim();
  return { id: from, spec, label, origin: 'hand', startUs: from * SECOND, endUs, outcome: null };
}

function kill(node: string, from: number, to: number | null): FaultRecord {
  return fault({ kind: 'kill', node }, from, to);
}

/** Asked every tenth of a second; answered at once but between these seconds. */
function operations(silentFrom = 0, silentTo = 0, lastSecond = 20): OperationRecord[] {
  return Array.from({ length: lastSecond * 10 }, (_, at): OperationRecord => {
    const invokeUs = (at + 1) * (SECOND / 10);
    const isSilent = invokeUs >= silentFrom * SECOND && invokeUs < silentTo * SECOND;
    const head = { client: 0, session: 1, seq: at + 1, op: 'write', key: 'k' } as const;
    const ending = isSilent
      ? ({ outcome: 'unknown', code: 'no-answer', pos: null } as const)
      : ({ outcome: 'ok', code: null, pos: at } as const);
    const rest = { attempts: 1, node: null, request: null, result: null };
    return { ...head, invokeUs, returnUs: invokeUs + 1_000, ...ending, ...rest };
  });
}

function judge(facts: Partial<LivenessFacts>): ReturnType<typeof checkLiveness> {
  const quiet = { votersAt: () => NODES, faults: [], changes: [], operations: operations() };
  return checkLiveness({ ...quiet, endUs: 20 * SECOND, ...facts }, BOUND);
}

test('a cluster that answers soon after each fault and its end is live', () => {
  const { verdict, judged, longestUs } = judge({
    faults: [kill('n1', 3, 8)],
    operations: operations(3, 4),
  });
  expect([verdict, judged]).toEqual(['valid', 3]);
  expect(longestUs).toBe(SECOND + 1_000);
});

test('a run without faults has to answer its clients', () => {
  expect(judge({})).toMatchObject({ verdict: 'valid', judged: 1 });
  expect(judge({ operations: operations(0, 20) })).toMatchObject({ verdict: 'invalid' });
});

test('what does not answer within the bound is late, at the fault, with how long it took', () => {
  const { verdict, late } = judge({ faults: [kill('n1', 3, null)], operations: operations(3, 6) });
  expect(verdict).toBe('invalid');
  expect(late).toEqual([
    {
      us: 3 * SECOND,
      what: 'kill n1',
      message: 'after "kill n1" no operation succeeded for 3.001 s; the bound is 2.000 s',
    },
  ]);
});

test('never again is late, too', () => {
  const { late } = judge({ faults: [kill('n1', 3, null)], operations: operations(3, 20) });
  expect(late.map(({ us }) => us)).toEqual([3 * SECOND]);
});

describe('nothing is owed', () => {
  test('without a majority; it is when there is one again', () => {
    const faults = [kill('n1', 3, 12), kill('n2', 4, 12)];
    const silent = judge({ faults, operations: operations(4, 13) });
    expect(silent).toMatchObject({ verdict: 'valid', notJudged: { 'no-majority': 1 } });
    const late = judge({ faults, operations: operations(4, 15) });
    expect(late.late.map(({ what }) => what)).toEqual(['the end of kill n1', 'the end of kill n2']);
  });

  test('to a cut cluster of which no majority is connected', () => {
    const links = ['n1', 'n2', 'n3'].flatMap((from) =>
      NODES.filter((to) => to !== from).map((to) => ({ from, to })),
    );
    const faults = [fault({ kind: 'cut', links }, 3, 9)];
    expect(judge({ faults, operations: operations(3, 10) })).toMatchObject({
      verdict: 'valid',
      notJudged: { 'no-majority': 1 },
    });
  });

  test('while links are so bad that nobody can say; it is when they are mended', () => {
    const links = [{ from: 'n1', to: 'n2' }];
    const faults = [fault({ kind: 'loss', probability: 0.9, links }, 3, 9)];
    const found = judge({ faults, operations: operations(3, 12) });
    expect(found.notJudged.impaired).toBe(1);
    expect(found.late.map(({ what }) => what)).toEqual(['the end of loss']);
  });

  test('while a scheduler has the time in its hands, nor for what came just before', () => {
    const heldSpans = [{ fromUs: 3.5 * SECOND, toUs: 12 * SECOND }];
    const faults = [kill('n1', 3, 5)];
    const found = judge({ faults, heldSpans, operations: operations(3, 12.5) });
    expect(found).toMatchObject({ verdict: 'valid', late: [] });
    expect(found.notJudged).toMatchObject({ impaired: 1, 'too-short': 1 });
    expect(judge({ faults, operations: operations(3, 12.5) }).verdict).toBe('invalid');
  });

  test('where the next fault came before the bound', () => {
    const faults = [kill('n1', 3, 12), kill('n2', 4, 12)];
    const { notJudged } = judge({ faults, operations: operations(3, 13) });
    expect(notJudged).toMatchObject({ 'too-short': 1, 'no-majority': 1 });
  });

  test('where nobody asked', () => {
    const faults = [kill('n1', 12, null)];
    const { verdict, notJudged } = judge({ faults, operations: operations(0, 0, 10) });
    expect([verdict, notJudged['not-asked']]).toEqual(['valid', 1]);
  });
});

test('a run of which no moment can be judged is unknown', () => {
  const faults = [kill('n1', 0, null), kill('n2', 0, null)];
  expect(judge({ faults, operations: operations(0, 20) }).verdict).toBe('unknown');
});
