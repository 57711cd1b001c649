/**
 * A node takes over the leader's snapshot (Raft 7; protocols.md 1.8): chunk by chunk, and once all
 * are here in place of its whole log. Only what is missing is replaced: a snapshot of what is
 * committed here, or of an entry that stands in the log, changes nothing (museum R12).
 */
import type { NodeId } from '../../vocabulary/ids.ts';
import { hasArrived, takeChunk } from '../kernel/arrival.ts';
import { advanceCommit } from './commit.ts';
import { replaceConfigs } from './config-stack.ts';
import { hardGate, logGate, noteBarrier, voidBarriers } from './durability.ts';
import type { InstallSnapshot } from './messages.ts';
import { followLeader } from './roles.ts';
import { asJson, baseOf, configOf } from './snapshot-meta.ts';
import type { RaftState } from './state.ts';

/** A chunk of the leader of the current term. */
export function handleInstallSnapshot(s: RaftState, from: NodeId, m: InstallSnapshot): void {
  followLeader(s, from);
  const isStale = m.lastPos <= s.commitPos && !s.mutants.has('install-stale-snapshot');
  if (isStale) return answerDone(s, from, m);
  // The entry stands here: so does everything before it, and all of it is committed (Raft 5.3).
  if (s.log.termAt(m.lastPos) === m.meta.term && m.lastPos > s.commitPos) {
    answerDone(s, from, m);
    return advanceCommit(s, m.lastPos);
  }
  receiveChunk(s, from, m);
}

function receiveChunk(s: RaftState, from: NodeId, m: InstallSnapshot): void {
  const key = `${from} ${m.term} ${m.snapId}`;
  const handle = `in-${m.lastPos}-${s.incarnation}-${s.arrivals + 1}`;
  const { arrival, keep } = takeChunk(s.arrival, key, handle, m.chunk, m.chunks);
  if (arrival !== null && arrival.handle === handle) s.arrivals += 1;
  s.arrival = arrival;
  if (arrival === null || arrival.key !== key) return answer(s, from, m, 0);
  if (keep) s.out.keepChunk(arrival.handle, m.chunk);
  if (!hasArrived(arrival)) return answer(s, from, m, arrival.next);
  s.arrival = null;
  install(s, from, m, arrival.handle);
  answerDone(s, from, m);
}

/**
 * The reference stands first: a crash that keeps only it finds a log that does not fit, and drops
 * that at boot (museum R13). The term is the node's own, never the snapshot's (museum R11).
 */
function install(s: RaftState, from: NodeId, m: InstallSnapshot, handle: string): void {
  const { lastPos, chunks, bytes, meta } = m;
  const first = s.log.base.pos + 1;
  s.snapshot = { handle, lastPos, chunks, bytes, meta: asJson(meta) };
  s.out.persist({ op: 'snapshot', snapshot: s.snapshot });
  s.out.persist({ op: 'truncate', from: first });
  const token = s.out.persist({ op: 'compact', upTo: lastPos });
  voidBarriers(s, s.commitPos + 1);
  s.log.reset(baseOf(lastPos, meta));
  noteBarrier(s, token);
  s.commitPos = lastPos;
  s.appliedPos = lastPos;
  s.out.loadSnapshot(lastPos, handle);
  s.out.trace({ kind: 'snapshot', what: 'installed', pos: lastPos, peer: from });
  s.out.trace({ kind: 'compact', upTo: lastPos });
  replaceConfigs(s, configOf(meta));
}

function answer(s: RaftState, to: NodeId, { snapId }: InstallSnapshot, next: number): void {
  const { currentTerm: term } = s;
  const type = 'InstallSnapshotResp';
  s.out.send(to, { type, term, snapId, next, done: false, matchPos: 0 }, hardGate(s));
}

function answerDone(s: RaftState, to: NodeId, { snapId, lastPos, chunks }: InstallSnapshot): void {
  const { currentTerm: term } = s;
  const matchPos = Math.max(lastPos, s.commitPos);
  const type = 'InstallSnapshotResp';
  const done = { type, term, snapId, next: chunks, done: true, matchPos } as const;
  s.out.send(to, done, logGate(s, matchPos));
}
