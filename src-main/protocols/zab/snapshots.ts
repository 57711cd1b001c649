/**
 * Images of the state machine: when one is made, what of the log it makes superfluous, and what a
 * life that begins makes of both. Only delivered transactions are ever in one, so it holds nothing
 * that could be taken back (protocols.md 3.12-15).
 */
import { assert } from '../../base/assert.ts';
import type { Position } from '../../vocabulary/ids.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { BootInput, Input } from '../kernel/core.ts';
import type { PersistOp, SnapshotRef } from '../kernel/durable.ts';
import { isCount, isFields } from '../kernel/guards.ts';
import { isConfigAt, type ConfigAt } from './configs.ts';
import { FLOOR_ZERO, ZabLog, type Floor, type ZabEntry } from './log.ts';
import { configAt, noteSnapshot } from './membership.ts';
import { hasMutant, isStreaming, type ZabNode } from './state.ts';
import { compareZxids, isZxid, type Zxid } from './zxid.ts';

/** What stands beside an image: the stamp of its last transaction, and who is in the cluster. */
export interface SnapshotMeta {
  readonly zxid: Zxid;
  readonly time: number;
  readonly config: ConfigAt;
}

export function metaOf({ handle, meta }: SnapshotRef): SnapshotMeta {
  const isOurs =
    isFields(meta) && isZxid(meta['zxid']) && isCount(meta['time']) && isConfigAt(meta['config']);
  assert(isOurs, `snapshot ${handle} says ${JSON.stringify(meta)}`);
  return meta as unknown as SnapshotMeta;
}

// Making one

/** Once enough was delivered since the last one; never while one is made, or sent to somebody. */
export function maybeTakeSnapshot(node: ZabNode): void {
  const { snapshotEvery } = node.settings.options;
  if (node.committed - (node.snapshot?.lastPos ?? 0) < snapshotEvery || snapshotEvery === 0) return;
  if (node.taking === null && !isSending(node)) takeSnapshot(node, null, []);
}

function isSending(node: ZabNode): boolean {
  for (const { snap } of node.leading?.learners.values() ?? []) if (snap !== null) return true;
  return false;
}

function takeSnapshot(node: ZabNode, retain: number | null, reqIds: readonly number[]): void {
  const { log, committed, settings } = node;
  const time = log.entryAt(committed)?.time ?? log.floor.time;
  const meta: SnapshotMeta = {
    zxid: log.zxidAt(committed),
    time,
    config: hasMutant(node, 'config-not-in-snapshot')
      ? (node.configs[0] ?? configAt(node, committed))
      : configAt(node, committed),
  };
  const handle = `own-${committed}-${settings.incarnation}`;
  node.taking = { handle, lastPos: committed, meta: meta as unknown as Json, retain, reqIds };
  node.effects.takeSnapshot(committed, handle);
}

/** An operator asks for one now. */
export function handleSnapshotOp(node: ZabNode, reqId: number, retain: number | null): void {
  const lastPos = node.snapshot?.lastPos ?? 0;
  if (node.taking !== null || node.installing !== null) {
    node.effects.refuse(reqId, 'busy', 'a snapshot is being made or installed');
  } else if (node.committed > lastPos) {
    takeSnapshot(node, retain, [reqId]);
  } else {
    if (node.snapshot !== null) compact(node, retain);
    node.effects.done(reqId, { lastPos });
  }
}

export function handleSnapshotReady(
  node: ZabNode,
  ready: Extract<Input, { kind: 'snapshot-ready' }>,
): void {
  const { taking, effects } = node;
  const { handle, lastPos, chunks, bytes } = ready;
  assert(taking?.handle === handle && taking.lastPos === lastPos, `${handle}: nobody asked for it`);
  node.taking = null;
  // A newer one of the leader has been installed meanwhile.
  const isNews = lastPos > (node.snapshot?.lastPos ?? 0);
  if (isNews) {
    node.snapshot = { handle, lastPos, chunks, bytes, meta: taking.meta };
    effects.persist({ op: 'snapshot', snapshot: node.snapshot });
    effects.trace({ kind: 'snapshot', what: 'taken', pos: lastPos, peer: null });
    noteSnapshot(node, configAt(node, lastPos), lastPos);
    compact(node, taking.retain);
  }
  for (const reqId of taking.reqIds) effects.done(reqId, { lastPos: node.snapshot?.lastPos ?? 0 });
}

/**
 * Drops what the snapshot holds from the log, but for some entries, and for what a learner has not
 * acknowledged: it may still have to be sent, and to be found by its zxid.
 */
function compact(node: ZabNode, retain: number | null): void {
  const { log, effects, snapshot, settings } = node;
  let upTo = (snapshot?.lastPos ?? 0) - (retain ?? settings.options.retainEntries);
  for (const learner of node.leading?.learners.values() ?? []) {
    if (isStreaming(learner)) upTo = Math.min(upTo, learner.ackedPos);
  }
  if (upTo <= log.floor.pos) return;
  log.compactTo(upTo);
  effects.persist({ op: 'compact', upTo });
  effects.trace({ kind: 'compact', upTo });
}

/** Empties a log in which a snapshot up to `lastPos` takes the place of everything. */
export function clearingOps(lastPos: Position): PersistOp<ZabEntry>[] {
  return [
    { op: 'truncate', from: lastPos + 1 },
    { op: 'compact', upTo: lastPos },
  ];
}

// Beginning a life with one

export interface Beginning {
  readonly log: ZabLog;
  readonly snapshot: SnapshotRef | null;
  readonly base: ConfigAt;
  /** Entries on disk that do not belong to the snapshot have to go. */
  readonly isStale: boolean;
}

/**
 * The history that snapshot and log on disk make together. A crash between installing a snapshot
 * and cutting the log leaves a log that does not fit: it is dropped (museum R13, Z11). A log that
 * begins behind what the snapshot holds has lost something: the node refuses to start (Z13).
 */
export function beginningOf(boot: BootInput, first: ConfigAt): Beginning {
  const { snapshot } = boot.durable;
  const entries = boot.durable.log as readonly ZabEntry[];
  const head = entries[0];
  const lastPos = snapshot?.lastPos ?? 0;
  if (head !== undefined && head.pos > lastPos + 1) {
    assert(false, `the log begins at ${head.pos}, what is before it ends at ${lastPos}`);
  }
  if (snapshot === null) {
    return { log: new ZabLog(entries), snapshot, base: first, isStale: false };
  }
  const { zxid, time, config } = metaOf(snapshot);
  const log = logAround(entries, { pos: lastPos, zxid, time });
  const isStale = log === null;
  return {
    log: log ?? new ZabLog([], { pos: lastPos, zxid, time }),
    snapshot,
    base: config,
    isStale,
  };
}

/** null: the entries are not of this history. */
function logAround(entries: readonly ZabEntry[], end: Floor): ZabLog | null {
  const head = entries[0];
  if (head === undefined) return new ZabLog([], end);
  if (head.pos > end.pos) return isNext(head, end) ? new ZabLog(entries, end) : null;
  const same = entries[end.pos - head.pos];
  if (same === undefined || compareZxids(same, end.zxid) !== 0) return null;
  if (head.pos === 1) return new ZabLog(entries, FLOOR_ZERO);
  // What stands before the oldest entry is not known, so this one has to be the floor.
  const { pos, epoch, counter, time } = head;
  return new ZabLog(entries.slice(1), { pos, zxid: { epoch, counter }, time });
}

function isNext(head: ZabEntry, end: Floor): boolean {
  if (head.epoch === end.zxid.epoch) return head.counter === end.zxid.counter + 1;
  return head.epoch > end.zxid.epoch && head.counter === 1;
}
