/** The cluster that a scenario asks for. */
import type { ProtocolName } from '../vocabulary/ids.ts';
import type { ScenarioSpec } from '../vocabulary/scenario.ts';
import { timingFromMs } from '../vocabulary/timing.ts';
import type { ClusterPlan } from './cluster-plan.ts';
import { settingsFor } from './scenario-settings.ts';

export function planOfScenario(
  id: string,
  spec: ScenarioSpec,
  protocol: ProtocolName,
  seed: number,
): ClusterPlan {
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
