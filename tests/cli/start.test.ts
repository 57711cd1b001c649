import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findElectron } from '../support/browsers.ts';
import { Workplace } from './qlab.ts';

let place: Workplace;
beforeAll(() => {
  place = new Workplace();
});
afterAll(() => place.close());

test.runIf(findElectron() === null)(
  "npm start without Electron's binary says so and opens the same lab in the browser",
  async () => {
    const running = place.startEntry('src-main/entries/start.ts', [], {
      QLAB_NO_FETCH: '1',
      QLAB_NO_OPEN: '1',
    });
    await running.appeared('Quorum Lab: http');
    const url = /http:\S+/.exec(running.stdout())?.[0] ?? '';
    expect((await fetch(url)).status).toBe(200);
    running.child.kill('SIGINT');
    const { exitCode, stderr } = await running.finished;
    expect(stderr).toContain("Electron's binary is not here");
    expect(exitCode).toBe(130);
  },
);

test.runIf(findElectron() === null && process.platform === 'linux')(
  "npm start without a screen does not fetch Electron's binary",
  async () => {
    const running = place.startEntry('src-main/entries/start.ts', [], {
      QLAB_NO_OPEN: '1',
      DISPLAY: '',
      WAYLAND_DISPLAY: '',
    });
    await running.appeared('Quorum Lab: http');
    running.child.kill('SIGINT');
    const { stderr } = await running.finished;
    expect(stderr).not.toContain('fetching');
    expect(stderr).toContain("Electron's binary is not here and there is no screen");
  },
);

test('npm start takes another database, and refuses what it does not know', async () => {
  const database = join(place.directory, 'other.db');
  const running = place.startEntry('src-main/entries/start.ts', ['--db', database], {
    QLAB_NO_FETCH: '1',
    QLAB_NO_OPEN: '1',
  });
  await running.appeared('Quorum Lab: http');
  running.child.kill('SIGINT');
  expect((await running.finished).stderr).toContain('interrupted');
  expect(existsSync(database)).toBe(true);
  const wrong = place.startEntry('src-main/entries/start.ts', ['--bogus'], { QLAB_NO_OPEN: '1' });
  const { exitCode, stderr } = await wrong.finished;
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("unknown option '--bogus'")]);
});
