/** The page of a report: one file that fetches nothing and cannot be broken by what it shows. */
import { describe, expect, test } from 'vitest';
import type { RunReport } from '../../../../src-main/contract/report.ts';
import { escapeText, html } from '../../../../src-main/verification/reports/page/markup.ts';
import { reportPage } from '../../../../src-main/verification/reports/page/page.ts';
import {
  decadesOf,
  logScaleOf,
  logShare,
  ticksTo,
} from '../../../../src-main/verification/reports/page/scales.ts';
import type { FaultSpec } from '../../../../src-main/vocabulary/fault.ts';
import { fault } from '../facts.ts';
import { MS, quietRun } from './made-up-run.ts';

const HOSTILE = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&\u0000`;

function hostileReport(): RunReport {
  const spec = { kind: HOSTILE, node: 'n1' } as unknown as FaultSpec;
  const told = { ...fault(1, spec, 1_000 * MS, 1_200 * MS), label: HOSTILE, outcome: HOSTILE };
  const violations = [{ check: HOSTILE, message: HOSTILE, us: 1e6, node: HOSTILE }];
  return quietRun()
    .fault(told)
    .role(HOSTILE, 1_100, 'leader', 2, HOSTILE, true)
    .effect('n1', 600, 1)
    .successes(200, 1_990)
    .operation(1_995, { outcome: 'failed', code: HOSTILE })
    .report(
      {
        name: HOSTILE,
        scenario: HOSTILE,
        note: HOSTILE,
        mutants: [HOSTILE],
        verdict: 'invalid',
        violations,
      },
      { options: { [HOSTILE]: HOSTILE }, labVersion: HOSTILE },
    );
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}

describe('the page', () => {
  test('escapes everything that comes out of a recording', () => {
    const page = reportPage([hostileReport()]);
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
    expect(page).not.toMatch(/style="[^"]*(alert\(|onerror=)/);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    // The figures are as many as without it: nothing of it became an element.
    expect(countOf(page, '<figure')).toBe(countOf(page, '</figure>'));
  });

  test('has no script, and nothing of it comes from elsewhere', () => {
    const page = reportPage([quietRun().effect('n1', 600, 1).successes(200, 1_990).report()]);
    expect(page).toContain(`default-src &#39;none&#39;`);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|https?:/);
  });

  test('shows a run without faults, without clients, and one that broke a rule', () => {
    const page = reportPage([quietRun().report({ verdict: null })]);
    expect(page).toContain('No fault was injected.');
    expect(page).toContain('no client asked for anything');
    const violations = [
      { check: 'log-matching', message: 'later', us: 900 * MS, node: null },
      { check: 'election-safety', message: 'two leaders', us: 300 * MS, node: 'n2' },
    ];
    const broken = reportPage([quietRun().report({ verdict: 'invalid', violations })]);
    expect(broken.indexOf('0.300 s')).toBeGreaterThan(0);
    expect(broken.indexOf('election-safety')).toBeLessThan(broken.indexOf('log-matching'));
    expect(broken.indexOf('Verdicts')).toBeLessThan(broken.indexOf('Over time'));
  });

  test('draws several runs on the same scales', () => {
    const short = quietRun().successes(200, 990).report({ id: 1, durationMs: 1_000 });
    const long = quietRun().successes(200, 1_990).report({ id: 2, durationMs: 4_000 });
    const page = reportPage([short, long]);
    expect(countOf(page, 'class="area"')).toBe(2);
    // A second in four: the shorter run ends after a quarter of the axis.
    const paths = [...page.matchAll(/class="area" d="([^"]*)"/g)].map(([, path]) => path ?? '');
    const ends = paths.map((path) => Number(/L([\d.]+) [\d.]+Z$/.exec(path)?.[1]));
    expect(ends[0]).toBeCloseTo(250, 0);
    expect(ends[1]).toBeCloseTo(1_000, 0);
  });
});

describe('markup', () => {
  test('takes pieces as they are and everything else as text', () => {
    const piece = html`<b>${'<'}</b>`;
    expect(html`<p title="${`"'`}">${piece}${[piece, piece]}${7}${Number.NaN}</p>`.text).toBe(
      '<p title="&quot;&#39;"><b>&lt;</b><b>&lt;</b><b>&lt;</b>7</p>',
    );
  });

  test('keeps newlines and replaces other control characters', () => {
    expect(escapeText('a\n\tb\u0007\u009f')).toBe('a\n\tb\ufffd\ufffd');
  });
});

describe('scales', () => {
  test('ticks are round and do not go beyond', () => {
    expect(ticksTo(10_152, 8)).toEqual([0, 2_000, 4_000, 6_000, 8_000, 10_000]);
    expect(ticksTo(0, 8)).toEqual([0]);
  });

  test('a logarithmic axis spans whole decades', () => {
    const scale = logScaleOf([0.44, 207, 0]) ?? { min: 0, max: 0 };
    expect(scale).toEqual({ min: 0.1, max: 1_000 });
    expect(logShare(scale, 10)).toBeCloseTo(0.5, 9);
    expect(decadesOf(scale)).toHaveLength(5);
    expect(logScaleOf([0])).toBeNull();
  });
});
