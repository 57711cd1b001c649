/**
 * What a node keeps on disk, and the operations that change it: one small atomic record and one
 * log, written through one ordered queue (protocols.md 0.3). A `persist` effect is a list of
 * operations applied in order, then one barrier.
 */
import type { Json } from '../../vocabulary/json.ts';
import type { Position } from '../../vocabulary/ids.ts';
import type { Entry } from './entry.ts';

/** The small atomic record: term and vote, promise, epochs. Keys are the protocol's own. */
export type HardRecord = { readonly [key: string]: Json };

/** What a core knows of an image of the state machine; the image itself is the host's. */
export interface SnapshotRef {
  readonly handle: string;
  /** Everything up to here is in it. */
  readonly lastPos: Position;
  readonly chunks: number;
  readonly bytes: number;
  /** The protocol's own: stamp and service time of the last entry, the configurations. */
  readonly meta: Json;
}

export interface DurableState<E extends Entry = Entry> {
  readonly hard: HardRecord;
  /** null: none yet. After a crash the log may still have entries at or below its position, or
   *  entries that do not fit to it: the core sorts that out at boot (museum R13). */
  readonly snapshot: SnapshotRef | null;
  /** Ascending by position. Raft and ZAB: without holes. Paxos: holes are possible. */
  readonly log: readonly E[];
}

export type PersistOp<E extends Entry = Entry> =
  /** Replace these keys of the record, keep the others. */
  | { readonly op: 'hard'; readonly record: HardRecord }
  /** Write entries at their positions; an entry already there is replaced. */
  | { readonly op: 'put'; readonly entries: readonly E[] }
  /** Remove every entry at or after `from`. */
  | { readonly op: 'truncate'; readonly from: Position }
  /** From now on this is the snapshot; the host drops the one before once the barrier is done.
   *  Stands before the operations that rely on it: a crash may keep any prefix. */
  | { readonly op: 'snapshot'; readonly snapshot: SnapshotRef }
  /** Remove every entry at or before `upTo`. */
  | { readonly op: 'compact'; readonly upTo: Position };

export const EMPTY_DURABLE: DurableState<never> = { hard: {}, snapshot: null, log: [] };

/**
 * Applies operations to a durable state, as every storage must (the SQLite one, the simulated one).
 * @returns the new state; the old one is unchanged.
 */
export function applyPersistOps<E extends Entry>(
  state: DurableState<E>,
  ops: readonly PersistOp<E>[],
): DurableState<E> {
  let { hard, snapshot } = state;
  let log: E[] = [...state.log];
  for (const op of ops) {
    if (op.op === 'hard') hard = { ...hard, ...op.record };
    else if (op.op === 'truncate') log = log.filter((entry) => entry.pos < op.from);
    else if (op.op === 'compact') log = log.filter((entry) => entry.pos > op.upTo);
    else if (op.op === 'snapshot') snapshot = op.snapshot;
    else log = putEntries(log, op.entries);
  }
  return { hard, snapshot, log };
}

function putEntries<E extends Entry>(log: E[], entries: readonly E[]): E[] {
  const first = entries[0];
  if (first === undefined) return log;
  const last = log.at(-1);
  if (last === undefined || last.pos < first.pos) {
    log.push(...entries);
    return log;
  }
  const byPosition = new Map(log.map((entry) => [entry.pos, entry]));
  for (const entry of entries) byPosition.set(entry.pos, entry);
  return [...byPosition.values()].sort((a, b) => a.pos - b.pos);
}
