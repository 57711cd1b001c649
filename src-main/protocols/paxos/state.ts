/**
 * Everything a Multi-Paxos node knows, in one place; saving.ts has its way to plain JSON and back.
 *
 * `promised` (what the acceptor promised) and `lead.ballot` (what the leader leads) are separate:
 * they differ as soon as the node promises somebody else (protocols.md 2.13-9).
 */
import type { Prng } from '../../base/prng.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { Incarnation, Member, NodeId, Position, StorageId } from '../../vocabulary/ids.ts';
import type { Timing } from '../../vocabulary/timing.ts';
import type { Role } from '../../vocabulary/trace.ts';
import type { Arrival } from '../kernel/arrival.ts';
import type { ClientRequest, Token } from '../kernel/core.ts';
import type { EffectList } from '../kernel/effects.ts';
import type { Ballot, PaxosEntry } from './ballot.ts';
import type { ConfigCommand, ConfigHistory, Outgoing, SnapshotMeta } from './configs.ts';
import type { SlotLog } from './log.ts';
import type { PaxosMessage } from './messages.ts';
import type { MutantName } from './mutants.ts';
import type { Options } from './options.ts';

/** `learner`: in the configuration, without a vote. `retired`: was in one. `outsider`: never was
 *  with this disk. `stopped`: its storage failed. */
export type Phase =
  | 'acceptor'
  | 'learner'
  | 'retired'
  | 'outsider'
  | 'stopped'
  | 'resigned'
  | 'pre-preparing'
  | 'preparing'
  | 'recovering'
  | 'leader';

/** Slots written in one barrier. `ballot` is set when they are this leader's own proposals. */
export interface Write {
  readonly token: Token;
  readonly from: Position;
  readonly to: Position;
  readonly ballot: Ballot | null;
}

/** Phase 1: a try to become leader, or a leader's entry into a new configuration. */
export interface Campaign {
  readonly ballot: Ballot;
  /** Slots below were known chosen when Prepare was first sent. */
  readonly fromSlot: Position;
  /** The leader who hands over to this node, in this ballot of its own. */
  readonly handover: Ballot | null;
  votes: Map<NodeId, boolean>;
  /** Where the next chunk of reports of a peer has to start, when not at `fromSlot`. */
  nextFrom: Map<NodeId, Position>;
  /** Per slot the value reported with the highest ballot. */
  reports: Map<Position, PaxosEntry>;
  /** How often each was reported; only a mutant asks. */
  counts: Map<string, number>;
  maxReported: Position;
  ticksSinceSend: number;
}

/** How far one peer is, as its leader knows. */
export interface Peer {
  seqSent: number;
  seqAnswered: number;
  /** First slot not yet sent to it; moves back when answers stay out. */
  next: Position;
  /** Ticks of the own clock. */
  progressAt: number;
  heardAt: number;
  heartbeatAcked: number;
  chosenPrefix: Position;
  /** How much of that it knows durably. */
  kept: Position;
  /** Highest commitUpTo sent to it. */
  commitSent: Position;
  /** A round of catching up: to what was chosen when it began (protocols.md 1.9.6). */
  roundTarget: Position;
  roundAt: number;
  /** The last round took less than an election timeout. */
  caughtUp: boolean;
}

/** A read that waits: at the leader for a round of heartbeats, elsewhere for a read quorum. */
export interface WaitingRead {
  readonly reqId: number;
  readonly minPos: Position;
  readonly payload: Json;
}

/** Reads that share a round; `seq` has to be acknowledged by a quorum. */
export interface ReadRound {
  readonly seq: number;
  readonly pos: Position;
  readonly reads: readonly WaitingRead[];
}

export interface MembershipChange {
  readonly reqId: number;
  readonly command: ConfigCommand;
  /** Its slot, 0 before it has one. */
  pos: Position;
}

export interface Transfer {
  readonly reqId: number;
  readonly to: NodeId;
  readonly startedAt: number;
  /** When Handover was sent last; null: the target is not up to date yet. */
  sentAt: number | null;
}

export interface Leadership {
  readonly ballot: Ballot;
  /** Everything up to here was reported in phase 1 and has to be chosen before `ready`. */
  recoverUpTo: Position;
  readonly recovered: Map<Position, PaxosEntry>;
  /** Who promised this ballot. */
  promised: Map<NodeId, boolean>;
  /** Phase 1 with a configuration whose quorum has not promised: nothing is proposed in it. */
  entering: Campaign | null;
  /** First slot without a proposal of this ballot. */
  nextSlot: Position;
  /** Gaps up to here are filled with no-ops when there is nothing else to propose. */
  fillUpTo: Position;
  /** Proposed and not known chosen: mask of the voters that accepted, see configs.ts. */
  outstanding: Map<Position, number>;
  /** Who asked here for the command of a slot. */
  pending: Map<Position, number>;
  /** Taken, but without a slot yet; certainly without effect when leadership ends. */
  queue: ClientRequest[];
  peers: Map<NodeId, Peer>;
  ticksSinceHeartbeat: number;
  heartbeatSeq: number;
  /** When the newest rounds of heartbeats were sent, for the lease. */
  rounds: { readonly seq: number; readonly at: number }[];
  /** Ticks without the prefix moving while something is outstanding. */
  ticksStalled: number;
  readonly startedAt: number;
  /** Service time at `startedAt`. */
  readonly startTime: number;
  /** Stamp of the newest proposal. */
  lastTime: number;
  change: MembershipChange | null;
  transfer: Transfer | null;
  /** Handover was sent in this ballot: no lease any more (protocols.md 2.4). */
  leaseBlocked: boolean;
  readRound: ReadRound | null;
  /** For the next round. */
  reads: WaitingRead[];
  /** Slot of the newest configuration before which all others are retire-safe, and that which the
   *  last heartbeats named: those who may go are told before they are let go. */
  settled: Position;
  settledTold: Position;
}

/** `SnapshotRef` of kernel/durable.ts with its meta. */
export interface Snapshot {
  readonly handle: string;
  readonly lastPos: Position;
  readonly chunks: number;
  readonly bytes: number;
  readonly meta: SnapshotMeta;
}

/** An image of the own state machine that is being made. */
export interface Taking {
  readonly lastPos: Position;
  readonly handle: string;
  readonly meta: SnapshotMeta;
  /** Operators that wait for it, and how many slots they want kept. */
  readonly asked: readonly { readonly reqId: number; readonly retain: number | null }[];
}

/** A snapshot on its way to a peer. */
export interface Sending {
  readonly handle: string;
  /** The receiver has the chunks below. */
  acked: number;
  /** The next chunk that was not sent. */
  next: number;
  progressAt: number;
  sentAt: number;
}

/** A round of questions to a read quorum (protocols.md 2.10). */
export interface Probe {
  readonly id: string;
  /** First slot of the configuration that is asked. */
  readonly configFrom: Position;
  readonly reads: readonly WaitingRead[];
  /** What each has accepted at most. */
  answers: Map<NodeId, Position>;
  /** Known once a quorum answered. */
  target: Position | null;
  readonly startedAt: number;
  sentAt: number;
}

/** What the last `role` event said. */
export interface RoleView {
  readonly role: Role;
  readonly phase: Phase;
  readonly ballot: Ballot;
  readonly leader: NodeId | null;
  readonly ready: boolean;
}

export interface PaxosState {
  readonly self: NodeId;
  readonly storageId: StorageId;
  readonly incarnation: Incarnation;
  readonly timing: Timing;
  readonly options: Options;
  readonly mutants: ReadonlySet<MutantName>;
  readonly prng: Prng;
  /** Ticks since boot. */
  now: number;

  configs: ConfigHistory;
  outgoing: Outgoing | null;
  /** A configuration named this node with this disk: what it promised counts. */
  belongs: boolean;
  /** What the last `members` effect and the last `config` event said. */
  membersShown: readonly Member[] | null;
  configShown: string;

  promised: Ballot;
  /** Barrier that makes `promised` durable. */
  promisedToken: Token;
  readonly log: SlotLog;
  writes: Write[];
  durableToken: Token;
  durablePos: Position;
  /**
   * No later life forgets that everything up to here is chosen, once this barrier is done; and up
   * to where that is so by now.
   */
  hintWritten: Position;
  hintToken: Token;
  hintDurable: Position;

  applied: Position;
  /** Highest stamp applied: the clock of the state machine (protocols.md 4.1). Slots of different
   *  leaders need not be in the order of their stamps. */
  serviceTime: number;
  /** commitUpTo of the ballot `promised`. */
  leaderCommit: Position;
  learnAskedAt: number | null;

  snapshot: Snapshot | null;
  taking: Taking | null;
  /** Operators whose snapshot is written but not durable. */
  snapshotAnswers: { readonly token: Token; readonly reqId: number; readonly lastPos: Position }[];
  arrival: Arrival | null;
  arrivalAt: number;
  /** Images that began to arrive in this life. */
  arrivals: number;
  sendings: Map<NodeId, Sending>;

  /** Quorum reads for the next probe, and the probe under way. */
  reads: WaitingRead[];
  probe: Probe | null;
  probes: number;

  phase: Phase;
  leader: NodeId | null;
  leaderHeardAt: number;
  electionElapsed: number;
  electionTimeout: number;
  /** Highest round met in any ballot. */
  roundSeen: number;
  campaign: Campaign | null;
  lead: Leadership | null;
  shown: RoleView | null;
}

/** What the functions of this room work on: the state, and where its effects go. */
export interface Machine {
  readonly state: PaxosState;
  readonly fx: EffectList<PaxosMessage, PaxosEntry>;
  /** Slots learned chosen in this step, for the trace; empty between steps. */
  readonly learned: { from: Position; to: Position }[];
}

/** When a message that stays without an answer is sent again. */
export function resendTicks(state: PaxosState): number {
  return 2 * state.timing.heartbeatTicks;
}
