/**
 * The leader's phase 2: Accepts to each peer, counting, retransmission and commit notices
 * (protocols.md 2.6, 2.7). What is proposed is in proposing.ts.
 */
import { assert } from '../../base/assert.ts';
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import { lastThatFits } from '../kernel/message-size.ts';
import { sameBallot, type PaxosEntry } from './ballot.ts';
import { markLearned, maybeLearnFrom } from './learning.ts';
import { isPhase2Mask } from './configs.ts';
import { maybeEnter, tickEntering } from './entering.ts';
import { isQuorumThat, sendHeartbeat, sendHeartbeats } from './heartbeats.ts';
import { letGo, maybeSettle } from './membership.ts';
import type { Accepted, HeartbeatAck } from './messages.ts';
import { notePeer } from './peers.ts';
import { proposeMore } from './proposing.ts';
import { maybeConfirmReads } from './reads.ts';
import { becomeLeader, becomeRecovering, becomeResigned } from './roles.ts';
import { resendTicks, type Leadership, type Machine, type Peer, type Write } from './state.ts';
import { sendPromised } from './storing.ts';

/** Phase 1 is complete: every open slot up to the highest reported one gets a proposal. */
export function startLeading(m: Machine): void {
  const { campaign, serviceTime } = m.state;
  let time = serviceTime;
  for (const entry of campaign?.reports.values() ?? []) time = Math.max(time, entry.time);
  const lead = becomeRecovering(m, time);
  sendHeartbeats(m, lead);
}

/** After every step of a leader: what became possible by it. */
export function continueLeading(m: Machine, lead: Leadership): void {
  if (m.state.phase === 'recovering' && m.state.applied >= lead.recoverUpTo) becomeLeader(m);
  maybeEnter(m, lead);
  proposeMore(m, lead);
  sendAccepts(m, lead);
  if (lead.outstanding.size === 0) sendCommitNotices(m, lead);
}

/** Sends each peer what it was not sent yet; peers that are equally far share the items. */
function sendAccepts(m: Machine, lead: Leadership): void {
  const { chosenPrefix } = m.state.log;
  const { window, maxInflight, maxEntriesPerMessage } = m.state.options;
  const shared: SharedItems = { from: 0, to: 0, items: [] };
  for (const [id, peer] of lead.peers) {
    // It fell behind by more than a window: it learns the rest, see maybeLearn.
    if (peer.next <= chosenPrefix - window) peer.next = chosenPrefix + 1;
    while (peer.next < lead.nextSlot && peer.seqSent - peer.seqAnswered < maxInflight) {
      const most = Math.min(lead.nextSlot, peer.next + maxEntriesPerMessage) - 1;
      const to = lastThatFits(peer.next, most, (pos) => m.state.log.at(pos));
      takeItems(m, lead, shared, peer.next, to);
      peer.next = to + 1;
      if (shared.items.length > 0) sendAccept(m, lead, id, peer, shared.items);
    }
  }
}

interface SharedItems {
  from: Position;
  to: Position;
  items: PaxosEntry[];
}

/** Slots that were chosen before this ballot have no proposal of it. */
function takeItems(
  m: Machine,
  lead: Leadership,
  shared: SharedItems,
  from: Position,
  to: Position,
): void {
  if (shared.from === from && shared.to === to) return;
  const items: PaxosEntry[] = [];
  for (let pos = from; pos <= to; pos += 1) {
    const entry = m.state.log.at(pos);
    if (entry !== null && sameBallot(entry.ballot, lead.ballot)) items.push(entry);
  }
  shared.from = from;
  shared.to = to;
  shared.items = items;
}

function sendAccept(
  m: Machine,
  lead: Leadership,
  id: NodeId,
  peer: Peer,
  items: readonly PaxosEntry[],
): void {
  if (peer.seqSent === peer.seqAnswered) peer.progressAt = m.state.now;
  peer.seqSent += 1;
  const { ballot } = lead;
  const seq = peer.seqSent;
  const commitUpTo = m.state.log.chosenPrefix;
  peer.commitSent = commitUpTo;
  sendPromised(m, id, { type: 'Accept', ballot, seq, commitUpTo, items });
}

/** With nothing outstanding no Accept will carry the news: followers would wait a heartbeat. */
function sendCommitNotices(m: Machine, lead: Leadership): void {
  const { chosenPrefix: commitUpTo } = m.state.log;
  for (const [id, peer] of lead.peers) {
    if (peer.commitSent >= commitUpTo) continue;
    peer.commitSent = commitUpTo;
    sendPromised(m, id, { type: 'Commit', ballot: lead.ballot, commitUpTo });
  }
}

export function handleAccepted(m: Machine, from: NodeId, msg: Accepted): void {
  const known = knownPeer(m, from, msg);
  if (known === null) return;
  const { lead, peer } = known;
  if (msg.seq > peer.seqSent) {
    m.fx.trace({ kind: 'ignored', from, type: msg.type, why: `seq ${msg.seq} was never sent` });
    return;
  }
  notePeer(m, peer, msg.chosenPrefix);
  maybeLearnFrom(m, from, msg.chosenPrefix);
  if (msg.seq > peer.seqAnswered) {
    peer.seqAnswered = msg.seq;
    peer.progressAt = m.state.now;
  }
  const bit = m.state.configs.bit(from);
  for (let i = 0; i + 1 < msg.ranges.length; i += 2) {
    countAccepts(m, lead, msg.ranges[i] ?? 0, msg.ranges[i + 1] ?? 0, bit);
  }
}

/** The own proposals count once they are durable, like everybody's. */
export function countOwnWrites(m: Machine, writes: readonly Write[]): void {
  const { lead, configs, self } = m.state;
  if (lead === null) return;
  for (const { from, to, ballot } of writes) {
    if (ballot === null || !sameBallot(ballot, lead.ballot)) continue;
    countAccepts(m, lead, from, to, configs.bit(self));
  }
}

/**
 * Chosen(s): accepted in this ballot by a phase 2 quorum of the configuration that governs s;
 * slots may become chosen out of order.
 */
function countAccepts(
  m: Machine,
  lead: Leadership,
  from: Position,
  to: Position,
  bit: number,
): void {
  const { log, configs } = m.state;
  const before = log.chosenPrefix;
  const last = Math.min(to, lead.nextSlot - 1);
  const only = configs.list.length === 1 ? configs.current : null;
  for (let pos = Math.max(from, before + 1); pos <= last; pos += 1) {
    const mask = lead.outstanding.get(pos);
    if (mask === undefined) continue;
    const config = only ?? configs.at(pos);
    const accepted = mask | (bit & config.mask);
    if (!isPhase2Mask(config, accepted)) {
      lead.outstanding.set(pos, accepted);
      continue;
    }
    lead.outstanding.delete(pos);
    markLearned(m, pos);
  }
  if (log.chosenPrefix > before) lead.ticksStalled = 0;
}

export function handleHeartbeatAck(m: Machine, from: NodeId, msg: HeartbeatAck): void {
  const known = knownPeer(m, from, msg);
  if (known === null) return;
  const { lead, peer } = known;
  if (msg.seq > lead.heartbeatSeq) {
    m.fx.trace({ kind: 'ignored', from, type: msg.type, why: `seq ${msg.seq} was never sent` });
    return;
  }
  notePeer(m, peer, msg.chosenPrefix);
  maybeLearnFrom(m, from, msg.chosenPrefix);
  peer.heartbeatAcked = Math.max(peer.heartbeatAcked, msg.seq);
  peer.kept = Math.max(peer.kept, msg.kept);
  maybeConfirmReads(m, lead);
  maybeSettle(m, lead);
  const waited = m.state.now - peer.progressAt;
  // It hears us and has not answered: what was sent, or the answer, is lost.
  if (peer.seqSent > peer.seqAnswered && waited >= resendTicks(m.state)) rewind(m, peer);
}

function knownPeer(
  m: Machine,
  from: NodeId,
  msg: Accepted | HeartbeatAck,
): { lead: Leadership; peer: Peer } | null {
  const { lead } = m.state;
  const peer = lead?.peers.get(from);
  if (lead !== null && peer !== undefined && sameBallot(lead.ballot, msg.ballot)) {
    return { lead, peer };
  }
  m.fx.trace({ kind: 'ignored', from, type: msg.type, why: 'answers no ballot led here' });
  return null;
}

/** What is outstanding is sent again: same ballot, same values. */
function rewind(m: Machine, peer: Peer): void {
  peer.seqAnswered = peer.seqSent;
  peer.next = Math.min(peer.next, m.state.log.chosenPrefix + 1);
  peer.progressAt = m.state.now;
}

/** A new session: whatever the old one lost need not wait for a timer. */
export function greetPeer(m: Machine, id: NodeId): void {
  const { lead } = m.state;
  const peer = lead?.peers.get(id);
  if (lead === null || peer === undefined) return;
  rewind(m, peer);
  sendHeartbeat(m, lead, id, peer);
}

export function tickLeader(m: Machine, lead: Leadership, elapsed: number): void {
  if (!hearsQuorum(m, lead)) {
    becomeResigned(m, 'heard no quorum for an election timeout');
    return;
  }
  lead.ticksSinceHeartbeat += elapsed;
  if (lead.ticksSinceHeartbeat >= m.state.timing.heartbeatTicks) {
    letGo(m, lead);
    sendHeartbeats(m, lead);
  }
  if (lead.entering !== null) tickEntering(m, lead.entering, elapsed);
  lead.ticksStalled = lead.outstanding.size === 0 ? 0 : lead.ticksStalled + elapsed;
  if (lead.ticksStalled < resendTicks(m.state)) return;
  lead.ticksStalled = 0;
  for (const peer of lead.peers.values()) rewind(m, peer);
}

function hearsQuorum(m: Machine, lead: Leadership): boolean {
  const { now, timing } = m.state;
  return isQuorumThat(m, lead, (peer) => now - peer.heardAt <= timing.electionTicksMin);
}

/** What must hold of a leader after every step. */
export function assertLeading(m: Machine, lead: Leadership): void {
  const { state } = m;
  const { chosenPrefix } = state.log;
  assert(
    sameBallot(lead.ballot, state.promised),
    `${state.self} leads ${lead.ballot.round} but promised ${state.promised.round}`,
  );
  assert(
    lead.nextSlot <= chosenPrefix + state.options.window + 1,
    `${state.self} proposed up to ${lead.nextSlot - 1} with ${chosenPrefix} chosen`,
  );
}
