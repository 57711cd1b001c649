/** Where a lab keeps its database and the files of its runs when nobody says otherwise. */
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface DataPlaces {
  readonly database: string;
  /** Directory of run files; one per database, since only the lab that holds the database's lock
   *  may clean up in it. */
  readonly dataDir: string;
}

/** @param db what `--db` says; null for the platform's own place (or QLAB_HOME). */
export function dataPlaces(db: string | null): DataPlaces {
  if (db !== null) {
    const database = resolve(db);
    return { database, dataDir: `${database}.files` };
  }
  const database = join(homeDirectory(process.env, process.platform), 'quorum-lab.db');
  return { database, dataDir: dirname(database) };
}

/** QLAB_HOME, else where the platform wants application data. */
export function homeDirectory(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (env.QLAB_HOME) return resolve(env.QLAB_HOME);
  if (platform === 'darwin') {
    return join(homedir(), 'Library', 'Application Support', 'Quorum Lab');
  }
  if (platform === 'win32') {
    return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Quorum Lab');
  }
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'quorum-lab');
}

/** The project's root, from source and from a bundle in out/main alike. */
export const PROJECT_ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const SCENARIO_DIRECTORY = join(PROJECT_ROOT, 'resources', 'scenarios');
export const PAGES_DIRECTORY = join(PROJECT_ROOT, 'out', 'renderer');
