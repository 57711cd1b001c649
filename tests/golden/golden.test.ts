/**
 * Runs every transcript and every script under tests/golden and compares; what came of `name.qs`
 * stands in `name.qs.txt`. UPDATE_GOLDEN=1 writes them anew: read the diff, and commit only what
 * you can explain.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { protocolDefinition } from '../../src-main/protocols/index.ts';
import { runScript } from '../../src-main/runtime/simulator/script/run-script.ts';
import { PROTOCOL_NAMES } from '../../src-main/vocabulary/ids.ts';
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
  return names.filter((name) => !name.endsWith('.qs.txt')).sort();
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

const scripts = PROTOCOL_NAMES.flatMap((protocol) =>
  readdirSync(join(ROOT, protocol))
    .filter((name) => name.endsWith('.qs'))
    .sort()
    .map((name) => ({ protocol, name })),
);

describe('scripts', () => {
  test.each(scripts)('$protocol/$name', ({ protocol, name }) => {
    const file = join(ROOT, protocol, name);
    const text = readFileSync(file, 'utf8');
    const definition = protocolDefinition(protocol);
    const { transcript, failures } = runScript(text, { protocol: definition, mutants: [] });
    const golden = `${file}.txt`;
    const found = `${transcript.join('\n').trimEnd()}\n`;
    expect(failures).toEqual([]);
    if (UPDATE) writeFileSync(golden, found);
    else expect(existsSync(golden) ? readFileSync(golden, 'utf8') : '').toBe(found);
  });
});
