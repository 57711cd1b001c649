/**
 * Everything a run recorded of its nodes and its lab, in the order of time and once: journal lines
 * merged from the chunks of all lives, and lab events. Keeps the chunks that overlap, and no more.
 */
import type Database from 'better-sqlite3';
import type { LabEvent } from '../lab/ports.ts';
import type { RecordedLine } from '../verification/reports/recorded-lines.ts';
import type { JournalHeader } from '../vocabulary/journal.ts';
import { splitItems } from './journal-chunk.ts';

interface Chunk {
  readonly node: string;
  readonly incarnation: number;
  readonly first_us: number;
  readonly headers: string;
  readonly inputs: string;
}

export type Recorded =
  | { readonly is: 'line'; readonly line: RecordedLine }
  | { readonly is: 'lab'; readonly event: LabEvent };

/** What the lab did comes before what nodes did in the same microsecond. */
export function* linesInOrder(db: Database, run: number): Generator<Recorded> {
  const events = db
    .prepare<string>('select event from lab_events where run = ? order by us, n')
    .pluck()
    .all(run)
    .map((text) => JSON.parse(text) as LabEvent);
  let next = 0;
  for (const line of journalLines(db, run)) {
    for (; next < events.length; next += 1) {
      const event = events[next] as LabEvent;
      if (event.us > line.header.us) break;
      yield { is: 'lab', event };
    }
    yield { is: 'line', line };
  }
  for (const event of events.slice(next)) yield { is: 'lab', event };
}

/** Time of the newest line, answer or event: of a run that is under way, or that lost its lab, the
 *  row of the run is behind. */
export function newestUs(db: Database, run: number): number {
  const newest = db
    .prepare<number | null>(
      `select max(us) from (
         select max(last_us) as us from journal_chunks where run = @run
         union all select max(last_us) from operation_chunks where run = @run
         union all select max(us) from lab_events where run = @run)`,
    )
    .pluck()
    .get({ run });
  return newest ?? 0;
}

function* journalLines(db: Database, run: number): Generator<RecordedLine> {
  const chunks = db.prepare<Chunk>(
    `select node, incarnation, first_us, headers, inputs from journal_chunks
     where run = ? order by first_us, id`,
  );
  let waiting: RecordedLine[] = [];
  for (const chunk of chunks.iterate(run)) {
    let ready = 0;
    for (const line of waiting) {
      if (line.header.us >= chunk.first_us) break;
      ready += 1;
      yield line;
    }
    // Two ascending runs: sorting them is a merge, and keeps the order within a microsecond.
    waiting = [...waiting.slice(ready), ...linesOf(chunk)].sort(byTime);
  }
  yield* waiting;
}

function byTime(a: RecordedLine, b: RecordedLine): number {
  return a.header.us - b.header.us;
}

function linesOf({ node, incarnation, headers, inputs }: Chunk): RecordedLine[] {
  const texts = splitItems(inputs);
  return (JSON.parse(headers) as JournalHeader[]).map((header, i) => {
    const inputText = texts[i] ?? 'null';
    return { node, incarnation, header, inputText: inputText === 'null' ? null : inputText };
  });
}
