/**
 * The same specs on two hosts: the browser lab in Chromium, the desktop window where Electron's
 * binary is present. Each spec gets a lab of its own on an empty data directory.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  _electron as electron,
  expect,
  test as base,
  type ElectronApplication,
  type Page,
} from '@playwright/test';
import { findElectron, ROOT } from '../support/browsers.ts';

interface LabFixtures {
  /** A page that shows a fresh lab. */
  readonly lab: Page;
  readonly labProcess: LabProcess;
}

export interface LabProcess {
  readonly database: string;
  /** Kills the lab as a crash would. */
  kill(): void;
}

const START_MS_MAX = 60_000;

export const test = base.extend<LabFixtures & { home: string; host: Host }>({
  home: async ({}, use) => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'quorum-e2e-'));
    await use(home);
    fs.rmSync(home, { recursive: true, force: true });
  },
  host: async ({ home, browser }, use, info) => {
    const host =
      info.project.name === 'electron'
        ? await ElectronHost.start(home)
        : await BrowserHost.start(home, () =>
            browser.newPage({ viewport: info.project.use.viewport ?? null }),
          );
    await use(host);
    await host.close();
  },
  labProcess: async ({ host }, use) => use(host),
  lab: async ({ host }, use) => {
    const page = await host.page();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await expect(page.getByTestId('setup')).toBeVisible();
    await use(page);
    // A lab that was killed on purpose makes the browser complain about its socket.
    const own = problems.filter((text) => !text.includes('WebSocket connection'));
    expect(own, 'errors in the page').toEqual([]);
  },
});

export { expect };

interface Host extends LabProcess {
  page(): Promise<Page>;
  close(): Promise<void>;
}

class BrowserHost implements Host {
  readonly database: string;
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #newPage: () => Promise<Page>;
  #page: Page | null = null;

  private constructor(
    child: ChildProcess,
    url: string,
    database: string,
    newPage: () => Promise<Page>,
  ) {
    this.#child = child;
    this.#url = url;
    this.database = database;
    this.#newPage = newPage;
  }

  static async start(home: string, newPage: () => Promise<Page>): Promise<BrowserHost> {
    const database = path.join(home, 'lab.db');
    const main = path.join(ROOT, 'src-main/entries/cli/main.ts');
    const args = [main, 'serve', '--port', '0', '--no-open', '--db', database];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    const url = await addressOf(child);
    return new BrowserHost(child, url, database, newPage);
  }

  async page(): Promise<Page> {
    this.#page = await this.#newPage();
    await this.#page.goto(this.#url);
    return this.#page;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async close(): Promise<void> {
    await this.#page?.close();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGINT');
    await ended;
  }
}

/** Waits for the address that the browser lab prints. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error(`no address: ${output}`)), START_MS_MAX);
    const read = (data: Buffer): void => {
      output += data.toString();
      const url = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(output)?.[0];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', () => {
      clearTimeout(timer);
      reject(new Error(`the lab ended: ${output}`));
    });
  });
}

class ElectronHost implements Host {
  readonly database: string;
  readonly #app: ElectronApplication;

  private constructor(app: ElectronApplication, database: string) {
    this.#app = app;
    this.database = database;
  }

  static async start(home: string): Promise<ElectronHost> {
    const app = await electron.launch({
      executablePath: findElectron() ?? '',
      args: [ROOT],
      env: { ...(process.env as Record<string, string>), QLAB_HOME: home },
    });
    return new ElectronHost(app, path.join(home, 'quorum-lab.db'));
  }

  page(): Promise<Page> {
    return this.#app.firstWindow();
  }

  kill(): void {
    this.#app.process().kill('SIGKILL');
  }

  async close(): Promise<void> {
    if (this.#app.process().exitCode === null) await this.#app.close();
  }
}

export const PROTOCOLS = ['paxos', 'raft', 'zab'] as const;
export type ProtocolId = (typeof PROTOCOLS)[number];

/** Starts clusters as the start screen offers them, and waits until all lead and commit. */
export async function startClusters(
  page: Page,
  protocols: readonly ProtocolId[] = PROTOCOLS,
): Promise<void> {
  for (const protocol of PROTOCOLS) {
    await page.getByTestId(`choose-${protocol}`).setChecked(protocols.includes(protocol));
  }
  await page.getByTestId('start-lab').click();
  for (const protocol of protocols) {
    await expect(leaderOf(page, protocol)).toHaveCount(1, { timeout: 30_000 });
    await expectCommits(page, protocol);
  }
}

export function leaderOf(page: Page, protocol: ProtocolId): ReturnType<Page['locator']> {
  return page.locator(`[data-testid^="node-${protocol}-"][data-role="leader"][data-up="true"]`);
}

export async function committed(page: Page, protocol: ProtocolId): Promise<number> {
  const text = await page.getByTestId(`committed-${protocol}`).innerText();
  // Thousands are set apart by a space.
  return Number(text.replace(/\D/g, '') || NaN);
}

/** The number of committed positions grows. */
export async function expectCommits(page: Page, protocol: ProtocolId): Promise<void> {
  const before = await committed(page, protocol);
  await expect
    .poll(() => committed(page, protocol), { timeout: 20_000 })
    .toBeGreaterThan(Number.isNaN(before) ? 0 : before + 3);
}

export function nodeOf(
  page: Page,
  protocol: ProtocolId,
  node: string,
): ReturnType<Page['locator']> {
  return page.getByTestId(`node-${protocol}-${node}`);
}

/** A change of the membership takes several rounds and a new process: on a busy machine, long. */
export const CHANGE_MS_MAX = 40_000;

/** Opens the menu of a node and chooses an entry. */
export async function choose(
  page: Page,
  protocol: ProtocolId,
  node: string,
  entry: string,
): Promise<void> {
  await nodeOf(page, protocol, node).click();
  await page.getByTestId(`menu-${entry}`).click();
}

/** Ends the runs and waits for the start screen. */
export async function stopLab(page: Page): Promise<void> {
  await page.getByTestId('stop-lab').click();
  await expect(page.getByTestId('setup')).toBeVisible({ timeout: 30_000 });
}
