/**
 * What happened over time in one cluster, for time axes: role strips, operations, faults, leaders.
 * Folded from the same events as the view; the fold changes the history in place.
 */
import type { ViewEvent } from '../../src-main/contract/events.ts';
import {
  eraLabel,
  ERA_ZERO,
  type Era,
  type FaultRecord,
  type NodeId,
  type Role,
} from '../../src-main/contract/words.ts';

export type StripLook = 'starting' | 'leads' | 'follows' | 'seeks' | 'syncs' | 'down' | 'paused';

/** A stretch of one look and era; it ends where the next one begins. */
export interface StripSegment {
  readonly us: number;
  readonly look: StripLook;
  readonly era: Era;
}

export interface OpsBucket {
  readonly us: number;
  readonly spanUs: number;
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
  readonly p50Us: number | null;
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

interface NodeNow {
  state: 'starting' | 'up' | 'down';
  paused: boolean;
  role: Role;
  era: Era;
}

export interface ClusterHistory {
  readonly nodeIds: readonly NodeId[];
  readonly strips: Record<NodeId, StripSegment[]>;
  readonly ops: OpsBucket[];
  /** All faults, in the order they began. */
  readonly faults: FaultRecord[];
  readonly leaders: Leadership[];
  readonly violations: ViolationAt[];
  readonly now: Record<NodeId, NodeNow>;
  endUs: number;
}

const SEGMENTS_MAX = 4_000;
const OPS_MAX = 20_000;
const FAULTS_MAX = 1_000;

export function emptyHistory(nodeIds: readonly NodeId[]): ClusterHistory {
  const strips: Record<NodeId, StripSegment[]> = {};
  const now: Record<NodeId, NodeNow> = {};
  for (const id of nodeIds) {
    strips[id] = [{ us: 0, look: 'starting', era: ERA_ZERO }];
    now[id] = { state: 'starting', paused: false, role: 'outsider', era: ERA_ZERO };
  }
  return { nodeIds, strips, ops: [], faults: [], leaders: [], violations: [], now, endUs: 0 };
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
    case 'up':
    case 'down':
    case 'pause':
    case 'resume':
      return recordNode(history, event.node, event.us, nodeChange(event));
    case 'trace':
      if (event.e.kind !== 'role') return;
      recordLeader(history, event.node, event.us, event.e);
      return recordNode(history, event.node, event.us, { role: event.e.role, era: event.e.era });
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

/** Index of the first bucket that ends after `us`. */
export function bucketIndexAt(ops: readonly OpsBucket[], us: number): number {
  let low = 0;
  let high = ops.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ops[middle] as OpsBucket).us <= us) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Gap {
  readonly fromUs: number;
  readonly toUs: number;
  /** Nobody was answered since. */
  readonly open: boolean;
}

/** Stretches of at least `minUs` without a successful answer, within [fromUs, toUs]. */
export function findGaps(
  ops: readonly OpsBucket[],
  fromUs: number,
  toUs: number,
  minUs: number,
): Gap[] {
  const gaps: Gap[] = [];
  let start = Math.max(0, bucketIndexAt(ops, fromUs) - 1);
  while (start > 0 && (ops[start] as OpsBucket).ok === 0) start -= 1;
  let lastOkUs: number | null = null;
  for (let i = start; i < ops.length; i += 1) {
    const bucket = ops[i] as OpsBucket;
    if (bucket.ok === 0) continue;
    const gapEnd = bucket.us - bucket.spanUs;
    if (lastOkUs !== null && gapEnd - lastOkUs >= minUs) {
      gaps.push({ fromUs: lastOkUs, toUs: gapEnd, open: false });
    }
    // A gap that reaches out of sight is as long as it is.
    if (bucket.us > toUs) return gaps;
    lastOkUs = bucket.us;
  }
  const known = ops[ops.length - 1]?.us ?? 0;
  if (lastOkUs !== null && known - lastOkUs >= minUs) {
    gaps.push({ fromUs: lastOkUs, toUs: known, open: true });
  }
  return gaps;
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

/** Joins the older half by pairs: a long run keeps its beginning, only coarser. */
function joinOlderOps(ops: OpsBucket[]): void {
  const half = Math.floor(ops.length / 4) * 2;
  const joined: OpsBucket[] = [];
  for (let i = 0; i < half; i += 2) {
    const a = ops[i] as OpsBucket;
    const b = ops[i + 1] as OpsBucket;
    joined.push({
      us: b.us,
      spanUs: b.us - a.us + a.spanUs,
      ok: a.ok + b.ok,
      failed: a.failed + b.failed,
      unknown: a.unknown + b.unknown,
      p50Us: b.p50Us ?? a.p50Us,
    });
  }
  ops.splice(0, half, ...joined);
}

function dropOldest(list: unknown[], max: number): void {
  if (list.length > max) list.splice(0, list.length - Math.floor(max * 0.75));
}
