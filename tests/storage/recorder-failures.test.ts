import fs from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openForWriting, type WritableDatabase } from '../../src-main/storage/open-database.ts';
import { RecorderCore } from '../../src-main/storage/recorder-core.ts';
import type { FromWorker, RecorderCall } from '../../src-main/storage/recorder-messages.ts';
import {
  beginOf,
  cleanJournal,
  FINISHED,
  journalFile,
  temporaryDirectory,
} from './synthetic-run.ts';

let directory = '';
let opened: WritableDatabase | null = null;
let said: FromWorker[] = [];
let calls = 0;
let nowMs = 0;

beforeEach(() => {
  directory = temporaryDirectory();
  said = [];
});

afterEach(() => {
  opened?.db.close();
  opened?.lock.release();
  opened = null;
  fs.rmSync(directory, { recursive: true, force: true });
});

function start(databaseBytesMax?: number): { db: Database; core: RecorderCore } {
  const file = path.join(directory, 'lab.db');
  opened = openForWriting(file, databaseBytesMax === undefined ? {} : { databaseBytesMax });
  const nothing = (): void => undefined;
  const valid = { verdict: 'valid', violations: [], undecided: null } as const;
  const core: RecorderCore = new RecorderCore(opened.db, file, (message) => said.push(message), {
    handleOperations: nothing,
    judge: (run) => core.handleHistoryVerdict(run, valid),
    forget: nothing,
  });
  return { db: opened.db, core };
}

/** What the recorder answers, after as many turns as it takes. */
function call(core: RecorderCore, body: RecorderCall): FromWorker {
  calls += 1;
  core.handle({ k: 'call', call: calls, body });
  for (let turns = 0; turns < 100; turns += 1) {
    const answer = said.find((message) => 'call' in message && message.call === calls);
    if (answer !== undefined) return answer;
    nowMs += 100;
    core.turn(nowMs);
  }
  throw new Error('no answer');
}

function begin(core: RecorderCore, name: string): number {
  const place = path.join(directory, name);
  const answer = call(core, { k: 'begin-run', begin: beginOf(1, place) });
  expect(answer.k).toBe('done');
  const run = Number((answer as { value?: unknown }).value);
  for (const node of ['n1', 'n2', 'n3']) {
    core.handle({ k: 'follow', run, node, incarnation: 1, file: journalFile(place, node, 1) });
  }
  return run;
}

function writeJournals(name: string, rounds = 10): void {
  for (const node of ['n1', 'n2', 'n3']) {
    const file = journalFile(path.join(directory, name), node, 1);
    fs.writeFileSync(file, cleanJournal(node, rounds));
  }
}

function end(core: RecorderCore, run: number): unknown {
  return (call(core, { k: 'end-run', run, end: FINISHED }) as { value?: unknown }).value;
}

function failures(): string[] {
  return said.flatMap((message) => (message.k === 'failed' ? [message.message] : []));
}

describe('a failed recording', () => {
  test('is over as soon as the database takes something again', () => {
    const { core } = start(600_000);
    call(core, { k: 'begin-group' });
    const lost = begin(core, 'lost');
    writeJournals('lost', 4_000);
    expect(end(core, lost)).toMatchObject({ status: 'failed', verdict: 'unknown' });
    expect(failures()).toEqual([expect.stringContaining('is full')]);
    call(core, { k: 'delete-runs', runs: [lost] });

    const kept = begin(core, 'kept');
    writeJournals('kept');
    expect(end(core, kept)).toMatchObject({ status: 'finished', verdict: 'valid', note: null });
    call(core, { k: 'settle' });
    expect(failures()).toHaveLength(1);
  });

  test('leaves the recorder at rest, however much the journals still hold', () => {
    const { core } = start(600_000);
    call(core, { k: 'begin-group' });
    begin(core, 'lost');
    writeJournals('lost', 8_000);
    for (let turns = 0; turns < 20; turns += 1) core.turn((nowMs += 100));
    expect(failures()).toHaveLength(1);
    expect(core.turn((nowMs += 100))).toBe(false);
  });

  test('is refused with its own cause, not as a full disk, and told in the run', () => {
    const { core, db } = start();
    call(core, { k: 'begin-group' });
    const lost = begin(core, 'lost');
    writeJournals('lost');
    db.pragma('query_only = on');
    // The last batch is the one that fails: what it held must not pass for a good run.
    expect(end(core, lost)).toMatchObject({
      status: 'failed',
      verdict: 'unknown',
      note: expect.stringContaining('cannot go on') as string,
    });
    const body: RecorderCall = { k: 'begin-run', begin: beginOf(1, directory) };
    expect(call(core, body)).toMatchObject({ k: 'refused', code: 'database-unreadable' });
    db.pragma('query_only = off');
    const kept = begin(core, 'kept');
    writeJournals('kept');
    expect(end(core, kept)).toMatchObject({ status: 'finished', verdict: 'valid' });
  });

  test('of one run, whose journal cannot be read, leaves the other runs alone', () => {
    const { core } = start();
    call(core, { k: 'begin-group' });
    const [broken, sound] = [begin(core, 'broken'), begin(core, 'sound')];
    writeJournals('sound');
    writeJournals('broken');
    const file = journalFile(path.join(directory, 'broken'), 'n2', 1);
    fs.rmSync(file);
    fs.mkdirSync(file);
    expect(end(core, broken)).toMatchObject({
      status: 'failed',
      verdict: 'unknown',
      note: expect.stringContaining('the journal of n2 (life 1) cannot be read') as string,
    });
    expect(end(core, sound)).toMatchObject({ status: 'finished', verdict: 'valid' });
    expect(failures()).toEqual([]);
  });

  test('is not what garbage in a journal makes', () => {
    const { core } = start();
    call(core, { k: 'begin-group' });
    const run = begin(core, 'garbage');
    writeJournals('garbage');
    const lines = [
      { k: 'c', us: 1 },
      { k: 'c', us: 1, counters: { messages: {}, bytes: 'many' } },
      { k: 'x', us: 1, why: 7 },
      { k: 's', n: 1, us: 1, sends: [7], trace: [null] },
      { k: 'a', n: 1, us: 1, hashes: [null], effective: [] },
    ].map((header) => `${JSON.stringify(header)}\t\n`);
    fs.appendFileSync(journalFile(path.join(directory, 'garbage'), 'n3', 1), lines.join(''));
    expect(end(core, run)).toMatchObject({
      status: 'finished',
      verdict: 'unknown',
      note: expect.stringContaining('5 lines of n3 (life 1) are damaged') as string,
    });
    expect(failures()).toEqual([]);
  });
});
