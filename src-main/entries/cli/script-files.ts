/** Reads a script a person names. */
import { readFileSync } from 'node:fs';
import { LabError } from '../../contract/errors.ts';

/** @throws LabError when it cannot be read. */
export function readScript(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LabError('bad-input', `cannot read the script: ${why}`);
  }
}
