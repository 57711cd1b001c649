/**
 * The disk of a node: one SQLite file, WAL, synchronous FULL, one transaction per persist batch.
 * A transaction is the barrier of protocols.md 0.3: when `commit` returns, it survives a power cut.
 * Any SQLite tool can open the file.
 */
import Database, { type Statement } from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type {
  DurableState,
  HardRecord,
  PersistOp,
  SnapshotRef,
} from '../../protocols/kernel/durable.ts';
import type { Entry } from '../../protocols/kernel/entry.ts';
import type { Json } from '../../vocabulary/json.ts';
import { DiskFailure, type DiskFailureKind } from './disk-failure.ts';
import { makeRoom, takeRoom } from './full-database.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS identity (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS hard
    (key TEXT PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS log
    (pos INTEGER PRIMARY KEY, entry TEXT NOT NULL, crc INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS snapshot
    (one INTEGER PRIMARY KEY, ref TEXT NOT NULL, crc INTEGER NOT NULL) STRICT;
`;

/** The write-ahead log is copied into the database, and begun again, after this many pages. */
const WAL_PAGES = 1000;
const PAGE_BYTES = 4096;
/** Entries per statement under load: half the cost per entry of one statement each. */
const ENTRIES_AT_ONCE = 16;

export interface StorageIdentity {
  readonly storageId: string;
  readonly incarnation: number;
}

interface StoredRecord {
  readonly at: number | string;
  readonly text: string;
  readonly crc: number;
}

export class SqliteStorage {
  readonly #db: Database;
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #putHard: Statement;
  readonly #putEntry: Statement;
  readonly #putEntries: Statement;
  readonly #truncate: Statement;
  readonly #compact: Statement;
  readonly #putSnapshot: Statement;
  readonly #failure: DiskFailure;
  #syncs = 0;

  /**
   * Opens or creates the file and begins a new life: the incarnation is one higher, durably.
   * @param expectedStorageId identity to give a new file; an existing one keeps its own.
   * @param livesBefore lives of the node on earlier disks; those on a new file count on from there.
   * @param failure what the disk meets from the beginning.
   */
  constructor(
    file: string,
    expectedStorageId: string | null,
    livesBefore = 0,
    failure = new DiskFailure(),
  ) {
    this.#failure = failure;
    this.#db = new Database(file);
    this.#orClose(() => this.#prepareFile());
    this.#begin = this.#db.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#db.prepare('COMMIT');
    this.#putHard = this.#db.prepare('INSERT OR REPLACE INTO hard VALUES (?, ?, ?)');
    this.#putEntry = this.#db.prepare('INSERT OR REPLACE INTO log VALUES (?, ?, ?)');
    const rows = Array(ENTRIES_AT_ONCE).fill('(?, ?, ?)').join(', ');
    this.#putEntries = this.#db.prepare(`INSERT OR REPLACE INTO log VALUES ${rows}`);
    this.#truncate = this.#db.prepare('DELETE FROM log WHERE pos >= ?');
    this.#compact = this.#db.prepare('DELETE FROM log WHERE pos <= ?');
    this.#putSnapshot = this.#db.prepare('INSERT OR REPLACE INTO snapshot VALUES (1, ?, ?)');
    this.identity = this.#orClose(() => this.#beginLife(expectedStorageId, livesBefore));
  }

  readonly identity: StorageIdentity;

  #prepareFile(): void {
    const db = this.#db;
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
    db.exec(SCHEMA);
    if (this.#failure.kind === 'full') takeRoom(db);
    else makeRoom(db);
    this.#growWal();
  }

  /** A disk that fails as it is opened leaves no open file behind. */
  #orClose<T>(use: () => T): T {
    try {
      return use();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /**
   * Brings the write-ahead log to its full length at once. A sync of a file that grows also commits
   * the file system's own journal, which three nodes on one disk then wait for in turn: measured
   * 810 us per operation while the log grew, 545 us once it was being written over.
   */
  #growWal(): void {
    this.#db.exec('BEGIN IMMEDIATE; CREATE TABLE ballast (bytes BLOB)');
    this.#db.prepare('INSERT INTO ballast VALUES (zeroblob(?))').run(WAL_PAGES * PAGE_BYTES);
    this.#db.exec('DROP TABLE ballast; COMMIT');
    this.#db.pragma('wal_checkpoint(RESTART)');
  }

  #beginLife(expectedStorageId: string | null, livesBefore: number): StorageIdentity {
    const get = this.#db.prepare('SELECT value FROM identity WHERE key = ?').pluck();
    const put = this.#db.prepare('INSERT OR REPLACE INTO identity VALUES (?, ?)');
    const stored = get.get('storageId') as string | undefined;
    const storageId = stored ?? expectedStorageId ?? randomBytes(8).toString('hex');
    const incarnation = Number(get.get('incarnation') ?? livesBefore) + 1;
    this.#failure.beforeWrite();
    this.#begin.run();
    put.run('storageId', storageId);
    put.run('incarnation', String(incarnation));
    this.#commit.run();
    this.#failure.afterSync();
    return { storageId, incarnation };
  }

  /** Transactions committed by `commit` in this life. */
  get syncs(): number {
    return this.#syncs;
  }

  /** What the disk meets from now on. A full one has no free page left. */
  setFailure(kind: DiskFailureKind): void {
    const before = this.#failure.kind;
    if (kind === before) return;
    this.#failure.set(kind);
    if (kind === 'full') takeRoom(this.#db);
    else if (before === 'full') makeRoom(this.#db);
  }

  /** Everything that survived. @throws Error naming a record that is not what was written. */
  load(): DurableState {
    const hard: Record<string, Json> = {};
    for (const { at, text } of this.#records('SELECT key AS at, value AS text, crc FROM hard')) {
      hard[at] = JSON.parse(text) as Json;
    }
    const log = this.#records('SELECT pos AS at, entry AS text, crc FROM log ORDER BY pos');
    const [ref] = this.#records("SELECT 'of the snapshot' AS at, ref AS text, crc FROM snapshot");
    return {
      hard: hard as HardRecord,
      snapshot: ref === undefined ? null : (JSON.parse(ref.text) as SnapshotRef),
      log: log.map(({ text }) => JSON.parse(text) as Entry),
    };
  }

  /** A flipped bit may leave a record that reads well: only its checksum tells. */
  #records(sql: string): readonly StoredRecord[] {
    const records = this.#db.prepare(sql).all() as StoredRecord[];
    for (const { at, text, crc } of records) {
      if (checksum(text) === crc) continue;
      const what = typeof at === 'number' ? `the log record at position ${at}` : `the record ${at}`;
      throw new Error(
        `${what} is damaged: its checksum does not fit. This node cannot start on this disk; ` +
          'wipe it and add the node again',
      );
    }
    return records;
  }

  /** Writes the operations in order and makes them durable. A failure is fatal for the node: after
   *  a failed sync nobody knows what is on disk (protocols.md 0.4).
   *  @param written called when all is written and nothing of it is durable. */
  commit(ops: readonly PersistOp[], written: () => void = () => undefined): void {
    this.#failure.beforeWrite();
    this.#begin.run();
    for (const op of ops) this.#apply(op);
    written();
    this.#commit.run();
    this.#failure.afterSync();
    this.#syncs += 1;
  }

  #apply(op: PersistOp): void {
    switch (op.op) {
      case 'put':
        return this.#put(op.entries);
      case 'truncate':
        this.#truncate.run(op.from);
        return;
      case 'compact':
        this.#compact.run(op.upTo);
        return;
      case 'snapshot':
        this.#putSnapshot.run(...checked(op.snapshot));
        return;
      case 'hard':
        for (const key of Object.keys(op.record)) {
          this.#putHard.run(key, ...checked(op.record[key]));
        }
    }
  }

  #put(entries: readonly Entry[]): void {
    let next = 0;
    for (; next + ENTRIES_AT_ONCE <= entries.length; next += ENTRIES_AT_ONCE) {
      const values: (number | string)[] = [];
      for (let i = next; i < next + ENTRIES_AT_ONCE; i += 1) {
        const entry = entries[i] as Entry;
        const text = JSON.stringify(entry);
        values.push(entry.pos, text, checksum(text));
      }
      this.#putEntries.run(...values);
    }
    for (; next < entries.length; next += 1) {
      const entry = entries[next] as Entry;
      const text = JSON.stringify(entry);
      this.#putEntry.run(entry.pos, text, checksum(text));
    }
  }

  close(): void {
    this.#db.close();
  }
}

/** 32 bits with a sign: a larger number would be bound as a floating one. */
function checksum(text: string): number {
  return crc32(text) | 0;
}

/** A value as it is stored: its text and the checksum of that. */
function checked(value: unknown): [string, number] {
  const text = JSON.stringify(value);
  return [text, checksum(text)];
}
