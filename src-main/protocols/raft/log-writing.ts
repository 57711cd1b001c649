/**
 * Changes of the log, in memory and on the way to disk, and with it of the configuration (Raft 5.3;
 * protocols.md 1.6, 1.9).
 */
import { assert } from '../../base/assert.ts';
import type { Position } from '../../vocabulary/ids.ts';
import { popConfigs, pushConfigs } from './config-stack.ts';
import { noteBarrier, voidBarriers } from './durability.ts';
import type { RaftEntry } from './log.ts';
import type { RaftState } from './state.ts';
import { traceAppends } from './tracing.ts';

/** Puts entries at the end of the log. */
export function appendEntries(s: RaftState, entries: readonly RaftEntry[]): void {
  let hasConfig = false;
  for (const entry of entries) {
    s.log.append(entry);
    hasConfig ||= entry.type === 'config';
  }
  assert(s.log.lastTerm <= s.currentTerm, `log term ${s.log.lastTerm} > ${s.currentTerm}`);
  noteBarrier(s, s.out.persist({ op: 'put', entries }));
  traceAppends(s, entries);
  if (hasConfig) pushConfigs(s, entries);
}

/** Removes the conflicting tail from `from` on. */
export function truncateLog(s: RaftState, from: Position): void {
  assert(s.role !== 'leader', `${s.nodeId}: leader of ${s.currentTerm} truncates at ${from}`);
  assert(from > s.commitPos, `${s.nodeId}: truncation at ${from}, committed ${s.commitPos}`);
  s.log.truncate(from);
  voidBarriers(s, from);
  noteBarrier(s, s.out.persist({ op: 'truncate', from }));
  s.out.trace({ kind: 'truncate', from });
  popConfigs(s, from);
}
