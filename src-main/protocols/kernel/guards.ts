/**
 * Cheap checks of what a message may carry, shared by the cores: the network may say anything, and
 * garbage is traced and dropped, never thrown on.
 */
import type { Position } from '../../vocabulary/ids.ts';

export type Fields = { readonly [name: string]: unknown };

/** Above any number a run can reach, and so far below 2^53 that sums of a few stay exact. */
const NUMBER_MAX = 2 ** 48;

const ENTRY_TYPES: ReadonlySet<unknown> = new Set([
  'noop',
  'config',
  'session-open',
  'session-close',
  'command',
]);

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A whole number from 0 to NUMBER_MAX. */
export function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= NUMBER_MAX;
}

export function isPosition(value: unknown): value is Position {
  return isCount(value) && value > 0;
}

/** Whether the fields that every protocol's entries share are right (kernel/entry.ts); the stamp is
 *  the protocol's own to check. */
export function hasEntryShape(entry: Fields): boolean {
  return (
    isPosition(entry['pos']) &&
    ENTRY_TYPES.has(entry['type']) &&
    isCount(entry['time']) &&
    (entry['client'] === null || isClientRef(entry['client'])) &&
    entry['payload'] !== undefined
  );
}

function isClientRef(value: unknown): boolean {
  return (
    isFields(value) && isCount(value['session']) && isCount(value['seq']) && isCount(value['acked'])
  );
}
