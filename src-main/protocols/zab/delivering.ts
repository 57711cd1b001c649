/**
 * Delivering what is committed, in order, at every kind of server: to the state machine, to who
 * waits for it here, and to the configuration when it is one.
 */
import { assert } from '../../base/assert.ts';
import type { Position } from '../../vocabulary/ids.ts';
import { noteCommitted } from './membership.ts';
import { traceRole } from './roles.ts';
import { maybeTakeSnapshot } from './snapshots.ts';
import type { LeadingState, ZabNode } from './state.ts';

/** Entries an `apply` effect holds at most. */
const APPLY_ENTRIES_MAX = 4096;

/** Answered requests kept in front of the queue before it is cut. */
const WAITING_SLACK = 4096;

/** Everything up to `pos` is committed: delivers what is new, in order. */
export function commitTo(node: ZabNode, pos: Position): void {
  const { log, effects } = node;
  const before = node.committed;
  if (pos <= before) return;
  assert(pos <= log.lastPos, `commit ${pos} beyond the log, which ends at ${log.lastPos}`);
  node.committed = pos;
  effects.trace({ kind: 'commit', from: before + 1, to: pos });
  for (let start = before + 1; start <= pos; start += APPLY_ENTRIES_MAX) {
    const end = Math.min(pos, start + APPLY_ENTRIES_MAX - 1);
    effects.apply(log.slice(start, end), takeWaiting(node, end));
  }
  if (noteCommitted(node, before)) traceRole(node, 'another configuration is in force');
  if (node.reads.length > 0 && node.leading !== null) answerCommittedReads(node);
  maybeTakeSnapshot(node);
}

/** Requests asked here whose transactions are now delivered, up to `pos`. */
function takeWaiting(node: ZabNode, pos: Position): { pos: Position; reqId: number }[] {
  const { leading, log } = node;
  const taken: { pos: Position; reqId: number }[] = [];
  if (leading === null) return taken;
  const { waiting } = leading;
  for (;;) {
    const next = waiting[leading.waitingHead];
    if (next === undefined || next.pos > pos) break;
    if (log.entryAt(next.pos)?.epoch !== next.epoch) {
      assert(false, `request ${next.reqId} waits for epoch ${next.epoch} at ${next.pos}`);
    }
    taken.push({ pos: next.pos, reqId: next.reqId });
    leading.waitingHead += 1;
  }
  cutWaiting(leading);
  return taken;
}

function cutWaiting(leading: LeadingState): void {
  const { waiting, waitingHead } = leading;
  if (waitingHead <= WAITING_SLACK || waitingHead * 2 <= waiting.length) return;
  leading.waiting = waiting.slice(waitingHead);
  leading.waitingHead = 0;
}

/** A leader's own reads whose `sync` is over. */
export function answerCommittedReads(node: ZabNode): void {
  const open = node.reads.filter(({ pos }) => pos > node.committed);
  for (const { reqId, minPos, payload, pos } of node.reads) {
    if (pos <= node.committed) node.effects.read(reqId, Math.max(minPos, pos), payload);
  }
  node.reads = open;
}
