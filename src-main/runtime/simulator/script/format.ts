/** How values, messages and entries look in a transcript: compact, stable, one line each. */
import type { CoreDescription } from '../../../protocols/kernel/core.ts';
import type { PersistOp } from '../../../protocols/kernel/durable.ts';
import type { Entry } from '../../../protocols/kernel/entry.ts';
import {
  formatFields,
  formatMessage,
  formatRanges,
  formatValue,
  stampOf,
} from '../../../protocols/kernel/message-text.ts';
import type { ApplyResult } from '../../../services/state-machine.ts';
import { compareIds, type NodeId } from '../../../vocabulary/ids.ts';
import type { ConfigEvent } from '../invariants/memory.ts';

export { formatFields, formatMessage, formatRanges, formatValue };

type ConfigFields = Pick<ConfigEvent, 'voters' | 'votersOld' | 'learners'>;

/** `3/1 command 2:1 {op=put key=k value=v}`; the client as session:seq. */
export function formatEntry(entry: Entry): string {
  const { client, payload } = entry;
  const words = [`${entry.pos}/${stampOf(entry)} ${entry.type}`];
  if (client !== null && client.session > 0) words.push(`${client.session}:${client.seq}`);
  if (payload !== null) words.push(formatValue(payload));
  return words.join(' ');
}

export function formatOutcome(outcome: Pick<ApplyResult, 'ok'> & Partial<ApplyResult>): string {
  if (outcome.ok === false) {
    const { refusal } = outcome as ApplyResult & { ok: false };
    return `refused ${refusal.code}${refusal.hint === null ? '' : ` hint=${refusal.hint}`}`;
  }
  const { result, effective } = outcome as ApplyResult & { ok: true };
  return `ok ${formatValue(result)}${effective || result === null ? '' : ' (again)'}`;
}

/** Role and common fields; what a cluster without learners and snapshots lacks is left out. */
export function formatState(view: CoreDescription): string {
  const { own: _, role, word, ready, learners, snapshotPos, ...common } = view;
  const name = word === role ? role : `${role}(${word})`;
  const more = {
    ...(learners.length === 0 ? {} : { learners }),
    ...(snapshotPos === 0 ? {} : { snapshotPos }),
  };
  return [name + (ready ? ' ready' : ''), ...formatFields({ ...common, ...more })].join(' ');
}

export function formatOp(op: PersistOp): string {
  if (op.op === 'hard') return `hard{${formatFields(op.record).join(' ')}}`;
  if (op.op === 'truncate') return `truncate(>=${op.from})`;
  if (op.op === 'compact') return `compact(<=${op.upTo})`;
  if (op.op === 'snapshot') return `snapshot(<=${op.snapshot.lastPos} ${op.snapshot.handle})`;
  return `put[${formatRanges(op.entries)}]`;
}

/** `voters n1 n2 n3, old n1 n2, learners n4`; in the order of ids, whoever listed them. */
export function configText({ voters, votersOld, learners }: ConfigFields): string {
  const list = (ids: readonly NodeId[]): string => [...ids].sort(compareIds).join(' ');
  const old = votersOld === null ? '' : `, old ${list(votersOld)}`;
  const more = learners.length === 0 ? '' : `, learners ${list(learners)}`;
  return `voters ${list(voters)}${old}${more}`;
}
