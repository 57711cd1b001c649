/**
 * What a protocol core is: one input in, effects out, no clock, no chance, no disk, no network
 * (protocols.md 0.1). Hosts (process, simulator, replayer) feed inputs and carry out effects; the
 * order in which they do so lives in runtime/driver alone.
 *
 * What a core owes its host
 * - `step` is synchronous and total: hostile or stale messages are traced and ignored, never thrown
 *   on. It throws only AssertionError, which means a bug; the host then stops the node for good.
 * - It never mutates an input, an entry or a message after it was handed out.
 * - It never sends to itself. Its own vote, accept or ack counts when `persisted` says so.
 * - Effects of one step are in causal order: `persist` before the `send`s gated on it, `apply`
 *   before a `reply` that follows from it.
 *
 * What a host owes a core
 * - `boot` first, once per life. Then `tick` before any other input of a turn (protocols.md 6.2).
 * - `persisted` cumulative and in order. A `send` with `after` > 0 leaves only once that token is
 *   durable. Entries are applied once each, in the order of the `apply` effects.
 * - `recv` only of messages whose envelope fits (cluster, protocol, addressee), and only from nodes
 *   whose disk is the one this node, or the supervisor that started it, knows them by.
 *
 * Snapshots (protocols.md 1.8): the image of the state machine stays with the host, as a list of
 * chunks under a handle that the core makes up (lower-case letters, digits, `-` and `.`). The core
 * knows of it what a `SnapshotRef` says. `take-snapshot` is answered by `snapshot-ready`; the core
 * then persists `{ op: 'snapshot' }` and what it compacts. A chunk travels with a message that
 * names it in `image`; the receiver's core decides what to do with it by `keep-chunk` in that very
 * step. When all are there it persists the reference, and only after that token is durable it may
 * answer the last chunk; `load-snapshot` makes the state machine take it over, in order with the
 * `apply` effects around it, and `snapshot-loaded` says that this is done. At boot a core whose
 * durable state has a snapshot emits `load-snapshot` for it first.
 *
 * Membership: `members` in `boot` is the configuration the cluster began with, always the same;
 * later ones are in the snapshot and the log. A node that is not in it (a joiner), or is in it with
 * another disk (it was wiped), takes part passively: it follows, but never votes, campaigns or
 * counts until a configuration it holds names it with its own disk. Whenever the nodes a core wants
 * to talk to change it says so by a `members` effect.
 */
import type { Json } from '../../vocabulary/json.ts';
import type {
  Incarnation,
  Member,
  NodeId,
  Position,
  ProtocolName,
  StorageId,
} from '../../vocabulary/ids.ts';
import type { ReadLevel } from '../../vocabulary/read-level.ts';
import type { Refusal } from '../../vocabulary/refusal.ts';
import type { Timing } from '../../vocabulary/timing.ts';
import type { MessageKind, Role, TraceEvent } from '../../vocabulary/trace.ts';
import type { Era } from '../../vocabulary/era.ts';
import type { DurableState, PersistOp } from './durable.ts';
import type { Entry } from './entry.ts';

/** Every message is plain JSON with a `type`. */
export interface Message {
  readonly type: string;
  /** This chunk (from 0) of this image of the sender's host travels with the message. Loses the
   *  message when the sender no longer has it. */
  readonly image?: { readonly handle: string; readonly chunk: number };
}

/** Order of a durability barrier; grows by one per `persist` effect of a life, from 1. */
export type Token = number;

export type ClientOp =
  | { readonly kind: 'open-session' }
  | { readonly kind: 'close-session'; readonly session: number }
  | {
      readonly kind: 'command';
      readonly session: number;
      readonly seq: number;
      readonly acked: number;
      readonly payload: Json;
    };

export interface ClientRequest {
  /** Given by the host, unique in one life of the node. */
  readonly reqId: number;
  readonly op: ClientOp;
}

/** A read that is no log entry. A level that a protocol does not have is refused as
 *  `bad-request`. */
export interface ReadRequest {
  /** From the same numbers as those of `ClientRequest`. */
  readonly reqId: number;
  readonly level: Exclude<ReadLevel, 'log'>;
  /** Not from a state before it: what this client saw already; 0 for none. */
  readonly minPos: Position;
  readonly payload: Json;
}

export interface BootInput {
  readonly kind: 'boot';
  readonly cluster: string;
  readonly nodeId: NodeId;
  readonly storageId: StorageId;
  readonly incarnation: Incarnation;
  /** The configuration every initial voter starts from; later ones stand in the log. */
  readonly members: readonly Member[];
  readonly durable: DurableState;
  readonly seed: number;
  readonly timing: Timing;
  /** Protocol options by name, for example `preVote: true`; unknown ones are a bug. */
  readonly options: { readonly [name: string]: Json };
  /** Names of rules switched off (see mutants.ts of each protocol). */
  readonly mutants: readonly string[];
}

/**
 * Operator commands. Answered by `reply` (refused), by applying the configuration they led to
 * (`waiting` of `apply`, with the last entry they needed), or by `done`.
 */
export type AdminOp =
  | { readonly op: 'add'; readonly member: Member; readonly as: 'voter' | 'learner' }
  /** A learner becomes a voter, after it caught up. */
  | { readonly op: 'promote'; readonly nodeId: NodeId }
  | { readonly op: 'remove'; readonly nodeId: NodeId }
  /** Any other configuration in one operation. A voter that came back with another disk has to be
   *  removed before it is added again. */
  | {
      readonly op: 'reconfigure';
      readonly voters: readonly Member[];
      readonly learners: readonly Member[];
    }
  | { readonly op: 'transfer'; readonly to: NodeId }
  /** Of this very node, now; then the log up to it is dropped but for `retain` entries (null: as
   *  the options say). */
  | { readonly op: 'snapshot'; readonly retain: number | null };

export type Input<M extends Message = Message> =
  | BootInput
  | { readonly kind: 'tick'; readonly elapsed: number }
  | { readonly kind: 'recv'; readonly from: NodeId; readonly linkEpoch: number; readonly msg: M }
  | { readonly kind: 'link-up'; readonly peer: NodeId; readonly linkEpoch: number }
  | { readonly kind: 'link-down'; readonly peer: NodeId; readonly linkEpoch: number }
  | { readonly kind: 'persisted'; readonly token: Token }
  | { readonly kind: 'persist-failed'; readonly token: Token; readonly error: string }
  /** Everything clients asked in one turn of the host: one step, one barrier, one message a peer.
   *   */
  | { readonly kind: 'client'; readonly requests: readonly ClientRequest[] }
  /** All reads of one turn: one round of questions for all of them. */
  | { readonly kind: 'read'; readonly requests: readonly ReadRequest[] }
  | { readonly kind: 'admin'; readonly reqId: number; readonly op: AdminOp }
  | {
      readonly kind: 'snapshot-ready';
      readonly lastPos: Position;
      readonly handle: string;
      readonly chunks: number;
      readonly bytes: number;
    }
  | { readonly kind: 'snapshot-loaded'; readonly lastPos: Position };

export type Effect<M extends Message = Message, E extends Entry = Entry> =
  | { readonly kind: 'persist'; readonly token: Token; readonly ops: readonly PersistOp<E>[] }
  /** `after` 0: may leave at once. */
  | { readonly kind: 'send'; readonly to: NodeId; readonly msg: M; readonly after: Token }
  /** Ascending, without holes, each position once per life. `waiting`: who asked here for which. */
  | {
      readonly kind: 'apply';
      readonly entries: readonly E[];
      readonly waiting: readonly { readonly pos: Position; readonly reqId: number }[];
    }
  /** A refusal. Answers come from applying (`waiting` above). */
  | { readonly kind: 'reply'; readonly reqId: number; readonly refusal: Refusal }
  | { readonly kind: 'trace'; readonly event: TraceEvent }
  /** Only for protocols over sessions: end this session; both ends get `link-down`. */
  | {
      readonly kind: 'close-link';
      readonly peer: NodeId;
      readonly linkEpoch: number;
      readonly why: string;
    }
  /** Answer this read from the state at `pos` or any later one. */
  | {
      readonly kind: 'read';
      readonly reqId: number;
      readonly pos: Position;
      readonly payload: Json;
    }
  /** An operator command that no log entry answers was carried out. */
  | { readonly kind: 'done'; readonly reqId: number; readonly result: Json }
  /** The nodes this one talks to from now on, with the disks it knows them by, itself included:
   *  every configuration that still matters, learners, and the removed as long as they are owed
   *  anything. */
  | { readonly kind: 'members'; readonly members: readonly Member[] }
  /** Make an image of the state after everything applied so far, which is `lastPos`. */
  | { readonly kind: 'take-snapshot'; readonly lastPos: Position; readonly handle: string }
  | { readonly kind: 'load-snapshot'; readonly lastPos: Position; readonly handle: string }
  /** Only in the step of a `recv` with an `image`: its chunk is number `chunk` of an image of this
   *  host. Number 0 begins anew. */
  | { readonly kind: 'keep-chunk'; readonly handle: string; readonly chunk: number };

/** The inspector's view: the common words, and the protocol's own fields in reading order. */
export interface CoreDescription {
  readonly role: Role;
  readonly word: string;
  readonly era: Era;
  readonly leader: NodeId | null;
  readonly ready: boolean;
  readonly lastPos: Position;
  readonly durablePos: Position;
  readonly committed: Position;
  readonly applied: Position;
  readonly voters: readonly NodeId[];
  /** Non-voters of the configuration: Raft and Paxos learners, ZAB observers. */
  readonly learners: readonly NodeId[];
  /** Position of the snapshot the log stands on, 0 for none. */
  readonly snapshotPos: Position;
  readonly own: readonly { readonly name: string; readonly value: Json }[];
}

export interface Core<M extends Message = Message, E extends Entry = Entry> {
  step(input: Input<M>): Effect<M, E>[];
  /** Ticks until the next timer of this core fires; the host may sleep that long when nothing
   *  else happens. At least 1. */
  sleepTicks(): number;
  /** The whole state as plain JSON; `restore(save())` continues bit for bit. */
  save(): Json;
  describe(): CoreDescription;
}

/** A rule that can be switched off, to show what it is for. */
export interface Mutant {
  readonly name: string;
  readonly breaks: string;
  /** What the swarm draws in every seed when it looks for this one; usually each in some. */
  readonly focus?: readonly MutantFocus[];
}

export type MutantFocus = 'membership' | 'transfers' | 'snapshots' | 'reads' | 'leases' | 'quorums';

/** One line of the registry (protocols/index.ts). */
export interface ProtocolDefinition {
  readonly name: ProtocolName;
  /** true: messages need FIFO sessions, any loss closes one (protocols.md 0.6, ZAB). */
  readonly overSessions: boolean;
  /** Reads that are no log entries, the protocol's usual one first. */
  readonly readLevels: readonly ReadRequest['level'][];
  readonly messageKinds: { readonly [type: string]: MessageKind };
  readonly defaultOptions: { readonly [name: string]: Json };
  readonly mutants: readonly Mutant[];
  /** Why no cluster of these voters can have these options (quorums that need not meet); null when
   *  it can. Asked before anything starts: a core only asserts it. */
  clusterProblem?(
    voters: readonly NodeId[],
    options: { readonly [name: string]: Json },
  ): string | null;
  create(): Core;
  restore(saved: Json): Core;
}
