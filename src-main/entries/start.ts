/**
 * `npm start`: the desktop window where Electron's binary is present (or can be fetched), else the
 * very same lab in the browser.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { ERRORS, LabError } from '../contract/errors.ts';
import { serveBrowserLab } from './browser-lab.ts';
import { useWithInterrupts } from './cli/interrupts.ts';
import { parsePort } from './cli/options.ts';
import { dataPlaces, PROJECT_ROOT } from './data-places.ts';
import { modifiedMs, newestModifiedMs, runNodeTool } from './renderer-build.ts';

const ELECTRON_PACKAGE = join(PROJECT_ROOT, 'node_modules', 'electron');
/** A closed network answers nothing for minutes: the browser lab should not wait for it. */
const FETCH_MS_MAX = 90_000;
const EXIT_WRONG_USE = 2;
const DESKTOP_SOURCES = ['src-main', 'src-renderer', 'electron.vite.config.ts', 'package.json'];

interface StartOptions {
  readonly db?: string;
  readonly port: number;
  readonly open: boolean;
}

/** `npm start -- --db FILE`: the same words as `qlab serve`. */
function readOptions(): StartOptions {
  const command = new Command('npm start --')
    .description('Opens the lab: in its own window, or in the browser where there is none.')
    .option('--db <file>', 'database to record into')
    .option('--port <number>', 'port of the browser lab, 0 for any free one', parsePort, 0)
    .option('--no-open', 'do not open the system browser')
    .allowExcessArguments(false)
    .exitOverride()
    .parse();
  const options = command.opts<StartOptions>();
  return { ...options, open: options.open && process.env.QLAB_NO_OPEN !== '1' };
}

async function start(): Promise<number> {
  const options = readOptions();
  const db = options.db ?? (process.env.QLAB_DB || null);
  // Without a screen a hundred megabytes would be fetched for nothing.
  const electron = electronBinary() ?? (hasScreen() ? await fetchElectron() : null);
  if (electron !== null && hasScreen()) {
    await ensureDesktopBuilt();
    return runElectron(electron, db);
  }
  tell(`${whyNoWindow(electron)}: opening the lab in the browser.`);
  const places = dataPlaces(db);
  return useWithInterrupts(
    () => serveBrowserLab(places, options),
    ({ url }) => {
      process.stdout.write(`Quorum Lab: ${url}\nCtrl-C ends it and every cluster it runs.\n`);
      return new Promise<never>(() => undefined);
    },
  );
}

function whyNoWindow(electron: string | null): string {
  const noScreen = 'there is no screen (DISPLAY is not set)';
  if (electron !== null) return `Electron cannot open its window, ${noScreen}`;
  const missing = "Electron's binary is not here and";
  return hasScreen() ? `${missing} cannot be fetched` : `${missing} ${noScreen}`;
}

/** A Linux machine without a display server cannot open a window. */
function hasScreen(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Not through the package's own module: importing that starts a download. */
function electronBinary(): string | null {
  const pathFile = join(ELECTRON_PACKAGE, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const binary = join(ELECTRON_PACKAGE, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(binary) ? binary : null;
}

/** Electron's package fetches its binary on first use; null where it cannot. */
async function fetchElectron(): Promise<string | null> {
  const installer = join(ELECTRON_PACKAGE, 'install.js');
  if (process.env.QLAB_NO_FETCH === '1' || !existsSync(installer)) return null;
  tell("fetching Electron's binary, once (QLAB_NO_FETCH=1 does without) ...");
  const child = spawn(process.execPath, [installer], { stdio: 'ignore', timeout: FETCH_MS_MAX });
  await exitCodeOf(child);
  return electronBinary();
}

async function ensureDesktopBuilt(): Promise<void> {
  const builtMs = modifiedMs(join(PROJECT_ROOT, 'out', 'main', 'electron.js'));
  const newestMs = newestModifiedMs(DESKTOP_SOURCES);
  if (builtMs !== null && newestMs !== null && builtMs >= newestMs) return;
  tell('building the desktop window ...');
  await runNodeTool('electron-vite/bin/electron-vite.js', ['build']);
}

function runElectron(binary: string, db: string | null): Promise<number> {
  // A root user (containers) has no Chromium sandbox to use.
  const args = process.getuid?.() === 0 ? ['--no-sandbox', PROJECT_ROOT] : [PROJECT_ROOT];
  const child = spawn(binary, args, {
    stdio: 'inherit',
    env: { ...process.env, ...(db === null ? {} : { QLAB_DB: resolve(db) }) },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return exitCodeOf(child);
}

function exitCodeOf(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve) => {
    child.on('error', () => resolve(ERRORS.internal.exitCode));
    child.on('close', (code) => resolve(code ?? ERRORS.internal.exitCode));
  });
}

/** @returns the exit code. */
function reportFailure(error: unknown): number {
  // Commander has told it already; help comes here with exit code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_WRONG_USE;
  const code = error instanceof LabError ? error.code : 'internal';
  const text = error instanceof LabError ? error.message : String(error);
  tell(`quorum-lab: error ${code}: ${text}`);
  return ERRORS[code].exitCode;
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

try {
  process.exitCode = await start();
} catch (error) {
  process.exitCode = reportFailure(error);
}
