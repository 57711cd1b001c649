/** What a scenario asks of one protocol only. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src-main/lab/scenario-file.ts';
import { planOfScenario } from '../../../src-main/lab/scenario-plan.ts';
import { demandsLinearizable, scenarioOf } from '../../../src-main/lab/scenario-of-protocol.ts';
import { expectationTexts } from '../../../src-main/lab/scenario-text.ts';

const HEAD = 'version: 1\nname: own\ncluster: { nodes: 3 }\ndurationMs: 5s\n';

function spec(...lines: string[]) {
  return parseScenario(HEAD + lines.join('\n'), 'own.yaml');
}

describe('expectOf', () => {
  const asked = spec('expect: [invariants]', 'expectOf: { raft: [linearizable] }');

  test('stands beside what is expected of all', () => {
    const kinds = scenarioOf('raft', asked).expect.map(({ kind }) => kind);
    expect(kinds).toEqual(['invariants', 'linearizable']);
    expect(demandsLinearizable(scenarioOf('raft', asked))).toBe(true);
    expect(demandsLinearizable(scenarioOf('zab', asked))).toBe(false);
  });

  test('is added once, however often it is asked for', () => {
    const once = scenarioOf('raft', asked);
    expect(scenarioOf('raft', once)).toEqual(once);
  });

  test('is told with the name of the protocol', () => {
    expect(expectationTexts(asked)).toEqual([
      'no safety rule is broken',
      'raft: the history is linearizable',
    ]);
  });
});

describe('readLevelOf', () => {
  const asked = spec('workload: { readLevel: local }', 'readLevelOf: { raft: lease, zab: sync }');

  test('is how the clients of that protocol read; the others as the workload says', () => {
    const levels = (['paxos', 'raft', 'zab'] as const).map((protocol) => {
      return planOfScenario('c1', asked, protocol, 1).workload.readLevel;
    });
    expect(levels).toEqual(['local', 'lease', 'sync']);
  });

  test('brings the option that reads of this level need', () => {
    expect(planOfScenario('c1', asked, 'raft', 1).options).toEqual({ leaseReads: true });
    expect(planOfScenario('c1', asked, 'zab', 1).options).toEqual({});
  });

  test('refuses a level that the protocol does not have, with those that it has', () => {
    const wrong = (): unknown => spec('readLevelOf:', '  zab: lease');
    expect(wrong).toThrowError(
      'own.yaml:6:8: readLevelOf.zab: lease is no level of zab; allowed: log, local, sync',
    );
  });
});
