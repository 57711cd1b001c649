/** Trace events that several files emit, in the common words (vocabulary/trace.ts). */
import type { Era } from '../../vocabulary/era.ts';
import { compareIds, type NodeId } from '../../vocabulary/ids.ts';
import type { RaftEntry } from './log.ts';
import { messageName } from './messages.ts';
import type { RaftState } from './state.ts';

/** A term is owned by nobody until a leader is elected in it. */
export function eraOf(term: number): Era {
  return { number: term, owner: null };
}

/** Whether this leader can serve: the no-op of its term is committed and applied (E3 of 8.1). */
export function isReady(s: RaftState): boolean {
  return s.role === 'leader' && s.appliedPos >= s.termStartPos;
}

/** Emits `role` if anything in it changed since the last one. */
export function traceRole(s: RaftState, why: string): void {
  const ready = isReady(s);
  const now = `${s.word} ${s.currentTerm} ${s.leaderId} ${ready}`;
  if (now === s.roleTraced) return;
  s.roleTraced = now;
  const { role, word, leaderId: leader } = s;
  s.out.trace({ kind: 'role', role, word, era: eraOf(s.currentTerm), leader, ready, why });
}

/** One `append` event per run of entries of one term (and of no-ops or others). */
export function traceAppends(s: RaftState, entries: readonly RaftEntry[]): void {
  let start = entries[0];
  if (start === undefined) return;
  let last = start;
  for (const entry of entries) {
    const sameRun = entry.term === start.term && isNoop(entry) === isNoop(start);
    if (!sameRun) {
      traceRun(s, start, last);
      start = entry;
    }
    last = entry;
  }
  traceRun(s, start, last);
}

function isNoop(entry: RaftEntry): boolean {
  return entry.type === 'noop';
}

function traceRun(s: RaftState, first: RaftEntry, last: RaftEntry): void {
  const era = eraOf(first.term);
  s.out.trace({ kind: 'append', from: first.pos, to: last.pos, era, noop: isNoop(first) });
}

export function traceVote(
  s: RaftState,
  candidate: NodeId,
  term: number,
  granted: boolean,
  phase: 'pre' | 'real',
): void {
  s.out.trace({ kind: 'vote', candidate, era: eraOf(term), granted, phase });
}

/** The grants a candidate holds, in the order of ids. */
export function traceTally(s: RaftState, term: number): void {
  const votes: NodeId[] = [];
  for (const [voter, granted] of s.votes) if (granted) votes.push(voter);
  s.out.trace({ kind: 'tally', era: eraOf(term), votes: votes.sort(compareIds) });
}

export function traceIgnored(s: RaftState, from: NodeId, msg: unknown, why: string): void {
  s.out.trace({ kind: 'ignored', from, type: messageName(msg), why });
}
