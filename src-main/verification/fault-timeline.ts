/**
 * What the faults of a run did to the cluster, moment by moment: which nodes could run, and which
 * of them could reach one another both ways.
 */
import type { FaultRecord } from '../vocabulary/fault.ts';
import { compareIds, type NodeId } from '../vocabulary/ids.ts';
import { majoritySize } from '../protocols/quorum/majority.ts';

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

/** Starts and ends of all faults, in order. A fault that could not be applied counts like others. */
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
 * The largest sets of nodes that run at `us`, after everything that changed at that microsecond,
 * and reach one another both ways; each in the order of ids.
 */
export function groupsAt(
  us: number,
  nodeIds: readonly NodeId[],
  faults: readonly FaultRecord[],
  changes: readonly LifeChange[],
): readonly (readonly NodeId[])[] {
  const running = runningAt(us, nodeIds, faults, changes);
  const severed = severedAt(us, faults);
  const groups: NodeId[][] = [];
  const placed = new Set<NodeId>();
  for (const start of running) {
    if (placed.has(start)) continue;
    const group = [start];
    placed.add(start);
    for (let i = 0; i < group.length; i += 1) {
      for (const peer of running) {
        if (placed.has(peer) || isSevered(severed, group[i] ?? '', peer)) continue;
        placed.add(peer);
        group.push(peer);
      }
    }
    groups.push(group.sort(compareIds));
  }
  return groups;
}

/** Whether a majority of `nodeIds` runs and is connected at `us`; with `node`, one that it is in. */
export function hasMajorityAt(
  us: number,
  nodeIds: readonly NodeId[],
  faults: readonly FaultRecord[],
  changes: readonly LifeChange[],
  node?: NodeId,
): boolean {
  const size = majoritySize(nodeIds.length);
  return groupsAt(us, nodeIds, faults, changes).some(
    (group) => group.length >= size && (node === undefined || group.includes(node)),
  );
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
    if (spec.kind === 'kill' || spec.kind === 'stop' || spec.kind === 'pause') down.add(spec.node);
  }
  return nodeIds.filter((node) => !down.has(node)).sort(compareIds);
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

function isSevered(severed: ReadonlySet<string>, a: NodeId, b: NodeId): boolean {
  return severed.has(`${a} ${b}`) || severed.has(`${b} ${a}`);
}

function isOn(fault: FaultRecord, us: number): boolean {
  return fault.startUs <= us && (fault.endUs === null || fault.endUs > us);
}
