/**
 * Learning what is chosen, and applying it (protocols.md 2.7).
 *
 * A learned value is kept as if accepted in the highest ballot promised here, which first rises to
 * the ballot that came with the value. That ballot is at or above the one the value was chosen in,
 * by induction over the ways to learn:
 * - the leader of b counts a quorum for its own proposals: chosen in b, held under b;
 * - `commitUpTo` of b counts for values held under b only, and the leader of b knows them chosen in
 *   b or, by this rule, in a ballot at or below b (it resigns when it meets a higher one);
 * - Promise and LearnResp bring the sender's held ballot, at or above by induction.
 * So a node's ballot for a slot never falls below what a quorum chose, no later phase 1 can prefer
 * an older value, and whatever is proposed in the promised ballot is that same value.
 */
import { assert } from '../../base/assert.ts';
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import { MESSAGE_BYTES_MAX, roughBytes } from '../kernel/message-size.ts';
import {
  ballotLabel,
  compareBallots,
  restamp,
  sameBallot,
  sameValue,
  type Ballot,
  type PaxosEntry,
} from './ballot.ts';
import { applyConfig } from './membership.ts';
import type { BallotRun, LearnReq, LearnResp } from './messages.ts';
import { becomeAcceptor, raisePromise } from './roles.ts';
import { sendSnapshot } from './snapshot-sending.ts';
import { resendTicks, type Leadership, type Machine } from './state.ts';
import { sendPromised, storeEntries } from './storing.ts';

/** Slots one LearnReq asks about; most need no value, the asker holds it already. */
const LEARN_SLOTS_MAX = 2 ** 16;
const LEARN_RUNS_MAX = 64;
const APPLY_ENTRIES_MAX = 4096;

/** Marks a slot whose chosen value stands in the log. */
export function markLearned(m: Machine, pos: Position): void {
  m.state.log.markChosen(pos);
  const run = m.learned.at(-1);
  if (run !== undefined && run.to + 1 === pos) run.to = pos;
  else m.learned.push({ from: pos, to: pos });
}

/** Takes over values that the sender knows chosen, each under a ballot as said above. */
export function learnChosen(m: Machine, entries: readonly PaxosEntry[]): void {
  const { state } = m;
  const news = entries.filter(({ pos }) => state.log.reaches(pos) && !state.log.isChosen(pos));
  raiseToHighest(m, news);
  const stored: PaxosEntry[] = [];
  for (const entry of news) {
    const held = state.log.at(entry.pos);
    if (held === null || !sameBallot(held.ballot, state.promised)) {
      stored.push(restamp(entry, state.promised));
      continue;
    }
    assert(
      sameValue(held, entry),
      `slot ${entry.pos}: ${ballotLabel(held.ballot)} proposed another value than was chosen`,
    );
  }
  storeEntries(m, stored, null);
  for (const { pos } of news) markLearned(m, pos);
}

function raiseToHighest(m: Machine, entries: readonly PaxosEntry[]): void {
  let highest = m.state.promised;
  for (const { ballot } of entries) {
    if (compareBallots(ballot, highest) > 0) highest = ballot;
  }
  if (highest === m.state.promised) return;
  raisePromise(m, highest);
  becomeAcceptor(m, null, `learned a value of ballot ${ballotLabel(highest)}`);
}

/** commitUpTo of the leader whose ballot is promised here. */
export function noteCommit(m: Machine, upTo: Position): void {
  m.state.leaderCommit = Math.max(m.state.leaderCommit, upTo);
}

/**
 * Follows `leaderCommit`, but only over values accepted under the leader's own ballot: another
 * value in such a slot may be a loser that the leader has overruled (protocols.md 2.13-3).
 */
export function followCommit(m: Machine): void {
  const { log, leaderCommit, promised, mutants } = m.state;
  const anyBallot = mutants.has('trust-any-ballot');
  for (let pos = log.chosenPrefix + 1; pos <= leaderCommit; pos = log.chosenPrefix + 1) {
    const entry = log.at(pos);
    if (entry === null || !(anyBallot || sameBallot(entry.ballot, promised))) return;
    markLearned(m, pos);
  }
}

/** Asks the leader for what it calls chosen and this node cannot tell; one question at a time. */
export function maybeLearn(m: Machine): void {
  const { state } = m;
  const { log, leader, leaderCommit, learnAskedAt } = state;
  if (leader === null || leader === state.self || log.chosenPrefix >= leaderCommit) return;
  if (learnAskedAt !== null && state.now - learnAskedAt < resendTicks(state)) return;
  state.learnAskedAt = state.now;
  const fromSlot = log.chosenPrefix + 1;
  const toSlot = Math.min(leaderCommit, fromSlot + LEARN_SLOTS_MAX - 1);
  const held = heldRuns(m, fromSlot, toSlot);
  sendPromised(m, leader, { type: 'LearnReq', fromSlot, toSlot, held });
}

/** Asks a node that says it knows more: a leader or candidate has nobody to be led by. */
export function maybeLearnFrom(m: Machine, peer: NodeId, toSlot: Position): void {
  const { state } = m;
  const fromSlot = state.log.chosenPrefix + 1;
  if (toSlot < fromSlot) return;
  if (state.learnAskedAt !== null && state.now - state.learnAskedAt < resendTicks(state)) return;
  state.learnAskedAt = state.now;
  sendPromised(m, peer, { type: 'LearnReq', fromSlot, toSlot, held: [] });
}

/**
 * Asks anybody for whatever it knows. A candidate counts on a node that knows of no configuration
 * with itself in it: that may need its promise, so no leader will ever come to teach it. Or a
 * candidate is refused for the sake of a leader it does not hear: that may have come back on a disk
 * of which this node will learn only from the others.
 */
export function learnFromPeer(m: Machine, peer: NodeId): void {
  maybeLearnFrom(m, peer, m.state.log.chosenPrefix + LEARN_SLOTS_MAX);
}

function heldRuns(m: Machine, from: Position, to: Position): BallotRun[] {
  const runs: BallotRun[] = [];
  const last = Math.min(to, m.state.log.last);
  for (let pos = from; pos <= last && runs.length < LEARN_RUNS_MAX; pos += 1) {
    const ballot = m.state.log.at(pos)?.ballot;
    if (ballot !== undefined) extendRuns(runs, pos, ballot);
  }
  return runs;
}

function extendRuns(runs: BallotRun[], pos: Position, ballot: Ballot): void {
  const run = runs.at(-1);
  if (run === undefined || run.to + 1 !== pos || !sameBallot(run.ballot, ballot)) {
    runs.push({ from: pos, to: pos, ballot });
  } else {
    runs[runs.length - 1] = { from: run.from, to: pos, ballot };
  }
}

export function handleLearnReq(m: Machine, from: NodeId, msg: LearnReq): void {
  const { log, options } = m.state;
  const { fromSlot } = msg;
  if (fromSlot < log.first) {
    sendSnapshot(m, from);
    return;
  }
  const last = Math.min(msg.toSlot, log.chosenPrefix, fromSlot + LEARN_SLOTS_MAX - 1);
  const same: BallotRun[] = [];
  const items: PaxosEntry[] = [];
  let run = 0;
  let bytes = 0;
  let pos = fromSlot;
  for (; pos <= last; pos += 1) {
    if (items.length >= options.maxEntriesPerMessage || same.length >= LEARN_RUNS_MAX) break;
    const entry = log.at(pos);
    if (entry === null) break;
    while ((msg.held[run]?.to ?? pos) < pos) run += 1;
    const held = msg.held[run];
    // Slot and ballot name a value: the same ballot at both ends is the same value.
    if (held !== undefined && held.from <= pos && sameBallot(held.ballot, entry.ballot)) {
      extendRuns(same, pos, entry.ballot);
    } else {
      bytes += roughBytes(entry);
      if (bytes > MESSAGE_BYTES_MAX && items.length > 0) break;
      items.push(entry);
    }
  }
  if (pos === fromSlot) return;
  m.fx.trace({ kind: 'catch-up', peer: from, method: 'learn', from: fromSlot });
  sendPromised(m, from, { type: 'LearnResp', fromSlot, upTo: pos - 1, same, items });
}

export function handleLearnResp(m: Machine, msg: LearnResp): void {
  const { state } = m;
  const before = state.log.chosenPrefix;
  for (const run of msg.same) learnSame(m, run);
  learnChosen(m, msg.items);
  if (state.lead !== null) dropChosen(m, state.lead, msg);
  // Asked again at once only after progress: an answer that came twice, or late, would else be
  // answered by one more question each, and on a network that repeats messages they multiply.
  if (state.log.chosenPrefix > before) state.learnAskedAt = null;
}

/** What a leader learned from others needs no more answers. */
function dropChosen(m: Machine, lead: Leadership, msg: LearnResp): void {
  for (const pos of [...lead.outstanding.keys()]) {
    if (pos <= msg.upTo && m.state.log.isChosen(pos)) lead.outstanding.delete(pos);
  }
}

/** The ballot is compared again: what this node held when it asked may be lost or overwritten. */
function learnSame(m: Machine, run: BallotRun): void {
  const { log } = m.state;
  const to = Math.min(run.to, log.last);
  for (let pos = Math.max(run.from, log.chosenPrefix + 1); pos <= to; pos += 1) {
    const entry = log.at(pos);
    if (entry === null || log.isChosen(pos) || !sameBallot(entry.ballot, run.ballot)) continue;
    markLearned(m, pos);
  }
}

/** Tells what was learned in this step, and applies whatever is without a hole by now. */
export function applyChosen(m: Machine): void {
  const { state } = m;
  for (const { from, to } of m.learned) m.fx.trace({ kind: 'commit', from, to });
  m.learned.length = 0;
  while (state.applied < state.log.chosenPrefix) {
    const from = state.applied + 1;
    const to = Math.min(state.log.chosenPrefix, state.applied + APPLY_ENTRIES_MAX);
    const entries = state.log.filled(from, to);
    state.applied = to;
    for (const entry of entries) {
      if (entry.time > state.serviceTime) state.serviceTime = entry.time;
      if (entry.type === 'config') applyConfig(m, entry);
    }
    m.fx.apply(entries, takeWaiting(m, entries));
  }
}

/** Requests are matched by slot and ballot: another command may stand where one was proposed. */
function takeWaiting(
  m: Machine,
  entries: readonly PaxosEntry[],
): { pos: Position; reqId: number }[] {
  const waiting: { pos: Position; reqId: number }[] = [];
  const { lead } = m.state;
  if (lead === null || lead.pending.size === 0) return waiting;
  for (const { pos, ballot } of entries) {
    const reqId = lead.pending.get(pos);
    if (reqId === undefined) continue;
    assert(
      sameBallot(ballot, lead.ballot),
      `slot ${pos} was proposed in ${ballotLabel(lead.ballot)}, holds ${ballotLabel(ballot)}`,
    );
    lead.pending.delete(pos);
    waiting.push({ pos, reqId });
  }
  return waiting;
}
