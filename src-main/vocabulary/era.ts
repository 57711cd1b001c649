/**
 * Era: the common word for a leadership number: Raft term, Paxos ballot, ZAB epoch
 * (protocols.md 9). A ballot is owned by one node, a term or an epoch is not.
 */
import { compareIds, type NodeId } from './ids.ts';

export interface Era {
  readonly number: number;
  readonly owner: NodeId | null;
}

export const ERA_ZERO: Era = { number: 0, owner: null };

/** Negative, zero or positive; by number, then by owner. */
export function compareEras(a: Era, b: Era): number {
  return a.number - b.number || compareIds(a.owner ?? '', b.owner ?? '');
}

/** What a person reads: `5` for a term or an epoch, `4.2` for ballot 4 of n2. */
export function eraLabel(era: Era): string {
  if (era.owner === null) return String(era.number);
  const digits = era.owner.replace(/^\D+/, '');
  return `${era.number}.${digits === '' ? era.owner : digits}`;
}
