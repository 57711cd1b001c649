/** Makes log entries for tests of the state machine. */
import type { ClientRef, Entry } from '../../../src-main/protocols/kernel/entry.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';

export function openEntry(pos: number, time = 0): Entry {
  return { pos, type: 'session-open', time, client: null, payload: null };
}

export function noopEntry(pos: number, time = 0): Entry {
  return { pos, type: 'noop', time, client: null, payload: null };
}

export function closeEntry(pos: number, session: number): Entry {
  return { pos, type: 'session-close', time: 0, client: clientRef(session, 0), payload: null };
}

export function commandEntry(pos: number, client: ClientRef, payload: Json): Entry {
  return { pos, type: 'command', time: 0, client, payload };
}

export function clientRef(session: number, seq: number, acked = 0): ClientRef {
  return { session, seq, acked };
}
