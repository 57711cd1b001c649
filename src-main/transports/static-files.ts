/** Serves the built dashboard from one directory, and nothing from outside it. */
import { realpath, readFile, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.woff2': 'font/woff2',
};

export interface StaticFile {
  readonly type: string;
  readonly body: Buffer;
}

/**
 * @param pathname of the request, still percent-encoded.
 * @returns null for anything that is not a plain file of a known type inside `root`.
 */
export async function readStaticFile(root: string, pathname: string): Promise<StaticFile | null> {
  const type = TYPES[extname(pathname)];
  if (type === undefined) return null;
  try {
    const directory = await realpath(root);
    // Links are followed before the comparison, so neither `..` nor a link leads out.
    const file = await realpath(join(directory, decodeURIComponent(pathname)));
    if (!file.startsWith(directory + sep) || !(await stat(file)).isFile()) return null;
    return { type, body: await readFile(file) };
  } catch {
    return null;
  }
}
