/**
 * Flips a bit of a record in the middle of the log of a node that is down, and puts it back. Opens
 * the database in the node's own directory and no other file, wherever a link may point.
 */
import Database from 'better-sqlite3';
import path from 'node:path';
import { DATABASE_FILE } from './node-config.ts';
import { ensureOwnFiles } from './own-files.ts';

const TABLE = 'CREATE TABLE IF NOT EXISTS corrupted (pos INTEGER PRIMARY KEY, entry TEXT) STRICT';

/** @returns the position. @throws when the log is empty, or a file is not the node's own. */
export function corruptLog(directory: string): number {
  return withDatabase(directory, (db) => {
    const middle =
      'SELECT pos, entry FROM log ORDER BY pos LIMIT 1 OFFSET (SELECT count(*) / 2 FROM log)';
    const record = db.prepare(middle).get() as { pos: number; entry: string } | undefined;
    if (record === undefined) throw new Error('the log is empty: there is no record to corrupt');
    const { pos, entry } = record;
    db.exec(TABLE);
    db.prepare('INSERT INTO corrupted VALUES (?, ?)').run(pos, entry);
    db.prepare('UPDATE log SET entry = ? WHERE pos = ?').run(withFlippedBit(entry), pos);
    return pos;
  });
}

/** Puts back what is there to be put back. */
export function mendLog(directory: string): void {
  withDatabase(directory, (db) => {
    db.exec(TABLE);
    db.exec(
      'UPDATE log SET entry = corrupted.entry FROM corrupted WHERE corrupted.pos = log.pos; ' +
        'DROP TABLE corrupted',
    );
  });
}

/** In a digit as near to the middle as there is one: what results reads as well as before. */
function withFlippedBit(text: string): string {
  const digits = [...text.matchAll(/[0-9]/g)].map(({ index }) => index);
  const middle = text.length / 2;
  const at = digits.reduce(
    (best, index) => (Math.abs(index - middle) < Math.abs(best - middle) ? index : best),
    digits[0] ?? 0,
  );
  const flipped = String.fromCharCode(text.charCodeAt(at) ^ 1);
  return text.slice(0, at) + flipped + text.slice(at + 1);
}

function withDatabase<T>(directory: string, use: (db: Database) => T): T {
  ensureOwnFiles(directory, DATABASE_FILE);
  const db = new Database(path.join(directory, DATABASE_FILE), { fileMustExist: true });
  try {
    return use(db);
  } finally {
    db.close();
  }
}
