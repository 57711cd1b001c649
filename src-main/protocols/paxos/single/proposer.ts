/** The proposer of single-decree Paxos (protocols.md 2.1): one value per ballot, ever. */
import type { NodeId } from '../../../vocabulary/ids.ts';
import { ballotLabel, restamp, sameValue, type Ballot, type PaxosEntry } from '../ballot.ts';
import { outranks } from '../log.ts';
import type { MutantName } from '../mutants.ts';

export type ProposerPhase = 'idle' | 'waiting' | 'preparing' | 'accepting' | 'decided';

export interface Proposer {
  phase: ProposerPhase;
  ballot: Ballot;
  /** What a client asked it to propose, and who waits for the outcome. */
  own: PaxosEntry | null;
  reqId: number | null;
  /** Who promised, with the vote each reported. */
  promises: Map<NodeId, PaxosEntry | null>;
  /** What it proposes in this ballot. */
  value: PaxosEntry | null;
  accepts: Set<NodeId>;
  /** Ballots that led to nothing, for the length of the pause. */
  failures: number;
  /** Ticks until it tries again, or gives its ballot up. */
  ticksLeft: number;
}

export function newProposer(): Proposer {
  return {
    phase: 'idle',
    ballot: { round: 0, node: '' },
    own: null,
    reqId: null,
    promises: new Map(),
    value: null,
    accepts: new Set(),
    failures: 0,
    ticksLeft: 0,
  };
}

/** A fresh ballot: nothing of the one before counts any more. */
export function begin(proposer: Proposer, ballot: Ballot, ticks: number): void {
  proposer.phase = 'preparing';
  proposer.ballot = ballot;
  proposer.promises = new Map();
  proposer.accepts = new Set();
  proposer.value = null;
  proposer.ticksLeft = ticks;
}

/** The reported value of the highest ballot, else the own one: the heart of the protocol (P3). */
export function chooseValue(
  { promises, own, ballot }: Proposer,
  mutants: ReadonlySet<MutantName>,
): PaxosEntry | null {
  const reports = [...promises.values()].filter((entry) => entry !== null);
  if (mutants.has('blind-takeover') || reports.length === 0) {
    return own === null ? null : restamp(own, ballot);
  }
  let best = reports[0] as PaxosEntry;
  for (const entry of reports) {
    if (mutants.has('first-report-wins')) break;
    const better = mutants.has('value-by-count')
      ? countOf(reports, entry) > countOf(reports, best)
      : outranks(entry, best);
    if (better) best = entry;
  }
  return restamp(best, ballot);
}

function countOf(reports: readonly PaxosEntry[], value: PaxosEntry): number {
  return reports.filter((entry) => sameValue(entry, value)).length;
}

export function proposerText({ phase, ballot, failures }: Proposer): string {
  return `${phase} ${ballotLabel(ballot)}, ${failures} given up`;
}
