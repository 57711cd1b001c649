/** The follower's side of replication (Raft 5.3; protocols.md 1.6). */
import type { NodeId, Position } from '../../vocabulary/ids.ts';
import { advanceCommit } from './commit.ts';
import { hardGate, logGate } from './durability.ts';
import { appendEntries, truncateLog } from './log-writing.ts';
import type { AppendEntries, CommitNotice, Heartbeat } from './messages.ts';
import { followLeader } from './roles.ts';
import type { RaftState } from './state.ts';

/** An AppendEntries of the current term. */
export function handleAppendEntries(s: RaftState, from: NodeId, m: AppendEntries): void {
  followLeader(s, from);
  // What is committed here is in the log of every later leader: nothing to compare (5.4.3).
  if (m.prevPos < s.commitPos) return sendOk(s, from, s.commitPos);
  if (s.log.termAt(m.prevPos) !== m.prevTerm) return sendReject(s, from, m);
  takeEntries(s, m);
  const lastNew = m.prevPos + m.entries.length;
  // Never the last position of the log: what follows lastNew may be a stale tail (1.16-4).
  sendOk(s, from, lastNew);
  const bound = s.mutants.has('commit-unmatched-suffix') ? s.log.lastPos : lastNew;
  advanceCommit(s, Math.min(m.leaderCommit, bound));
}

/** Cuts at the first conflict only: a delayed message must not erase what came later (1.16-3). */
function takeEntries(s: RaftState, m: AppendEntries): void {
  let known = 0;
  if (s.mutants.has('truncate-always')) {
    if (s.log.lastPos > m.prevPos) truncateLog(s, m.prevPos + 1);
  } else {
    while (s.log.termAt(m.prevPos + 1 + known) === m.entries[known]?.term) known += 1;
  }
  if (known >= m.entries.length) return;
  const from = m.prevPos + 1 + known;
  if (from <= s.log.lastPos) truncateLog(s, from);
  appendEntries(s, known === 0 ? m.entries : m.entries.slice(known));
}

function sendOk(s: RaftState, to: NodeId, matchPos: Position): void {
  const after = s.mutants.has('ack-without-sync') ? hardGate(s) : logGate(s, matchPos);
  s.out.send(to, { type: 'AppendEntriesResp', term: s.currentTerm, ok: true, matchPos }, after);
}

/** The hint skips everything whose term rules out a match at or below `prevPos` (1.6). */
function sendReject(s: RaftState, to: NodeId, m: AppendEntries): void {
  const hintPos = s.log.lastWithTermAtMost(m.prevPos, m.prevTerm);
  const hintTerm = s.log.termAt(hintPos) ?? 0;
  const { currentTerm: term } = s;
  const rejectedPrev = m.prevPos;
  const type = 'AppendEntriesResp';
  s.out.send(to, { type, term, ok: false, rejectedPrev, hintPos, hintTerm }, hardGate(s));
}

/** Bounded by what the leader knows to match here, so that the log needs no comparing. */
export function handleHeartbeat(s: RaftState, from: NodeId, m: Heartbeat): void {
  followLeader(s, from);
  advanceCommit(s, Math.min(m.commit, s.log.lastPos));
  const { currentTerm: term } = s;
  s.out.send(from, { type: 'HeartbeatResp', term, round: m.round, sentAt: m.sentAt }, hardGate(s));
}

export function handleCommitNotice(s: RaftState, from: NodeId, m: CommitNotice): void {
  followLeader(s, from);
  advanceCommit(s, Math.min(m.commit, s.log.lastPos));
}
