/**
 * What is on disk and what will be: the barriers on the way, and which of them a message has to
 * wait for (protocols.md 0.2, 1.7).
 *
 * Each barrier remembers how far the log reaches that it makes durable. A truncation lowers that
 * mark in every barrier still on the way, so a completion never vouches for entries that were
 * rewritten after it was issued, even under the same position and term (pitfall 1.16-7).
 */
import { assert } from '../../base/assert.ts';
import type { Position } from '../../vocabulary/ids.ts';
import type { Token } from '../kernel/core.ts';
import type { RaftState } from './state.ts';

/** Writes (term, vote); messages of the new term wait for it by `hardGate`. */
export function persistHard(s: RaftState): void {
  const record = { term: s.currentTerm, vote: s.votedFor };
  s.hardToken = s.out.persist({ op: 'hard', record });
  noteBarrier(s, s.hardToken);
}

/** Notes what a barrier makes durable, as far as it is asked for now. */
export function noteBarrier(s: RaftState, token: Token): void {
  if (s.barriers.at(-1)?.token === token) s.barriers.pop();
  s.barriers.push({ token, term: s.currentTerm, vote: s.votedFor, upTo: s.log.lastPos });
}

/** The log on disk is no longer what it was from `from` on: no barrier so far vouches for it. */
export function voidBarriers(s: RaftState, from: Position): void {
  s.durable.upTo = Math.min(s.durable.upTo, from - 1);
  for (const barrier of s.barriers) barrier.upTo = Math.min(barrier.upTo, from - 1);
}

/** Everything up to `token` is on disk. */
export function completeBarriers(s: RaftState, token: Token): void {
  assert(token <= s.out.lastToken, `${s.nodeId}: barrier ${token} of ${s.out.lastToken}`);
  const durableBefore = s.durable.upTo;
  while (s.barriers[0] !== undefined && s.barriers[0].token <= token) {
    s.durable = s.barriers[0];
    s.barriers.shift();
  }
  const upTo = s.durable.upTo;
  assert(upTo >= durableBefore, `${s.nodeId}: durable up to ${upTo} after ${durableBefore}`);
  if (upTo > durableBefore) s.out.trace({ kind: 'durable', upTo });
}

/** The barrier that a message carrying the current term or vote waits for; 0 for none. */
export function hardGate(s: RaftState): Token {
  return s.hardToken > s.durable.token ? s.hardToken : 0;
}

/** The barrier after which the log up to `pos` is on disk; 0 for none. */
export function logGate(s: RaftState, pos: Position): Token {
  if (pos <= s.durable.upTo) return hardGate(s);
  for (const barrier of s.barriers) {
    if (barrier.upTo >= pos) return Math.max(barrier.token, hardGate(s));
  }
  assert(false, `${s.nodeId}: no barrier covers ${pos}`);
}

/** The barrier that covers the last (term, vote) this node holds is complete. */
export function isVoteDurable(s: RaftState): boolean {
  return s.durable.term === s.currentTerm && s.durable.vote === s.votedFor;
}
