/** Builds the dashboard when its sources are newer than what was built. */
import { spawn } from 'node:child_process';
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../contract/errors.ts';
import { PAGES_DIRECTORY, PROJECT_ROOT } from './data-places.ts';

const SOURCES = [
  'src-renderer',
  'src-main/contract',
  'src-main/base',
  'src-main/vocabulary',
  'vite.renderer.config.ts',
  'package.json',
];
const LOG_LINES_SHOWN = 20;

/**
 * @param tell gets one line when something has to be built.
 * @throws LabError `not-built` with the end of the build's log.
 */
export async function ensureRendererBuilt(tell: (text: string) => void): Promise<void> {
  const builtMs = modifiedMs(join(PAGES_DIRECTORY, 'index.html'));
  const newestMs = newestModifiedMs(SOURCES);
  if (builtMs !== null && (newestMs === null || builtMs >= newestMs)) return;
  tell('building the dashboard ...');
  // Beside the old pages and then in their place: a second lab that starts meanwhile, or one that
  // serves them, never sees half of them.
  const fresh = `${PAGES_DIRECTORY}-${process.pid}`;
  const args = ['build', '--config', 'vite.renderer.config.ts', '--outDir', fresh];
  try {
    await runNodeTool('vite/bin/vite.js', args);
    rmSync(PAGES_DIRECTORY, { recursive: true, force: true });
    renameSync(fresh, PAGES_DIRECTORY);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** When the newest of these files and directories (from the project's root) was changed. */
export function newestModifiedMs(sources: readonly string[]): number | null {
  const times = sources
    .flatMap((source) => filesBelow(join(PROJECT_ROOT, source)))
    .map(modifiedMs)
    .filter((time) => time !== null);
  return times.length === 0 ? null : Math.max(...times);
}

/** Runs a tool of node_modules in the project. @throws LabError `not-built`. */
export async function runNodeTool(tool: string, args: readonly string[]): Promise<void> {
  const script = join(PROJECT_ROOT, 'node_modules', tool);
  const child = spawn(process.execPath, [script, ...args], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  }
  const exitCode = await new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      log += error.message;
      resolve(1);
    });
    child.on('close', resolve);
  });
  if (exitCode === 0) return;
  const end = log.trimEnd().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
  throw new LabError('not-built', `${tool} ended with ${exitCode}:\n${end}`);
}

function filesBelow(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name));
}

export function modifiedMs(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}
