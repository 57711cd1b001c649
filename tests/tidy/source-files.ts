/** The project's own text files, as the rules of tests/tidy see them. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/browsers.ts';

export interface SourceFile {
  readonly path: string;
  readonly lines: readonly string[];
}

const CODE = /\.(ts|mjs|cjs|js|svelte|css)$/;
const NOT_OURS = /^(tests\/tidy\/fixtures\/|out\/)/;

/** Tracked and new files alike: a rule that only sees commits comes too late. */
export function sourceFiles(): SourceFile[] {
  const options = { cwd: ROOT, encoding: 'utf8' } as const;
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard'],
    options,
  );
  return listed
    .split('\n')
    .filter((path) => CODE.test(path) && !NOT_OURS.test(path) && existsSync(join(ROOT, path)))
    .map((path) => ({ path, lines: readFileSync(join(ROOT, path), 'utf8').split('\n') }));
}
