/**
 * Ballots and the entries stamped with them. A ballot is owned by one node, so no two leaders can
 * ever share one (protocols.md 2.2, P8).
 */
import type { Era } from '../../vocabulary/era.ts';
import { compareIds, type NodeId } from '../../vocabulary/ids.ts';
import type { Entry } from '../kernel/entry.ts';

export interface Ballot {
  readonly round: number;
  readonly node: NodeId;
}

/** `pos` is the slot, `ballot` the one in which this value was accepted for it. */
export interface PaxosEntry extends Entry {
  readonly ballot: Ballot;
}

/** Below every ballot that is ever prepared. */
export const BALLOT_ZERO: Ballot = { round: 0, node: '' };

/** Negative, zero or positive; by round, then by owner. */
export function compareBallots(a: Ballot, b: Ballot): number {
  return a.round - b.round || compareIds(a.node, b.node);
}

export function sameBallot(a: Ballot, b: Ballot): boolean {
  return a === b || (a.round === b.round && a.node === b.node);
}

export function eraOf(ballot: Ballot): Era {
  return { number: ballot.round, owner: ballot.node === '' ? null : ballot.node };
}

export function ballotLabel(ballot: Ballot): string {
  return `${ballot.round}.${ballot.node}`;
}

/** The same value under another ballot; the entry itself when it already stands under that one. */
export function restamp(entry: PaxosEntry, ballot: Ballot): PaxosEntry {
  return sameBallot(entry.ballot, ballot) ? entry : { ...entry, ballot };
}

/** Whether two entries hold the same value; the ballot is not part of the value. */
export function sameValue(a: PaxosEntry, b: PaxosEntry): boolean {
  return a === b || valueText(a) === valueText(b);
}

function valueText(entry: PaxosEntry): string {
  const { client } = entry;
  const ref = client === null ? null : [client.session, client.seq, client.acked];
  return JSON.stringify([entry.pos, entry.type, entry.time, ref, entry.payload]);
}
