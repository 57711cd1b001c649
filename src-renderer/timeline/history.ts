/**
 * What happened over time in one cluster, for time axes: role strips, operations, faults, leaders.
 * Folded from the same events as the view; the fold changes the history in place.
 */
import type { ViewEvent } from '../../src-main/contract/events.ts';
import {
  eraLabel,
  ERA_ZERO,
  type AdminRecord,
  type Era,
  type FaultRecord,
  type NodeId,
  type Role,
  type TraceEvent,
} from '../../src-main/contract/words.ts';
import { joinOlderOps, type OpsBucket } from './ops-buckets.ts';
import { byNumber } from './node-order.ts';

/** `gone`: it was removed, and its process has ended. */
export type StripLook =
  'starting' | 'leads' | 'follows' | 'seeks' | 'syncs' | 'down' | 'paused' | 'gone';

/** A stretch of one look and era; it ends where the next one begins. */
export interface StripSegment {
  readonly us: number;
  readonly look: StripLook;
  readonly era: Era;
}

export interface Leadership {
  readonly us: number;
  readonly node: NodeId;
  readonly era: Era;
}

export interface ViolationAt {
  readonly us: number;
  readonly node: NodeId | null;
  readonly check: string;
  readonly message: string;
}

/** Something of a node that changed without its role: its configuration, its snapshot. */
export interface ChangeAt {
  readonly us: number;
  readonly node: NodeId;
  readonly kind: 'config' | 'snapshot';
}

interface NodeNow {
  state: 'starting' | 'up' | 'down' | 'gone';
  paused: boolean;
  role: Role;
  era: Era;
  /** What it goes by, as told last; it tells the same again at every boot. */
  config: string;
}

export interface HeldSpan {
  readonly fromUs: number;
  /** Infinity while it goes on. */
  toUs: number;
}

export interface ClusterHistory {
  /** Every node there ever was, in the order of ids. */
  readonly nodeIds: NodeId[];
  readonly strips: Record<NodeId, StripSegment[]>;
  readonly ops: OpsBucket[];
  /** All faults, in the order they began. */
  readonly faults: FaultRecord[];
  readonly leaders: Leadership[];
  readonly violations: ViolationAt[];
  /** All commands of the operator, in the order they were given. */
  readonly commands: AdminRecord[];
  readonly changes: ChangeAt[];
  /** Manual mode: time passed for people, not for the cluster. The last may still be open. */
  readonly held: HeldSpan[];
  readonly now: Record<NodeId, NodeNow>;
  endUs: number;
}

const SEGMENTS_MAX = 4_000;
const OPS_MAX = 20_000;
const FAULTS_MAX = 1_000;
/** The configuration a cluster begins with: going by it is no change. */
const INITIAL_CONFIG = '0';
const CHANGES_MAX = 4_000;

export function emptyHistory(nodeIds: readonly NodeId[]): ClusterHistory {
  const strips: Record<NodeId, StripSegment[]> = {};
  const now: Record<NodeId, NodeNow> = {};
  const history: ClusterHistory = {
    nodeIds: [],
    strips,
    ops: [],
    faults: [],
    leaders: [],
    violations: [],
    commands: [],
    changes: [],
    held: [],
    now,
    endUs: 0,
  };
  for (const id of nodeIds) addNode(history, id, 0);
  return history;
}

/** A row of its own from `us` on: a node that comes later was not there before. */
function addNode(history: ClusterHistory, id: NodeId, us: number): void {
  history.nodeIds.push(id);
  history.nodeIds.sort(byNumber);
  history.strips[id] = [{ us, look: 'starting', era: ERA_ZERO }];
  history.now[id] = {
    state: 'starting',
    paused: false,
    role: 'outsider',
    era: ERA_ZERO,
    config: INITIAL_CONFIG,
  };
}

/** Folds one event; messages, log and vote events leave no trace here. */
export function recordHistory(history: ClusterHistory, event: ViewEvent): void {
  if (event.us > history.endUs) history.endUs = event.us;
  switch (event.k) {
    case 'ops':
      history.ops.push(event);
      if (history.ops.length > OPS_MAX) joinOlderOps(history.ops);
      return;
    case 'fault':
      return recordFault(history, event.fault);
    case 'violation':
      if (history.violations.length < FAULTS_MAX) history.violations.push(event);
      return;
    case 'admin':
      return recordCommand(history, event.record);
    case 'manual':
      return recordManual(history, event);
    case 'up':
      if (history.now[event.node] === undefined) addNode(history, event.node, event.us);
      return recordNode(history, event.node, event.us, nodeChange(event));
    case 'down':
    case 'pause':
    case 'resume':
      return recordNode(history, event.node, event.us, nodeChange(event));
    case 'trace':
      return recordTrace(history, event.node, event.us, event.e);
    default:
      return;
  }
}

function recordManual(history: ClusterHistory, event: Extract<ViewEvent, { k: 'manual' }>): void {
  const last = history.held[history.held.length - 1];
  if (event.what === 'begin') history.held.push({ fromUs: event.us, toUs: Infinity });
  else if (event.what === 'end' && last !== undefined) last.toUs = event.us;
}

/** Whether a scheduler had the time of any of this stretch in its hands. */
export function wasHeld(history: ClusterHistory, fromUs: number, toUs: number): boolean {
  return history.held.some((span) => span.fromUs < toUs && span.toUs > fromUs);
}

function recordTrace(history: ClusterHistory, node: NodeId, us: number, e: TraceEvent): void {
  switch (e.kind) {
    case 'role':
      recordLeader(history, node, us, e);
      return recordNode(history, node, us, { role: e.role, era: e.era });
    case 'config':
      return recordConfig(history, node, us, e);
    case 'snapshot':
      if (e.what !== 'sent') recordChange(history, { us, node, kind: 'snapshot' });
      return;
    default:
      return;
  }
}

/** Index of the segment that holds `us`. */
export function segmentIndexAt(segments: readonly StripSegment[], us: number): number {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((segments[middle] as StripSegment).us <= us) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function lookOf(now: NodeNow): StripLook {
  if (now.state !== 'up') return now.state;
  if (now.paused) return 'paused';
  switch (now.role) {
    case 'leader':
      return 'leads';
    case 'follower':
      return 'follows';
    case 'candidate':
    case 'looking':
      return 'seeks';
    case 'syncing':
      return 'syncs';
    case 'outsider':
      return 'starting';
  }
}

/** What a strip says in words; eras print their number. */
export function describeSegment(segment: StripSegment): string {
  return segment.look === 'leads' ? `leads ${eraLabel(segment.era)}` : segment.look;
}

type LifeEvent = Extract<ViewEvent, { k: 'up' | 'down' | 'pause' | 'resume' }>;

function nodeChange(event: LifeEvent): Partial<NodeNow> {
  switch (event.k) {
    case 'up':
      return { state: 'up', paused: false, role: 'outsider' };
    case 'down':
      return { state: 'down', paused: false };
    case 'pause':
      return { paused: true };
    case 'resume':
      return { paused: false };
  }
}

function recordNode(
  history: ClusterHistory,
  node: NodeId,
  us: number,
  change: Partial<NodeNow>,
): void {
  const now = history.now[node];
  const strip = history.strips[node];
  if (now === undefined || strip === undefined) return;
  Object.assign(now, change);
  const look = lookOf(now);
  const last = strip[strip.length - 1];
  if (
    last !== undefined &&
    last.look === look &&
    last.era.number === now.era.number &&
    last.era.owner === now.era.owner
  ) {
    return;
  }
  strip.push({ us, look, era: now.era });
  dropOldest(strip, SEGMENTS_MAX);
}

function recordLeader(
  history: ClusterHistory,
  node: NodeId,
  us: number,
  role: { readonly role: Role; readonly era: Era },
): void {
  if (role.role !== 'leader') return;
  const last = history.leaders[history.leaders.length - 1];
  if (last?.node === node && last.era.number === role.era.number) return;
  history.leaders.push({ us, node, era: role.era });
  dropOldest(history.leaders, SEGMENTS_MAX);
}

function recordFault(history: ClusterHistory, fault: FaultRecord): void {
  for (let i = history.faults.length - 1; i >= 0; i -= 1) {
    if (history.faults[i]?.id === fault.id) {
      history.faults[i] = fault;
      return;
    }
  }
  history.faults.push(fault);
  // The end of a killed process is noticed late on a busy machine; it did nothing since.
  if (fault.spec.kind === 'kill' && fault.endUs === null) {
    recordNode(history, fault.spec.node, fault.startUs, { state: 'down', paused: false });
  }
  dropOldest(history.faults, FAULTS_MAX);
}

function recordConfig(
  history: ClusterHistory,
  node: NodeId,
  us: number,
  { pos, votersOld }: Extract<TraceEvent, { kind: 'config' }>,
): void {
  const now = history.now[node];
  const config = `${pos}${votersOld === null ? '' : ' changing'}`;
  if (now === undefined || now.config === config) return;
  now.config = config;
  recordChange(history, { us, node, kind: 'config' });
}

function recordChange(history: ClusterHistory, change: ChangeAt): void {
  history.changes.push(change);
  dropOldest(history.changes, CHANGES_MAX);
}

function recordCommand(history: ClusterHistory, record: AdminRecord): void {
  const at = history.commands.findLastIndex(({ id }) => id === record.id);
  if (at >= 0) history.commands[at] = record;
  else history.commands.push(record);
  dropOldest(history.commands, FAULTS_MAX);
  if (record.ok !== true || record.endUs === null) return;
  for (const node of history.nodeIds) {
    if (history.now[node]?.state === 'down' && leavesBy(record, node))
      recordNode(history, node, record.endUs, { state: 'gone', paused: false });
  }
}

/** Whether a node is no part of the cluster after this command. */
function leavesBy({ spec }: AdminRecord, node: NodeId): boolean {
  if (spec.do === 'remove') return spec.node === node;
  if (spec.do !== 'reconfigure') return false;
  return !spec.voters.includes(node) && !spec.learners.includes(node);
}

function dropOldest(list: unknown[], max: number): void {
  if (list.length > max) list.splice(0, list.length - Math.floor(max * 0.75));
}
