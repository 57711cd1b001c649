/** The directory of a node: its disk (database, images), and the journals of its lives. */
import fs from 'node:fs';
import path from 'node:path';
import { DATABASE_FILE } from '../runtime/process/node-config.ts';
import { IMAGES_FOLDER } from '../runtime/process/image-files.ts';
import { ensureOwnDirectory } from '../runtime/process/own-files.ts';

const JOURNAL_FILE = /^journal-(\d+)\.ndjson$/;

export function makeNodeDirectory(directory: string): void {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  ensureOwnDirectory(directory);
}

/**
 * The disk is lost; the journals stay, they belong to the record. The node must be down.
 * @param lives lives that are known to have begun.
 * @returns how many lives there were on it and on those before.
 */
export function wipeNodeDirectory(directory: string, lives: number): number {
  makeNodeDirectory(directory);
  const names = fs.readdirSync(directory);
  for (const name of names) {
    const isDisk = name === IMAGES_FOLDER || name.startsWith(DATABASE_FILE);
    if (isDisk) fs.rmSync(path.join(directory, name), { recursive: true, force: true });
  }
  // A life that was killed as it began told nobody of its number.
  const recorded = names.map((name) => Number(JOURNAL_FILE.exec(name)?.[1] ?? 0));
  return Math.max(lives, ...recorded);
}
