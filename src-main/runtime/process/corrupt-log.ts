/**
 * Makes a record in the middle of the log of a node that is down unreadable, and puts it back. Opens
 * the database of that node and no other file.
 */
import Database from 'better-sqlite3';
import path from 'node:path';
import { DATABASE_FILE } from './node-config.ts';

const TABLE = 'CREATE TABLE IF NOT EXISTS corrupted (pos INTEGER PRIMARY KEY, entry TEXT) STRICT';

/** @throws when the log is empty. */
export function corruptLog(directory: string): void {
  withDatabase(directory, (db) => {
    const middle = 'SELECT pos FROM log ORDER BY pos LIMIT 1 OFFSET (SELECT count(*) / 2 FROM log)';
    const pos = db.prepare(middle).pluck().get() as number | undefined;
    if (pos === undefined) throw new Error('the log is empty: there is no record to corrupt');
    db.exec(TABLE);
    db.prepare('INSERT INTO corrupted SELECT pos, entry FROM log WHERE pos = ?').run(pos);
    db.prepare("UPDATE log SET entry = substr(entry, 1, 5) || '?' WHERE pos = ?").run(pos);
  });
}

/** Puts back what is there to be put back. */
export function mendLog(directory: string): void {
  withDatabase(directory, (db) => {
    db.exec(TABLE);
    db.exec('INSERT OR REPLACE INTO log SELECT pos, entry FROM corrupted; DROP TABLE corrupted');
  });
}

function withDatabase(directory: string, use: (db: Database) => void): void {
  const db = new Database(path.join(directory, DATABASE_FILE));
  try {
    use(db);
  } finally {
    db.close();
  }
}
