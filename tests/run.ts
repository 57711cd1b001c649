/**
 * `npm test`: vitest, then the end-to-end specs; the last line adds both: `N passed, N failed`.
 * A runner that fails without a failed test (a file that does not load, a missing browser) counts
 * as one failure, so that the line can never look better than the exit code.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM_HELP, findChromium, findElectron } from './support/browsers.ts';
import { runTool } from './support/tools.ts';

interface Totals {
  readonly passed: number;
  readonly failed: number;
}

interface PlaywrightSuite {
  readonly file: string;
  readonly title: string;
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs?: readonly { readonly title: string }[];
}

const directory = mkdtempSync(join(tmpdir(), 'qlab-run-'));

async function runVitest(): Promise<Totals> {
  const report = join(directory, 'vitest.json');
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  const { exitCode } = await runTool('vitest', ['run', ...reporters], { show: true });
  const totals = readReport(report) as { numPassedTests: number; numFailedTests: number } | null;
  return withExitCode(exitCode, totals?.numPassedTests ?? 0, totals?.numFailedTests ?? 0);
}

async function runPlaywright(): Promise<Totals> {
  if (findChromium() === null) {
    console.log(`end-to-end specs not run: ${CHROMIUM_HELP}`);
    return { passed: 0, failed: 1 };
  }
  const report = join(directory, 'playwright.json');
  const { exitCode } = await runTool('playwright', ['test', '--reporter=list,json'], {
    show: true,
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  });
  const result = readReport(report) as {
    stats: { expected: number; unexpected: number; flaky: number };
    suites: readonly PlaywrightSuite[];
  } | null;
  if (findElectron() === null) reportNotRun(result?.suites ?? []);
  const stats = result?.stats ?? { expected: 0, unexpected: 0, flaky: 0 };
  return withExitCode(exitCode, stats.expected, stats.unexpected + stats.flaky);
}

/** Each spec by name, so that nobody takes the desktop window for tested. */
function reportNotRun(suites: readonly PlaywrightSuite[]): void {
  for (const name of suites.flatMap((suite) => specNames(suite))) {
    console.log(`not run under Electron: binary not present: ${name}`);
  }
}

function specNames(suite: PlaywrightSuite): string[] {
  const own = (suite.specs ?? []).map((spec) => `${suite.file}: ${spec.title}`);
  return [...own, ...(suite.suites ?? []).flatMap(specNames)];
}

function withExitCode(exitCode: number, passed: number, failed: number): Totals {
  return { passed, failed: exitCode === 0 ? failed : Math.max(1, failed) };
}

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

const unit = await runVitest();
const endToEnd = await runPlaywright();
rmSync(directory, { recursive: true, force: true });
const failed = unit.failed + endToEnd.failed;
console.log(`${unit.passed + endToEnd.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
