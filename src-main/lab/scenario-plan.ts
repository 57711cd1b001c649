/** The cluster that a scenario asks for. Throws LabError for what its protocol does not have. */
import type { ProtocolName } from '../vocabulary/ids.ts';
import type { ScenarioSpec } from '../vocabulary/scenario.ts';
import { timingFromMs } from '../vocabulary/timing.ts';
import type { ClusterPlan } from './cluster-plan.ts';
import { ensureReadLevel } from './read-levels.ts';
import { settingsFor } from './scenario-settings.ts';

export function planOfScenario(
  id: string,
  spec: ScenarioSpec,
  protocol: ProtocolName,
  seed: number,
): ClusterPlan {
  ensureReadLevel(protocol, spec.workload.readLevel);
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
