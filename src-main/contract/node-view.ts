/** What the screen knows of one node, and how what a core says of itself changes it. */
import type { Era } from '../vocabulary/era.ts';
import type { NodeId, Position } from '../vocabulary/ids.ts';
import type { Role, TraceEvent } from '../vocabulary/trace.ts';
import {
  recordAppend,
  recordCommit,
  recordCompaction,
  recordTruncate,
  type LogRun,
  type PositionRange,
} from './node-log.ts';

export interface NodeConfigView {
  pos: Position;
  voters: NodeId[];
  /** Of a joint or pending configuration: the other voters whose quorum is needed. */
  votersOld: NodeId[] | null;
  learners: NodeId[];
}

export interface NodeView {
  id: NodeId;
  /** `starting`: never been up in this run. */
  state: 'starting' | 'up' | 'down';
  how: 'kill' | 'stop' | 'crash' | null;
  /** Why it is down, in words; empty while it is up. */
  whyDown: string;
  paused: boolean;
  incarnation: number;
  role: Role;
  word: string;
  era: Era;
  leader: NodeId | null;
  /** A leader that can serve. */
  ready: boolean;
  /** Why it has this role. */
  why: string;
  roleSinceUs: number;
  log: LogRun[];
  committed: PositionRange[];
  durable: Position;
  /** What the log stands on; 0 for none. */
  snapshot: Position;
  /** The configuration this node goes by; null until it said so. */
  config: NodeConfigView | null;
  applied: Position;
  hash: string;
  lamport: number;
  /** Who voted for this node in its running attempt. */
  tally: { era: Era; votes: NodeId[] } | null;
  /** Its last answer to a candidate. */
  vote: { candidate: NodeId; era: Era; granted: boolean; phase: 'pre' | 'real' } | null;
  ignored: number;
}

/** Mutates. */
export function applyTrace(node: NodeView, us: number, e: TraceEvent): void {
  switch (e.kind) {
    case 'role':
      return becomeRole(node, us, e);
    case 'append':
      return recordAppend(node.log, {
        from: e.from,
        to: e.to,
        era: e.era,
        noop: e.noop,
        counter: e.counter ?? null,
      });
    case 'truncate':
      recordTruncate(node.log, e.from);
      if (node.durable >= e.from) node.durable = e.from - 1;
      return;
    case 'durable':
      node.durable = e.upTo;
      return;
    case 'commit':
      return recordCommit(node.committed, e.from, e.to);
    case 'vote':
      node.vote = { candidate: e.candidate, era: e.era, granted: e.granted, phase: e.phase };
      return;
    case 'tally':
      node.tally = { era: e.era, votes: [...e.votes] };
      return;
    case 'ignored':
      node.ignored += 1;
      return;
    case 'config':
      node.config = {
        pos: e.pos,
        voters: [...e.voters],
        votersOld: e.votersOld === null ? null : [...e.votersOld],
        learners: [...e.learners],
      };
      return;
    case 'snapshot':
      return recordSnapshot(node, e);
    case 'compact':
      return recordCompaction(node.log, e.upTo);
    case 'catch-up':
    case 'transfer':
      return;
  }
}

function recordSnapshot(node: NodeView, e: Extract<TraceEvent, { kind: 'snapshot' }>): void {
  if (e.what === 'sent') return;
  node.snapshot = e.pos;
  if (e.what === 'taken') return;
  recordCompaction(node.log, e.pos);
  recordCommit(node.committed, 1, e.pos);
  if (node.durable < e.pos) node.durable = e.pos;
}

function becomeRole(node: NodeView, us: number, e: Extract<TraceEvent, { kind: 'role' }>): void {
  if (node.state === 'down') return;
  if (e.role !== node.role) node.roleSinceUs = us;
  node.role = e.role;
  node.word = e.word;
  node.era = e.era;
  node.leader = e.leader;
  node.ready = e.ready;
  node.why = e.why;
  if (e.role !== 'candidate' && e.role !== 'looking' && e.role !== 'leader') node.tally = null;
}
