import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRecorder, type WorkerRecorder } from '../../src-main/storage/recorder.ts';
import { RunReader } from '../../src-main/storage/run-reader.ts';
import {
  beginOf,
  cleanJournal,
  FINISHED,
  journalFile,
  temporaryDirectory,
} from './synthetic-run.ts';

let home = '';
let recorder: WorkerRecorder | null = null;

beforeEach(() => {
  home = temporaryDirectory();
});

afterEach(async () => {
  await recorder?.close();
  recorder = null;
  fs.rmSync(home, { recursive: true, force: true });
});

async function open(database: string): Promise<WorkerRecorder> {
  recorder = await openRecorder({ database });
  return recorder;
}

function makeDirectory(...parts: string[]): string {
  const directory = path.join(home, ...parts);
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(directory, 'a-file'), 'x');
  return directory;
}

/** A run whose lab was killed: open in the database, its journal beyond what the database has. */
async function leaveRun(database: string, directory: string): Promise<number> {
  const to = await open(database);
  const run = await to.beginRun(beginOf(await to.beginGroup(), directory));
  const file = journalFile(directory, 'n1', 1);
  to.followJournal(run, 'n1', 1, file);
  await to.close();
  const db = new Database(database);
  db.prepare(`update runs set status = 'running' where id = ?`).run(run);
  db.close();
  fs.writeFileSync(file, cleanJournal('n1', 5));
  return run;
}

describe('directories of runs', () => {
  test('of a killed lab go once the journals are in the database, and not before', async () => {
    const database = path.join(home, 'lab.db');
    const directory = makeDirectory('lab.db.files', 'runs', 'raft-AbC123');
    const run = await leaveRun(database, directory);
    expect(fs.existsSync(directory)).toBe(true);
    const to = await open(database);
    await to.settled();
    const reader = new RunReader(database);
    expect([...reader.journalSteps(run, 'n1', 1)]).toHaveLength(12);
    reader.close();
    expect(fs.existsSync(directory)).toBe(false);
  });

  test('stay, at every start, as long as a journal in them cannot be read', async () => {
    const database = path.join(home, 'lab.db');
    const directory = makeDirectory('lab.db.files', 'runs', 'raft-AbC123');
    const run = await leaveRun(database, directory);
    const journal = journalFile(directory, 'n1', 1);
    fs.rmSync(journal);
    fs.mkdirSync(journal);
    for (let start = 0; start < 2; start += 1) {
      const to = await open(database);
      await to.settled();
      await to.close();
    }
    expect(fs.existsSync(directory)).toBe(true);
    fs.rmdirSync(journal);
    fs.writeFileSync(journal, cleanJournal('n1', 5));
    await (await open(database)).settled();
    const reader = new RunReader(database);
    expect([...reader.journalSteps(run, 'n1', 1)]).toHaveLength(12);
    reader.close();
    expect(fs.existsSync(directory)).toBe(false);
  });

  test('that no run needs go at the next start, and nothing else does', async () => {
    const database = path.join(home, 'lab.db');
    const left = makeDirectory('lab.db.files', 'runs', 'zab-AbC123');
    const simulated = makeDirectory('lab.db.files', 'runs', 'paxos-sim-AbC123');
    const kept = [
      makeDirectory('lab.db.files', 'runs', 'my-notes'),
      makeDirectory('lab.db.files', 'raft-AbC123'),
      makeDirectory('other.db.files', 'runs', 'raft-AbC123'),
      makeDirectory('runs', 'raft-AbC123'),
    ];
    const link = path.join(home, 'lab.db.files', 'runs', 'raft-LinK01');
    fs.symlinkSync(kept[3] ?? '', link, 'junction');
    await open(database);
    expect([left, simulated].filter((directory) => fs.existsSync(directory))).toEqual([]);
    expect(kept.filter((directory) => !fs.existsSync(path.join(directory, 'a-file')))).toEqual([]);
    expect(fs.existsSync(link)).toBe(true);
  });

  test('stand beside the database only where the lab keeps its own', async () => {
    const database = path.join(home, 'quorum-lab.db');
    const foreign = makeDirectory('runs', 'raft-AbC123');
    await (await open(database)).close();
    expect(fs.existsSync(foreign)).toBe(true);
    await leaveRun(database, makeDirectory('runs', 'raft-XyZ789'));
    await (await open(database)).settled();
    expect(fs.readdirSync(path.join(home, 'runs'))).toEqual([]);
  });

  test('of another place are left alone, whatever a run names', async () => {
    const database = path.join(home, 'lab.db');
    const elsewhere = makeDirectory('elsewhere', 'raft-AbC123');
    await leaveRun(database, elsewhere);
    await (await open(database)).settled();
    expect(fs.existsSync(path.join(elsewhere, 'a-file'))).toBe(true);
  });

  test('go with the run when it is deleted', async () => {
    const to = await open(path.join(home, 'lab.db'));
    const directory = makeDirectory('lab.db.files', 'runs', 'raft-AbC123');
    const run = await to.beginRun(beginOf(await to.beginGroup(), directory));
    await to.endRun(run, FINISHED);
    expect(fs.existsSync(directory)).toBe(true);
    await to.deleteRuns([run]);
    expect(fs.existsSync(directory)).toBe(false);
  });
});
