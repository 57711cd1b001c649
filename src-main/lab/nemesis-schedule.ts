/**
 * A scenario with a nemesis becomes one without: the drawn faults are steps like any other, in the
 * text of the file, too, so that what a run went through is recorded and can be run again.
 */
import { isSeq, parseDocument } from 'yaml';
import type { ScenarioStepFile } from '../contract/scenario-steps.ts';
import type { ScenarioSpec } from '../vocabulary/scenario.ts';
import { nemesisFileSteps, nemesisSteps } from './nemesis.ts';
import { inOrder } from './scenario-step.ts';

/** The scenario with the faults that this seed draws; itself when it has no nemesis. */
export function withNemesis(spec: ScenarioSpec, seed: number): ScenarioSpec {
  const { nemesis } = spec;
  if (nemesis === null) return spec;
  const cluster = { nodes: spec.nodes, timing: spec.timing, durationMs: spec.durationMs };
  return {
    ...spec,
    nemesis: null,
    steps: inOrder([...spec.steps, ...nemesisSteps(nemesis, cluster, seed)]),
    source: expandedSource(spec.source, nemesisFileSteps(nemesis, cluster, seed), seed),
  };
}

function expandedSource(source: string, steps: readonly ScenarioStepFile[], seed: number): string {
  const document = parseDocument(source);
  document.delete('nemesis');
  document.set('seed', seed);
  const nodes = steps.map((step) => document.createNode(step, { flow: true }));
  const own = document.get('steps');
  if (!isSeq(own)) document.set('steps', document.createNode([]));
  const list = document.get('steps');
  if (isSeq(list)) {
    list.flow = false;
    list.items.push(...nodes);
  }
  return document.toString({ lineWidth: 0 });
}
