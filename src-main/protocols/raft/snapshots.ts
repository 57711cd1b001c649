/**
 * Snapshots of this node itself, and dropping the log they cover (Raft 7; protocols.md 1.8). How
 * one gets to another node stands in snapshot-sending.ts and snapshot-receiving.ts.
 */
import { ensure } from '../../base/assert.ts';
import type { Input } from '../kernel/core.ts';
import { noteBarrier } from './durability.ts';
import { configAsOf } from './membership.ts';
import { asJson, type SnapshotMeta } from './snapshot-meta.ts';
import { isSendingImage } from './snapshot-sending.ts';
import type { RaftState } from './state.ts';

type SnapshotReady = Extract<Input, { kind: 'snapshot-ready' }>;

/** Position of the snapshot, 0 for none. */
export function snapshotPos(s: RaftState): number {
  return s.snapshot?.lastPos ?? 0;
}

/** Enough was applied since the last one. Not while an image is on its way to somebody: that one
 *  would be dropped. */
export function maybeTakeSnapshot(s: RaftState): void {
  const { snapshotEvery, retainEntries } = s.options;
  if (snapshotEvery === 0 || s.taking !== null) return;
  if (s.appliedPos - snapshotPos(s) < snapshotEvery || isSendingImage(s)) return;
  takeSnapshot(s, retainEntries, []);
}

/** An operator asks for one, on any node. */
export function handleSnapshotAdmin(s: RaftState, reqId: number, asked: number | null): void {
  const retain = asked ?? s.options.retainEntries;
  if (s.taking !== null) {
    const reqIds = [...s.taking.reqIds, reqId];
    s.taking = { ...s.taking, reqIds, retain: Math.min(retain, s.taking.retain) };
  } else if (s.appliedPos > snapshotPos(s)) {
    takeSnapshot(s, retain, [reqId]);
  } else {
    compactLog(s, retain);
    s.out.done(reqId, { lastPos: snapshotPos(s) });
  }
}

function takeSnapshot(s: RaftState, retain: number, reqIds: readonly number[]): void {
  const lastPos = s.appliedPos;
  const { term, time } = s.log.asBase(lastPos);
  const { pos: configPos, config } = configAsOf(s.membership, lastPos);
  const meta: SnapshotMeta = { term, time, config, configPos };
  const handle = `own-${lastPos}-${s.incarnation}`;
  s.taking = { lastPos, handle, meta, retain, reqIds };
  s.out.takeSnapshot(lastPos, handle);
}

/** The host has the image. A newer one may have been installed meanwhile. */
export function handleSnapshotReady(s: RaftState, ready: SnapshotReady): void {
  const taking = ensure(s.taking, `${s.nodeId}: image ${ready.handle} was not asked for`);
  const { lastPos, handle, meta, retain, reqIds } = taking;
  s.taking = null;
  if (lastPos > snapshotPos(s)) {
    const { chunks, bytes } = ready;
    s.snapshot = { handle, lastPos, chunks, bytes, meta: asJson(meta) };
    noteBarrier(s, s.out.persist({ op: 'snapshot', snapshot: s.snapshot }));
    s.out.trace({ kind: 'snapshot', what: 'taken', pos: lastPos, peer: null });
    compactLog(s, retain);
  }
  for (const reqId of reqIds) s.out.done(reqId, { lastPos: snapshotPos(s) });
}

/** Drops what the snapshot covers but for `retain` entries. */
function compactLog(s: RaftState, retain: number): void {
  const upTo = snapshotPos(s) - retain;
  if (upTo <= s.log.base.pos) return;
  s.log.compact(upTo);
  noteBarrier(s, s.out.persist({ op: 'compact', upTo }));
  s.out.trace({ kind: 'compact', upTo });
}
