/**
 * What the lab does to the disk of a node stays inside the directory of that node: a link in the
 * place of the directory, or of a file in it, is refused, not followed.
 */
import fs from 'node:fs';
import path from 'node:path';

const NODE_ID = /^[a-z][a-z0-9]{0,15}$/;

/** The directory of a node inside that of its run. @throws Error for what is no name of a node. */
export function nodeDirectory(runDir: string, node: string): string {
  if (!NODE_ID.test(node)) throw new Error(`${JSON.stringify(node)} is no name of a node`);
  return path.join(runDir, node);
}

/** @throws Error when `directory`, or a file in it whose name begins like `name`, is not just that:
 *  a link of either kind leads to a file that somebody else has, too. */
export function ensureOwnFiles(directory: string, name: string): void {
  ensureOwnDirectory(directory);
  for (const found of fs.readdirSync(directory)) {
    if (!found.startsWith(name)) continue;
    const file = path.join(directory, found);
    const stat = fs.lstatSync(file);
    if (!stat.isFile() || stat.nlink > 1) throw new Error(`${file} is no file of this node alone`);
  }
}

/** @throws Error when it is anything but a directory. */
export function ensureOwnDirectory(directory: string): void {
  if (!fs.lstatSync(directory).isDirectory()) throw new Error(`${directory} is no directory`);
}
