/** Single-decree Paxos with parts of their own (protocols.md 2.1). */
import { describe, expect, test } from 'vitest';
import { Prng } from '../../../src-main/base/prng.ts';
import { protocolDefinition } from '../../../src-main/protocols/index.ts';
import { clusterProblem } from '../../../src-main/protocols/paxos/cluster-problem.ts';
import { runScript } from '../../../src-main/runtime/simulator/script/run-script.ts';

const PARTS = 'n1:proposer,n2:proposer,n3:acceptor,n4:acceptor,n5:acceptor,n6:learner';
const IDS = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'];

function run(lines: readonly string[], mutants: readonly string[] = [], options = '') {
  const head = `cluster nodes=6 seed=1 mode=single-decree roles=${PARTS} ${options}`;
  const text = [head, ...lines].join('\n');
  return runScript(text, { protocol: protocolDefinition('paxos'), mutants: [...mutants] });
}

/** A schedule of deliveries, losses, repeats and crashes between two proposers. */
function storm(seed: number): string[] {
  const prng = new Prng(seed);
  const lines = ['submit c1 n1 put x 1', 'submit c2 n2 put x 2'];
  for (let i = 0; i < 60; i += 1) {
    const [from, to] = [IDS[prng.nextInt(0, 5)], IDS[prng.nextInt(0, 5)]];
    if (from === to) continue;
    const verb = ['deliver', 'deliver', 'deliver', 'drop', 'duplicate'][prng.nextInt(0, 4)];
    lines.push(`${verb} from=${from} to=${to} count=1`);
    if (prng.nextInt(0, 9) === 0) lines.push(`tick n${prng.nextInt(1, 2)} elapsed=10`);
    if (prng.nextInt(0, 14) === 0) lines.push(`power-cut ${from}`, `boot ${from}`);
  }
  return lines;
}

test('seeds 1 to 150: whatever is lost, repeated or forgotten, one value is decided', () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const schedule = [...storm(seed), 'expect holds', 'submit c3 n1 put x 3', 'run 400'];
    const result = run([...schedule, 'expect committed n1 1', 'expect holds']);
    expect([seed, result.failures]).toEqual([seed, []]);
  }
});

describe('the rules switched off in turn', () => {
  test.each(['forget-promise', 'blind-takeover', 'narrow-phase-1'])('%s decides two', (mutant) => {
    const found = new Set<string>();
    for (let seed = 1; seed <= 150; seed += 1) {
      const { violations } = run([...storm(seed), 'run 200', 'expect holds'], [mutant]);
      for (const violation of violations) found.add(violation.id);
    }
    expect([...found]).not.toEqual([]);
  });
});

describe('what is refused', () => {
  test('sessions, operators, reads, and a second value', () => {
    const { failures } = run([
      'open c1 n1',
      'expect reply c1 open refused bad-request',
      'submit c1 n3 put x 1 seq=1',
      'expect reply c1 1 refused bad-request',
      'submit c1 n1 put x 1 seq=2',
      'submit c1 n1 put x 2 seq=3',
      'expect reply c1 3 refused busy',
      'snapshot n1',
      'expect reply operator 1 refused bad-request',
      'run 5',
      'expect reply c1 2 ok',
    ]);
    expect(failures).toEqual([]);
  });

  test('a cluster without a proposer or acceptor, and quorums that need not meet', () => {
    const single = { mode: 'single-decree' };
    expect(clusterProblem(IDS, { ...single, roles: PARTS })).toBe(null);
    expect(clusterProblem(IDS, { ...single, roles: 'n1:acceptor' })).toContain('nobody');
    expect(clusterProblem(IDS, { ...single, roles: 'n9:acceptor' })).toContain('no node');
    const narrow = { ...single, roles: PARTS, q1: 1, q2: 2 };
    expect(clusterProblem(IDS, narrow)).toContain('need not meet');
    expect(clusterProblem(IDS, { mode: 'triple' })).toContain('expected multi');
  });
});

test('what was decided is known after a restart, and a vote is not forgotten', () => {
  const { failures } = run([
    'submit c1 n1 put x 1',
    'run 3',
    'kill n6',
    'boot n6',
    'expect committed n6 1',
    'expect value n6 x 1',
    'kill n3',
    'boot n3',
    'expect length n3 1',
  ]);
  expect(failures).toEqual([]);
});
