/** Calls and answers are JSON from outside: how models look into them. */
import type { Json } from '../../../vocabulary/json.ts';
import type { Operation } from '../operation.ts';

export interface Fields {
  readonly [name: string]: Json | undefined;
}

/** The members of a JSON object; none of anything else. */
export function fieldsOf(value: Json): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

/** A call in Jepsen's words: `f`, and the value it was asked with. */
export function wordsOf(operation: Operation): { readonly f: string; readonly value: Json } {
  const { f, value } = fieldsOf(operation.call);
  return { f: typeof f === 'string' ? f : '', value: value ?? null };
}

/** `f must be one of ...`, or null when it is. */
export function wordProblem(operation: Operation, words: readonly string[]): string | null {
  const { f } = wordsOf(operation);
  return words.includes(f) ? null : `f must be one of ${words.join(', ')}, not "${f}"`;
}

export function isPair(value: Json): value is readonly [Json, Json] {
  return Array.isArray(value) && value.length === 2;
}
