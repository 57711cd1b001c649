/** The numbered migrations, in order. A new one is one file and one line here; none is edited
 *  after a release, since databases in the field have been through it. */
import type Database from 'better-sqlite3';
import * as runs from './migrations/0001-runs.ts';
import * as journals from './migrations/0002-journals.ts';
import * as views from './migrations/0003-views.ts';

interface Migration {
  up(db: Database): void;
}

export const MIGRATIONS: readonly Migration[] = [runs, journals, views];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** Brings `db` to schema `target`; each migration and its version number in one transaction. */
export function migrate(db: Database, target: number = SCHEMA_VERSION): void {
  const from = Number(db.pragma('user_version', { simple: true }));
  for (let version = from + 1; version <= target; version += 1) {
    const migration = MIGRATIONS[version - 1];
    if (migration === undefined) return;
    db.transaction(() => {
      migration.up(db);
      db.pragma(`user_version = ${version}`);
    }).immediate();
  }
}
