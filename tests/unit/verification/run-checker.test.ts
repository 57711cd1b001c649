import { describe, expect, test } from 'vitest';
import { RunChecker, type CheckResult } from '../../../src-main/verification/run-checker.ts';
import type { JournalHeader } from '../../../src-main/vocabulary/journal.ts';
import type { TraceEvent } from '../../../src-main/vocabulary/trace.ts';
import type { OperationRecord } from '../../../src-main/vocabulary/workload.ts';
import { applied, hashOf, operation, persisted, role, step } from './facts.ts';

type Said = readonly [node: string, incarnation: number, header: JournalHeader];

function check(said: readonly Said[], operations: readonly OperationRecord[] = []): CheckResult {
  const checker = new RunChecker('raft');
  for (const [node, incarnation, header] of said) checker.handleHeader(node, incarnation, header);
  checker.handleOperations(operations);
  return checker.finish(1_000_000);
}

/** The checks that found something, each once. */
function convicted(said: readonly Said[], operations: readonly OperationRecord[] = []): string[] {
  const result = check(said, operations);
  expect(result.verdict).toBe(result.findings.length > 0 ? 'invalid' : 'valid');
  return [...new Set(result.findings.map((finding) => finding.check))];
}

function commit(from: number, to: number): TraceEvent {
  return { kind: 'commit', from, to };
}

function vote(candidate: string, era: number, granted = true): TraceEvent {
  return { kind: 'vote', candidate, era: { number: era, owner: null }, granted, phase: 'real' };
}

const CLEAN: readonly Said[] = [
  ['n1', 1, step(1, 1_000, vote('n1', 1), role('leader', 1))],
  ['n2', 1, step(1, 1_100, vote('n1', 1))],
  ['n1', 1, step(2, 2_000, commit(1, 3), role('leader', 1, true))],
  ['n1', 1, applied(2_100, 1, 3, { effective: [[1, 1, 2]] })],
  [
    'n2',
    1,
    step(2, 2_200, {
      kind: 'append',
      from: 4,
      to: 5,
      era: { number: 1, owner: null },
      noop: false,
    }),
  ],
  ['n2', 1, step(3, 2_300, { kind: 'truncate', from: 4 }, commit(1, 3))],
  ['n2', 1, applied(2_400, 1, 3, { effective: [[1, 1, 2]] })],
];

describe('the checks', () => {
  test('pass a clean run', () => {
    expect(
      convicted(CLEAN, [operation(1, 3_000, { pos: 2 }), operation(2, 3_100, { pos: 3 })]),
    ).toEqual([]);
  });

  test('pass a node that comes back and applies everything again, in other batches', () => {
    const again: Said[] = [
      ['n2', 2, step(1, 5_000)],
      ['n2', 2, step(2, 5_100, commit(1, 2))],
      ['n2', 2, applied(5_200, 1, 2, { effective: [[1, 1, 1]] })],
      ['n2', 2, step(3, 5_300, commit(3, 3))],
      ['n2', 2, applied(5_400, 3, 3, { effective: [[1, 2, 2]] })],
    ];
    expect(convicted([...CLEAN, ...again])).toEqual([]);
  });

  test('convict two leaders of one era, and name both', () => {
    const result = check([...CLEAN, ['n3', 1, step(1, 9_000, role('leader', 1))]]);
    expect(result.findings).toEqual([
      {
        check: 'election-safety',
        message: 'Two leaders of era 1: n1 (life 1) from 0.001 s and n3 (life 1) from 0.009 s.',
        us: 9_000,
        node: 'n3',
      },
    ]);
  });

  test('convict one node that leads one era in two lives, but not ballots of two owners', () => {
    expect(convicted([...CLEAN, ['n1', 2, step(1, 9_000, role('leader', 1))]])).toEqual([
      'election-safety',
    ]);
    const ballots: Said[] = [
      ['n1', 1, step(3, 9_000, role('leader', 4, false, 'n1'))],
      ['n2', 1, step(4, 9_000, role('leader', 4, false, 'n2'))],
    ];
    expect(convicted([...CLEAN, ...ballots])).toEqual([]);
  });

  test('convict states that differ at a position, also long after the others passed it', () => {
    const wrong = applied(9_000, 1, 2, {
      hashes: [
        [1, hashOf(1)],
        [2, hashOf(77)],
      ],
    });
    expect(convicted([...CLEAN, ['n3', 1, step(1, 8_000)], ['n3', 1, wrong]])).toEqual([
      'state-agreement',
    ]);
    const long: Said[] = [
      ['n1', 1, applied(3_000, 4, 40_000)],
      ['n3', 1, step(1, 8_000)],
    ];
    const late = applied(9_000, 1, 32, {
      hashes: [
        [16, hashOf(16)],
        [32, hashOf(33)],
      ],
    });
    const said = [['n1', 1, step(1, 1)] as Said, ['n1', 1, applied(2_000, 1, 3)] as Said, ...long];
    expect(convicted([...said, ['n3', 1, late]])).toEqual(['state-agreement']);
  });

  test('convict holes and repetitions in what is applied', () => {
    const said: Said[] = [
      ['n1', 1, step(1, 1)],
      ['n1', 1, applied(10, 1, 3)],
    ];
    expect(convicted([...said, ['n1', 1, applied(20, 5, 6)]])).toEqual(['apply-order']);
    expect(convicted([...said, ['n1', 1, applied(20, 3, 4)]])).toEqual(['apply-order']);
  });

  test('convict a commit position that goes back, and positions applied before', () => {
    expect(convicted([...CLEAN, ['n2', 1, step(4, 9_000, commit(3, 4))]])).toEqual([
      'commit-monotone',
    ]);
    expect(convicted([...CLEAN, ['n2', 1, applied(9_000, 4, 5)]])).toEqual(['applied-committed']);
  });

  test('pass positions that become committed out of order, as Paxos may', () => {
    const said: Said[] = [
      ['n3', 1, step(1, 10, commit(2, 3))],
      ['n3', 1, step(2, 20, commit(1, 1))],
    ];
    expect(convicted([...CLEAN, ...said, ['n3', 1, applied(30, 1, 3)]])).toEqual([]);
  });

  test('convict truncating what was committed', () => {
    const cut: TraceEvent = { kind: 'truncate', from: 3 };
    expect(convicted([...CLEAN, ['n2', 1, step(4, 9_000, cut)]])).toEqual(['committed-kept']);
  });

  test('convict an operation that takes effect twice in a life', () => {
    const twice = applied(9_000, 4, 4, { effective: [[1, 2, 2]] });
    const said: Said[] = [...CLEAN, ['n1', 1, step(3, 8_000, commit(4, 4))], ['n1', 1, twice]];
    expect(convicted(said)).toEqual(['exactly-once']);
  });

  test('convict an answered operation that no node carried out', () => {
    expect(convicted(CLEAN, [operation(7, 3_000, { pos: 3 })])).toEqual(['acknowledged-applied']);
  });

  test('convict two answered operations at one position', () => {
    const operations = [operation(1, 3_000, { pos: 3 }), operation(2, 3_100, { pos: 3 })];
    const { findings } = check(CLEAN, operations);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).toContain('operation 1 of session 1');
  });

  test('convict a second vote in an era, and a promise below an earlier one, across lives', () => {
    const first: Said[] = [...CLEAN, ['n2', 1, persisted(4, 8_000)]];
    expect(convicted([...first, ['n2', 2, step(1, 9_000, vote('n3', 1))]])).toEqual(['one-vote']);
    expect(convicted([...first, ['n2', 2, step(1, 9_000, vote('n3', 1, false))]])).toEqual([]);
    const higher: Said[] = [
      ...first,
      ['n2', 1, step(5, 8_100, vote('n3', 5))],
      ['n2', 1, persisted(6, 8_200)],
    ];
    const later: Said = ['n2', 2, step(1, 9_500, vote('n1', 4))];
    expect(convicted([...higher, later])).toEqual(['promise-kept']);
    expect(convicted([later, ...higher])).toEqual(['promise-kept']);
  });

  test('pass a vote that was lost with its life before it was on disk', () => {
    const lost: Said[] = [...CLEAN, ['n2', 1, step(4, 8_100, vote('n3', 5))]];
    const again: Said[] = [
      ['n2', 2, step(1, 9_000, vote('n1', 4))],
      ['n2', 2, step(2, 9_100, vote('n1', 5))],
    ];
    expect(convicted([...lost, ...again])).toEqual([]);
    expect(convicted([...again, ...lost])).toEqual([]);
  });

  test('convict votes of one life against each other, on disk or not', () => {
    const more: Said = ['n2', 1, step(4, 8_100, vote('n3', 5), vote('n1', 5))];
    expect(convicted([...CLEAN, more])).toEqual(['one-vote']);
    const less: Said = ['n2', 1, step(4, 8_100, vote('n3', 5), vote('n3', 4))];
    expect(convicted([...CLEAN, less])).toEqual(['promise-kept']);
  });

  test('convict a node that stopped on an assertion', () => {
    const end: JournalHeader = { k: 'x', us: 9_000, why: 'assertion', error: 'n1: term 3 after 4' };
    expect(convicted([...CLEAN, ['n1', 1, end]])).toEqual(['assertion']);
  });

  test('say unknown, not valid, when evidence is missing', () => {
    expect(check([]).verdict).toBe('unknown');
    const hole = check([...CLEAN, ['n2', 1, step(9, 9_000)]]);
    expect(hole).toMatchObject({ verdict: 'unknown', findings: [] });
    expect(hole.missing).toEqual(['steps 4 to 8 of n2 (life 1) are not in its journal']);
    expect(check(CLEAN, [operation(9, 3_000, { pos: 50 })]).verdict).toBe('unknown');
  });

  test('keep a hundred violations and count the rest', () => {
    const said: Said[] = [['n1', 1, step(1, 1)]];
    for (let i = 0; i < 150; i += 1) said.push(['n1', 1, applied(i, 5, 5, { hashes: [] })]);
    expect(check(said)).toMatchObject({ verdict: 'invalid', count: 150 });
    expect(check(said).findings).toHaveLength(100);
  });
});

describe('snapshots', () => {
  const loaded = (us: number, pos: number, hash = hashOf(pos)): JournalHeader => {
    return { k: 'l', n: 1, us, pos, hash };
  };

  test('a node goes on behind the snapshot that it took over', () => {
    const joined: Said[] = [
      ...CLEAN,
      ['n3', 1, step(1, 3_000, { kind: 'snapshot', what: 'installed', pos: 3, peer: 'n1' })],
      ['n3', 1, loaded(3_100, 3)],
      ['n3', 1, step(2, 3_200, commit(4, 4))],
      ['n3', 1, applied(3_300, 4, 4)],
    ];
    expect(convicted(joined)).toEqual([]);
  });

  test('one that is not what others applied there is a divergence', () => {
    const wrong: Said[] = [...CLEAN, ['n3', 1, loaded(3_100, 3, hashOf(99))]];
    expect(convicted(wrong)).toEqual(['state-agreement']);
  });

  test('one that takes the state back is out of order', () => {
    expect(convicted([...CLEAN, ['n1', 1, loaded(3_100, 2)]])).toEqual(['apply-order']);
  });

  test('what it covers is committed, also when the node never said so', () => {
    const restarted: Said[] = [
      ...CLEAN,
      ['n1', 2, step(1, 5_000)],
      ['n1', 2, loaded(5_100, 3)],
      ['n1', 2, step(2, 5_200, commit(2, 4))],
      ['n1', 2, applied(5_300, 4, 4)],
    ];
    expect(convicted(restarted)).toEqual([]);
  });
});

test('a node on a fresh disk is not bound by what the disk before had promised', () => {
  const boot = (disk: string): JournalHeader => ({ ...step(1, 1_000), input: 'boot', disk });
  const lives = (second: string): Said[] => [
    ...CLEAN,
    ['n5', 1, boot('disk-1')],
    ['n5', 1, step(2, 1_500, vote('n2', 7))],
    ['n5', 1, persisted(3, 1_600)],
    ['n5', 2, boot(second)],
    ['n5', 2, step(2, 9_000, vote('n1', 2))],
  ];
  expect(convicted(lives('disk-1'))).toEqual(['promise-kept']);
  expect(convicted(lives('disk-2'))).toEqual([]);
});
