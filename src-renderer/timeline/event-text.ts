/** Events in one line of words each, and the classes by which lists and steps filter them. */
import type { ViewEvent } from '../../src-main/contract/events.ts';
import {
  eraLabel,
  isRefused,
  type AdminRecord,
  type FaultRecord,
  type NodeId,
  type TraceEvent,
} from '../../src-main/contract/words.ts';
import { formatSpan } from './time-scale.ts';

/** `changes`: of the membership, of who leads by command, of what stands in snapshots. */
export type EventClass = 'roles' | 'faults' | 'changes' | 'log' | 'messages' | 'clients' | 'rules';

export const EVENT_CLASSES: readonly EventClass[] = [
  'roles',
  'faults',
  'changes',
  'log',
  'messages',
  'clients',
  'rules',
];

/** What a step forward or back may end at. A rate of operations is a sum over a stretch, written at
 *  its round end: nothing happens there. */
export const STEP_CLASSES: readonly EventClass[] = EVENT_CLASSES.filter(
  (kind) => kind !== 'clients',
);

export function classOf(event: ViewEvent): EventClass {
  switch (event.k) {
    case 'up':
    case 'down':
    case 'pause':
    case 'resume':
    case 'fault':
      return 'faults';
    case 'admin':
    case 'manual':
      return 'changes';
    case 'send':
    case 'recv':
    case 'drop':
      return 'messages';
    case 'apply':
      return 'log';
    case 'ops':
      return 'clients';
    case 'violation':
    case 'skipped':
      return 'rules';
    case 'trace':
      return classOfTrace(event.e);
  }
}

export function nodeOf(event: ViewEvent): NodeId | null {
  return 'node' in event ? event.node : null;
}

/** What happened, without time and node; `recovered`: this append is what was on disk at a boot. */
export function describeEvent(event: ViewEvent, recovered = false): string {
  if (recovered && event.k === 'trace' && event.e.kind === 'append') {
    return `recovers ${range(event.e.from, event.e.to)} from disk`;
  }
  return withBallots(wordsOf(event));
}

/** Cores write a ballot of n2 as `4.n2` in their reasons; everywhere else it is `4.2`. */
export function withBallots(text: string): string {
  return text.replace(/\b(\d+)\.n(\d+)\b/g, '$1.$2');
}

function wordsOf(event: ViewEvent): string {
  switch (event.k) {
    case 'up':
      return `starts, life ${event.incarnation}`;
    case 'down':
      return `${DOWN_WORDS[event.how]}${event.why === '' ? '' : `: ${event.why}`}`;
    case 'pause':
      return 'is paused';
    case 'resume':
      return 'goes on';
    case 'trace':
      return describeTrace(event.e);
    case 'send':
      return `sends ${event.type} to ${event.to}`;
    case 'recv':
      return `gets ${event.type} from ${event.from}`;
    case 'drop':
      return `${event.type} from ${event.from} to ${event.to} is lost: ${event.why}`;
    case 'apply':
      return `applies up to ${event.to}, state ${event.hash.slice(0, 8)}`;
    case 'fault':
      return describeFault(event.fault);
    case 'admin':
      return describeCommand(event.record);
    case 'manual':
      return describeManual(event);
    case 'ops':
      return describeOps(event);
    case 'violation':
      return `rule broken: ${event.check}: ${event.message}`;
    case 'skipped':
      return `${event.count} events were not shown: the screen could not keep up`;
  }
}

const DOWN_WORDS = { kill: 'is killed', stop: 'stops', crash: 'crashes' } as const;

function classOfTrace(e: TraceEvent): EventClass {
  switch (e.kind) {
    case 'role':
    case 'vote':
    case 'tally':
      return 'roles';
    case 'ignored':
      return 'messages';
    case 'config':
    case 'snapshot':
    case 'transfer':
      return 'changes';
    default:
      return 'log';
  }
}

function describeTrace(e: TraceEvent): string {
  switch (e.kind) {
    case 'role':
      return describeRole(e);
    case 'append':
      return `appends ${range(e.from, e.to)} of ${eraLabel(e.era)}${e.noop ? ', a no-op' : ''}`;
    case 'truncate':
      return `removes everything from ${e.from} on`;
    case 'durable':
      return `has all up to ${e.upTo} on disk`;
    case 'commit':
      return `knows ${range(e.from, e.to)} committed`;
    case 'vote':
      return `${e.granted ? 'votes for' : 'refuses'} ${e.candidate} in ${eraLabel(e.era)}${
        e.phase === 'pre' ? ', pre-vote' : ''
      }`;
    case 'tally':
      return `has the votes of ${e.votes.join(' ') || 'nobody'} for ${eraLabel(e.era)}`;
    case 'config':
      return describeConfig(e);
    case 'snapshot':
      return describeSnapshot(e);
    case 'compact':
      return `drops its log up to ${e.upTo}`;
    case 'transfer':
      if (e.what === 'now') return 'is told to take over';
      return e.what === 'begin' ? `hands over to ${e.to}` : `gives up handing over to ${e.to}`;
    case 'catch-up':
      return `brings ${e.peer} up to date from ${e.from} by ${e.method}`;
    case 'ignored':
      return `ignores ${e.type} from ${e.from}: ${e.why}`;
  }
}

function describeConfig(e: Extract<TraceEvent, { kind: 'config' }>): string {
  const since = e.pos === 0 ? '' : ` from ${e.pos} on`;
  const old = e.votersOld === null ? '' : ` and, while it changes, by ${e.votersOld.join(' ')}`;
  const learners = e.learners.length === 0 ? '' : `; learners ${e.learners.join(' ')}`;
  const voters = e.voters.length === 0 ? 'knows no configuration' : null;
  return voters ?? `goes by the voters ${e.voters.join(' ')}${since}${old}${learners}`;
}

function describeSnapshot(e: Extract<TraceEvent, { kind: 'snapshot' }>): string {
  if (e.what === 'taken') return `has a snapshot up to ${e.pos}`;
  if (e.what === 'sent') return `sends ${e.peer ?? 'a peer'} its snapshot up to ${e.pos}`;
  return `takes over the snapshot up to ${e.pos} of ${e.peer ?? 'a peer'}`;
}

function describeCommand({ label, endUs, ok, outcome }: AdminRecord): string {
  if (endUs === null) return `command: ${label}`;
  return `command ${ok === true ? 'done' : 'refused'}: ${label}: ${outcome ?? ''}`;
}

function describeManual({ what, note }: Extract<ViewEvent, { k: 'manual' }>): string {
  const words = { begin: 'manual mode begins', end: 'manual mode ends', duplicate: 'duplicate' };
  return note === '' ? words[what] : `${words[what]}: ${note}`;
}

function describeFault(fault: FaultRecord): string {
  const asked = fault.origin === 'nemesis' ? ' (nemesis)' : '';
  if (fault.endUs === null) return `fault: ${fault.label}${asked}`;
  if (isRefused(fault)) return `fault ${fault.label}: ${fault.outcome}`;
  return `fault over: ${fault.label}${fault.outcome === null ? '' : `, ${fault.outcome}`}`;
}

function describeRole(e: Extract<TraceEvent, { kind: 'role' }>): string {
  const why = e.why === '' ? '' : `: ${e.why}`;
  if (e.role === 'leader') return `leads ${eraLabel(e.era)}${e.ready ? ', ready' : ''}${why}`;
  const leader = e.leader === null ? '' : ` under ${e.leader}`;
  return `${e.word}${leader} in ${eraLabel(e.era)}${why}`;
}

function describeOps(event: Extract<ViewEvent, { k: 'ops' }>): string {
  const parts = [`${event.ok} answered`];
  if (event.failed > 0) parts.push(`${event.failed} failed`);
  if (event.unknown > 0) parts.push(`${event.unknown} unknown`);
  if (event.p50Us !== null) parts.push(`p50 ${formatSpan(event.p50Us)}`);
  return `clients: ${parts.join(', ')}`;
}

function range(from: number, to: number): string {
  return from === to ? String(from) : `${from} to ${to}`;
}
