/** Messages, entries and their fields in one compact line, the same in transcripts and inboxes. */
import { eraLabel, type Era } from '../../vocabulary/era.ts';
import type { Message } from './core.ts';
import type { Entry } from './entry.ts';

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

/** The era an entry was made in, in its protocol's stamp. */
export function stampOf(entry: Entry): string {
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
