/**
 * `npm run screenshots`: makes the pictures of the README from a lab that really runs: three
 * clusters with a learner and a dead leader, what is broken and how, the playback of a recording,
 * the comparison of a scenario. Names after `--` make only those, for example `-- lab faults`.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { CHROMIUM_HELP, findChromium, ROOT } from './browsers.ts';

const IMAGES = path.join(ROOT, 'docs', 'images');
const SIZE = { width: 1440, height: 900 };

async function main(): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(CHROMIUM_HELP);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'quorum-pictures-'));
  const lab = await startLab(path.join(home, 'lab.db'));
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args: [...sandbox, '--disable-gpu'] });
  try {
    const page = await browser.newPage({ viewport: SIZE, colorScheme: 'dark' });
    await page.goto(lab.url);
    const asked = process.argv.slice(2);
    for (const [name, picture] of Object.entries(PICTURES)) {
      if (asked.length === 0 || asked.includes(name)) await picture(page);
    }
  } finally {
    await browser.close();
    await lab.stop();
    fs.rmSync(home, { recursive: true, force: true });
  }
}

async function startLab(database: string): Promise<{ url: string; stop(): Promise<void> }> {
  const main = path.join(ROOT, 'src-main/entries/cli/main.ts');
  const args = [main, 'serve', '--port', '0', '--no-open', '--db', database];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the lab ended before it printed its address')));
    child.stdout.on('data', (data: Buffer) => {
      const found = /http:\/\/\S+/.exec(data.toString())?.[0];
      if (found !== undefined) resolve(found);
    });
  });
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    await ended;
  };
  return { url, stop };
}

/** Both themes of what the page shows now. */
async function save(page: Page, name: string): Promise<void> {
  fs.mkdirSync(IMAGES, { recursive: true });
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path.join(IMAGES, `${name}-${colorScheme}.png`) });
  }
  process.stdout.write(`${name}\n`);
}

/** Five nodes of each protocol, all with a leader. */
async function start(page: Page): Promise<void> {
  await page.getByTestId('nodes-5').click();
  await page.getByTestId('start-lab').click();
  for (const protocol of ['paxos', 'raft', 'zab']) {
    await page
      .locator(`[data-testid^="node-${protocol}-"][data-role="leader"]`)
      .waitFor({ timeout: 30_000 });
  }
}

async function stop(page: Page): Promise<void> {
  await page.getByTestId('stop-lab').click();
  await page.getByTestId('setup').waitFor({ timeout: 30_000 });
}

/** Long enough for the picture to have a story, short enough for the newest seconds to fill it. */
async function pictureLab(page: Page): Promise<void> {
  await start(page);
  await page.waitForTimeout(3_000);
  await growAndCompact(page);
  await page.waitForTimeout(1_500);
  await page.getByTestId('break-menu').click();
  await page.getByTestId('kill-leaders').click();
  await page.waitForTimeout(2_500);
  await page.getByTestId('node-raft-n5').focus();
  await page.keyboard.press('p');
  await page.waitForTimeout(1_200);
  await save(page, 'lab');
  await page.getByTestId('heal-all').click();
  await page.waitForTimeout(1_500);
  await stop(page);
}

/** A network that hangs together by one node, some messages late or lost, and slow nodes. */
async function pictureFaults(page: Page): Promise<void> {
  await start(page);
  await page.waitForTimeout(3_000);
  await page.getByTestId('open-faults').click();
  await page.getByTestId('brush-delay').click();
  await page.getByTestId('cell-n2-n4').click();
  await page.getByTestId('break-n5-hold-disk').click();
  await page.getByTestId('scope-raft').click();
  await page.getByTestId('brush-cut').click();
  await page.getByTestId('brush-type').selectOption('AppendEntries');
  await page.getByTestId('cell-n1-n3').click();
  await page.getByTestId('break-n3-skew').click();
  await page.getByTestId('begin-fault').click();
  await page.getByTestId('break-n4-wipe').click();
  await page.getByTestId('scope-all').click();
  await page.getByTestId('brush-drop').click();
  await page.getByTestId('cell-n4-n2').click();
  await page.getByTestId('break-n1-pause').click();
  await page.getByLabel('Close this notice').click();
  await page.getByTestId('shape-half-open').hover();
  await page.waitForTimeout(1_500);
  await save(page, 'faults');
  await page.getByTestId('recover').click();
  await page.getByTestId('close-faults').click();
  await stop(page);
}

/** A learner for every cluster, and logs that are emptied into snapshots. */
async function growAndCompact(page: Page): Promise<void> {
  await page.getByTestId('add-node-raft').click();
  await page.getByTestId('add-n6-learner').click();
  for (const protocol of ['paxos', 'raft', 'zab']) {
    await page
      .locator(`[data-testid="node-${protocol}-n6"][data-standing="learner"]`)
      .waitFor({ timeout: 30_000 });
  }
  await page.getByTestId('break-menu').click();
  await page.getByTestId('compact-everywhere').click();
  await page
    .locator('[data-testid="node-zab-n6"]:not([data-snapshot="0"])')
    .waitFor({ timeout: 30_000 });
}

async function pictureRecording(page: Page): Promise<void> {
  await page.getByTestId('nav-recordings').click();
  const raft = page.locator('[data-testid^="run-row-"]').filter({ hasText: 'Raft' }).first();
  await raft.locator('[data-testid^="open-run-"]').click();
  const box = await page.getByTestId('scrubber').boundingBox();
  if (box !== null) await page.mouse.click(box.x + box.width * 0.62, box.y + box.height / 2);
  await page.waitForTimeout(1_500);
  await save(page, 'recording');
}

async function pictureCompare(page: Page): Promise<void> {
  await page.getByTestId('nav-scenarios').click();
  await page.getByTestId('run-scenario-leader-crash').click();
  await page.getByTestId('stop-lab').waitFor({ timeout: 30_000 });
  await page.getByTestId('setup').waitFor({ timeout: 60_000 });
  await page.getByTestId('nav-compare').click();
  await page.getByTestId('compare-table').waitFor();
  await page.waitForTimeout(1_500);
  await save(page, 'compare');
}

const PICTURES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  lab: pictureLab,
  faults: pictureFaults,
  /** Of the newest Raft run that was made for the pictures before. */
  recording: pictureRecording,
  compare: pictureCompare,
};

await main();
