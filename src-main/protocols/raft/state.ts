/**
 * The whole state of one Raft node (protocols.md 1.1). The functions of the other files work on it;
 * nothing else holds state. How it begins stands in boot.ts, how it is saved in saving.ts.
 */
import type { Prng } from '../../base/prng.ts';
import type { Incarnation, NodeId, Position, StorageId } from '../../vocabulary/ids.ts';
import type { Timing } from '../../vocabulary/timing.ts';
import type { Role } from '../../vocabulary/trace.ts';
import type { Arrival } from '../kernel/arrival.ts';
import type { ReadRequest, Token } from '../kernel/core.ts';
import type { SnapshotRef } from '../kernel/durable.ts';
import type { EffectList } from '../kernel/effects.ts';
import type { RaftEntry, RaftLog } from './log.ts';
import type { Membership } from './config-at.ts';
import type { AppendEntries, RaftMessage } from './messages.ts';
import type { MutantName } from './mutants.ts';
import type { RaftOptions } from './options.ts';
import type { Peer } from './peers.ts';
import type { SnapshotMeta } from './snapshot-meta.ts';

/**
 * Raft's own word for a role. `learner`: in the configuration, but no voter. `outsider`: not in it;
 * both follow whoever leads. `stopped`: the disk failed, takes no part any more.
 */
export type Word =
  'follower' | 'pre-candidate' | 'candidate' | 'leader' | 'learner' | 'outsider' | 'stopped';

/** What is on disk once `token` is: the record, and the log up to a position. */
export interface Barrier {
  readonly token: Token;
  readonly term: number;
  readonly vote: NodeId | null;
  upTo: Position;
}

export interface Pending {
  readonly pos: Position;
  readonly term: number;
  readonly reqId: number;
}

/** A snapshot that the host is writing. */
export interface Taking {
  readonly lastPos: Position;
  readonly handle: string;
  readonly meta: SnapshotMeta;
  /** Entries to keep behind it. */
  readonly retain: number;
  /** Operators who wait for it. */
  readonly reqIds: readonly number[];
}

/** Reads that came in one turn, at the leader: its own (`requests`), or another node's. */
export interface LeaderReads {
  readonly requests: readonly ReadRequest[];
  readonly asker: { readonly from: NodeId; readonly id: number } | null;
  /** The round that proves that this node still led; 0: none was started yet. */
  round: number;
  /** The commit position when it was started. */
  pos: Position;
}

/** Reads of one turn that another node asked the leader about. */
export interface AskedReads {
  readonly id: number;
  readonly at: number;
  readonly requests: readonly ReadRequest[];
}

/** A planned hand-over. The old leader keeps it until it hears who leads next. */
export interface Transfer {
  readonly to: NodeId;
  readonly reqId: number;
  /** `clock`. */
  readonly deadline: number;
  /** TimeoutNow has left. */
  readonly sent: boolean;
}

/** Bytes of the client entries of one turn, until they are committed. */
export interface Uncommitted {
  readonly upTo: Position;
  readonly bytes: number;
}

/** An AppendEntries, and about the bytes of its entries. */
export interface MadeAppend {
  readonly msg: AppendEntries;
  readonly bytes: number;
}

export interface RaftState {
  readonly nodeId: NodeId;
  readonly storageId: StorageId;
  readonly incarnation: Incarnation;
  readonly timing: Timing;
  readonly options: RaftOptions;
  readonly mutants: ReadonlySet<MutantName>;
  readonly prng: Prng;
  readonly out: EffectList<RaftMessage, RaftEntry>;
  readonly log: RaftLog;
  /** Changes in config-stack.ts only. */
  membership: Membership;

  currentTerm: number;
  votedFor: NodeId | null;
  role: Role;
  word: Word;
  leaderId: NodeId | null;
  commitPos: Position;
  appliedPos: Position;

  /** Ticks of this life. */
  clock: number;
  electionElapsed: number;
  electionTimeout: number;
  /** `clock` when a leader was heard last; 0, the boot, counts as one (1.12). */
  contactAt: number;

  /** What is on disk now, and what will be when each barrier completes, oldest first. */
  durable: Barrier;
  barriers: Barrier[];
  /** Token of the last change of (term, vote). */
  hardToken: Token;

  votes: Map<NodeId, boolean>;

  /** In the order of ids; changes in config-stack.ts only. */
  peers: readonly Peer[];
  heartbeatElapsed: number;
  termStartPos: Position;
  leadSince: number;
  leadTimeBase: number;
  pending: Pending[];
  uncommitted: Uncommitted[];
  uncommittedBytes: number;

  /** The snapshot that is on disk or on its way there. */
  snapshot: SnapshotRef | null;
  taking: Taking | null;
  arrival: Arrival | null;
  /** Images begun to be received in this life. */
  arrivals: number;

  /** The operator who waits for the end of a joint change. */
  changeReqId: number | null;
  transfer: Transfer | null;
  /** In this term a TimeoutNow may be on its way, which no lease survives (1.12). */
  leaseBlocked: boolean;
  /** Newest round of heartbeats. */
  round: number;
  reads: LeaderReads[];
  asked: AskedReads[];
  asks: number;

  /** The `role` and `members` sent last, to send none twice. */
  roleTraced: string;
  membersTold: string;
  /** The last AppendEntries made, shared between peers that need the same; not part of a save. */
  lastAppend: MadeAppend | null;
}
