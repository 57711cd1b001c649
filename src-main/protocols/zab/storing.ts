/** What changes the log, in memory and on disk at once, and the configurations that go with it. */
import type { Position } from '../../vocabulary/ids.ts';
import type { PersistOp } from '../kernel/durable.ts';
import type { ZabEntry } from './log.ts';
import { noteAppended, noteTruncated } from './membership.ts';
import { traceRole } from './roles.ts';
import { hasMutant, type ZabNode } from './state.ts';

/** A leader's own new transactions, or what a learner gets. */
export function logEntries(node: ZabNode, entries: readonly ZabEntry[]): void {
  const { log, effects, durability } = node;
  log.append(entries);
  durability.note(effects.persist(...persistOps(node, entries)), log.lastPos);
  traceAppend(node, log.lastPos - entries.length + 1);
  noteAppended(node, entries);
}

/**
 * History of an epoch above currentEpoch raises currentEpoch with it, in one barrier and after the
 * entries, so that currentEpoch >= epoch(last zxid) holds on disk at any time (protocols.md 7.4
 * Z1). That is no early adoption: a prefix of the leader's history that ends in epoch k holds the
 * whole initial history of k, which is what currentEpoch = k says.
 */
function persistOps(node: ZabNode, entries: readonly ZabEntry[]): PersistOp<ZabEntry>[] {
  const put: PersistOp<ZabEntry> = { op: 'put', entries };
  const { epoch } = node.log.lastZxid;
  if (epoch <= node.currentEpoch) return [put];
  node.currentEpoch = epoch;
  traceRole(node, `history of epoch ${epoch} logged`);
  return [put, { op: 'hard', record: { currentEpoch: epoch } }];
}

export function traceAppend(node: ZabNode, from: Position): void {
  for (const run of node.log.runsIn(from, node.log.lastPos)) {
    const { to, epoch, counter, noop } = run;
    const era = { number: epoch, owner: null };
    node.effects.trace({ kind: 'append', from: run.from, to, era, noop, counter });
  }
}

export function truncateAfter(node: ZabNode, pos: Position): void {
  const { log, durability, effects } = node;
  if (pos >= log.lastPos) return;
  log.truncateAfter(pos);
  durability.truncateAfter(pos);
  noteTruncated(node, pos);
  effects.trace({ kind: 'truncate', from: pos + 1 });
  if (hasMutant(node, 'truncate-in-memory')) return;
  durability.note(effects.persist({ op: 'truncate', from: pos + 1 }), pos);
}
