/** The page of a report, opened as a person would: from the command line, and saved by the lab. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from '@playwright/test';
import { findChromium, ROOT } from '../support/browsers.ts';
import { expect, startClusters, stopLab, test } from './lab-page.ts';

/** A file is opened in a browser, whichever host the lab has. */
const inBrowser = test.extend<{ report: string; window: Page }>({
  report: async ({}, use) => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'quorum-report-'));
    await use(path.join(home, 'out.html'));
    fs.rmSync(home, { recursive: true, force: true });
  },
  window: async ({}, use) => {
    const executablePath = findChromium() ?? undefined;
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const browser = await chromium.launch({ executablePath, args: [...args, '--disable-gpu'] });
    await use(await browser.newPage({ viewport: { width: 1280, height: 900 } }));
    await browser.close();
  },
});

function qlab(...args: readonly string[]): void {
  const main = path.join(ROOT, 'src-main/entries/cli/main.ts');
  const { status, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: ROOT });
  expect(status, stderr.toString()).toBe(0);
}

/** What the page asks for beside itself, and what it complains about. */
function watch(page: Page): { requests: string[]; problems: string[] } {
  const seen = { requests: [] as string[], problems: [] as string[] };
  page.on('request', (request) => seen.requests.push(request.url()));
  page.on('pageerror', (error) => seen.problems.push(error.message));
  page.on('console', (message) => seen.problems.push(message.text()));
  return seen;
}

/** Corners that a drawn path has: each answer bucket adds two. */
async function cornersOf(page: Page, selector: string): Promise<number[]> {
  const paths = await page
    .locator(selector)
    .evaluateAll((found) => found.map((path) => path.getAttribute('d') ?? ''));
  return paths.map((path) => (path.match(/L/g) ?? []).length);
}

inBrowser('three protocols side by side are drawn with their data', async ({ window, report }) => {
  const db = path.join(path.dirname(report), 'lab.db');
  qlab('compare', 'leader-crash', '--sim', '--db', db);
  qlab('report', '1', '2', '3', '--db', db, '--html', report);
  const seen = watch(window);
  await window.goto(pathToFileURL(report).href);
  await expect(window.locator('figure[data-run]')).toHaveCount(3);
  for (const kind of ['area', 'p50', 'p95', 'p99']) {
    const corners = await cornersOf(window, `path.${kind}`);
    expect(corners, kind).toHaveLength(3);
    for (const count of corners) expect(count, kind).toBeGreaterThan(100);
  }
  for (const run of [1, 2, 3]) {
    const plots = window.locator(`figure[data-run="${run}"]`);
    await expect(plots.locator('.fault')).toHaveText([/^1kill n\d$/, /^2kill n\d$/]);
    await expect(plots.locator('.tenure:not(.unready)')).toHaveCount(3);
    await expect(plots.locator('.silence-mark')).toHaveCount(2);
    await expect(plots.locator('rect.shade')).toHaveCount(4);
  }
  await expect(window.locator('.phased')).toHaveCount(6);
  await expect(window.locator('.stack .part').first()).toBeVisible();
  // A bar that nobody can see says nothing: the fault is as wide as a fifth of ten seconds.
  const strip = await window.locator('.strip').first().boundingBox();
  const fault = await window.locator('.fault').first().boundingBox();
  expect((fault?.width ?? 0) / (strip?.width ?? 1)).toBeCloseTo(0.2, 1);
  expect(seen.requests).toEqual([pathToFileURL(report).href]);
  expect(seen.problems).toEqual([]);
});

inBrowser('a page is readable in a narrow window, in both themes', async ({ window, report }) => {
  const db = path.join(path.dirname(report), 'lab.db');
  qlab('run', 'minority-partition', '--sim', '--protocol', 'raft', '--db', db);
  qlab('report', '1', '--db', db, '--html', report);
  await window.setViewportSize({ width: 800, height: 900 });
  await window.goto(pathToFileURL(report).href);
  const width = await window.locator('html').evaluate((page) => page.scrollWidth);
  expect(width, 'nothing sticks out').toBeLessThanOrEqual(800);
  const inks: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await window.emulateMedia({ colorScheme });
    const title = window.locator('h1');
    inks.push(
      await title.evaluate((it) => it.ownerDocument.defaultView?.getComputedStyle(it).color ?? ''),
    );
  }
  expect(new Set(inks).size).toBe(2);
});

test('the dashboard saves the report of the runs that are selected', async ({ lab }) => {
  await startClusters(lab);
  await stopLab(lab);
  await lab.getByTestId('nav-recordings').click();
  const boxes = lab.locator('[data-testid^="select-run-"]');
  await expect(boxes).toHaveCount(3);
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  const saved = lab.waitForEvent('download');
  await lab.getByTestId('report-selected').click();
  const download = await saved;
  expect(download.suggestedFilename()).toMatch(/^report-\d-\d\.html$/);
  const text = fs.readFileSync(await download.path(), 'utf8');
  expect(text).toMatch(/^<!doctype html>/);
  expect(text.match(/<figure class="plots" data-run=/g)).toHaveLength(2);
});
