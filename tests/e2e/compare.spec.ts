import { expect, test } from './lab-page.ts';

test('a shipped scenario runs on all three protocols and stands side by side', async ({ lab }) => {
  test.slow();
  await lab.getByTestId('nav-scenarios').click();
  await lab.getByTestId('run-scenario-leader-crash').click();
  await expect(lab.getByTestId('cluster-raft')).toBeVisible({ timeout: 30_000 });
  await expect(lab.getByTestId('broken-bar')).toContainText('kill', { timeout: 30_000 });
  await expect(lab.getByTestId('setup')).toBeVisible({ timeout: 60_000 });

  await lab.getByTestId('nav-compare').click();
  const table = lab.getByTestId('compare-table');
  await expect(table).toBeVisible();
  for (const name of ['Paxos', 'Raft', 'ZAB']) await expect(table).toContainText(name);
  for (const metric of ['newLeaderMs', 'outageMs', 'latencyP50Ms', 'messagesPerOp', 'syncsPerOp']) {
    const cells = await lab.getByTestId(`metric-${metric}`).innerText();
    expect(cells.match(/\d/g)?.length ?? 0, `${metric}: ${cells}`).toBeGreaterThan(2);
  }
});

test('the card of every shipped scenario holds its text, however many there are', async ({
  lab,
}) => {
  await lab.setViewportSize({ width: 1280, height: 720 });
  await lab.getByTestId('nav-scenarios').click();
  const cards = lab.locator('article[data-testid^="scenario-"]');
  await expect(cards.first()).toBeVisible();
  const cut = await cards.evaluateAll((all) =>
    all
      .filter((card) => {
        const room = card.parentElement?.getBoundingClientRect().bottom ?? 0;
        return card.getBoundingClientRect().bottom > room + 1;
      })
      .map((card) => card.getAttribute('data-testid')),
  );
  expect(cut).toEqual([]);
  expect(await cards.count()).toBeGreaterThan(10);
});
