/** A fault that means messages nobody sends is refused before a run begins, with its line. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src-main/lab/scenario-file.ts';
import { planOfScenario } from '../../../src-main/lab/scenario-plan.ts';
import { SimulatedScenario } from '../../../src-main/lab/simulated-scenario.ts';
import { PROTOCOL_NAMES } from '../../../src-main/vocabulary/ids.ts';

const scenario = (types: string) =>
  parseScenario(
    `version: 1
name: typed
cluster: { nodes: 3 }
durationMs: 1s
steps:
  - { at: 0s, do: kill, node: n1 }
  - { at: 100ms, do: loss, from: n1, to: n2, probability: 1, types: ${types} }
expect: [invariants]
`,
    'typed.yaml',
  );

test('a type of another protocol is refused with the line and what is allowed', () => {
  const plan = () => planOfScenario('raft-1', scenario('Proposal'), 'raft', 1);
  expect(plan).toThrow(/^typed:7: raft has no message type "Proposal"; allowed: PreVote, /);
  expect(plan).toThrow(/or a kind: .*replicate/);
  expect(() => planOfScenario('zab-1', scenario('Proposal'), 'zab', 1)).not.toThrow();
});

test('the simulator refuses it, too', () => {
  const sink = { journal: null, event: () => undefined } as never;
  expect(() => new SimulatedScenario(scenario('Nothing'), 'paxos', 1, sink)).toThrow(
    /typed:7: paxos has no message type "Nothing"/,
  );
});

describe.each(PROTOCOL_NAMES)('%s', (protocol) => {
  test('a kind that all protocols have is understood', () => {
    expect(() =>
      planOfScenario('one', scenario('[replicate, heartbeat]'), protocol, 1),
    ).not.toThrow();
  });
});
