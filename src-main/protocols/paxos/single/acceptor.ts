/** The acceptor of single-decree Paxos (protocols.md 2.1): remembers one promise and one vote. */
import { compareBallots, type Ballot, type PaxosEntry } from '../ballot.ts';
import type { MutantName } from '../mutants.ts';

export interface Acceptor {
  promised: Ballot;
  /** The vote of the highest ballot, stamped with it. */
  accepted: PaxosEntry | null;
}

/** Phase 1b. @returns whether it promises; a repeated Prepare is promised again. */
export function promise(acceptor: Acceptor, ballot: Ballot): boolean {
  if (compareBallots(ballot, acceptor.promised) < 0) return false;
  acceptor.promised = ballot;
  return true;
}

/**
 * Phase 2b: at or above the promise, which rises with it. An acceptor may meet Accept(b) without
 * Prepare(b); did it not raise its promise, a lower ballot could un-choose a chosen value.
 */
export function accept(
  acceptor: Acceptor,
  entry: PaxosEntry,
  mutants: ReadonlySet<MutantName>,
): boolean {
  const isBelow = compareBallots(entry.ballot, acceptor.promised) < 0;
  if (isBelow && !mutants.has('accept-below-promise')) return false;
  // Mutant of museum P07.
  if (!isBelow && !mutants.has('accept-keeps-promise')) acceptor.promised = entry.ballot;
  acceptor.accepted = entry;
  return true;
}
