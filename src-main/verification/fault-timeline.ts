/**
 * What the faults of a run did to the cluster, moment by moment: which nodes could run, and which
 * of them could reach one another both ways.
 */
import { isDownFault, type FaultRecord } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import { hasConnectedMajority, type BrokenCluster } from './connected-majority.ts';

/** A node that ended, or came (back) up. */
export interface LifeChange {
  readonly us: number;
  readonly node: NodeId;
  readonly up: boolean;
}

export interface FaultMoment {
  readonly us: number;
  readonly fault: FaultRecord;
  readonly what: 'start' | 'end';
}

/** Starts and ends of all faults, in order. One that could not be applied counts like others. */
export function faultMoments(faults: readonly FaultRecord[]): FaultMoment[] {
  const moments: FaultMoment[] = [];
  for (const fault of faults) {
    moments.push({ us: fault.startUs, fault, what: 'start' });
    if (fault.endUs !== null && fault.endUs > fault.startUs) {
      moments.push({ us: fault.endUs, fault, what: 'end' });
    }
  }
  return moments.sort((a, b) => a.us - b.us || a.fault.id - b.fault.id);
}

/**
 * Whether at `us`, after everything that changed at that microsecond, `node` belongs to a connected
 * majority of `nodeIds`.
 */
export function hasMajorityAt(
  us: number,
  nodeIds: readonly NodeId[],
  faults: readonly FaultRecord[],
  changes: readonly LifeChange[],
  node: NodeId,
): boolean {
  return hasConnectedMajority(clusterAt(us, nodeIds, faults, changes), node);
}

/** The cluster as its faults left it at `us`, after everything that changed at that microsecond. */
export function clusterAt(
  us: number,
  nodeIds: readonly NodeId[],
  faults: readonly FaultRecord[],
  changes: readonly LifeChange[],
): BrokenCluster {
  const running = runningAt(us, nodeIds, faults, changes);
  const severed = severedAt(us, faults);
  return { nodeIds, running, isCut: (from, to) => severed.has(`${from} ${to}`) };
}

function runningAt(
  us: number,
  nodeIds: readonly NodeId[],
  faults: readonly FaultRecord[],
  changes: readonly LifeChange[],
): NodeId[] {
  const down = new Set<NodeId>();
  const latest = new Map<NodeId, LifeChange>();
  for (const change of changes) {
    const known = latest.get(change.node);
    if (change.us <= us && (known === undefined || change.us >= known.us)) {
      latest.set(change.node, change);
    }
  }
  for (const [node, change] of latest) if (!change.up) down.add(node);
  for (const fault of faults) {
    const { spec } = fault;
    if (!isOn(fault, us)) continue;
    if ('node' in spec && (spec.kind === 'pause' || isDownFault(spec))) down.add(spec.node);
  }
  return nodeIds.filter((node) => !down.has(node));
}

function severedAt(us: number, faults: readonly FaultRecord[]): ReadonlySet<string> {
  const severed = new Set<string>();
  for (const fault of faults) {
    const { spec } = fault;
    if (spec.kind !== 'cut' || !isOn(fault, us)) continue;
    for (const link of spec.links) severed.add(`${link.from} ${link.to}`);
  }
  return severed;
}

/** Whether a fault is on at `us`. */
export function isOn(fault: FaultRecord, us: number): boolean {
  return fault.startUs <= us && (fault.endUs === null || fault.endUs > us);
}
