import { expect, leaderOf, startClusters, stopLab, test } from './lab-page.ts';

test('a stopped run is opened, scrubbed, stepped, played and re-executed', async ({ lab }) => {
  await startClusters(lab);
  await lab.getByTestId('break-menu').click();
  await lab.getByTestId('kill-leaders').click();
  await expect(leaderOf(lab, 'raft')).toHaveCount(1);
  await stopLab(lab);

  await lab.getByTestId('nav-recordings').click();
  await expect(lab.locator('[data-testid^="run-row-"]')).toHaveCount(3);
  const raft = lab.locator('[data-testid^="run-row-"]').filter({ hasText: 'Raft' });
  await expect(raft).toContainText('hold');
  await raft.locator('[data-testid^="open-run-"]').click();
  await expect(lab.getByTestId('playback')).toBeVisible();

  const time = lab.getByTestId('playback-time');
  await lab.getByTestId('to-start').click();
  await expect(time).toHaveAttribute('data-us', '0');
  // From the start: elsewhere a step may rightly lead to an event of the same microsecond.
  await lab.getByTestId('step-forward').click();
  await expect(time).not.toHaveAttribute('data-us', '0');
  const stepped = await time.innerText();
  const scrubber = lab.getByTestId('scrubber');
  const box = await scrubber.boundingBox();
  if (box === null) throw new Error('the scrubber has no place');
  await scrubber.click({ position: { x: box.width / 2, y: box.height / 2 } });
  await expect(time).not.toHaveText(stepped);
  await expect(leaderOf(lab, 'raft')).toHaveCount(1);
  const inTheMiddle = await time.innerText();
  await lab.getByTestId('play').click();
  await expect(time).not.toHaveText(inTheMiddle);
  await lab.getByTestId('play').click();
  await lab.getByTestId('to-end').click();

  await lab.getByTestId('verify').click();
  await expect(lab.getByTestId('playback')).toContainText(/identical|no divergence|0 divergences/i);
});

test('a link to a moment opens that moment', async ({ lab }) => {
  await startClusters(lab);
  await stopLab(lab);
  await lab.getByTestId('nav-recordings').click();
  await lab.locator('[data-testid^="open-run-"]').first().click();
  const shown = lab.getByTestId('playback-time');
  await lab.getByTestId('to-start').click();
  await expect(shown).toHaveAttribute('data-us', '0');
  await lab.getByTestId('step-forward').click();
  await expect(shown).not.toHaveAttribute('data-us', '0');
  const time = await shown.innerText();
  await lab.getByTestId('copy-link').click();
  await lab.reload();
  await expect(lab.getByTestId('playback-time')).toHaveText(time);
});

test('a run is deleted only after a question', async ({ lab }) => {
  await startClusters(lab);
  await stopLab(lab);
  await lab.getByTestId('nav-recordings').click();
  const rows = lab.locator('[data-testid^="run-row-"]');
  await expect(rows).toHaveCount(3);
  await lab.locator('[data-testid^="select-run-"]').first().click();
  await lab.getByTestId('delete-selected').click();
  await lab.keyboard.press('Escape');
  await expect(rows).toHaveCount(3);
  await lab.getByTestId('delete-selected').click();
  await lab.getByTestId('confirm-delete').click();
  await expect(rows).toHaveCount(2);
});
