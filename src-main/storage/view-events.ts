/** What the screen is shown of a journal line, live and in playback alike. */
import type { ViewEvent } from '../contract/events.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { JournalHeader, StepHeader } from '../vocabulary/journal.ts';
import type { MessageKind } from '../vocabulary/trace.ts';

export type MessageKinds = ReadonlyMap<string, MessageKind>;

/** How many events `headerEvents` makes of a header. */
export function eventCount(header: JournalHeader): number {
  if (header.k === 's') {
    return (header.trace?.length ?? 0) + messageCount(header);
  }
  return header.k === 'a' || header.k === 'l' || header.k === 'd' ? 1 : 0;
}

export function messageCount(header: JournalHeader): number {
  if (header.k !== 's') return 0;
  return (header.sends?.length ?? 0) + (header.recv === undefined ? 0 : 1);
}

/** Appends the events of one header in the order in which they happened. */
export function headerEvents(
  node: NodeId,
  incarnation: number,
  header: JournalHeader,
  kinds: MessageKinds,
  withMessages: boolean,
  out: ViewEvent[],
): void {
  const { us } = header;
  if (header.k === 's') {
    if (withMessages) receiveEvent(node, header, kinds, out);
    if (header.trace !== undefined)
      for (const e of header.trace) out.push({ k: 'trace', us, node, e });
    if (withMessages) sendEvents(node, incarnation, header, kinds, out);
  } else if (header.k === 'a') {
    const hash = header.hashes.at(-1)?.[1] ?? '';
    out.push({ k: 'apply', us, node, to: header.to, hash });
  } else if (header.k === 'l') {
    out.push({ k: 'apply', us, node, to: header.pos, hash: header.hash });
  } else if (header.k === 'd') {
    const { id, from, to, type, why } = header;
    out.push({ k: 'drop', us, node, id, from, to, type, why });
  }
}

function receiveEvent(
  node: NodeId,
  header: StepHeader,
  kinds: MessageKinds,
  out: ViewEvent[],
): void {
  if (header.recv === undefined) return;
  const [id, from, type] = header.recv;
  const mk = kindOf(kinds, type);
  out.push({ k: 'recv', us: header.us, node, id, from, type, mk, lam: header.lam });
}

function sendEvents(
  node: NodeId,
  incarnation: number,
  header: StepHeader,
  kinds: MessageKinds,
  out: ViewEvent[],
): void {
  if (header.sends === undefined) return;
  const { us, lam } = header;
  for (const [x, to, type] of header.sends) {
    const id = `${node}:${incarnation}:${header.n}:${x}`;
    out.push({ k: 'send', us, node, id, to, type, mk: kindOf(kinds, type), lam });
  }
}

function kindOf(kinds: MessageKinds, type: string): MessageKind {
  return kinds.get(type) ?? 'answer';
}
