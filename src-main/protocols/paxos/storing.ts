/**
 * Writing accepted values and following them to the disk. A vote is a fact about the past, so a
 * write that completes late still proves it; only the own acknowledgement of a leader is tied to
 * the ballot it leads (protocols.md 1.16-7).
 */
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import type { Token } from '../kernel/core.ts';
import { eraOf, sameBallot, type Ballot, type PaxosEntry } from './ballot.ts';
import type { PaxosMessage } from './messages.ts';
import type { Machine, Write } from './state.ts';

/**
 * Puts `entries` (ascending) into log and barrier.
 * @param ballot the leader's ballot when they are its own proposals, else null
 */
export function storeEntries(
  m: Machine,
  entries: readonly PaxosEntry[],
  ballot: Ballot | null,
): void {
  const { state } = m;
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return;
  for (const entry of entries) state.log.put(entry);
  const token = m.fx.persist({ op: 'put', entries });
  state.writes.push({ token, from: first.pos, to: last.pos, ballot });
  state.durablePos = Math.min(state.durablePos, first.pos - 1);
  maybeWriteHint(m);
  traceAppends(m, entries);
}

/**
 * Notes the chosen prefix, about once a window, in a barrier that is written anyway. Only slots
 * that are durable by now are named, so that no crash can keep the hint and lose a slot below it.
 */
function maybeWriteHint(m: Machine): void {
  const { state } = m;
  const { chosenHint, window } = state.options;
  if (!chosenHint) return;
  const hint = Math.min(state.log.chosenPrefix, state.durablePos);
  if (hint - state.hintWritten >= window) writeHint(m, hint);
}

function writeHint(m: Machine, hint: Position): void {
  m.state.hintWritten = hint;
  m.state.hintToken = m.fx.persist({ op: 'hard', record: { chosen: hint } });
}

/**
 * A configuration that governs is never forgotten: its members may be all that is left, and one
 * that took its own slots for open ones would wait for voters that are gone.
 */
export function maybeKeepConfig(m: Machine): void {
  const { configs, hintWritten, log, durablePos } = m.state;
  const { pos, from } = configs.current;
  if (pos === 0 || hintWritten >= from - 1) return;
  const hint = Math.min(log.chosenPrefix, durablePos);
  if (hint >= from - 1) writeHint(m, hint);
}

/** One `append` event per run of slots with the same ballot and kind. */
export function traceAppends(m: Machine, entries: readonly PaxosEntry[]): void {
  let start = 0;
  for (let i = 1; i <= entries.length; i += 1) {
    const first = entries[start];
    const next = entries[i];
    if (first === undefined || (next !== undefined && continues(first, next, i - start))) continue;
    const from = first.pos;
    const era = eraOf(first.ballot);
    m.fx.trace({ kind: 'append', from, to: from + i - start - 1, era, noop: isNoop(first) });
    start = i;
  }
}

function continues(first: PaxosEntry, next: PaxosEntry, offset: number): boolean {
  return (
    next.pos === first.pos + offset &&
    isNoop(next) === isNoop(first) &&
    sameBallot(next.ballot, first.ballot)
  );
}

function isNoop(entry: PaxosEntry): boolean {
  return entry.type === 'noop';
}

/** Takes the writes that `token` made durable out of the queue, and tells how far the disk is. */
export function completeWrites(m: Machine, token: Token): Write[] {
  const { state } = m;
  state.durableToken = Math.max(state.durableToken, token);
  if (state.durableToken >= state.hintToken) state.hintDurable = state.hintWritten;
  const open = state.writes.findIndex((write) => write.token > token);
  const done = state.writes.splice(0, open === -1 ? state.writes.length : open);
  let durable = state.log.last;
  for (const write of state.writes) durable = Math.min(durable, write.from - 1);
  if (durable > state.durablePos) {
    state.durablePos = durable;
    m.fx.trace({ kind: 'durable', upTo: durable });
  }
  return done;
}

/** Sends once the own promise is durable: every message reveals it, or depends on it. */
export function sendPromised(m: Machine, to: NodeId, msg: PaxosMessage): void {
  m.fx.send(to, msg, tokenIfOpen(m, m.state.promisedToken));
}

/** Sends once everything written so far is durable. */
export function sendDurable(m: Machine, to: NodeId, msg: PaxosMessage): void {
  const early = m.state.mutants.has('ack-before-sync');
  m.fx.send(to, msg, early ? 0 : tokenIfOpen(m, m.fx.lastToken));
}

function tokenIfOpen(m: Machine, token: Token): Token {
  return token > m.state.durableToken ? token : 0;
}

/** Every slot of [from, to] that holds a value. */
export function heldEntries(m: Machine, from: Position, to: Position): PaxosEntry[] {
  const { log } = m.state;
  const entries: PaxosEntry[] = [];
  for (let pos = from; pos <= Math.min(to, log.last); pos += 1) {
    const entry = log.at(pos);
    if (entry !== null) entries.push(entry);
  }
  return entries;
}
