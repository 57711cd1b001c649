/** Every shipped scenario, on every protocol, in virtual time: all its steps are done, and what it
 *  expects of that protocol holds. */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { withNemesis } from '../../src-main/lab/nemesis-schedule.ts';
import { listScenarios } from '../../src-main/lab/scenario-library.ts';
import { SimulatedScenario } from '../../src-main/lab/simulated-scenario.ts';
import { judgeHistory } from '../../src-main/verification/history-verdict.ts';
import { DEFAULT_LIMITS } from '../../src-main/verification/linearizability/check-history.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../../src-main/vocabulary/ids.ts';
import type { ScenarioSpec } from '../../src-main/vocabulary/scenario.ts';
import type { OperationRecord } from '../../src-main/vocabulary/workload.ts';

const SHIPPED = fileURLToPath(new URL('../../resources/scenarios', import.meta.url));
const SCENARIOS = listScenarios(SHIPPED);

/** @returns what went wrong, and how many operations succeeded. */
function play(spec: ScenarioSpec, protocol: ProtocolName) {
  const operations: OperationRecord[] = [];
  const scenario = new SimulatedScenario(withNemesis(spec, spec.seed), protocol, spec.seed, {
    journal: null,
    event: () => undefined,
    operation: (record) => void operations.push(record),
    note: () => undefined,
  });
  const { failedExpectations, undone, demandsLinearizable } = scenario.run();
  const demand = demandsLinearizable ? 'linearizable' : 'as-promised';
  const history = judgeHistory(operations, demand, true, DEFAULT_LIMITS);
  const problems = [...failedExpectations, ...history.violations].map(({ message }) => message);
  if (history.undecided !== null) problems.push(history.undecided);
  const succeeded = operations.filter(({ outcome }) => outcome === 'ok').length;
  return { problems: [...problems, ...undone], succeeded };
}

describe.each(PROTOCOL_NAMES)('%s', (protocol) => {
  test.each(SCENARIOS.map((spec) => [spec.name, spec] as const))('%s', (_name, spec) => {
    const { problems, succeeded } = play(spec, protocol);
    expect(problems).toEqual([]);
    expect(succeeded).toBeGreaterThan(100);
  });
});
