/**
 * Runs every transcript under tests/golden and compares. UPDATE_GOLDEN=1 writes them anew: read the
 * diff, and commit only what you can explain.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rewriteTranscript } from '../support/transcript/transcript.ts';

const ROOT = import.meta.dirname;
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';

const folders = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .filter((folder) => hasCore(folder) && transcriptsOf(folder).length > 0)
  .sort();

function transcriptsOf(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.txt'));
  return names.sort();
}

/** The transcripts of a protocol can stand there before its core does. */
function hasCore(folder: string): boolean {
  const core = join(ROOT, '../../src-main/protocols', folder, 'definition.ts');
  return folder === 'echo' || existsSync(core);
}

describe.each(folders)('%s transcripts', (folder) => {
  test.each(transcriptsOf(folder))('%s', async (name) => {
    const file = join(ROOT, folder, name);
    const text = readFileSync(file, 'utf8');
    const rewritten = await rewriteTranscript(text);
    if (UPDATE) writeFileSync(file, rewritten);
    else expect(text).toBe(rewritten);
  });
});
