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

export interface DurableState<E extends Entry = Entry> {
  readonly hard: HardRecord;
  /** Ascending by position. Raft and ZAB: without holes. Paxos: holes are possible. */
  readonly log: readonly E[];
}

export type PersistOp<E extends Entry = Entry> =
  /** Replace these keys of the record, keep the others. */
  | { readonly op: 'hard'; readonly record: HardRecord }
  /** Write entries at their positions; an entry already there is replaced. */
  | { readonly op: 'put'; readonly entries: readonly E[] }
  /** Remove every entry at or after `from`. */
  | { readonly op: 'truncate'; readonly from: Position };

export const EMPTY_DURABLE: DurableState<never> = { hard: {}, log: [] };

/**
 * Applies operations to a durable state, as every storage must (the SQLite one, the simulated one).
 * @returns the new state; the old one is unchanged.
 */
export function applyPersistOps<E extends Entry>(
  state: DurableState<E>,
  ops: readonly PersistOp<E>[],
): DurableState<E> {
  let hard = state.hard;
  let log: E[] = [...state.log];
  for (const op of ops) {
    if (op.op === 'hard') hard = { ...hard, ...op.record };
    else if (op.op === 'truncate') log = log.filter((entry) => entry.pos < op.from);
    else log = putEntries(log, op.entries);
  }
  return { hard, log };
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
