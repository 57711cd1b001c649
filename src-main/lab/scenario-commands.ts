/** Turns a step that is a command of the operator into commands for the nodes it means now. */
import type { Prng } from '../base/prng.ts';
import type { AdminSpec } from '../vocabulary/admin.ts';
import type { ScenarioStepFile } from '../contract/scenario-steps.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { ScenarioAdmin, StepAction } from '../vocabulary/scenario.ts';
import { resolveNodes, type SelectableCluster } from './selectors.ts';

const COMMANDS: ReadonlySet<StepAction['do']> = new Set<ScenarioAdmin['do']>([
  'add',
  'promote',
  'remove',
  'replace',
  'reconfigure',
  'transfer',
  'snapshot',
]);

export function isAdminAction(action: StepAction): action is ScenarioAdmin {
  return COMMANDS.has(action.do);
}

/** How long a step's faults last; null: until somebody ends them. */
export function lastsMsOf(action: StepAction): number | null {
  return 'forMs' in action ? action.forMs : null;
}

/** Nodes that steps bring into the cluster, or mean to have in it. */
export function joiningIds(actions: readonly (StepAction | ScenarioStepFile)[]): NodeId[] {
  return actions.flatMap((action) => {
    if (action.do === 'add') return [action.node];
    return action.do === 'reconfigure' ? [...action.voters, ...action.learners] : [];
  });
}

/** null: a word stands for nobody now, try again. Empty: it never will, as things stand. */
export function commandsOf(
  action: ScenarioAdmin,
  cluster: SelectableCluster,
  prng: Prng,
): readonly AdminSpec[] | null {
  switch (action.do) {
    case 'add':
    case 'reconfigure':
      return [action];
    case 'transfer': {
      const leader = cluster.leadership.ready();
      const nodes = resolveNodes(action.to, cluster, prng);
      if (nodes === null || leader === null) return null;
      const voters = nodes.filter((node) => cluster.membership.voterIds.includes(node));
      const to = voters.find((node) => node !== leader) ?? voters[0];
      return to === undefined ? [] : [{ do: 'transfer', to }];
    }
    case 'snapshot': {
      const { retain } = action;
      const nodes = resolveNodes(action.node, cluster, prng);
      return nodes?.map((node) => ({ do: 'snapshot', node, retain })) ?? null;
    }
    default: {
      const nodes = resolveNodes(action.node, cluster, prng);
      return nodes?.map((node) => ({ do: action.do, node })) ?? null;
    }
  }
}
