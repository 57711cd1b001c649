/** A step of a scenario file as everyone else knows it. */
import type { ScenarioStepFile } from '../contract/scenario-steps.ts';
import type { LinkEffect, NodeEffect, Only } from '../vocabulary/fault.ts';
import type { ScenarioStep, StepAction, StepTime } from '../vocabulary/scenario.ts';
import { stepText } from './scenario-text.ts';

export function scenarioStep(step: ScenarioStepFile, line: number): ScenarioStep {
  const time: StepTime =
    step.at === undefined
      ? { when: { role: 'leader', changed: true }, afterMs: step.after ?? 0 }
      : { atMs: step.at };
  const action = actionOf(step);
  return { time, action, line, origin: 'scenario', text: stepText(time, action) };
}

function actionOf(step: ScenarioStepFile): StepAction {
  const forMs = 'for' in step ? (step.for ?? null) : null;
  switch (step.do) {
    case 'cut':
    case 'delay':
    case 'loss':
    case 'duplicate':
    case 'reorder':
    case 'hold':
    case 'bandwidth':
      return { do: 'break-link', from: step.from, to: step.to, effect: linkEffectOf(step), forMs };
    case 'partition':
      return { do: step.do, groups: step.groups, forMs };
    case 'isolate':
    case 'half-open':
    case 'bridge':
    case 'star':
      return { do: 'shape', shape: step.do, node: step.node, forMs };
    case 'ring':
    case 'chain':
      return { do: 'shape', shape: step.do, node: [], forMs };
    case 'align-timers':
      return { do: step.do, ms: step.ms };
    case 'spread-timers':
      return { do: step.do, by: step.by, forMs };
    case 'heal':
    case 'recover':
      return { do: step.do };
    case 'add':
      return { do: step.do, node: step.node, as: step.as };
    case 'reconfigure':
      return { do: step.do, voters: step.voters, learners: step.learners };
    case 'transfer':
      return { do: step.do, to: step.to };
    case 'snapshot':
      return { do: step.do, node: step.node, retain: step.retain };
    case 'start':
    case 'resume':
    case 'release-disk':
    case 'restore':
    case 'promote':
    case 'remove':
    case 'replace':
      return { do: step.do, node: step.node };
    default:
      return { do: 'break-node', node: step.node, effect: nodeEffectOf(step), forMs };
  }
}

type LinkStep = Extract<ScenarioStepFile, { do: LinkEffect['kind'] }>;
type NodeStep = Extract<ScenarioStepFile, { do: NodeEffect['kind'] }>;

function linkEffectOf(step: LinkStep): LinkEffect {
  const only = onlyOf(step);
  switch (step.do) {
    case 'cut':
    case 'hold':
      return { kind: step.do, ...only };
    case 'delay': {
      const { ms, jitterMs, distribution } = step;
      return { kind: step.do, delayMs: ms, jitterMs, distribution, ...only };
    }
    case 'loss':
      return { kind: step.do, probability: step.probability, ...only };
    case 'duplicate': {
      const { probability, windowMs } = step;
      return { kind: step.do, probability, windowMs, ...only };
    }
    case 'reorder':
      return { kind: step.do, windowMs: step.windowMs, ...only };
    case 'bandwidth':
      return { kind: step.do, bytesPerSecond: step.bytesPerSecond, ...only };
  }
}

function onlyOf({ types, first }: LinkStep): { readonly only?: Only } {
  if (types === undefined && first === undefined) return {};
  return { only: { types: types ?? null, first: first ?? null } };
}

function nodeEffectOf(step: NodeStep): NodeEffect {
  switch (step.do) {
    case 'power-cut':
    case 'jump':
      return { kind: step.do, ms: step.ms };
    case 'crash-at':
      return { kind: step.do, point: step.point, nth: step.nth };
    case 'slow':
      return { kind: step.do, stallMs: step.stallMs, everyMs: step.everyMs };
    case 'slow-disk':
      return { kind: step.do, delayMs: step.ms, jitterMs: step.jitterMs };
    case 'io-error':
      return { kind: step.do, on: step.on };
    case 'skew':
      return { kind: step.do, rate: step.rate };
    default:
      return { kind: step.do };
  }
}

/** Timed steps by time (steps of one moment as they stand in the file), then the triggered ones. */
export function inOrder(steps: readonly ScenarioStep[]): ScenarioStep[] {
  const timed = steps.filter((step) => 'atMs' in step.time);
  const triggered = steps.filter((step) => 'when' in step.time);
  return [...timed.sort((a, b) => atMs(a) - atMs(b)), ...triggered];
}

function atMs(step: ScenarioStep): number {
  return 'atMs' in step.time ? step.time.atMs : Infinity;
}
