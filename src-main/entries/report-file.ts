/** Writes a report where a person said; never over what is no file. */
import fs from 'node:fs';
import { LabError } from '../contract/errors.ts';

/** @returns whether there was a file of that name before. @throws LabError `bad-input` */
export function writeReport(file: string, text: string): boolean {
  const before = fs.statSync(file, { throwIfNoEntry: false });
  if (before !== undefined && !before.isFile()) {
    throw new LabError('bad-input', `cannot write ${file}: it is no regular file`);
  }
  try {
    fs.writeFileSync(file, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LabError('bad-input', `cannot write ${file}: ${why}`);
  }
  return before !== undefined;
}
