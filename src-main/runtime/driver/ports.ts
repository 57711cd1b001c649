/**
 * What a host lends the driver. The driver decides when each of these is called; a host only
 * carries them out (process: sockets, SQLite, a file; simulator: queues).
 */
import type { Json } from '../../vocabulary/json.ts';
import type { CrashPoint } from '../../vocabulary/crash-points.ts';
import type { Member, NodeId, Position } from '../../vocabulary/ids.ts';
import type { Refusal } from '../../vocabulary/refusal.ts';
import type { TraceEvent } from '../../vocabulary/trace.ts';
import type { Message, Token } from '../../protocols/kernel/core.ts';
import type { PersistOp } from '../../protocols/kernel/durable.ts';

/** A message on its way: the step that sent it and its number in that step make it unique in a
 *  life of the sender. */
export interface Outgoing {
  readonly to: NodeId;
  readonly step: number;
  readonly index: number;
  readonly lamport: number;
  /** The session the core knew of when it sent this, 0 for none; a host of a protocol over sessions
   *  must not let it out in another one. */
  readonly linkEpoch: number;
  readonly msg: Message;
  /** The chunk of an image that travels with it (`msg.image`). */
  readonly bulk: string | null;
}

export interface Incoming {
  readonly from: NodeId;
  readonly fromIncarnation: number;
  readonly linkEpoch: number;
  readonly step: number;
  readonly index: number;
  readonly lamport: number;
  readonly msg: Message;
  readonly bulk: string | null;
}

/**
 * Where a host keeps images of the state machine, each a list of chunks under a handle. All calls
 * are synchronous; a failure throws as one of `persist` does.
 */
export interface ImageStore {
  /** Adds chunk number `chunk`; number 0 begins the image anew. */
  put(handle: string, chunk: number, text: string): void;
  /** null: no such image or chunk. */
  get(handle: string, chunk: number): string | null;
  /** All `chunks` of the image are durable when this returns; throws when one is missing. */
  seal(handle: string, chunks: number): void;
  /** Drops every image but these. */
  keepOnly(handles: readonly string[]): void;
}

export type Answer =
  | { readonly ok: true; readonly result: Json; readonly pos: Position }
  | { readonly ok: false; readonly refusal: Refusal };

export interface DriverPorts {
  /** Microseconds since the start of the run; shown to people, never fed to the core. */
  nowUs(): number;
  /** Journal lines; they must survive a SIGKILL of this process when the call returns. null: this
   *  host keeps no journal, and none is made. */
  readonly journal: ((lines: string) => void) | null;
  /** Hands a message to the transport; it may wait there for `flush`. */
  send(message: Outgoing): void;
  /** End of a group of sends: put them on the wire. */
  flush(): void;
  /**
   * Writes the operations, then one barrier. The host calls `driver.persisted(token)` once they
   * are durable, during this call or later, and in order.
   */
  persist(ops: readonly PersistOp[], token: Token): void;
  readonly images: ImageStore;
  /** Ask for another turn soon: an image is only partly written or loaded. null: this host has all
   *  the time there is, every image is done in one turn. */
  readonly wake: (() => void) | null;
  reply(reqId: number, answer: Answer): void;
  closeLink(peer: NodeId, linkEpoch: number, why: string): void;
  /** The nodes to talk to from now on, with the disks they are known by. */
  members(members: readonly Member[]): void;
  /** A trace event of the core, for hosts that watch (role changes to the supervisor). */
  trace(event: TraceEvent): void;
  /** Told of every named gap that is passed. A host that kills the node there must do so before
   *  this returns; null or absent as long as nobody waits at any. */
  readonly passing?: ((point: CrashPoint) => void) | null;
}
