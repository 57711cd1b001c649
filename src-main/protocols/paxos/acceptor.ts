/** What a follower does with its leader's messages: phase 2b and commit notices. */
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import { sameBallot, type PaxosEntry } from './ballot.ts';
import { noteCommit } from './learning.ts';
import { noteSettled } from './membership.ts';
import type { Accept, Commit, Heartbeat } from './messages.ts';
import { observeLeader } from './promising.ts';
import type { Machine } from './state.ts';
import { sendDurable, sendPromised, storeEntries } from './storing.ts';

/** Accepts at or above the promise, which rises with it (lab rule of protocols.md 2.1). */
export function handleAccept(m: Machine, from: NodeId, msg: Accept): void {
  if (!msg.items.every((item) => sameBallot(item.ballot, msg.ballot))) {
    m.fx.trace({ kind: 'ignored', from, type: msg.type, why: 'item of another ballot' });
    return;
  }
  if (!observeLeader(m, from, msg.type, msg.ballot)) return;
  const { log } = m.state;
  const news: PaxosEntry[] = [];
  const ranges: Position[] = [];
  let reach = log.last;
  for (const item of msg.items) {
    // Below the floor, where nothing is stored any more, or too far above what stands here:
    // learning closes the distance first.
    if (!log.reaches(item.pos, reach)) continue;
    reach = Math.max(reach, item.pos);
    const held = log.at(item.pos);
    if (held === null || !sameBallot(held.ballot, msg.ballot)) news.push(item);
    extendRanges(ranges, item.pos);
  }
  storeEntries(m, news, null);
  const { chosenPrefix } = log;
  const { ballot, seq } = msg;
  sendDurable(m, from, { type: 'Accepted', ballot, seq, ranges, chosenPrefix });
  if (sameBallot(ballot, m.state.promised)) noteCommit(m, msg.commitUpTo);
}

function extendRanges(ranges: Position[], pos: Position): void {
  if (ranges.length > 0 && ranges[ranges.length - 1] === pos - 1) ranges[ranges.length - 1] = pos;
  else ranges.push(pos, pos);
}

export function handleHeartbeat(m: Machine, from: NodeId, msg: Heartbeat): void {
  if (!observeLeader(m, from, msg.type, msg.ballot)) return;
  const { ballot, seq } = msg;
  const { log, hintDurable: kept } = m.state;
  const { chosenPrefix } = log;
  sendPromised(m, from, { type: 'HeartbeatAck', ballot, seq, chosenPrefix, kept });
  if (sameBallot(ballot, m.state.promised)) noteCommit(m, msg.commitUpTo);
  noteSettled(m, msg.settled);
}

export function handleCommit(m: Machine, from: NodeId, msg: Commit): void {
  if (!observeLeader(m, from, msg.type, msg.ballot)) return;
  if (sameBallot(msg.ballot, m.state.promised)) noteCommit(m, msg.commitUpTo);
}
