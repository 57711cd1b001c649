/**
 * Opens the lab's database. Everything that could make us refuse it is looked at through a
 * read-only connection first, so that a refused file keeps every byte it had.
 */
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { LabError } from '../contract/errors.ts';
import { becomeLabError, damaged, unreadable } from './database-errors.ts';
import { LabLock } from './lab-lock.ts';
import { createOwnerOnly, DIRECTORY_MODE } from './owner-only.ts';
import { migrate, SCHEMA_VERSION } from './migrations.ts';

/** `Qlab` in ASCII: `file` and SQLite tools can tell whose database this is. */
const APPLICATION_ID = 0x516c6162;

/** A whole check reads the whole file: beyond this only the small tables are checked. */
const WHOLE_CHECK_BYTES_MAX = 64 * 1024 * 1024;
const SMALL_TABLES = ['groups', 'runs', 'lives', 'faults', 'violations', 'lab_events'];
/** Journals come in chunks of many kilobytes: large pages keep their overflow chains short. */
const PAGE_BYTES = 16_384;
/** 16 MB: fewer checkpoints, which sync, on a disk that the nodes' own syncs share. */
const CHECKPOINT_PAGES = 4_096;
const BUSY_TIMEOUT_MS = 5_000;

interface OpenOptions {
  /** Upper limit of the file's size; writing beyond it fails like a full disk. */
  readonly databaseBytesMax?: number;
}

export interface WritableDatabase {
  readonly db: Database;
  readonly lock: LabLock;
}

/**
 * Opens or creates the database for the one lab that writes it, and brings it to the newest schema.
 * @throws LabError `database-unreadable`, `-newer`, `-damaged`, `-in-use`, `disk-full`
 */
export function openForWriting(file: string, options: OpenOptions = {}): WritableDatabase {
  let lock: LabLock | null = null;
  try {
    prepareDirectory(file);
    const isNew = !hasContent(file);
    if (!isNew) refuseReadOnlyFile(file);
    // Before anything is made beside it: what is no database gets no lock file either.
    if (!isNew) refuseOtherFile(file);
    lock = LabLock.take(file);
    if (isNew) createOwnerOnly(file);
    else inspect(file);
    return { db: openWriter(file, isNew, options), lock };
  } catch (error) {
    lock?.release();
    throw becomeLabError(error, file);
  }
}

/**
 * Opens an existing database for reading, also while a lab writes it.
 * @throws LabError as `openForWriting`; an older schema is refused too, since only a lab may change
 * the file.
 */
export function openReadOnly(file: string): Database {
  let db: Database | null = null;
  try {
    if (!hasContent(file)) throw unreadable(file, 'there is no such database');
    db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    refuseForeign(db, file);
    if (schemaVersion(db) < SCHEMA_VERSION) {
      throw unreadable(
        file,
        'it has an older format; open it once with `qlab serve` or `qlab run`',
      );
    }
    return db;
  } catch (error) {
    db?.close();
    throw becomeLabError(error, file);
  }
}

function prepareDirectory(file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: DIRECTORY_MODE });
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (stat !== undefined && !stat.isFile()) throw unreadable(file, 'it is not a file');
}

function hasContent(file: string): boolean {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) throw unreadable(file, 'it is a directory');
  return stat !== undefined && stat.size > 0;
}

function refuseReadOnlyFile(file: string): void {
  try {
    fs.accessSync(file, fs.constants.R_OK | fs.constants.W_OK);
  } catch {
    throw unreadable(file, 'it may not be read and written');
  }
}

const SQLITE_MAGIC = 'SQLite format 3\0';

function refuseOtherFile(file: string): void {
  const head = Buffer.alloc(SQLITE_MAGIC.length);
  const descriptor = fs.openSync(file, 'r');
  try {
    fs.readSync(descriptor, head, 0, head.length, 0);
  } finally {
    fs.closeSync(descriptor);
  }
  if (head.toString('latin1') !== SQLITE_MAGIC) throw damaged(file, 'it is not a database');
}

function inspect(file: string): void {
  const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    refuseForeign(db, file);
    checkIntegrity(db, file);
  } finally {
    db.close();
  }
}

function schemaVersion(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

function refuseForeign(db: Database, file: string): void {
  const version = schemaVersion(db);
  const owner = Number(db.pragma('application_id', { simple: true }));
  const tables = Number(db.prepare('select count(*) from sqlite_schema').pluck().get());
  if (owner !== APPLICATION_ID && (owner !== 0 || version !== 0 || tables > 0)) {
    throw unreadable(file, 'it is the database of another program');
  }
  if (version > SCHEMA_VERSION) {
    throw new LabError(
      'database-newer',
      `${file} has format ${version}; this Quorum Lab knows up to ${SCHEMA_VERSION}. ` +
        'It was left untouched: use the newer Quorum Lab, or another file with --db.',
    );
  }
}

function checkIntegrity(db: Database, file: string): void {
  const whole = fs.statSync(file).size <= WHOLE_CHECK_BYTES_MAX;
  const names = whole ? [''] : SMALL_TABLES.filter((table) => hasTable(db, table));
  for (const name of names) {
    const found = String(db.pragma(`quick_check(${name === '' ? 1 : name})`, { simple: true }));
    if (found !== 'ok') throw damaged(file, found);
  }
}

function hasTable(db: Database, table: string): boolean {
  const found = db.prepare("select 1 from sqlite_schema where type = 'table' and name = ?");
  return found.get(table) !== undefined;
}

function openWriter(file: string, isNew: boolean, options: OpenOptions): Database {
  const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    if (isNew) db.pragma(`page_size = ${PAGE_BYTES}`);
    // Recordings are large: pages of deleted runs go back to the file system.
    if (isNew) db.pragma('auto_vacuum = incremental');
    db.pragma('journal_mode = wal');
    db.pragma('synchronous = normal');
    db.pragma('foreign_keys = on');
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    db.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
    if (isNew) db.pragma(`application_id = ${APPLICATION_ID}`);
    migrate(db);
    if (options.databaseBytesMax !== undefined) {
      const pageBytes = Number(db.pragma('page_size', { simple: true }));
      db.pragma(`max_page_count = ${Math.ceil(options.databaseBytesMax / pageBytes)}`);
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
