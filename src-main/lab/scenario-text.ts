/** Scenario steps as a person reads them: `at 2 s: kill leader`. */
import { adminLabel } from '../vocabulary/admin.ts';
import type { Selector, StepAction, StepTime } from '../vocabulary/scenario.ts';

/** The whole step in one line. */
export function stepText(time: StepTime, action: StepAction): string {
  return `${timeText(time)}: ${actionText(action)}`;
}

/** `500 ms`, `2 s`, `1.5 s`. */
export function durationText(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`;
}

function timeText(time: StepTime): string {
  if ('atMs' in time) return `at ${durationText(time.atMs)}`;
  const event = 'when the leader has changed';
  return time.afterMs === 0 ? event : `${durationText(time.afterMs)} after the leader has changed`;
}

function actionText(action: StepAction): string {
  switch (action.do) {
    case 'heal':
      return 'heal all links';
    case 'partition':
      return `partition ${action.groups.map(nodesText).join(' | ')}`;
    case 'cut':
      return `cut ${linkText(action.from, action.to)}`;
    case 'delay':
      return `delay ${linkText(action.from, action.to)} by ${delayText(action)}`;
    case 'loss':
      return `lose ${action.probability * 100} % of ${linkText(action.from, action.to)}`;
    case 'power-cut': {
      const lost = action.ms === 0 ? '' : `, losing the writes of ${durationText(action.ms)}`;
      return `power cut of ${nodesText(action.node)}${lost}`;
    }
    case 'hold-disk':
      return `hold the disk of ${nodesText(action.node)}`;
    case 'release-disk':
      return `release the disk of ${nodesText(action.node)}`;
    case 'add':
    case 'reconfigure':
      return adminLabel(action);
    case 'transfer':
      return `transfer the lead to ${nodesText(action.to)}`;
    case 'snapshot':
      return `snapshot of ${nodesText(action.node)}`;
    default:
      return `${action.do} ${nodesText(action.node)}`;
  }
}

function delayText(action: { readonly ms: number; readonly jitterMs: number }): string {
  const jitter = action.jitterMs === 0 ? '' : ` +- ${durationText(action.jitterMs)}`;
  return `${durationText(action.ms)}${jitter}`;
}

function linkText(from: readonly Selector[], to: readonly Selector[]): string {
  return `${nodesText(from)} -> ${nodesText(to)}`;
}

function nodesText(nodes: readonly Selector[]): string {
  return nodes.join(', ');
}
