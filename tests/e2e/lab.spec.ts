import {
  expect,
  expectCommits,
  leaderOf,
  PROTOCOLS,
  startClusters,
  stopLab,
  test,
} from './lab-page.ts';

test('a click kills a leader, another leads, the dead one comes back', async ({ lab }) => {
  await startClusters(lab);
  await lab.getByTestId('everywhere').uncheck();
  const old = (await leaderOf(lab, 'raft').getAttribute('data-testid')) ?? '';
  await lab.getByTestId(old).click();
  await lab.getByTestId('menu-kill').click();
  await expect(lab.getByTestId(old)).toHaveAttribute('data-up', 'false');
  await expect(lab.getByTestId('broken-bar')).toContainText('kill');
  await expect(leaderOf(lab, 'raft')).toHaveCount(1);
  await expect(leaderOf(lab, 'raft')).not.toHaveAttribute('data-testid', old);
  await expectCommits(lab, 'raft');
  await lab.getByTestId(old).click();
  await lab.getByTestId('menu-start').click();
  await expect(lab.getByTestId(old)).toHaveAttribute('data-up', 'true');
  await expect(lab.getByTestId(old)).toHaveAttribute('data-role', 'follower');
  await expect(lab.getByTestId('broken-bar')).toContainText('Nothing');
  for (const protocol of PROTOCOLS) {
    await expect(lab.getByTestId(`verdict-${protocol}`)).toContainText('hold');
  }
  await stopLab(lab);
});

test('the same fault on all clusters: pause every leader, undo it, and all follow', async ({
  lab,
}) => {
  await startClusters(lab);
  await lab.getByTestId('break-menu').click();
  await lab.getByTestId('pause-leaders').click();
  // The same node paused in two clusters is one entry that names both.
  const broken = lab.getByTestId('broken-bar');
  for (const name of ['Paxos', 'Raft', 'ZAB']) await expect(broken).toContainText(name);
  await expect(broken).toContainText(/pause n\d/);
  for (const protocol of PROTOCOLS) await expectCommits(lab, protocol);
  await lab.getByTestId('heal-all').click();
  await expect(lab.getByTestId('broken-bar')).toContainText('Nothing');
  for (const protocol of PROTOCOLS) await expectCommits(lab, protocol);
  await stopLab(lab);
});

test('a link is cut in one direction from its menu and healed again', async ({ lab }) => {
  await startClusters(lab);
  await lab.getByTestId('everywhere').uncheck();
  await lab.getByTestId('link-raft-n1-n2').click();
  await lab.getByTestId('menu-cut-n1-n2').click();
  await expect(lab.getByTestId('broken-bar')).toContainText('n1 → n2');
  await expectCommits(lab, 'raft');
  await lab.getByTestId('heal-all').click();
  await expect(lab.getByTestId('broken-bar')).toContainText('Nothing');
  await stopLab(lab);
});

test('nodes are reached and broken by keyboard alone', async ({ lab }) => {
  await startClusters(lab);
  await lab.getByTestId('everywhere').uncheck();
  const node = lab.getByTestId('node-paxos-n1');
  await node.focus();
  await lab.keyboard.press('k');
  await expect(node).toHaveAttribute('data-up', 'false');
  await lab.keyboard.press('s');
  await expect(node).toHaveAttribute('data-up', 'true');
  await lab.keyboard.press('?');
  await expect(lab.getByTestId('key-help-dialog')).toBeVisible();
  await lab.keyboard.press('Escape');
  await expect(lab.getByTestId('key-help-dialog')).toBeHidden();
  await stopLab(lab);
});

test('the events can be filtered by node and by text', async ({ lab }) => {
  await startClusters(lab);
  const list = lab.getByTestId('event-list');
  await expect(list).toContainText('leads');
  await lab.getByTestId('filter-text').fill('no event has this text');
  await expect(list).toBeHidden();
  await lab.getByTestId('filter-text').fill('leads');
  await expect(list).toContainText('leads');
  await stopLab(lab);
});

test('when the lab dies the page says so', async ({ lab, labProcess }) => {
  await expect(lab.getByTestId('setup')).toBeVisible();
  labProcess.kill();
  await expect(lab.getByTestId('reconnecting')).toBeVisible();
});
