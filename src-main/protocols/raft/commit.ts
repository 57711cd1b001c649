/** What is committed, and handing it to the state machine (Raft 5.3, 5.4.2; protocols.md 1.6). */
import { assert } from '../../base/assert.ts';
import type { Position } from '../../vocabulary/ids.ts';
import { quorumPosition } from '../quorum/majority.ts';
import { maybeSettleConfigs } from './config-stack.ts';
import type { RaftState } from './state.ts';
import { traceRole } from './tracing.ts';

/** Bound of one `apply` effect. */
const APPLY_ENTRIES_MAX = 4096;

/**
 * Leader: the largest position that a quorum holds on disk becomes committed, if it is of this
 * term; older entries only as its prefix (Raft figure 8, museum R01). The leader's own copy counts
 * once it is on disk, and the others may be faster.
 * @returns whether the commit position grew.
 */
export function maybeCommit(s: RaftState): boolean {
  const own = s.mutants.has('count-self-before-sync') ? s.log.lastPos : s.durable.upTo;
  const held = quorumPosition(s.membership.sets, (voter) =>
    voter === s.nodeId ? own : (s.peers.find((peer) => peer.id === voter)?.match ?? 0),
  );
  if (held <= s.commitPos) return false;
  if (s.log.termAt(held) !== s.currentTerm && !s.mutants.has('commit-old-term')) return false;
  advanceCommit(s, held);
  traceRole(s, 'the no-op of its term is committed');
  return true;
}

/** Everything up to `to` is committed; lower positions are old news. */
export function advanceCommit(s: RaftState, to: Position): void {
  if (to <= s.commitPos) return;
  assert(to <= s.log.lastPos, `${s.nodeId}: commit ${to} beyond the log ${s.log.lastPos}`);
  s.out.trace({ kind: 'commit', from: s.commitPos + 1, to });
  s.commitPos = to;
  while (s.appliedPos < s.commitPos) {
    const from = s.appliedPos + 1;
    s.appliedPos = Math.min(s.commitPos, s.appliedPos + APPLY_ENTRIES_MAX);
    s.out.apply(s.log.range(from, s.appliedPos), takeWaiting(s, s.appliedPos));
  }
  if (s.uncommitted.length > 0) releaseBytes(s);
  maybeSettleConfigs(s);
}

function releaseBytes(s: RaftState): void {
  const open = s.uncommitted.findIndex(({ upTo }) => upTo > s.commitPos);
  const done = s.uncommitted.splice(0, open === -1 ? s.uncommitted.length : open);
  for (const { bytes } of done) s.uncommittedBytes -= bytes;
}

/** Requests that wait for a position <= `upTo`; they match by position and term (1.16-15). */
function takeWaiting(s: RaftState, upTo: Position): { pos: Position; reqId: number }[] {
  const waiting: { pos: Position; reqId: number }[] = [];
  for (const { pos, term, reqId } of s.pending) {
    if (pos > upTo) break;
    const found = s.log.termAt(pos);
    if (found !== term) assert(false, `request ${reqId}: term ${found} at ${pos}, not ${term}`);
    waiting.push({ pos, reqId });
  }
  if (waiting.length > 0) s.pending.splice(0, waiting.length);
  return waiting;
}
