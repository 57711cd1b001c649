/**
 * The directories in which the nodes of a run keep their files (`runs.directory`). A lab that ends
 * a run removes its directory; this is for those of a lab that was killed. Only what is certainly
 * such a directory of this very database is ever removed.
 */
import type Database from 'better-sqlite3';
import fs from 'node:fs';
import path from 'node:path';
import { PROTOCOL_NAMES } from '../vocabulary/ids.ts';

/** What `Places.makeRunDir` makes: name of the protocol, six characters of chance at the end. */
const RUN_DIRECTORY = new RegExp(`^(${PROTOCOL_NAMES.join('|')})-(sim-)?[A-Za-z0-9]{6}$`);
/** The lab's own database shares its directory with its files; any other has `<database>.files`. */
const HOME_DATABASE = 'quorum-lab.db';

export class RunDirectories {
  readonly #db: Database;
  readonly #named: string;
  readonly #home: string | null;

  constructor(db: Database, database: string) {
    const file = path.resolve(database);
    this.#db = db;
    this.#named = path.join(`${file}.files`, 'runs');
    const isHome = path.basename(file) === HOME_DATABASE;
    this.#home = isHome ? path.join(path.dirname(file), 'runs') : null;
  }

  /** The directory of a run that is in the database, or is about to be deleted from it. */
  of(run: number): string | null {
    const find = this.#db.prepare<string>('select directory from runs where id = ?').pluck();
    return find.get(run) ?? null;
  }

  /** Removes the directory of a run, when it is one of this database's. */
  remove(directory: string): void {
    const parent = path.dirname(path.resolve(directory));
    if (parent !== this.#named && parent !== this.#home) return;
    removeRunDirectory(parent, path.basename(directory));
  }

  /** Removes what no run needs any more. Call before anything new is begun. */
  removeLeftovers(): void {
    const kept = new Set(this.#pathsOf('salvaged = 0'));
    // A directory `runs` beside a file of that name may be anybody's, unless a run says otherwise.
    const parents = this.#home !== null && this.#isUsed(this.#home) ? [this.#home] : [];
    for (const parent of [this.#named, ...parents]) {
      for (const name of namesIn(parent)) {
        if (!kept.has(path.join(parent, name))) removeRunDirectory(parent, name);
      }
    }
  }

  #isUsed(parent: string): boolean {
    return this.#pathsOf('true').some((directory) => path.dirname(directory) === parent);
  }

  #pathsOf(condition: string): string[] {
    const find = this.#db.prepare<string>(`select directory from runs where ${condition}`);
    return find
      .pluck()
      .all()
      .map((directory) => path.resolve(directory));
  }
}

function namesIn(parent: string): string[] {
  try {
    return fs.readdirSync(parent);
  } catch {
    return [];
  }
}

function removeRunDirectory(parent: string, name: string): void {
  if (!RUN_DIRECTORY.test(name)) return;
  const directory = path.join(parent, name);
  try {
    // A link is somebody else's doing, whatever it is called.
    if (fs.lstatSync(directory).isDirectory()) fs.rmSync(directory, { recursive: true });
  } catch {
    // Gone already, or a node of the dead lab still writes there: the next start finds it again.
  }
}
