/** Commands of the key-value store and what makes one well-formed. */
import type { Json } from '../vocabulary/json.ts';

export type KvValue = string | number;

export type KvCommand =
  | { readonly op: 'get' | 'delete'; readonly key: string }
  | { readonly op: 'put'; readonly key: string; readonly value: KvValue }
  /** `expectVersion` 0 or `expectValue` null: only when the key does not exist. */
  | {
      readonly op: 'cas';
      readonly key: string;
      readonly value: KvValue;
      readonly expectVersion?: number;
      readonly expectValue?: KvValue | null;
    }
  | { readonly op: 'incr'; readonly key: string; readonly by?: number }
  | { readonly op: 'list'; readonly prefix?: string; readonly limit?: number };

export const KEY_LENGTH_MAX = 1024;
export const VALUE_LENGTH_MAX = 65_536;
export const LIST_LIMIT_DEFAULT = 100;
export const LIST_LIMIT_MAX = 1_000;

type Fields = { readonly [key: string]: Json | undefined };

/** What is wrong with `payload` as a command, or null when it is a KvCommand. */
export function kvCommandProblem(payload: Json): string | null {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return 'a command must be an object';
  }
  const fields = payload as Fields;
  if (fields['op'] === 'list') return listProblem(fields);
  return keyProblem(fields['key']) ?? operandProblem(fields);
}

function operandProblem(fields: Fields): string | null {
  switch (fields['op']) {
    case 'get':
    case 'delete':
      return null;
    case 'put':
      return valueProblem(fields['value']);
    case 'cas':
      return valueProblem(fields['value']) ?? expectationProblem(fields);
    case 'incr':
      return fields['by'] === undefined || Number.isSafeInteger(fields['by'])
        ? null
        : 'by must be an integer';
    default:
      return 'op must be one of get, put, delete, cas, incr, list';
  }
}

/** Only well-formed strings have UTF-8 bytes, and so a place in the order of keys. */
function keyProblem(key: Json | undefined): string | null {
  if (typeof key !== 'string' || key.length === 0) return 'key must be a string, not empty';
  if (key.length > KEY_LENGTH_MAX) return `key is longer than ${KEY_LENGTH_MAX}`;
  return key.isWellFormed() ? null : 'key is not well-formed Unicode';
}

function valueProblem(value: Json | undefined): string | null {
  if (typeof value === 'string') {
    return value.length > VALUE_LENGTH_MAX ? `value is longer than ${VALUE_LENGTH_MAX}` : null;
  }
  return typeof value === 'number' ? null : 'value must be a string or a number';
}

function expectationProblem(fields: Fields): string | null {
  const { expectVersion, expectValue } = fields;
  if ((expectVersion === undefined) === (expectValue === undefined)) {
    return 'cas needs expectVersion or expectValue, and not both';
  }
  if (expectVersion !== undefined) {
    const valid = Number.isSafeInteger(expectVersion) && (expectVersion as number) >= 0;
    return valid ? null : 'expectVersion must be an integer, 0 or more';
  }
  return expectValue === null ? null : valueProblem(expectValue);
}

function listProblem(fields: Fields): string | null {
  const { prefix, limit } = fields;
  if (prefix !== undefined && prefix !== '') {
    const problem = keyProblem(prefix);
    if (problem !== null) return problem.replace('key', 'prefix');
  }
  if (limit === undefined) return null;
  const valid =
    Number.isSafeInteger(limit) && (limit as number) >= 1 && (limit as number) <= LIST_LIMIT_MAX;
  return valid ? null : `limit must be an integer from 1 to ${LIST_LIMIT_MAX}`;
}
