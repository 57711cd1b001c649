import type { Page } from '@playwright/test';
import {
  choose,
  committed,
  expect,
  expectCommits,
  leaderOf,
  startClusters,
  stopLab,
  test,
} from './lab-page.ts';

async function stepsTaken(page: Page): Promise<number> {
  return Number(await page.getByTestId('manual-step-count').innerText());
}

test('a cluster is stepped by hand: an election, a write, a drop, and free again', async ({
  lab,
}) => {
  test.setTimeout(180_000);
  await startClusters(lab, ['raft']);
  await lab.keyboard.press('m');
  await expect(lab.getByTestId('manual-panel')).toBeVisible();
  await expect(lab.getByTestId('manual-mode')).toHaveAttribute('aria-pressed', 'true');

  // One step by button, one by key: the leader's timer, then a message of its heartbeat.
  await lab.getByTestId('manual-step').click();
  await expect.poll(() => stepsTaken(lab)).toBe(1);
  await lab.keyboard.press('n');
  await expect.poll(() => stepsTaken(lab)).toBe(2);

  const old = (await leaderOf(lab, 'raft').getAttribute('data-testid'))?.slice(-2) ?? '';
  await choose(lab, 'raft', old, 'kill');
  await expect(lab.getByTestId(`manual-node-${old}`)).toHaveAttribute('data-is', 'down');
  await lab.getByTestId('manual-condition').selectOption('leader');
  await lab.getByTestId('manual-run').click();
  const outcome = lab.getByTestId('manual-run-outcome');
  await expect(outcome).toHaveAttribute('data-met', 'true');
  await expect(leaderOf(lab, 'raft')).toHaveCount(1);

  await lab.getByTestId('manual-ask-key').fill('colour');
  await lab.getByTestId('manual-ask-value').fill('green');
  await lab.getByTestId('manual-ask').click();
  const asked = lab.getByTestId('manual-asked');
  await expect(asked).toHaveAttribute('data-outcome', 'open');
  const request = lab.locator('[data-testid="manual-item"][data-kind="request"]');
  await expect(request.first()).toBeVisible();
  await lab.getByTestId('manual-condition').selectOption('committed');
  await lab.getByTestId('manual-at-least').fill(String((await committed(lab, 'raft')) + 2));
  await lab.getByTestId('manual-steps-max').fill('300');
  await lab.getByTestId('manual-run').click();
  await expect(asked).toHaveAttribute('data-outcome', 'ok', { timeout: 30_000 });
  await expect(outcome).not.toHaveAttribute('data-met', 'null', { timeout: 30_000 });

  // Messages to the dead node go nowhere; one to the living follower is chosen and dropped.
  const messages = lab.locator('[data-testid="manual-item"][data-kind="message"]');
  // No step is under way when one is chosen: it could be the very one that step delivers.
  await expect(async () => {
    if ((await messages.count()) > 0) return;
    const before = await stepsTaken(lab);
    await lab.getByTestId('manual-step').click();
    await expect.poll(() => stepsTaken(lab)).toBe(before + 1);
    expect(await messages.count()).toBeGreaterThan(0);
  }).toPass({ timeout: 30_000 });
  await messages.first().getByTestId('manual-drop').click();
  await expect(lab.getByTestId('manual-last')).toContainText('never gets');

  await lab.getByTestId('manual-mode').click();
  await expect(lab.getByTestId('manual-panel')).toHaveCount(0);
  await expectCommits(lab, 'raft');
  await lab.getByTestId('filter-text').fill('manual mode');
  const told = lab.getByTestId('event-list').getByRole('listitem');
  await expect(told.first()).toContainText('manual mode ends');
  await expect(told.nth(1)).toContainText('manual mode begins');
  await stopLab(lab);
});

test('one cluster is held while the other runs; a new window sees the same inboxes', async ({
  lab,
}) => {
  test.setTimeout(180_000);
  await startClusters(lab, ['raft', 'zab']);
  await lab.getByTestId('everywhere').uncheck();
  await lab.getByTestId('node-zab-n1').focus();
  await lab.keyboard.press('m');
  await expect(lab.getByTestId('manual-panel')).toBeVisible();
  await expect(lab.getByTestId('manual-show-zab')).toHaveAttribute('aria-pressed', 'true');
  await expectCommits(lab, 'raft');
  await lab.getByTestId('manual-show-raft').click();
  await expect(lab.getByTestId('manual-panel')).toContainText('Raft runs by itself');
  await lab.getByTestId('manual-show-zab').click();
  await lab.getByTestId('manual-step').click();
  await expect.poll(() => stepsTaken(lab)).toBe(1);
  await lab.reload();
  await expect(lab.getByTestId('manual-panel')).toBeVisible();
  await expect.poll(() => stepsTaken(lab)).toBe(1);
  await lab.getByTestId('manual-toggle-zab').click();
  await expect(lab.getByTestId('manual-panel')).toHaveCount(0);
  await expectCommits(lab, 'zab');
  await stopLab(lab);
});
