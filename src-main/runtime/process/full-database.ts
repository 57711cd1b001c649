/**
 * A database without room: it may not grow beyond the pages it has, and those that were free are
 * taken. The next write that needs a page fails in SQLite itself, with its own words (SQLITE_FULL);
 * one that fits into a page it changes anyway succeeds, as on a full disk.
 */
import type Database from 'better-sqlite3';

/** What a page holds of a large value at least. */
const VALUE_BYTES_A_PAGE = 4_000;
/** Left to small values: a large one also needs pages that point to its own. */
const SPARE_PAGES = 16;
const PAGES_MAX = 4_294_967_294;

/** Takes what room there is. The limit counts for this connection, the filler stays in the file. */
export function takeRoom(db: Database): void {
  db.exec('CREATE TABLE IF NOT EXISTS filler (bytes BLOB NOT NULL) STRICT');
  db.pragma(`max_page_count = ${String(db.pragma('page_count', { simple: true }))}`);
  const fill = db.prepare('INSERT INTO filler VALUES (zeroblob(?))');
  // Nobody relies on the filler: no reason to wait for the disk once a page. A checkpoint still
  // waits, or it would take what others rely on out of the log too early.
  db.pragma('synchronous = NORMAL');
  try {
    const large = freePages(db) - SPARE_PAGES;
    if (large > 0) fill.run(large * VALUE_BYTES_A_PAGE);
    for (;;) fill.run(VALUE_BYTES_A_PAGE);
  } catch (error) {
    if (!isFull(error)) throw error;
  } finally {
    db.pragma('synchronous = FULL');
  }
}

/** Makes room again; harmless where nobody took it. */
export function makeRoom(db: Database): void {
  db.pragma(`max_page_count = ${PAGES_MAX}`);
  db.exec('DROP TABLE IF EXISTS filler');
}

function freePages(db: Database): number {
  return Number(db.pragma('freelist_count', { simple: true }));
}

function isFull(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'SQLITE_FULL';
}
