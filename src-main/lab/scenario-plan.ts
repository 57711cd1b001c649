/** The cluster that a scenario asks for. Throws LabError for what its protocol does not have. */
import type { ProtocolName } from '../vocabulary/ids.ts';
import type { ScenarioSpec } from '../vocabulary/scenario.ts';
import { timingFromMs } from '../vocabulary/timing.ts';
import type { ClusterPlan } from './cluster-plan.ts';
import { ensureMessageTypes } from './message-types.ts';
import { ensureReadLevel } from './read-levels.ts';
import { scenarioOf } from './scenario-of-protocol.ts';
import { settingsFor } from './scenario-settings.ts';

export function planOfScenario(
  id: string,
  written: ScenarioSpec,
  protocol: ProtocolName,
  seed: number,
): ClusterPlan {
  const spec = scenarioOf(protocol, written);
  ensureReadLevel(protocol, spec.workload.readLevel);
  ensureMessageTypes(protocol, spec.name, spec.steps);
  return {
    id,
    name: spec.title,
    scenario: spec.name,
    scenarioSource: spec.source,
    protocol,
    service: spec.service,
    nodes: spec.nodes,
    seed,
    timing: timingFromMs(spec.timing),
    ...settingsFor(spec, protocol),
    workload: spec.workload,
  };
}
