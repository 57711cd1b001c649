/** What a report says of each fault, worked out by hand from protocols.md 8.1 and 8.2. */
import { describe, expect, test } from 'vitest';
import type { FaultRecord } from '../../../../src-main/vocabulary/fault.ts';
import { fault } from '../facts.ts';
import type { MadeUpRun } from './made-up-run.ts';
import { MS, quietRun } from './made-up-run.ts';

const KILL: FaultRecord = {
  ...fault(1, { kind: 'kill', node: 'n1' }, 1_000 * MS, 1_500 * MS),
  label: 'kill n1',
  outcome: 'started again',
};

/** n1 is killed at 1,000 ms; n2 asks in vain in era 2, n3 wins era 3; n1 is back at 1,500 ms. */
function crash(): MadeUpRun {
  return quietRun()
    .fault(KILL)
    .lab({ k: 'down', us: 1_210 * MS, node: 'n1', how: 'kill', why: 'SIGKILL' })
    .role('n2', 1_200, 'candidate', 2, null)
    .role('n3', 1_250, 'candidate', 3, null)
    .role('n3', 1_300, 'leader', 3, 'n3')
    .role('n2', 1_310, 'follower', 3, 'n3')
    .role('n3', 1_320, 'leader', 3, 'n3', true)
    .effect('n3', 1_330, 1)
    .boot('n1:2', 1_500)
    .role('n1:2', 1_520, 'follower', 3, 'n3')
    .successes(200, 1_000)
    .successes(1_335, 1_995)
    .operation(1_990, { outcome: 'unknown', invokeUs: 995 * MS, code: null })
    .operation(1_150, { outcome: 'failed', invokeUs: 1_100 * MS, code: 'no-leader' })
    .operation(1_710, { outcome: 'failed', invokeUs: 1_700 * MS, code: 'busy' });
}

describe('a leader that is killed', () => {
  const report = crash().report();
  const [told] = report.faults;

  test('is measured to suspicion, choice, readiness, first commit and acceptance', () => {
    expect(told).toMatchObject({
      leader: { node: 'n1', era: '1' },
      onLeader: true,
      newLeader: { node: 'n3', era: '3' },
      detectedMs: 200,
      electedMs: 300,
      readyMs: 320,
      firstCommitMs: 330,
      healthyMs: 320,
      failedRounds: 1,
    });
  });

  test('makes an outage of the clients, from their last answer before it', () => {
    expect(told).toMatchObject({ effect: 'outage', outageMs: 335, outageFromMs: 1_000 });
    expect(report.longestGapMs).toBe(335);
    expect(report.usualGapMs).toBe(10);
  });

  test('is charged with what was under way while it was on, not with what failed later', () => {
    expect(told).toMatchObject({ failed: 1, unknown: 1 });
    expect(report.outcomes).toMatchObject({ failed: 2, unknown: 1 });
    expect(report.refusals).toEqual([
      { code: 'busy', count: 1 },
      { code: 'no answer', count: 1 },
      { code: 'no-leader', count: 1 },
    ]);
  });

  test('led until the fault, not until the lab noticed', () => {
    expect(report.tenures).toMatchObject([
      { node: 'n1', era: '1', fromMs: 100, readyMs: 110, toMs: 1_000 },
      { node: 'n3', era: '3', fromMs: 1_300, readyMs: 1_320, toMs: 2_000 },
    ]);
    expect(report.elections).toMatchObject([{ leader: { node: 'n1' }, cause: 'start-up' }]);
  });

  test('says so in a sentence', () => {
    expect(told?.summary).toBe(
      'n3 leads era 3, chosen after 300 ms, ready after 320 ms. ' +
        'All live voters accepted one leader after 320 ms. ' +
        'No commit was answered for 335 ms. 1 failed, 1 of unknown outcome.',
    );
  });
});

describe('a fault that did not hurt', () => {
  test('says so: no election, nothing lost, no gap longer than usual', () => {
    const slow = fault(1, { kind: 'delay', links: [], delayMs: 5, jitterMs: 0 }, 1e6, 1_500 * MS);
    const [told] = quietRun().fault(slow).successes(200, 1_990).report().faults;
    expect(told).toMatchObject({
      effect: 'none',
      detectedMs: null,
      newLeader: null,
      healthyMs: null,
      outageMs: 10,
      failed: 0,
      unknown: 0,
    });
    expect(told?.summary).toBe(
      'No election: n1 went on leading. Clients noticed nothing ' +
        '(longest gap 10.0 ms, usual up to 50.0 ms).',
    );
  });

  test('a follower that seeks leadership in vain is told as inside, not as an outage', () => {
    const links = [{ from: 'n1', to: 'n3' }];
    const [told] = quietRun()
      .fault(fault(1, { kind: 'cut', links }, 1e6, 1_400 * MS))
      .role('n3', 1_170, 'candidate', 1, null)
      .role('n3', 1_420, 'follower', 1, 'n1')
      .successes(200, 1_990)
      .report().faults;
    expect(told).toMatchObject({ effect: 'internal', detectedMs: 170, newLeader: null });
    expect(told).toMatchObject({ healthyMs: 420, electedMs: null, failedRounds: null });
  });

  test('one that was refused is told as not carried out, and shadows nothing', () => {
    const refused = { ...KILL, endUs: KILL.startUs, outcome: 'refused: n1 is down already' };
    const report = quietRun().fault(refused).effect('n1', 700, 1).successes(200, 1_990).report();
    expect(report.faults[0]).toMatchObject({ effect: 'not-applied', onLeader: false });
    expect(report.tenures).toMatchObject([{ node: 'n1', toMs: 2_000 }]);
    expect(report.steady?.spanMs).toBeGreaterThan(1_500);
  });
});

describe('whose change of leader it is', () => {
  test('the newest fault on the leader, not a later one elsewhere', () => {
    const elsewhere = fault(2, { kind: 'pause', node: 'n2' }, 1_100 * MS, 1_900 * MS);
    const [kill, pause] = crash().fault(elsewhere).report().faults;
    expect(kill).toMatchObject({ detectedMs: 200, newLeader: { node: 'n3' } });
    expect(pause).toMatchObject({ onLeader: false, detectedMs: null, newLeader: null });
  });

  test('a fault before it that left the leader alone has no part in it', () => {
    const before = fault(2, { kind: 'hold-disk', node: 'n3' }, 500 * MS, 600 * MS);
    const reports = crash().fault(before).report().faults;
    expect(reports.map(({ label, newLeader }) => [label, newLeader?.node ?? null])).toEqual([
      ['fault 2', null],
      ['kill n1', 'n3'],
    ]);
  });

  test('a command of the operator takes it away from faults elsewhere', () => {
    const spec = { do: 'transfer', to: 'n3' } as const;
    const command = { id: 1, spec, label: 'transfer the lead to n3', origin: 'hand' } as const;
    const times = { startUs: 1_150 * MS, endUs: 1_400 * MS, ok: true, outcome: 'done' };
    const report = quietRun()
      .fault(fault(1, { kind: 'hold-disk', node: 'n2' }, 1_100 * MS, 1_180 * MS))
      .lab({ k: 'admin', us: 1_400 * MS, record: { ...command, ...times } })
      .role('n3', 1_200, 'candidate', 2, null)
      .role('n1', 1_205, 'follower', 2, null)
      .role('n3', 1_210, 'leader', 2, 'n3', true)
      .successes(200, 1_990)
      .report();
    expect(report.faults[0]).toMatchObject({ newLeader: null, detectedMs: null });
    expect(report.elections.at(-1)).toMatchObject({
      leader: { node: 'n3' },
      cause: 'transfer the lead to n3',
    });
    expect(report.changes).toMatchObject([{ label: 'transfer the lead to n3', gapMs: 10 }]);
  });

  test('a second change during the same fault is told apart, with when it came', () => {
    const report = quietRun()
      .fault({
        ...fault(1, { kind: 'loss', links: [{ from: 'n1', to: 'n2' }], probability: 1 }, 5e5),
      })
      .role('n2', 700, 'candidate', 2, null)
      .role('n1', 705, 'follower', 2, null)
      .role('n2', 710, 'leader', 2, 'n2', true)
      .role('n1', 900, 'candidate', 3, null)
      .role('n2', 905, 'follower', 3, null)
      .role('n1', 910, 'leader', 3, 'n1', true)
      .successes(200, 1_990)
      .report();
    expect(report.faults[0]).toMatchObject({
      newLeader: { node: 'n2' },
      endMs: null,
      outcome: null,
    });
    expect(report.elections.at(-1)).toMatchObject({ atMs: 910, leader: { node: 'n1' } });
    expect(report.elections.at(-1)?.cause).toBe('again during fault 1, 410 ms in');
  });
});

describe('what never got better', () => {
  test('an outage that no success ended lasts until the last request was given up', () => {
    const lost = { outcome: 'unknown', invokeUs: 1_050 * MS } as const;
    const [told] = quietRun()
      .fault({ ...KILL, endUs: null, outcome: null })
      .successes(200, 1_000)
      .operation(1_900, lost)
      .report().faults;
    expect(told).toMatchObject({ outageMs: 900, outageOpen: true, unknown: 1, effect: 'outage' });
    expect(told).toMatchObject({ endMs: null, firstCommitMs: null, healthyMs: null });
    expect(told?.summary).toContain('No commit was answered any more.');
  });

  test('ZAB begins by looking, and a node that starts suspects nobody', () => {
    const [told] = quietRun()
      .fault({ ...KILL, spec: { kind: 'kill', node: 'n3' } })
      .boot('n3:2', 1_500, {
        ...{ kind: 'role', role: 'looking', word: 'looking', era: { number: 1, owner: null } },
        ...{ leader: null, ready: false, why: 'start' },
      })
      .role('n3:2', 1_520, 'follower', 1, 'n1')
      .successes(200, 1_990)
      .report({ protocol: 'zab' }).faults;
    expect(told).toMatchObject({ onLeader: false, detectedMs: null, healthyMs: 520 });
  });
});

test('of overlapping faults each has the outage that began with it', () => {
  const cut = { kind: 'cut', links: [{ from: 'n3', to: 'n2' }] } as const;
  const delay = { kind: 'delay', links: [], delayMs: 1, jitterMs: 0 } as const;
  const { faults } = quietRun()
    .fault(fault(1, delay, 300 * MS, 1_900 * MS))
    .fault(fault(2, { kind: 'pause', node: 'n1' }, 505 * MS, 1_800 * MS))
    .role('n3', 600, 'candidate', 2, null)
    .role('n3', 610, 'leader', 2, 'n3', true)
    .role('n2', 615, 'follower', 2, 'n3')
    .fault(fault(3, cut, 1_105 * MS, 1_700 * MS))
    .successes(200, 500)
    .successes(650, 1_100)
    .successes(1_400, 1_990)
    .report();
  expect(faults.map(({ effect, outageMs, outageOf }) => [effect, outageMs, outageOf])).toEqual([
    ['none', 300, 3],
    ['outage', 150, 2],
    ['outage', 300, 3],
  ]);
  expect(faults[0]?.summary).toContain('put down to #3');
});

test('a crash that waits for a point counts from the moment at which it struck', () => {
  const spec = { kind: 'crash-at', node: 'n1', point: 'before-reply', nth: 3 } as unknown;
  const armed = { ...KILL, spec: spec as FaultRecord['spec'], startUs: 700 * MS };
  const [told] = crash().fault(armed).report().faults;
  // The lab saw it down at 1,210 ms, after n2 had begun to suspect.
  expect(told).toMatchObject({ startMs: 700, struckMs: 1_210, electedMs: 90, readyMs: 110 });
  expect(told?.summary).toMatch(/^It struck at 1\.210 s\./);
});

test('a fault that only makes clients wait says how long', () => {
  const slow = fault(1, { kind: 'delay', links: [], delayMs: 5, jitterMs: 0 }, 1e6, 1_500 * MS);
  const run = quietRun().fault(slow).successes(200, 1_000).successes(1_510, 1_990);
  for (let ms = 1_010; ms <= 1_500; ms += 10) run.operation(ms, { invokeUs: (ms - 12) * MS });
  const [told] = run.report().faults;
  expect(told).toMatchObject({ effect: 'slower', outageMs: 10, failed: 0 });
  expect(told?.latencyP50Ms).toBeCloseTo(12, 0);
  expect(told?.summary).toBe(
    'No election: n1 went on leading. No outage (longest gap 10.0 ms, usual up to 50.0 ms). ' +
      'Clients waited longer: p50 12.0 ms, usual 1.00 ms.',
  );
});

test('when all nodes lost power, the first that looks for a leader detects it', () => {
  const cuts = ['n1', 'n2', 'n3'].map((node, i) => {
    return fault(i + 1, { kind: 'power-cut', node, ms: 10 }, 1_000 * MS, 1_300 * MS);
  });
  const run = quietRun().successes(200, 1_000).successes(1_420, 1_990);
  const start = { kind: 'role', role: 'looking', word: 'looking', leader: null } as const;
  const looking = { ...start, era: { number: 1, owner: null }, ready: false, why: 'start' };
  for (const cut of cuts) run.fault(cut);
  for (const node of ['n1', 'n2', 'n3']) run.boot(`${node}:2`, 1_300, looking);
  const report = run.role('n2:2', 1_400, 'leader', 2, 'n2', true).report({ protocol: 'zab' });
  expect(report.faults[0]).toMatchObject({ onLeader: true, newLeader: { node: 'n2' } });
  expect(report.faults[0]).toMatchObject({ detectedMs: 300, readyMs: 400, outageMs: 420 });
  expect(report.elections).toMatchObject([{ cause: 'start-up' }]);
  expect(report.faults[1]?.summary).toMatch(/^That n1 ceased to lead is not put down to it\./);
});
