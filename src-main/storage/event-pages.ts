/**
 * The events of a recorded run in the order of time, merged from the chunks of all nodes, what the
 * lab did, client rates and violations. Reads from the first chunk that reaches into the range, and
 * no further than asked.
 */
import type Database from 'better-sqlite3';
import type { Statement } from 'better-sqlite3';
import type { ViewEvent } from '../contract/events.ts';
import type { Incarnation, NodeId, ProtocolName } from '../vocabulary/ids.ts';
import type { JournalHeader } from '../vocabulary/journal.ts';
import { messageKindsOf } from './message-kinds.ts';
import { headerEvents, type MessageKinds } from './view-events.ts';

export interface EventPage {
  readonly events: ViewEvent[];
  /** Where to go on; null at the end of the range. */
  readonly nextUs: number | null;
}

/** More than any recording has; SQLite knows no infinite limit. */
const LIMIT_MAX = 1e12;

interface ChunkOfTime {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly first_us: number;
  readonly headers: string;
}

/** Rows of [from, to), not many more than a page can take; never a part of a microsecond. */
function upTo(table: string): string {
  return `run = @run and us >= @from and us < @to and us <= coalesce((select us from ${table}
      where run = @run and us >= @from order by us limit 1 offset cast(@limit as integer)), @to)`;
}

const SQL = {
  protocol: `select protocol from runs where id = ?`,
  /** Of each life, the chunk that holds or precedes the moment, when it reaches the moment. */
  start: `select min(first_us) from (
      select (select first_us from journal_chunks c where c.run = l.run and c.node = l.node
          and c.incarnation = l.incarnation and c.first_us <= @us
          order by c.first_us desc limit 1) as first_us,
        (select last_us from journal_chunks c where c.run = l.run and c.node = l.node
          and c.incarnation = l.incarnation and c.first_us <= @us
          order by c.first_us desc limit 1) as last_us
      from lives l where l.run = @run)
    where last_us >= @us`,
  chunks: `select node, incarnation, first_us, headers from journal_chunks
    where run = ? and first_us >= ? and first_us < ? and last_us >= ? order by first_us, id`,
  labEvents: `select event from lab_events where ${upTo('lab_events')} order by us, n`,
  rates: `select us, span_us as spanUs, ok, failed, unknown, p50_us as p50Us from operation_rates
    where ${upTo('operation_rates')} order by us`,
  violations: `select us, node, check_name as "check", message from violations
    where ${upTo('violations')} order by us, n`,
} as const;

interface Range {
  readonly [name: string]: number;
  readonly run: number;
  readonly from: number;
  readonly to: number;
  /** Events that are asked for. */
  readonly limit: number;
}

type Rate = Omit<Extract<ViewEvent, { k: 'ops' }>, 'k'>;
type Found = Omit<Extract<ViewEvent, { k: 'violation' }>, 'k'>;

export class EventPages {
  readonly #protocol: Statement<string>;
  readonly #start: Statement<number | null>;
  readonly #chunks: Statement<ChunkOfTime>;
  readonly #labEvents: Statement<string>;
  readonly #rates: Statement<Rate>;
  readonly #violations: Statement<Found>;

  constructor(db: Database) {
    this.#protocol = db.prepare<string>(SQL.protocol).pluck();
    this.#start = db.prepare<number | null>(SQL.start).pluck();
    this.#chunks = db.prepare<ChunkOfTime>(SQL.chunks);
    this.#labEvents = db.prepare<string>(SQL.labEvents).pluck();
    this.#rates = db.prepare<Rate>(SQL.rates);
    this.#violations = db.prepare<Found>(SQL.violations);
  }

  /**
   * Events of [fromUs, toUs), at most `limit` unless a single microsecond has more: a page never
   * ends within one.
   */
  read(run: number, fromUs: number, toUs: number, limit: number, withMessages: boolean): EventPage {
    const events: ViewEvent[] = [];
    const range = { run, from: fromUs, to: toUs, limit: Math.min(limit, LIMIT_MAX) };
    for (const batch of this.#ordered(range, withMessages)) {
      for (const event of batch) {
        if (events.length >= limit && event.us > (events.at(-1)?.us ?? 0)) {
          return { events, nextUs: event.us };
        }
        events.push(event);
      }
    }
    return { events, nextUs: null };
  }

  /** Batches in order: whatever lies before the next chunk's first event is complete. */
  *#ordered(range: Range, withMessages: boolean): Generator<ViewEvent[]> {
    const { run, from, to } = range;
    const protocol = this.#protocol.get(run);
    if (protocol === undefined) return;
    const kinds = messageKindsOf(protocol as ProtocolName);
    const startUs = this.#start.get({ run, us: from }) ?? from;
    let waiting = this.#sparse(range);
    for (const chunk of this.#chunks.iterate(run, startUs, to, from)) {
      const ready = waiting.filter(({ us }) => us < chunk.first_us);
      if (ready.length > 0) {
        waiting = waiting.filter(({ us }) => us >= chunk.first_us);
        yield inOrder(ready);
      }
      expand(chunk, kinds, withMessages, range, waiting);
    }
    yield inOrder(waiting);
  }

  /** Everything that comes a few times a second at most. */
  #sparse(range: Range): ViewEvent[] {
    const events: ViewEvent[] = [];
    for (const text of this.#labEvents.iterate(range)) {
      events.push(JSON.parse(text) as ViewEvent);
    }
    for (const rate of this.#rates.iterate(range)) events.push({ k: 'ops', ...rate });
    for (const found of this.#violations.iterate(range)) {
      events.push({ k: 'violation', ...found });
    }
    return events;
  }
}

/** Stable: what the lab did comes before what nodes did in the same microsecond. */
function inOrder(events: ViewEvent[]): ViewEvent[] {
  return events.sort((a, b) => a.us - b.us);
}

function expand(
  chunk: ChunkOfTime,
  kinds: MessageKinds,
  withMessages: boolean,
  range: Range,
  out: ViewEvent[],
): void {
  for (const header of JSON.parse(chunk.headers) as JournalHeader[]) {
    if (header.us < range.from || header.us >= range.to) continue;
    headerEvents(chunk.node, chunk.incarnation, header, kinds, withMessages, out);
  }
}
