/** Scenario steps as a person reads them: `at 2 s: kill leader`. */
import { faultKind } from '../faults/index.ts';
import { adminLabel } from '../vocabulary/admin.ts';
import type { LinkEffect, LinkFault, NodeFault } from '../vocabulary/fault.ts';
import { PROTOCOL_NAMES } from '../vocabulary/ids.ts';
import type {
  Expectation,
  ScenarioSpec,
  Selector,
  StepAction,
  StepTime,
} from '../vocabulary/scenario.ts';

/** The whole step in one line. */
export function stepText(time: StepTime, action: StepAction): string {
  return `${timeText(time)}: ${actionText(action)}`;
}

/** What has to hold, as a person reads it. */
function expectationText(expectation: Expectation): string {
  switch (expectation.kind) {
    case 'invariants':
      return 'no safety rule is broken';
    case 'linearizable':
      return 'the history is linearizable';
    case 'sequential':
      return 'the history is sequentially consistent';
    case 'exactlyOnce':
      return 'every operation takes effect once';
    case 'recoversWithinMs':
      return `clients are answered again within ${durationText(expectation.ms)} of a fault`;
  }
}

/** All that has to hold, and of which protocol where it is not all. */
export function expectationTexts({ expect, expectOf }: ScenarioSpec): string[] {
  const own = PROTOCOL_NAMES.flatMap((protocol) => {
    return (expectOf[protocol] ?? []).map((each) => `${protocol}: ${expectationText(each)}`);
  });
  return [...expect.map(expectationText), ...own];
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
  const lasts = 'forMs' in action && action.forMs !== null;
  return `${verbText(action)}${lasts ? `, for ${durationText(action.forMs)}` : ''}`;
}

function verbText(action: StepAction): string {
  switch (action.do) {
    case 'heal':
      return 'heal all links';
    case 'recover':
      return 'undo everything';
    case 'partition':
      return `partition ${action.groups.map(nodesText).join(' | ')}`;
    case 'shape':
      return [action.shape, nodesText(action.node)].filter((part) => part !== '').join(' ');
    case 'break-link':
      return linkText(action.effect, nodesText(action.from), nodesText(action.to));
    case 'break-node':
      return faultText({ ...action.effect, node: nodesText(action.node) });
    case 'align-timers':
      return `align all timers, by ${durationText(action.ms)}`;
    case 'spread-timers':
      return `spread all timers by ${action.by}`;
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

/** As the ledger will say it, with words instead of nodes. */
function faultText(fault: NodeFault): string {
  return faultKind(fault).label(fault);
}

function linkText(effect: LinkEffect, from: string, to: string): string {
  const fault: LinkFault = { ...effect, links: [{ from, to }] };
  return faultKind(fault).label(fault);
}

function nodesText(nodes: readonly Selector[]): string {
  return nodes.join(', ');
}
