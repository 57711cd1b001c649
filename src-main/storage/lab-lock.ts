/**
 * One lab per data directory. The lock is an exclusive SQLite lock on a side file, held for the
 * life of the process: the operating system releases it however the process ends, on Windows too.
 * Who holds it stands in a plain file beside it, for the message only.
 */
import fs from 'node:fs';
import Database from 'better-sqlite3';
import { LabError } from '../contract/errors.ts';
import { sqliteCode } from './database-errors.ts';
import { createOwnerOnly, FILE_MODE } from './owner-only.ts';

/** A connection that nobody refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<LabLock>();

export class LabLock {
  readonly #connection: Database;
  readonly #ownerFile: string;

  private constructor(connection: Database, ownerFile: string) {
    this.#connection = connection;
    this.#ownerFile = ownerFile;
  }

  /** @throws LabError `database-in-use` while another lab holds it. */
  static take(database: string): LabLock {
    const ownerFile = `${database}.owner`;
    const lockFile = `${database}.lock`;
    createOwnerOnly(lockFile);
    const connection = new Database(lockFile, { timeout: 0 });
    try {
      connection.exec('begin exclusive');
    } catch (error) {
      connection.close();
      if (!sqliteCode(error).startsWith('SQLITE_BUSY')) throw error;
      throw new LabError(
        'database-in-use',
        `${database} is open in another Quorum Lab${ownerText(ownerFile)}. ` +
          'Close that one, or name another file with --db.',
      );
    }
    fs.writeFileSync(ownerFile, `${process.pid}\n`, { mode: FILE_MODE });
    const lock = new LabLock(connection, ownerFile);
    held.add(lock);
    return lock;
  }

  /** Whether some lab has this database open now, in this process or another. */
  static isHeld(database: string): boolean {
    const lockFile = `${database}.lock`;
    if (!fs.existsSync(lockFile)) return false;
    const connection = new Database(lockFile, { timeout: 0 });
    try {
      connection.exec('begin exclusive; rollback');
      return false;
    } catch {
      return true;
    } finally {
      connection.close();
    }
  }

  release(): void {
    held.delete(this);
    fs.rmSync(this.#ownerFile, { force: true });
    this.#connection.close();
  }
}

function ownerText(ownerFile: string): string {
  try {
    const pid = Number.parseInt(fs.readFileSync(ownerFile, 'utf8'), 10);
    return Number.isInteger(pid) ? ` (process ${pid})` : '';
  } catch {
    return '';
  }
}
