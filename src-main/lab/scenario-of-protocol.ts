/**
 * A scenario for several protocols, as one of them has it: they do not promise the same, and do not
 * have the same reads.
 */
import type { ProtocolName } from '../vocabulary/ids.ts';
import type { ScenarioSpec } from '../vocabulary/scenario.ts';

export function demandsLinearizable({ expect }: Pick<ScenarioSpec, 'expect'>): boolean {
  return expect.some(({ kind }) => kind === 'linearizable');
}

/** What this protocol has to satisfy besides stands with the rest, and its reads are its own. */
export function scenarioOf(protocol: ProtocolName, spec: ScenarioSpec): ScenarioSpec {
  const readLevel = spec.readLevelOf[protocol];
  return {
    ...spec,
    workload: readLevel === undefined ? spec.workload : { ...spec.workload, readLevel },
    readLevelOf: {},
    expect: [...spec.expect, ...(spec.expectOf[protocol] ?? [])],
    expectOf: {},
  };
}
