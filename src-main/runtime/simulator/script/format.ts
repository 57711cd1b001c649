/** How values, messages and entries look in a transcript: compact, stable, one line each. */
import type { CoreDescription, Message } from '../../../protocols/kernel/core.ts';
import type { PersistOp } from '../../../protocols/kernel/durable.ts';
import type { Entry } from '../../../protocols/kernel/entry.ts';
import type { ApplyResult } from '../../../services/state-machine.ts';
import { eraLabel, type Era } from '../../../vocabulary/era.ts';
import { compareIds, type NodeId } from '../../../vocabulary/ids.ts';
import type { ConfigEvent } from '../invariants/memory.ts';

type ConfigFields = Pick<ConfigEvent, 'voters' | 'votersOld' | 'learners'>;

type Fields = { readonly [name: string]: unknown };

/** `append term=1 prevPos=0 entries=[1/1(noop) 2-4/1]` */
export function formatMessage(msg: Message): string {
  const { type, ...fields } = msg as Message & Fields;
  return [type, ...formatFields(fields)].join(' ');
}

/** `name=value` of every field that is there, in the order of the object. */
export function formatFields(fields: object): string[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${formatValue(value)}`);
}

export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'string') return /^[\w.:/+-]+$/.test(value) ? value : JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return formatArray(value);
  if (isEra(value)) return eraLabel(value);
  if (isStamp(value, 'round', 'node'))
    return `${value.round}.${value.node === '' ? '-' : value.node}`;
  if (isStamp(value, 'epoch', 'counter')) return `${value.epoch}.${value.counter}`;
  if (isEntry(value)) return formatRanges([value]);
  return `{${formatFields(value).join(' ')}}`;
}

function formatArray(items: readonly unknown[]): string {
  const entries = items.filter(isEntry);
  if (entries.length > 0 && entries.length === items.length) return `[${formatRanges(entries)}]`;
  return `[${items.map(formatValue).join(' ')}]`;
}

/** `1/1(noop) 2-4/1`: positions, era, and the type unless it is a command. */
export function formatRanges(entries: readonly Entry[]): string {
  const ranges: { from: number; to: number; label: string }[] = [];
  for (const entry of entries) {
    const label = `/${stampOf(entry)}${entry.type === 'command' ? '' : `(${entry.type})`}`;
    const last = ranges.at(-1);
    if (last?.label === label && last.to + 1 === entry.pos) last.to = entry.pos;
    else ranges.push({ from: entry.pos, to: entry.pos, label });
  }
  return ranges
    .map(({ from, to, label }) => (from === to ? `${from}${label}` : `${from}-${to}${label}`))
    .join(' ');
}

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

/** The era an entry was made in, in its protocol's stamp. */
function stampOf(entry: Entry): string {
  const { term, ballot, epoch } = entry as Entry & Fields;
  return formatValue(term ?? ballot ?? epoch);
}

function isEra(value: object): value is Era {
  const keys = Object.keys(value);
  return keys.length === 2 && 'number' in value && 'owner' in value;
}

/** A Paxos ballot or a zxid of ZAB: `3.n1`, `2.17`. */
function isStamp<A extends string, B extends string>(
  value: object,
  first: A,
  second: B,
): value is Record<A | B, number | string> {
  return Object.keys(value).length === 2 && first in value && second in value;
}

function isEntry(value: unknown): value is Entry {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pos' in value &&
    'payload' in value &&
    'type' in value
  );
}
