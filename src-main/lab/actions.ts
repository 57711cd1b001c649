/** What clicks ask for, done to one cluster. */
import type { Action } from '../contract/calls.ts';
import { LabError } from '../contract/errors.ts';
import { hasCentre } from '../vocabulary/shapes.ts';
import type { LiveCluster } from './live-cluster.ts';
import type { ActionResult } from './ports.ts';
import { beginPartition, beginShape } from './scenario-steps.ts';

/** Does what a click asks for, or says why it does not fit. */
export function tryAction(cluster: LiveCluster, action: Action): ActionResult {
  const { id } = cluster.plan;
  try {
    performAction(cluster, action);
    return { cluster: id, ok: true, message: '' };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { cluster: id, ok: false, message: error.message };
  }
}

function performAction(cluster: LiveCluster, action: Action): void {
  const ensureNode = (node: string): void => {
    if (cluster.nodeIds.includes(node)) return;
    const known = cluster.nodeIds.join(', ');
    throw new LabError('not-possible-now', `no node ${node}; there are ${known}`);
  };
  for (const node of namedNodes(action)) ensureNode(node);
  switch (action.do) {
    case 'start':
      return cluster.startNode(action.node);
    case 'resume':
      return cluster.resumeNode(action.node);
    case 'kill':
    case 'stop':
    case 'pause':
    case 'wipe':
    case 'hold-disk':
      cluster.begin({ kind: action.do, node: action.node }, 'hand');
      return;
    case 'release-disk':
      return cluster.releaseDisk(action.node);
    case 'power-cut':
      cluster.begin({ kind: action.do, node: action.node, ms: action.ms }, 'hand');
      return;
    case 'isolate':
      beginShape(cluster, 'isolate', action.node, 'hand');
      return;
    case 'partition':
      beginPartition(cluster, action.groups, 'hand');
      return;
    case 'shape':
      ensureCentre(action);
      beginShape(cluster, action.shape, action.node ?? null, 'hand');
      return;
    case 'fault': {
      const { id } = cluster.begin(action.fault, 'hand');
      if (action.forMs !== undefined) cluster.undoAfter(id, action.forMs);
      return;
    }
    case 'restore':
      return cluster.restoreNode(action.node);
    case 'recover':
      return cluster.undoAll('undone by hand', true);
    case 'cut':
      cluster.begin({ kind: 'cut', links: [{ from: action.from, to: action.to }] }, 'hand');
      return;
    case 'delay': {
      const links = [{ from: action.from, to: action.to }];
      const { ms, jitterMs } = action;
      cluster.begin({ kind: 'delay', links, delayMs: ms, jitterMs }, 'hand');
      return;
    }
    case 'loss': {
      const links = [{ from: action.from, to: action.to }];
      cluster.begin({ kind: 'loss', links, probability: action.probability }, 'hand');
      return;
    }
    case 'heal':
      healByHand(cluster, action.from, action.to);
  }
}

function healByHand(cluster: LiveCluster, from?: string, to?: string): void {
  const link = from !== undefined && to !== undefined ? { from, to } : null;
  if (cluster.heal(link, 'hand') === 0) {
    throw new LabError('not-possible-now', 'there is no link fault to heal');
  }
}

function ensureCentre({ shape, node }: Extract<Action, { do: 'shape' }>): void {
  if (hasCentre(shape) === (node !== undefined)) return;
  const what = node === undefined ? 'needs a node' : 'is about no node';
  throw new LabError('bad-input', `a ${shape} ${what}`);
}

function namedNodes(action: Action): readonly string[] {
  if ('node' in action && action.node !== undefined) return [action.node];
  if ('groups' in action) return action.groups.flat();
  if (!('from' in action)) return [];
  return [action.from, action.to].filter((node) => node !== undefined);
}
