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
 * - `recv` only of messages whose envelope fits (cluster, protocol, addressee, known sender).
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
import type { Refusal } from '../../vocabulary/refusal.ts';
import type { Timing } from '../../vocabulary/timing.ts';
import type { MessageKind, Role, TraceEvent } from '../../vocabulary/trace.ts';
import type { Era } from '../../vocabulary/era.ts';
import type { DurableState, PersistOp } from './durable.ts';
import type { Entry } from './entry.ts';

/** Every message is plain JSON with a `type`. */
export interface Message {
  readonly type: string;
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

/** Operator commands; refused with `bad-request` until the protocol supports them. */
export type AdminOp =
  | { readonly op: 'add' | 'remove' | 'promote'; readonly member: Member }
  | { readonly op: 'transfer'; readonly to: NodeId }
  | { readonly op: 'snapshot' };

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
  | { readonly kind: 'admin'; readonly reqId: number; readonly op: AdminOp }
  | {
      readonly kind: 'snapshot-ready';
      readonly lastPos: Position;
      readonly handle: string;
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
  | { readonly kind: 'take-snapshot'; readonly lastPos: Position }
  | { readonly kind: 'load-snapshot'; readonly lastPos: Position; readonly handle: string }
  | {
      readonly kind: 'send-snapshot';
      readonly to: NodeId;
      readonly handle: string;
      readonly after: Token;
    };

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
}

/** One line of the registry (protocols/index.ts). */
export interface ProtocolDefinition {
  readonly name: ProtocolName;
  /** true: messages need FIFO sessions, any loss closes one (protocols.md 0.6, ZAB). */
  readonly overSessions: boolean;
  readonly messageKinds: { readonly [type: string]: MessageKind };
  readonly defaultOptions: { readonly [name: string]: Json };
  readonly mutants: readonly Mutant[];
  create(): Core;
  restore(saved: Json): Core;
}
