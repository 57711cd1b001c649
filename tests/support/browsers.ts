/** Where the programs are that end-to-end specs run in: Chromium, and Electron's binary. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What to tell somebody who has no Chromium. */
export const CHROMIUM_HELP =
  'no Chromium found: apt-get install chromium, or npx playwright install chromium, ' +
  'or set CHROMIUM to the path of one';

const CHROMIUM_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Path of a Chromium to run specs in; null when there is none. CHROMIUM comes first. */
export function findChromium(): string | null {
  const asked = process.env.CHROMIUM;
  if (asked !== undefined && asked !== '') return existsSync(asked) ? asked : null;
  const places = [...CHROMIUM_PLACES, chromium.executablePath()];
  return places.find((place) => existsSync(place)) ?? null;
}

/** Path of Electron's binary when it was fetched; never starts a download, as importing would. */
export function findElectron(): string | null {
  const package_ = join(ROOT, 'node_modules', 'electron');
  const pathFile = join(package_, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const binary = join(package_, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(binary) ? binary : null;
}
