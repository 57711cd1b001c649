import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ViewEvent } from '../../src-main/contract/events.ts';
import { openRecorder, type WorkerRecorder } from '../../src-main/storage/recorder.ts';
import { RunReader } from '../../src-main/storage/run-reader.ts';
import {
  beginOf,
  cleanJournal,
  FINISHED,
  journalFile,
  line,
  operation,
  step,
  temporaryDirectory,
} from './synthetic-run.ts';

const NODES = ['n1', 'n2', 'n3'];
const ROUNDS = 40;

let directory = '';
let database = '';
let recorder: WorkerRecorder | null = null;

beforeEach(() => {
  directory = temporaryDirectory();
  database = path.join(directory, 'lab.db');
});

afterEach(async () => {
  await recorder?.close();
  recorder = null;
  fs.rmSync(directory, { recursive: true, force: true });
});

async function open(databaseBytesMax?: number): Promise<WorkerRecorder> {
  const limit = databaseBytesMax === undefined ? {} : { databaseBytesMax };
  recorder = await openRecorder({ database, ...limit });
  return recorder;
}

async function begin(to: WorkerRecorder): Promise<number> {
  const run = await to.beginRun(beginOf(await to.beginGroup(), directory));
  for (const node of NODES) {
    to.recordEvents(run, [{ k: 'up', us: 500, node, incarnation: 1 }]);
    to.followJournal(run, node, 1, journalFile(directory, node, 1));
  }
  return run;
}

function writeJournals(rounds = ROUNDS): void {
  for (const node of NODES) {
    fs.writeFileSync(journalFile(directory, node, 1), cleanJournal(node, rounds));
  }
}

function operations(count = ROUNDS): ReturnType<typeof operation>[] {
  return Array.from({ length: count }, (_, i) => operation(i + 1));
}

describe('recording a run', () => {
  test('a clean run is valid, and its live events are those of the recording', async () => {
    const to = await open();
    const live: ViewEvent[] = [];
    to.subscribe({ live: (_, events) => live.push(...events), failed: expect.fail });
    const run = await begin(to);
    writeJournals();
    to.recordOperations(run, operations());
    const result = await to.endRun(run, FINISHED);
    expect(result).toMatchObject({
      status: 'finished',
      verdict: 'valid',
      violations: [],
      note: null,
    });
    expect(result.metrics).toMatchObject({ committedOps: ROUNDS, elections: 1, messagesPerOp: 2 });

    const reader = new RunReader(database);
    const { events, nextUs } = reader.events(run, 0, 2_000_000, 50_000, false);
    expect(nextUs).toBeNull();
    expect(events).toHaveLength(result.events);
    const text = (event: ViewEvent): string => JSON.stringify(event);
    expect(live.map(text).sort()).toEqual(events.map(text).sort());
    expect(reader.list(10)).toEqual({ runs: [result], total: 1 });
    reader.close();
  });

  test('a life begins with its `up`, however late the lab heard of it', async () => {
    const to = await open();
    const run = await to.beginRun(beginOf(await to.beginGroup(), directory));
    const boot = line(step(1, 40_000, { trace: [{ kind: 'durable', upTo: 3 }] }));
    fs.writeFileSync(journalFile(directory, 'n1', 1), boot);
    to.recordEvents(run, [{ k: 'up', us: 43_000, node: 'n1', incarnation: 1 }]);
    to.recordEvents(run, [{ k: 'up', us: 44_000, node: 'n2', incarnation: 1 }]);
    to.followJournal(run, 'n1', 1, journalFile(directory, 'n1', 1));
    await to.endRun(run, FINISHED);
    const reader = new RunReader(database);
    const { events } = reader.events(run, 0, 1_000_000, 100, false);
    expect(events.map(({ k, us }) => [k, us])).toEqual([
      ['up', 39_999],
      ['trace', 40_000],
      ['up', 44_000],
    ]);
    reader.close();
  });

  test('journals written piece by piece, also within a line, are kept byte for byte', async () => {
    const to = await open();
    const run = await begin(to);
    const text = cleanJournal('n1', ROUNDS);
    const file = journalFile(directory, 'n1', 1);
    const cut = Math.floor(text.length / 2);
    fs.writeFileSync(file, text.slice(0, cut));
    fs.writeFileSync(journalFile(directory, 'n2', 1), cleanJournal('n2', ROUNDS));
    fs.writeFileSync(journalFile(directory, 'n3', 1), cleanJournal('n3', ROUNDS));
    await new Promise((resolve) => {
      to.subscribe({ live: resolve, failed: expect.fail });
    });
    fs.appendFileSync(file, text.slice(cut));
    await to.endRun(run, FINISHED);
    const reader = new RunReader(database);
    const again = [...reader.journalSteps(run, 'n1', 1)];
    const lines = again.map(
      ({ header, inputText }) => `${JSON.stringify(header)}\t${inputText ?? ''}`,
    );
    expect(`${lines.join('\n')}\n`).toBe(text);
    expect(reader.lives(run)[0]).toMatchObject({
      node: 'n1',
      storageId: 'disk-n1',
      damagedLines: 0,
    });
    reader.close();
  });

  test('a last line cut off by a kill does not count, a broken one before it does', async () => {
    const to = await open();
    const run = await begin(to);
    writeJournals();
    fs.appendFileSync(journalFile(directory, 'n2', 1), '{"k":"s","n":4');
    expect((await to.endRun(run, FINISHED)).verdict).toBe('valid');

    const other = await begin(to);
    fs.appendFileSync(journalFile(directory, 'n2', 1), '!\tgarbage\nand no tab\n{"k":"s"}\t1\n');
    const result = await to.endRun(other, FINISHED);
    expect(result.verdict).toBe('unknown');
    expect(result.note).toContain('3 lines of n2 (life 1) are damaged');
  });

  test('a violation in a journal convicts the run and is told live', async () => {
    const to = await open();
    const live: ViewEvent[] = [];
    to.subscribe({ live: (_, events) => live.push(...events), failed: expect.fail });
    const run = await begin(to);
    writeJournals();
    const era = { number: 1, owner: null };
    const role = { kind: 'role', role: 'leader', word: 'leader', leader: 'n2', era } as const;
    const trace = [{ ...role, ready: false, why: 'planted' }];
    fs.appendFileSync(journalFile(directory, 'n2', 1), line(step(ROUNDS + 2, 90_000, { trace })));
    const failed = { check: 'recovers-within', message: 'too slow', us: 5, node: null };
    const result = await to.endRun(run, { ...FINISHED, failedExpectations: [failed] });
    expect(result.verdict).toBe('invalid');
    expect(result.violations.map(({ check }) => check)).toEqual([
      'election-safety',
      'recovers-within',
    ]);
    expect(live.filter(({ k }) => k === 'violation')).toHaveLength(2);
  });

  test('the views show messages once, operations and state hashes', async () => {
    const to = await open();
    const run = await begin(to);
    writeJournals();
    to.recordOperations(run, operations());
    await to.endRun(run, FINISHED);
    const db = new Database(database, { readonly: true });
    const messages = db
      .prepare('select * from messages where run = ? and received_us is not null order by sent_us')
      .all(run);
    expect(messages).toHaveLength(ROUNDS * 2);
    expect(messages[0]).toMatchObject({
      sender: 'n1',
      receiver: 'n2',
      sent_us: 11_000,
      received_us: 11_300,
    });
    const count = (sql: string): unknown => db.prepare(sql).pluck().get(run);
    expect(count('select count(*) from operations where run = ?')).toBe(ROUNDS);
    expect(count('select count(distinct hash) from state_hashes where run = ?')).toBe(ROUNDS);
    expect(count('select count(*) from role_changes where run = ?')).toBe(1);
    expect(
      count("select input ->> '$.pos' from inputs where run = ? and node = 'n2' and n = 5"),
    ).toBe(4);
    db.close();
  });

  test('pages and moments give every event once, whatever the page size', async () => {
    const to = await open();
    const run = await begin(to);
    writeJournals(800);
    to.recordOperations(run, operations(800));
    await to.endRun(run, FINISHED);
    await to.settled();
    const reader = new RunReader(database);
    const whole = reader.events(run, 0, 2_000_000, 50_000, false).events;
    expect(whole.length).toBeGreaterThan(5_000);
    expect(whole.every((event, i) => i === 0 || event.us >= (whole[i - 1]?.us ?? 0))).toBe(true);
    const paged: ViewEvent[] = [];
    for (let from: number | null = 0; from !== null;) {
      const page = reader.events(run, from, 2_000_000, 97, false);
      paged.push(...page.events);
      from = page.nextUs;
    }
    expect(paged).toEqual(whole);
    const quiet = reader.events(run, 0, 2_000_000, 50_000, true).events;
    expect(quiet).toEqual(whole.filter(({ k }) => k !== 'send' && k !== 'recv'));

    const us = 700_000;
    const { keyframe, events } = reader.moment(run, us);
    expect(keyframe).not.toBeNull();
    expect(events.length).toBeLessThan(2_600);
    expect(whole.filter((event) => event.us <= us).slice(-events.length)).toEqual(events);
    reader.close();
  });
});

describe('when things go wrong', () => {
  test('a lab that dies is salvaged at the next start from the journals', async () => {
    const first = await open();
    const run = await begin(first);
    writeJournals(10);
    first.recordOperations(run, operations(10));
    await new Promise((resolve) => {
      first.subscribe({ live: resolve, failed: expect.fail });
    });
    const copy = path.join(directory, 'copy.db');
    // What the next lab finds: the database as of now, the run open, the journals further on.
    const source = new Database(database, { readonly: true });
    await source.backup(copy);
    source.close();
    await first.close();
    writeJournals(ROUNDS);
    fs.writeFileSync(journalFile(directory, 'n3', 2), line(step(1, 95_000, { input: 'boot' })));
    fs.rmSync(journalFile(directory, 'n2', 1));

    database = copy;
    const second = await open();
    await second.settled();
    const reader = new RunReader(copy);
    const result = reader.get(run);
    expect(result).toMatchObject({ status: 'incomplete', durationMs: 95 });
    expect(result.note).toContain('The lab ended before this run did.');
    expect([...reader.journalSteps(run, 'n1', 1)]).toHaveLength(2 + ROUNDS * 2);
    expect(reader.lives(run).map((life) => `${life.node}/${life.incarnation}`)).toContain('n3/2');
    reader.close();
  });

  test('closing ends open runs as incomplete', async () => {
    const to = await open();
    const run = await begin(to);
    writeJournals();
    await to.close();
    const reader = new RunReader(database);
    expect(reader.get(run)).toMatchObject({ status: 'incomplete', violations: [] });
    expect([...reader.journalSteps(run, 'n3', 1)]).toHaveLength(1 + ROUNDS * 2);
    reader.close();
  });

  test('a full disk ends the recording with a message, and leaves the database sound', async () => {
    const to = await open(600_000);
    const told = new Promise<string>((resolve) => {
      to.subscribe({ live: () => {}, failed: resolve });
    });
    const run = await begin(to);
    writeJournals(4_000);
    expect(await told).toContain('full');
    const result = await to.endRun(run, FINISHED);
    expect(result).toMatchObject({ status: 'failed', verdict: 'unknown' });
    await to.close();
    const db = new Database(database, { readonly: true });
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.close();
  });

  test('after a full disk the next run is recorded whole, when there is room again', async () => {
    const to = await open(600_000);
    const told = new Promise((resolve) => {
      to.subscribe({ live: () => {}, failed: resolve });
    });
    const lost = await begin(to);
    writeJournals(4_000);
    await told;
    await to.endRun(lost, FINISHED);
    await to.deleteRuns([lost]);
    writeJournals();
    const run = await begin(to);
    to.recordOperations(run, operations());
    const result = await to.endRun(run, FINISHED);
    expect(result).toMatchObject({ status: 'finished', verdict: 'valid' });
    expect(result.metrics).toMatchObject({ committedOps: ROUNDS });
  });

  test('runs are deleted with all that was recorded of them, but not while open', async () => {
    const to = await open();
    const run = await begin(to);
    writeJournals();
    await expect(to.deleteRuns([run])).rejects.toMatchObject({ code: 'not-possible-now' });
    await to.endRun(run, FINISHED);
    await to.deleteRuns([run]);
    const db = new Database(database, { readonly: true });
    for (const table of ['runs', 'lives', 'journal_chunks', 'lab_events', 'keyframes']) {
      expect(db.prepare(`select count(*) from ${table}`).pluck().get(), table).toBe(0);
    }
    db.close();
  });

  test('pages of deleted runs go back to the file system', async () => {
    const to = await open();
    const run = await begin(to);
    const request = { op: 'put', key: 'k', value: 'x'.repeat(16_384) };
    const large = Array.from({ length: 400 }, (_, i) => operation(i + 1, { request }));
    to.recordOperations(run, large);
    await to.endRun(run, FINISHED);
    const pages = (): number => {
      const db = new Database(database, { readonly: true });
      const count = Number(db.pragma('page_count', { simple: true }));
      db.close();
      return count;
    };
    const before = pages();
    await to.deleteRuns([run]);
    expect(pages()).toBeLessThan(before / 2);
  });

  test('a database that cannot be opened is refused by the recorder with its code', async () => {
    fs.writeFileSync(database, 'no database at all, but long enough to be looked at as one');
    await expect(open()).rejects.toMatchObject({ code: 'database-damaged' });
  });

  test('a call after the end is refused, never left hanging', async () => {
    const to = await open();
    await to.close();
    await expect(to.beginGroup()).rejects.toMatchObject({ code: 'internal' });
  });
});
