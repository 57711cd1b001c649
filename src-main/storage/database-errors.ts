/** What SQLite and the file system refuse, in the lab's own error codes. */
import { LabError } from '../contract/errors.ts';

/** `SQLITE_BUSY`, `ENOSPC`, ...; empty when the error has no code. */
export function sqliteCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** The disk, or the size allowed for the database, is used up. */
export function isDiskFull(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT';
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function damaged(path: string, what: string): LabError {
  return new LabError(
    'database-damaged',
    `${path} is damaged (${what}). It was left untouched; go on with another file: --db OTHER.`,
  );
}

export function unreadable(path: string, what: string): LabError {
  return new LabError(
    'database-unreadable',
    `${path} cannot be used as the lab's database: ${what}. Name another file with --db.`,
  );
}

/** Any failure of opening or writing `path`, as a LabError. */
export function becomeLabError(error: unknown, path: string): LabError {
  if (error instanceof LabError) return error;
  if (isDiskFull(error)) {
    return new LabError('disk-full', `The disk of ${path} is full: ${errorText(error)}.`);
  }
  const code = sqliteCode(error);
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return damaged(path, errorText(error));
  if (/^(SQLITE_(CANTOPEN|READONLY|PERM|AUTH|IOERR)|E[A-Z]+$)/.test(code)) {
    return unreadable(path, errorText(error));
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return new LabError('database-in-use', `${path} is locked by another program.`);
  }
  return new LabError('internal', `${path}: ${errorText(error)}`);
}
