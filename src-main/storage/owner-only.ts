/**
 * What the lab keeps is for the eyes of its owner: keys, values and journals of whatever was run.
 * SQLite itself creates files with the mode of the umask; its side files take that of the database.
 */
import fs from 'node:fs';

export const DIRECTORY_MODE = 0o700;
export const FILE_MODE = 0o600;

/**
 * Makes an empty file for SQLite to open. One that exists keeps its mode (its owner chose it) and
 * is not even opened: closing it again would take away this process's own lock on it.
 */
export function createOwnerOnly(file: string): void {
  try {
    fs.closeSync(fs.openSync(file, 'wx', FILE_MODE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
