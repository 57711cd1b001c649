import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { migrate, MIGRATIONS, SCHEMA_VERSION } from '../../src-main/storage/migrations.ts';

function fresh(target?: number): Database {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = on');
  migrate(db, target);
  return db;
}

function planOf(db: Database, sql: string): string {
  const rows = db.prepare<{ detail: string }>(`explain query plan ${sql}`).all();
  return rows.map(({ detail }) => detail).join('; ');
}

describe('migrations', () => {
  test('an empty database reaches the newest schema, from every version on the way', () => {
    for (let from = 0; from <= MIGRATIONS.length; from += 1) {
      const db = fresh(from);
      expect(db.pragma('user_version', { simple: true })).toBe(from);
      migrate(db);
      expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      db.close();
    }
  });

  test('every table is STRICT', () => {
    const db = fresh();
    const loose = db
      .prepare(
        `select name from pragma_table_list
         where schema = 'main' and type = 'table' and strict = 0 and name not like 'sqlite_%'`,
      )
      .pluck()
      .all();
    expect(loose).toEqual([]);
    db.close();
  });

  test('a migration that fails leaves the version and the schema as they were', () => {
    const db = fresh(1);
    db.exec('create table journal_chunks (x integer) strict');
    expect(() => migrate(db)).toThrow(/journal_chunks/);
    expect(db.pragma('user_version', { simple: true })).toBe(1);
    const half = db.prepare("select count(*) from sqlite_schema where name = 'operation_chunks'");
    expect(half.pluck().get()).toBe(0);
    db.close();
  });

  test('naming the run makes every view use an index on it', () => {
    const db = fresh();
    const views = db.prepare("select name from sqlite_schema where type = 'view'").pluck().all();
    expect(views).toHaveLength(8);
    for (const view of views) {
      const plan = planOf(db, `select * from ${String(view)} where run = 1`);
      expect(plan, String(view)).toMatch(/SEARCH c USING INDEX \w+_by_time \(run=\?\)/);
      expect(plan, String(view)).not.toMatch(/SCAN c\b/);
    }
    db.close();
  });

  test('seeking a moment uses the index on time', () => {
    const db = fresh();
    expect(
      planOf(db, 'select * from journal_chunks where run = 1 and first_us >= 2 and first_us < 3'),
    ).toContain('journal_chunks_by_time (run=? AND first_us>? AND first_us<?)');
    expect(
      planOf(db, 'select * from keyframes where run = 1 and us <= 5 order by us desc limit 1'),
    ).toContain('PRIMARY KEY (run=? AND us<?)');
    db.close();
  });
});
