/** Log entries: the part of an entry that every protocol shares (protocols.md 0.8). */
import type { Json } from '../../vocabulary/json.ts';
import type { Position } from '../../vocabulary/ids.ts';

export type EntryType = 'noop' | 'config' | 'session-open' | 'session-close' | 'command';

/** Which operation of which client an entry carries; see services/sessions.ts. */
export interface ClientRef {
  /** Session id: the position of its `session-open` entry. 0 in a `session-open` itself. */
  readonly session: number;
  readonly seq: number;
  /** The client has the answers of everything up to here; their copies may be dropped. */
  readonly acked: number;
}

/**
 * Entries are immutable once made and are shared by reference between log, messages and effects.
 * Each protocol adds its stamp: `term` (raft), `ballot` (paxos), `epoch` and `counter` (zab).
 */
export interface Entry {
  readonly pos: Position;
  readonly type: EntryType;
  /** Service time in ms, stamped by the leader (protocols.md 4.1). */
  readonly time: number;
  readonly client: ClientRef | null;
  readonly payload: Json;
}
