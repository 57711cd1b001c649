import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LabError } from '../../src-main/contract/errors.ts';
import { openForWriting, openReadOnly } from '../../src-main/storage/open-database.ts';
import { temporaryDirectory } from './synthetic-run.ts';

let directory = '';
let file = '';

beforeEach(() => {
  directory = temporaryDirectory();
  file = path.join(directory, 'lab.db');
});

afterEach(() => {
  fs.rmSync(directory, { recursive: true, force: true });
});

function create(): void {
  const { db, lock } = openForWriting(file);
  db.close();
  lock.release();
}

function refusal(open: () => unknown): LabError {
  try {
    open();
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    return error as LabError;
  }
  throw new Error('it was opened');
}

test.runIf(process.platform !== 'win32')('nobody but its owner can read what is kept', () => {
  const home = path.join(directory, 'home');
  const kept = path.join(home, 'lab.db');
  const { db, lock } = openForWriting(kept);
  const modeOf = (name: string): number => fs.statSync(name).mode & 0o777;
  expect(modeOf(home)).toBe(0o700);
  const files = fs.readdirSync(home);
  const known = ['lab.db', 'lab.db-shm', 'lab.db-wal', 'lab.db.lock', 'lab.db.owner'];
  expect(files).toEqual(expect.arrayContaining(known));
  expect(files.map((name) => modeOf(path.join(home, name)))).toEqual(files.map(() => 0o600));
  db.close();
  lock.release();
});

describe('opening the database', () => {
  test('a missing directory is created, and the file says whose it is', () => {
    file = path.join(directory, 'a', 'b', 'lab.db');
    create();
    const db = new Database(file, { readonly: true });
    expect(db.pragma('application_id', { simple: true })).toBe(0x516c6162);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    db.close();
  });

  test('a database of a newer lab is refused and keeps every byte', () => {
    create();
    const newer = new Database(file);
    newer.pragma('user_version = 99');
    newer.pragma('journal_mode = delete');
    newer.close();
    const before = fs.readFileSync(file);
    expect(refusal(() => openForWriting(file)).code).toBe('database-newer');
    expect(refusal(() => openReadOnly(file)).code).toBe('database-newer');
    expect(fs.readFileSync(file).equals(before)).toBe(true);
  });

  test('a database of another program is refused and keeps every byte', () => {
    const other = new Database(file);
    other.exec('create table notes (text)');
    other.close();
    const before = fs.readFileSync(file);
    expect(refusal(() => openForWriting(file)).code).toBe('database-unreadable');
    expect(fs.readFileSync(file).equals(before)).toBe(true);
  });

  test('a file that is no database is called damaged, and --db is proposed', () => {
    fs.writeFileSync(file, 'x'.repeat(5_000));
    const error = refusal(() => openForWriting(file));
    expect(error.code).toBe('database-damaged');
    expect(error.message).toContain('--db OTHER');
    expect(fs.readFileSync(file, 'utf8')).toBe('x'.repeat(5_000));
  });

  test('a file that is no database gets nothing put beside it', () => {
    fs.writeFileSync(file, 'a letter, not a database');
    expect(refusal(() => openForWriting(file)).code).toBe('database-damaged');
    expect(fs.readdirSync(path.dirname(file))).toEqual([path.basename(file)]);
  });

  test('a database with destroyed pages is called damaged and keeps every byte', () => {
    create();
    const bytes = fs.readFileSync(file);
    bytes.fill(0xa5, 16_384);
    fs.writeFileSync(file, bytes);
    expect(refusal(() => openForWriting(file)).code).toBe('database-damaged');
    expect(fs.readFileSync(file).equals(bytes)).toBe(true);
  });

  test('a directory in its place, or a file as its directory, is unreadable', () => {
    expect(refusal(() => openForWriting(directory)).code).toBe('database-unreadable');
    fs.writeFileSync(file, '');
    const below = path.join(file, 'lab.db');
    expect(refusal(() => openForWriting(below)).code).toBe('database-unreadable');
    expect(refusal(() => openReadOnly(path.join(directory, 'none.db'))).code).toBe(
      'database-unreadable',
    );
  });

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'a file or a directory that may not be written is unreadable',
    () => {
      create();
      fs.chmodSync(file, 0o400);
      expect(refusal(() => openForWriting(file)).code).toBe('database-unreadable');
      fs.chmodSync(directory, 0o500);
      const inside = path.join(directory, 'new.db');
      expect(refusal(() => openForWriting(inside)).code).toBe('database-unreadable');
      fs.chmodSync(directory, 0o700);
    },
  );
});

describe('two labs on one database', () => {
  let other: ChildProcess | null = null;

  afterEach(() => {
    other?.kill('SIGKILL');
  });

  async function openInOtherProcess(): Promise<ChildProcess> {
    const module = new URL('../../src-main/storage/open-database.ts', import.meta.url).href;
    const code =
      `const { openForWriting } = await import(${JSON.stringify(module)});` +
      `openForWriting(${JSON.stringify(file)}); console.log('open'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    other = child;
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    return child;
  }

  test('the second is refused and told who has it, but may read', async () => {
    const child = await openInOtherProcess();
    const error = refusal(() => openForWriting(file));
    expect(error.code).toBe('database-in-use');
    expect(error.message).toContain(String(child.pid));
    const reader = openReadOnly(file);
    expect(reader.prepare('select count(*) from runs').pluck().get()).toBe(0);
    reader.close();
  });

  test('a lab that was killed leaves nothing behind that locks out the next', async () => {
    const child = await openInOtherProcess();
    child.kill('SIGKILL');
    await once(child, 'exit');
    create();
  });
});
