/** Jepsen's functions and values in the words of the models. */
import type { Json } from '../../vocabulary/json.ts';
import { READ_LEVELS } from '../../vocabulary/read-level.ts';
import type { KvValue } from '../../services/kv-command.ts';
import { fieldsOf, isPair } from '../linearizability/models/fields.ts';
import type { ModelName } from '../linearizability/models/by-name.ts';
import type { Operation } from '../linearizability/operation.ts';
import { wordOf, type HistoryLine } from './history-line.ts';

/** An operation of one process: how it began, and how it ended if it did. */
export interface LinePair {
  readonly invoke: HistoryLine;
  /** null: never, or with `info`. */
  readonly ok: HistoryLine | null;
}

/** Independent objects: every value is a pair, and the first of the pair is the key. */
export function isKeyed(lines: readonly HistoryLine[]): boolean {
  return (
    lines.length > 0 &&
    lines.every(({ f, value }) => {
      // A plain compare-and-set has a pair as well: [old new].
      return isPair(value) && (f !== 'cas' || isPair(value[1]) || isByVersion(value[1]));
    })
  );
}

function isByVersion(value: Json): boolean {
  return bareFields(value)['version'] !== undefined;
}

/** @param at place of the operation in its history @returns the operation, or what is wrong */
export function operationOf(
  model: ModelName,
  { invoke, ok }: LinePair,
  at: {
    readonly id: number;
    readonly keyed: boolean;
    readonly begin: number;
    readonly end: number;
  },
): Operation | string {
  const [key, asked] = parted(invoke.value, at.keyed);
  const [, told] = ok === null ? [null, null] : parted(ok.value, at.keyed);
  const spoken =
    model === 'kv'
      ? kvWords(invoke.f, key ?? '', asked, ok, told)
      : plainWords(invoke.f, asked, ok, told);
  if (typeof spoken === 'string') return spoken;
  const { client } = invoke.fields;
  return {
    id: at.id,
    process: client === undefined ? invoke.process : String(client),
    key,
    call: spoken.call,
    answer: spoken.answer === undefined ? null : { value: spoken.answer },
    invoke: at.begin,
    return: ok === null ? null : at.end,
    ...recorded(ok ?? invoke),
    origin: ok === null ? `line ${invoke.line}` : `lines ${invoke.line} and ${ok.line}`,
  };
}

function parted(value: Json, keyed: boolean): readonly [key: string | null, value: Json] {
  if (!keyed || !isPair(value)) return [null, value];
  const [key, inner] = value;
  return [typeof key === 'string' ? key : JSON.stringify(key), inner];
}

interface Spoken {
  readonly call: Json;
  readonly answer: Json | undefined;
}

function plainWords(f: string, value: Json, ok: HistoryLine | null, told: Json): Spoken {
  return { call: { f, value }, answer: ok === null ? undefined : told };
}

/** Level and position, where the history tells them: ours does. */
function recorded({ fields }: HistoryLine): Pick<Operation, 'level' | 'pos'> {
  const { pos } = fields;
  const level = READ_LEVELS.find((known) => known === wordOf(fields['level']));
  return {
    ...(level === undefined ? {} : { level }),
    ...(typeof pos === 'number' ? { pos } : {}),
  };
}

function kvWords(
  f: string,
  key: string,
  value: Json,
  ok: HistoryLine | null,
  told: Json,
): Spoken | string {
  const call = kvCall(f, key, value);
  if (typeof call === 'string' || ok === null) {
    return typeof call === 'string' ? call : { call, answer: undefined };
  }
  const { version } = ok.fields;
  const versioned: { readonly [name: string]: Json } =
    typeof version === 'number' ? { version } : {};
  if (f === 'read' && !isKvValue(told) && told !== null) return 'read gives a string or a number';
  if (f === 'read') return { call, answer: { value: told, ...versioned } };
  if (f === 'cas') return { call, answer: { swapped: true, ...versioned } };
  if (f === 'delete') return { call, answer: typeof told === 'boolean' ? { deleted: told } : {} };
  if (f === 'incr' && typeof told === 'number')
    return { call, answer: { value: told, ...versioned } };
  return { call, answer: versioned };
}

/** A command of the store, or what is wrong. */
function kvCall(f: string, key: string, value: Json): Json | string {
  switch (f) {
    case 'read':
      return { op: 'get', key };
    case 'delete':
      return { op: 'delete', key };
    case 'write':
      return isKvValue(value) ? { op: 'put', key, value } : 'write needs a string or a number';
    case 'incr':
      return Number.isSafeInteger(value) ? { op: 'incr', key, by: value } : 'incr needs a number';
    case 'cas':
      return kvCas(key, value);
    default:
      return `f must be one of read, write, cas, delete, incr, not "${f}"`;
  }
}

function kvCas(key: string, value: Json): Json | string {
  if (isByVersion(value)) {
    const { version = null, value: next = null } = bareFields(value);
    return { op: 'cas', key, expectVersion: version, value: next };
  }
  if (!isPair(value) || !isKvValue(value[1])) return 'cas needs the value [old new]';
  return { op: 'cas', key, expectValue: value[0], value: value[1] };
}

function isKvValue(value: Json): value is KvValue {
  return typeof value === 'string' || typeof value === 'number';
}

function bareFields(value: Json): ReturnType<typeof fieldsOf> {
  return Object.fromEntries(
    Object.entries(fieldsOf(value)).map(([name, inner]) => [wordOf(name) ?? name, inner]),
  );
}
