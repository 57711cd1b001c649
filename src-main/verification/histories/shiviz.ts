/**
 * A run as a log for ShiViz (https://bestchai.bitbucket.io/shiviz): a host for each node, an event
 * for each step that sent or received something or changed the node's role, commits or log, each
 * with its vector clock. The first line is the expression that ShiViz reads the rest with, the
 * second, empty one the expression between executions: there is one.
 */
import type { Incarnation, NodeId } from '../../vocabulary/ids.ts';
import { compareIds } from '../../vocabulary/ids.ts';
import type { StepHeader } from '../../vocabulary/journal.ts';
import type { TraceEvent } from '../../vocabulary/trace.ts';

export interface RecordedStep {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly header: StepHeader;
}

/** Two lines to an event: host and clock, then what happened. */
export const SHIVIZ_HEADER: readonly string[] = ['(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)', ''];

type Clock = ReadonlyMap<NodeId, number>;

/** The lines of the log, header first. @param steps of all lives, in any order */
export function* shivizLog(steps: readonly RecordedStep[]): Generator<string> {
  yield* SHIVIZ_HEADER;
  // Lamport's time of what was received is above that of what was sent: an order of causes.
  const ordered = steps
    .filter(isShown)
    .sort((a, b) => a.header.lam - b.header.lam || compareIds(a.node, b.node));
  const clocks = new Map<NodeId, Clock>();
  const sent = new Map<string, Clock>();
  for (const { node, incarnation, header } of ordered) {
    const clock = new Map(clocks.get(node));
    if (header.recv !== undefined) merge(clock, sent.get(stepOf(header.recv[0])));
    clock.set(node, (clock.get(node) ?? 0) + 1);
    clocks.set(node, clock);
    if (header.sends !== undefined) sent.set(`${node}:${incarnation}:${header.n}`, clock);
    yield `${node} ${clockText(clock)}`;
    yield eventText(header);
  }
}

function isShown({ header }: RecordedStep): boolean {
  if (header.input === 'boot' || header.recv !== undefined || header.sends !== undefined)
    return true;
  return header.trace?.some((event) => traceText(event) !== null) ?? false;
}

/** A message is known by the step that sent it, and its number there. */
function stepOf(message: string): string {
  return message.slice(0, message.lastIndexOf(':'));
}

function merge(clock: Map<NodeId, number>, other: Clock | undefined): void {
  if (other === undefined) return;
  for (const [node, time] of other) clock.set(node, Math.max(clock.get(node) ?? 0, time));
}

function clockText(clock: Clock): string {
  const entries = [...clock].sort(([a], [b]) => compareIds(a, b));
  return JSON.stringify(Object.fromEntries(entries));
}

function eventText({ input, recv, sends, trace, us }: StepHeader): string {
  const parts = [recv === undefined ? input : `receive ${recv[2]} from ${recv[1]}`];
  for (const [type, to] of addressees(sends ?? [])) parts.push(`send ${type} to ${to.join(' ')}`);
  for (const event of trace ?? []) {
    const text = traceText(event);
    if (text !== null) parts.push(text);
  }
  return `${(us / 1e6).toFixed(6)} s: ${parts.join('; ')}`;
}

function addressees(sends: NonNullable<StepHeader['sends']>): ReadonlyMap<string, NodeId[]> {
  const byType = new Map<string, NodeId[]>();
  for (const [, to, type] of sends) byType.set(type, [...(byType.get(type) ?? []), to]);
  return byType;
}

function traceText(event: TraceEvent): string | null {
  switch (event.kind) {
    case 'role':
      return `${event.word} in era ${event.era.number}`;
    case 'append':
      return `append ${rangeText(event.from, event.to)}`;
    case 'truncate':
      return `truncate from ${event.from}`;
    case 'commit':
      return `commit ${rangeText(event.from, event.to)}`;
    default:
      return null;
  }
}

function rangeText(from: number, to: number): string {
  return from === to ? String(from) : `${from} to ${to}`;
}
