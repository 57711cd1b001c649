/**
 * How many entries one message may carry. Counting entries is not enough: a thousand values of
 * 16 KiB in one frame would block the receiver for seconds while it is parsed, and fill the queue
 * to it. The estimate is rough, cheap and the same everywhere; it needs no encoding.
 */
import type { Position } from '../../vocabulary/ids.ts';
import type { Entry } from './entry.ts';

/** Above this a message takes no further entry; one entry always fits. */
export const MESSAGE_BYTES_MAX = 256 * 1024;

/** Names, numbers and punctuation of an entry as JSON, stamp included. */
const ENTRY_BYTES = 150;
const FIELD_BYTES = 10;

/** About the bytes of an entry as JSON: exact for the length of ASCII strings in its payload. */
export function roughBytes(entry: Entry): number {
  const { payload } = entry;
  if (typeof payload === 'string') return ENTRY_BYTES + payload.length;
  if (typeof payload !== 'object' || payload === null) return ENTRY_BYTES;
  let bytes = ENTRY_BYTES;
  for (const name in payload) {
    const field = (payload as { readonly [name: string]: unknown })[name];
    bytes += FIELD_BYTES + (typeof field === 'string' ? field.length : 0);
  }
  return bytes;
}

/**
 * The last position of [from, to] that still fits into one message with all before it.
 * @param entryAt null or undefined for a hole, which costs nothing.
 * @returns at least `from`.
 */
export function lastThatFits(
  from: Position,
  to: Position,
  entryAt: (pos: Position) => Entry | null | undefined,
): Position {
  let bytes = 0;
  for (let pos = from; pos <= to; pos += 1) {
    const entry = entryAt(pos);
    if (entry === null || entry === undefined) continue;
    bytes += roughBytes(entry);
    if (bytes > MESSAGE_BYTES_MAX && pos > from) return pos - 1;
  }
  return Math.max(from, to);
}
