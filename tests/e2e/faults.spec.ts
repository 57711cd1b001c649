import type { Locator, Page } from '@playwright/test';
import {
  choose,
  committed,
  expect,
  expectCommits,
  leaderOf,
  nodeOf,
  startClusters,
  stopLab,
  test,
} from './lab-page.ts';

/** A fault of a live node is there within moments; on a busy machine a new process takes longer. */
const CHANGE_MS_MAX = 30_000;

function ledgerRow(page: Page, text: string): Locator {
  return page.getByTestId('ledger-row').filter({ hasText: text });
}

async function openFaults(page: Page): Promise<void> {
  await page.getByTestId('open-faults').click();
  await expect(page.getByTestId('faults-panel')).toBeVisible();
}

test('a one-way cut of one message type is painted, stands in the ledger, is undone', async ({
  lab,
}) => {
  await startClusters(lab, ['raft']);
  await openFaults(lab);
  await lab.getByTestId('brush-cut').click();
  await lab.getByTestId('brush-type').selectOption('AppendEntries');
  await lab.getByTestId('cell-n1-n2').click();
  const row = ledgerRow(lab, 'cut n1 → n2, only AppendEntries');
  await expect(row).toHaveAttribute('data-state', 'on');
  await expect(row).toContainText('by hand');
  await expect(lab.getByTestId('cell-n1-n2')).toHaveAttribute('data-kinds', 'cut');
  await expect(lab.getByTestId('cell-n1-n2')).toContainText('AppendEntries');
  await expect(lab.getByTestId('cell-n2-n1')).toHaveAttribute('data-kinds', '');
  await row.getByTestId('ledger-undo').click();
  await expect(row).toHaveAttribute('data-state', 'over');
  await expect(lab.getByTestId('cell-n1-n2')).toHaveAttribute('data-kinds', '');
  await expectCommitsBehindPanel(lab);
  await stopLab(lab);
});

/** The figure stands in the picture of the cluster, which the panel covers. */
async function expectCommitsBehindPanel(page: Page): Promise<void> {
  await page.keyboard.press('f');
  await expectCommits(page, 'raft');
  await page.keyboard.press('f');
}

test('links are painted by keyboard, and several at once by dragging', async ({ lab }) => {
  await startClusters(lab, ['raft']);
  await lab.keyboard.press('f');
  await lab.getByTestId('brush-delay').click();
  await lab.getByTestId('brush-delayMs').fill('30');
  await lab.getByTestId('brush-jitterMs').fill('5');
  await lab.getByTestId('cell-n1-n2').focus();
  await lab.keyboard.press('ArrowRight');
  await expect(lab.getByTestId('cell-n1-n3')).toBeFocused();
  await lab.keyboard.press(' ');
  await expect(lab.getByTestId('cell-n1-n3')).toContainText('+30 ± 5 ms');
  await lab.getByTestId('brush-hold').click();
  await lab.getByTestId('cell-n2-n1').hover();
  await lab.mouse.down();
  await lab.getByTestId('cell-n2-n3').hover();
  await lab.mouse.up();
  await expect(ledgerRow(lab, 'hold n2 → n1, n2 → n3')).toHaveAttribute('data-state', 'on');
  await lab.getByTestId('brush-clear').click();
  await lab.getByTestId('cell-n2-n1').click();
  await expect(lab.getByTestId('cell-n2-n1')).toHaveAttribute('data-kinds', '');
  await expect(lab.getByTestId('cell-n2-n3')).toHaveAttribute('data-kinds', 'hold');
  await lab.getByTestId('recover').click();
  await expect(lab.getByTestId('cell-n2-n3')).toHaveAttribute('data-kinds', '');
  await expect(lab.getByTestId('broken-bar')).toContainText('Nothing');
  await stopLab(lab);
});

test('a fault of a node has parameters, ends by itself, and a refusal says why', async ({
  lab,
}) => {
  await startClusters(lab, ['raft']);
  await choose(lab, 'raft', 'n1', 'more-faults');
  await lab.getByTestId('menu-fault-skew').click();
  await lab.getByTestId('fault-rate').fill('20');
  await expect(lab.getByTestId('begin-fault')).toBeDisabled();
  await lab.getByTestId('fault-rate').fill('1.5');
  await lab.getByTestId('fault-for').fill('1500');
  await lab.getByTestId('begin-fault').click();
  await openFaults(lab);
  const skew = ledgerRow(lab, 'run the clock of n1 at 1.5');
  await expect(skew).toHaveCount(1);
  await expect(skew).toHaveAttribute('data-state', 'over');
  await lab.getByTestId('break-n2-wipe').click();
  await lab.getByTestId('ledger-refused').click();
  await expect(lab.getByTestId('ledger-row')).toHaveCount(1);
  await expect(ledgerRow(lab, 'wipe n2')).toContainText('n2 runs: kill or stop it first');
  await stopLab(lab);
});

test('a node that is armed dies at the named point, and comes back when that is undone', async ({
  lab,
}) => {
  await startClusters(lab, ['raft']);
  await openFaults(lab);
  await lab.getByTestId('break-leader-crash-at').click();
  await lab.getByTestId('fault-point').selectOption('before-apply');
  await expect(lab.getByTestId('crash-point-text')).toContainText('not applied');
  await lab.getByTestId('fault-nth').fill('3');
  await lab.getByTestId('begin-fault').click();
  const armed = ledgerRow(lab, 'at before-apply, passage 3');
  await expect(armed).toHaveCount(1);
  // Whoever led when it was armed.
  const leader = /kill (n\d)/.exec(await armed.innerText())?.[1] ?? '';
  await lab.getByTestId('close-faults').click();
  await expect(nodeOf(lab, 'raft', leader)).toHaveAttribute('data-up', 'false', {
    timeout: CHANGE_MS_MAX,
  });
  await expect(leaderOf(lab, 'raft')).toHaveCount(1, { timeout: CHANGE_MS_MAX });
  await lab.keyboard.press('h');
  await expect(nodeOf(lab, 'raft', leader)).toHaveAttribute('data-up', 'true', {
    timeout: CHANGE_MS_MAX,
  });
  await expect(lab.getByTestId('broken-bar')).toContainText('Nothing');
  await stopLab(lab);
});

test('a broken quorum has a banner, kill and pause differ, all is undone at once', async ({
  lab,
}) => {
  await startClusters(lab, ['raft']);
  await openFaults(lab);
  await lab.getByTestId('break-n1-kill').click();
  await lab.getByTestId('break-n2-pause').click();
  const banner = lab.getByTestId('quorum-banner');
  await expect(banner).toContainText(
    'no majority of voters is up and connected (1 of 3, 2 are needed)',
  );
  await expect(banner).toContainText('n1 down, n2 paused');
  const bar = lab.getByTestId('broken-bar');
  await expect(bar).toContainText('its sockets are closed, peers know');
  await expect(bar).toContainText('it hangs, peers notice by time-out');
  await lab.getByTestId('recover').click();
  await expect(banner).toBeHidden({ timeout: CHANGE_MS_MAX });
  await expect(bar).toContainText('Nothing');
  await lab.getByTestId('close-faults').click();
  const before = await committed(lab, 'raft');
  await expect
    .poll(() => committed(lab, 'raft'), { timeout: CHANGE_MS_MAX })
    .toBeGreaterThan(before);
  await stopLab(lab);
});

test('a shape is seen before it is cut, a recorded run shows ledger and verdict', async ({
  lab,
}) => {
  await startClusters(lab, ['raft']);
  await openFaults(lab);
  await lab.getByTestId('shape-centre').selectOption('n3');
  await lab.getByTestId('shape-half-open').hover();
  await expect(lab.getByTestId('cell-n1-n3')).toHaveClass(/preview/);
  await expect(lab.getByTestId('cell-n3-n1')).not.toHaveClass(/preview/);
  await lab.getByTestId('shape-half-open').click();
  await expect(lab.getByTestId('cell-n1-n3')).toHaveAttribute('data-kinds', 'cut');
  await expect(lab.getByTestId('cell-n3-n1')).toHaveAttribute('data-kinds', '');
  await lab.keyboard.press('h');
  await expect(lab.getByTestId('broken-bar')).toContainText('Nothing');
  await stopLab(lab);
  await lab.getByTestId('nav-recordings').click();
  await lab.getByTestId('open-run-1').click();
  await lab.getByTestId('tab-faults').click();
  const row = ledgerRow(lab, 'half-open n3');
  await expect(row).toHaveAttribute('data-state', 'over');
  await expect(row).toContainText('undone by hand');
  await lab.getByTestId('tab-verdict').click();
  await expect(lab.getByTestId('check-linearizable')).toHaveAttribute('data-state', 'valid');
  await expect(lab.getByTestId('check-election-safety')).toHaveAttribute('data-state', 'valid');
});

test('a nemesis draws its faults from the seed, and the ledger says that it asked', async ({
  lab,
}) => {
  await lab.getByTestId('nav-scenarios').click();
  for (const protocol of ['paxos', 'zab']) await lab.getByTestId(`scenario-on-${protocol}`).click();
  await lab.getByTestId('scenario-seed').fill('11');
  await lab.getByTestId('run-scenario-nemesis').click();
  await expect(lab.getByTestId('stop-lab')).toBeVisible({ timeout: CHANGE_MS_MAX });
  await expect(lab.getByTestId('setup')).toBeVisible({ timeout: 2 * CHANGE_MS_MAX });
  await lab.getByTestId('nav-recordings').click();
  await expect(lab.getByTestId('run-row-1')).toContainText('seed 11');
  await lab.getByTestId('open-run-1').click();
  await lab.getByTestId('tab-faults').click();
  const asked = lab.locator('[data-testid="ledger-row"][data-origin="nemesis"]');
  await expect.poll(() => asked.count()).toBeGreaterThan(2);
});
