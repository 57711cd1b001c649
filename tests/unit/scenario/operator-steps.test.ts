/** Steps of a scenario that are commands of the operator or faults of a disk. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src-main/lab/scenario-file.ts';
import { commandsOf } from '../../../src-main/lab/scenario-commands.ts';
import { planOfScenario } from '../../../src-main/lab/scenario-plan.ts';
import { Prng } from '../../../src-main/base/prng.ts';
import type { ScenarioAdmin, ScenarioSpec } from '../../../src-main/vocabulary/scenario.ts';

function parsed(...steps: string[]): ScenarioSpec {
  const head = 'version: 1\nname: demo\ncluster: { nodes: 3 }\ndurationMs: 10s\nsteps:\n';
  const lines = steps.map((step) => `  - { at: 1s, ${step} }\n`);
  return parseScenario(head + lines.join(''), 'demo.yaml');
}

const textsOf = (spec: ScenarioSpec): string[] => spec.steps.map(({ text }) => text.slice(8));

describe('a step', () => {
  test('of each kind is read, with its defaults', () => {
    const spec = parsed(
      'do: add, node: n4',
      'do: add, node: n5, as: voter',
      'do: promote, node: learner',
      'do: remove, node: leader',
      'do: replace, node: [n1, n2]',
      'do: reconfigure, voters: [n1, n4], learners: n2',
      'do: transfer, to: followers',
      'do: snapshot, node: any, retain: 5',
      'do: wipe, node: killed',
      'do: hold-disk, node: n1',
      'do: release-disk, node: held',
      'do: power-cut, node: n1, ms: 200ms',
    );
    expect(textsOf(spec)).toEqual([
      'add n4 as learner',
      'add n5 as voter',
      'promote learner',
      'remove leader',
      'replace n1, n2',
      'reconfigure to n1 n4, learners n2',
      'transfer the lead to followers',
      'snapshot of any',
      'wipe killed',
      'hold the disk of n1',
      'release the disk of held',
      'power cut of n1, losing the writes of 200 ms',
    ]);
    expect(spec.steps.at(-1)?.action).toEqual({
      do: 'break-node',
      node: ['n1'],
      effect: { kind: 'power-cut', ms: 200 },
      forMs: null,
    });
  });

  test('may name a node that another step adds, and no other beyond the cluster', () => {
    expect(() => parsed('do: add, node: n4', 'do: kill, node: n4')).not.toThrow();
    expect(() => parsed('do: kill, node: n4')).toThrow(/"n4" is outside the cluster/);
  });

  test.each([
    ['do: add, node: leader', /"leader" is not allowed; allowed: n1, n2/],
    ['do: add, node: n4, as: observer', /"observer" is not allowed; allowed: learner, voter/],
    ['do: reconfigure, voters: []', /nobody is a voter; allowed: at least one/],
    ['do: reconfigure, voters: [n1], learners: [n1]', /"n1" stands twice/],
    ['do: snapshot, node: n1, retain: -1', /-1 is not allowed; allowed: at least 0/],
    ['do: power-cut, node: n1, ms: 61s', /61s.* is not allowed; allowed: 0 ms to 1 m/],
    ['do: transfer', /to: missing/],
  ])('%s is refused', (step, message) => {
    expect(() => parsed(step)).toThrow(message);
  });
});

describe('the words of a command', () => {
  const cluster = {
    nodeIds: ['n1', 'n2', 'n3', 'n4'],
    membership: {
      voterIds: ['n1', 'n2', 'n3'],
      learnerIds: ['n4'],
      addedIds: ['n4'],
      removedIds: ['n5'],
    },
    leadership: { ready: (): string | null => 'n2' },
    ledger: { active: [] },
    isRunning: () => true,
  };
  const resolved = (action: ScenarioAdmin, over = cluster): unknown =>
    commandsOf(action, over, new Prng(1));

  test('stand for nodes when the step runs', () => {
    expect(resolved({ do: 'promote', node: ['learner'] })).toEqual([{ do: 'promote', node: 'n4' }]);
    expect(resolved({ do: 'remove', node: ['added', 'leader'] })).toEqual([
      { do: 'remove', node: 'n4' },
      { do: 'remove', node: 'n2' },
    ]);
  });

  test('a transfer goes to a voter, to another one than leads when there is one', () => {
    expect(resolved({ do: 'transfer', to: ['n4', 'n2', 'n3'] })).toEqual([
      { do: 'transfer', to: 'n3' },
    ]);
    expect(resolved({ do: 'transfer', to: ['n2'] })).toEqual([{ do: 'transfer', to: 'n2' }]);
    expect(resolved({ do: 'transfer', to: ['n4'] })).toEqual([]);
  });

  test('that need a leader wait for one', () => {
    const leaderless = { ...cluster, leadership: { ready: () => null } };
    expect(resolved({ do: 'transfer', to: ['n1'] }, leaderless)).toBe(null);
    expect(resolved({ do: 'remove', node: ['leader'] }, leaderless)).toBe(null);
  });
});

test('a level of reads that a protocol does not have is refused with those it has', () => {
  const source = 'version: 1\nname: a\ncluster: { nodes: 1 }\ndurationMs: 1s\n';
  const spec = parseScenario(`${source}workload: { readLevel: index }\n`, 'a.yaml');
  expect(planOfScenario('raft-1', spec, 'raft', 1).workload.readLevel).toBe('index');
  expect(() => planOfScenario('zab-1', spec, 'zab', 1)).toThrow(
    'zab has no reads of level index; it has log, local, sync',
  );
  const lease = parseScenario(`${source}workload: { readLevel: lease }\n`, 'a.yaml');
  expect(planOfScenario('raft-1', lease, 'raft', 1).options).toEqual({ leaseReads: true });
});
