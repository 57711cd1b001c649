import { defineConfig } from '@playwright/test';
import { findChromium, findElectron } from './tests/support/browsers.ts';

const executablePath = findChromium();
/** A root user (containers) has no sandbox to use; everybody else keeps it. */
const noSandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/**
 * The same specs run in Chromium against the browser lab and, where its binary is present, in the
 * desktop window: a spec asks its project's name which of the two to start.
 */
export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  timeout: 90_000,
  expect: { timeout: 15_000 },
  // Each spec starts clusters of real processes: one at a time.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  use: {
    viewport: { width: 1440, height: 900 },
    deviceScaleFactor: 1,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
  projects: [
    {
      name: 'chromium',
      use: {
        browserName: 'chromium',
        launchOptions: {
          ...(executablePath === null ? {} : { executablePath }),
          args: [...noSandbox, '--disable-background-networking', '--disable-gpu'],
        },
      },
    },
    ...(findElectron() === null ? [] : [{ name: 'electron' }]),
  ],
});
