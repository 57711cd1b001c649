/**
 * The state of one cluster as the screen draws it: a pure fold over ViewEvents, the same for a live
 * cluster and for a recording. Plain JSON and bounded, because the recorder keeps it as keyframes.
 * What happened over time (role strips, operations per second) is folded in cluster-history.ts.
 */
import { ERA_ZERO } from '../vocabulary/era.ts';
import type { AdminRecord } from '../vocabulary/admin.ts';
import type { FaultRecord } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { MessageKind } from '../vocabulary/trace.ts';
import type { ViewEvent } from './events.ts';
import { applyTrace, type NodeView } from './node-view.ts';
import { recordTruncate } from './node-log.ts';

/** A message that was sent and neither received nor dropped yet. */
export interface Flight {
  id: string;
  from: NodeId;
  to: NodeId;
  type: string;
  mk: MessageKind;
  us: number;
}

export interface DropMark {
  us: number;
  from: NodeId;
  to: NodeId;
  type: string;
  why: string;
}

export interface ViolationMark {
  us: number;
  node: NodeId | null;
  check: string;
  message: string;
}

export interface OpsTotals {
  ok: number;
  failed: number;
  unknown: number;
  /** End of the newest bucket that had a successful operation; null before the first. */
  lastOkUs: number | null;
  /** Longest closed stretch between successful operations, to a bucket's precision. */
  longestGapUs: number;
  /** The newest bucket's rate and median. */
  perSecond: number;
  p50Us: number | null;
}

export interface ClusterView {
  protocol: string;
  nodeIds: NodeId[];
  /** Time of the newest event. */
  us: number;
  nodes: Record<NodeId, NodeView>;
  /** Faults that are on, oldest first. */
  faults: FaultRecord[];
  /** The newest commands of the operator, those under way included, oldest first. */
  commands: AdminRecord[];
  flights: Record<string, Flight>;
  flightCount: number;
  /** The newest drops, oldest first. */
  drops: DropMark[];
  ops: OpsTotals;
  /** Messages sent since the start, by kind. */
  sent: Record<MessageKind, number>;
  dropped: number;
  violations: ViolationMark[];
  /** Events that were left out because the screen could not keep up. */
  skipped: number;
}

const FLIGHTS_MAX = 240;
const FLIGHT_AGE_US_MAX = 4_000_000;
const DROPS_MAX = 24;
const VIOLATIONS_MAX = 20;
const COMMANDS_MAX = 20;

/** A cluster of which nothing is known yet. */
export function emptyView(nodeIds: readonly NodeId[], protocol: string): ClusterView {
  const nodes: Record<NodeId, NodeView> = {};
  for (const id of nodeIds) nodes[id] = emptyNode(id);
  return {
    protocol,
    nodeIds: [...nodeIds],
    us: 0,
    nodes,
    faults: [],
    commands: [],
    flights: {},
    flightCount: 0,
    drops: [],
    ops: {
      ok: 0,
      failed: 0,
      unknown: 0,
      lastOkUs: null,
      longestGapUs: 0,
      perSecond: 0,
      p50Us: null,
    },
    sent: { replicate: 0, answer: 0, commit: 0, election: 0, heartbeat: 0, 'catch-up': 0, read: 0 },
    dropped: 0,
    violations: [],
    skipped: 0,
  };
}

/** A copy that shares nothing with `view`. */
export function cloneView(view: ClusterView): ClusterView {
  return JSON.parse(JSON.stringify(view)) as ClusterView;
}

/** Folds one event into `view`, which is changed in place. A node begins with its `up`; what
 *  anybody else does is ignored. */
export function applyEvent(view: ClusterView, event: ViewEvent): void {
  if (event.us > view.us) view.us = event.us;
  switch (event.k) {
    case 'fault':
      return recordFault(view, event.fault);
    case 'admin':
      return recordCommand(view, event.record);
    case 'ops':
      return recordOps(view.ops, event);
    case 'violation':
      return recordViolation(view, event);
    case 'skipped':
      view.skipped += event.count;
      return;
    case 'drop':
      return recordDrop(view, event);
    case 'manual':
      return;
    default:
      return applyNodeEvent(view, event);
  }
}

type NodeEvent = Exclude<
  ViewEvent,
  { k: 'fault' | 'admin' | 'manual' | 'ops' | 'violation' | 'skipped' | 'drop' }
>;

function applyNodeEvent(view: ClusterView, event: NodeEvent): void {
  const node = view.nodes[event.node] ?? (event.k === 'up' ? joinedNode(view, event.node) : null);
  if (node === null) return;
  switch (event.k) {
    case 'up':
      // Everything but the log on disk died with the last life; boot traces tell what came back.
      Object.assign(node, emptyNode(node.id), { state: 'up', incarnation: event.incarnation });
      node.roleSinceUs = event.us;
      return;
    case 'down':
      if (node.state !== 'down') becomeDown(view, node, event);
      return;
    case 'pause':
      node.paused = true;
      return;
    case 'resume':
      node.paused = false;
      return;
    case 'apply':
      node.applied = event.to;
      node.hash = event.hash;
      return;
    case 'send':
      node.lamport = event.lam;
      return recordSend(view, event);
    case 'recv':
      node.lamport = event.lam;
      return forgetFlight(view, event.id);
    case 'trace':
      return applyTrace(node, event.us, event.e);
  }
}

/** A node that was not there at the beginning. */
function joinedNode(view: ClusterView, id: NodeId): NodeView {
  const node = emptyNode(id);
  view.nodes[id] = node;
  view.nodeIds.push(id);
  return node;
}

function becomeDown(
  view: ClusterView,
  node: NodeView,
  event: Extract<ViewEvent, { k: 'down' }>,
): void {
  node.state = 'down';
  node.how = event.how;
  node.whyDown = event.why;
  node.paused = false;
  node.role = 'outsider';
  node.word = 'down';
  node.leader = null;
  node.ready = false;
  node.tally = null;
  node.roleSinceUs = event.us;
  // Only what was on disk survives; until the next life nothing more is known.
  recordTruncate(node.log, node.durable + 1);
  for (const id in view.flights) {
    if (view.flights[id]?.to === node.id) forgetFlight(view, id);
  }
}

function recordSend(view: ClusterView, event: Extract<ViewEvent, { k: 'send' }>): void {
  view.sent[event.mk] += 1;
  if (view.nodes[event.to]?.state === 'down') return;
  if (view.flights[event.id] === undefined) view.flightCount += 1;
  view.flights[event.id] = {
    id: event.id,
    from: event.node,
    to: event.to,
    type: event.type,
    mk: event.mk,
    us: event.us,
  };
  if (view.flightCount > FLIGHTS_MAX) pruneFlights(view);
}

/** Drops what is too old; if that is not enough, the oldest half, so that pruning stays rare. */
function pruneFlights(view: ClusterView): void {
  const oldest = view.us - FLIGHT_AGE_US_MAX;
  for (const id in view.flights) {
    if ((view.flights[id] as Flight).us < oldest) forgetFlight(view, id);
  }
  if (view.flightCount <= FLIGHTS_MAX) return;
  for (const id in view.flights) {
    if (view.flightCount <= FLIGHTS_MAX / 2) return;
    forgetFlight(view, id);
  }
}

function forgetFlight(view: ClusterView, id: string): void {
  if (view.flights[id] === undefined) return;
  delete view.flights[id];
  view.flightCount -= 1;
}

function recordDrop(view: ClusterView, event: Extract<ViewEvent, { k: 'drop' }>): void {
  forgetFlight(view, event.id);
  view.dropped += 1;
  const { us, from, to, type, why } = event;
  view.drops.push({ us, from, to, type, why });
  if (view.drops.length > DROPS_MAX) view.drops.shift();
}

function recordFault(view: ClusterView, fault: FaultRecord): void {
  const at = view.faults.findIndex((known) => known.id === fault.id);
  if (fault.endUs !== null) {
    if (at >= 0) view.faults.splice(at, 1);
  } else if (at >= 0) {
    view.faults[at] = fault;
  } else {
    view.faults.push(fault);
    if (fault.spec.kind === 'kill') becomeKilled(view, fault.spec.node, fault.startUs);
    if (fault.spec.kind === 'wipe') becomeWiped(view, fault.spec.node);
  }
}

function recordCommand(view: ClusterView, record: AdminRecord): void {
  const at = view.commands.findIndex((known) => known.id === record.id);
  if (at >= 0) view.commands[at] = record;
  else view.commands.push(record);
  if (view.commands.length > COMMANDS_MAX) view.commands.shift();
}

/** A process does nothing after SIGKILL, but its end may be noticed hundreds of milliseconds later
 *  on a busy machine: until then it would still be drawn as leading. */
function becomeKilled(view: ClusterView, id: NodeId, us: number): void {
  const node = view.nodes[id];
  if (node?.state !== 'up') return;
  becomeDown(view, node, { k: 'down', us, node: id, how: 'kill', why: 'SIGKILL' });
}

/** What was on its disk is no more. Of a node that runs it is refused. */
function becomeWiped(view: ClusterView, id: NodeId): void {
  const node = view.nodes[id];
  if (node?.state !== 'down') return;
  Object.assign(node, { log: [], committed: [], durable: 0, snapshot: 0, applied: 0, hash: '' });
}

function recordOps(ops: OpsTotals, event: Extract<ViewEvent, { k: 'ops' }>): void {
  ops.ok += event.ok;
  ops.failed += event.failed;
  ops.unknown += event.unknown;
  ops.perSecond = event.spanUs > 0 ? (event.ok * 1e6) / event.spanUs : 0;
  ops.p50Us = event.p50Us;
  if (event.ok === 0) return;
  if (ops.lastOkUs !== null) {
    const gap = event.us - event.spanUs - ops.lastOkUs;
    if (gap > ops.longestGapUs) ops.longestGapUs = gap;
  }
  ops.lastOkUs = event.us;
}

function recordViolation(view: ClusterView, event: Extract<ViewEvent, { k: 'violation' }>): void {
  if (view.violations.length >= VIOLATIONS_MAX) return;
  const { us, node, check, message } = event;
  view.violations.push({ us, node, check, message });
}

function emptyNode(id: NodeId): NodeView {
  return {
    id,
    state: 'starting',
    how: null,
    whyDown: '',
    paused: false,
    incarnation: 0,
    role: 'outsider',
    word: 'starting',
    era: ERA_ZERO,
    leader: null,
    ready: false,
    why: '',
    roleSinceUs: 0,
    log: [],
    committed: [],
    durable: 0,
    snapshot: 0,
    config: null,
    applied: 0,
    hash: '',
    lamport: 0,
    tally: null,
    vote: null,
    ignored: 0,
  };
}
