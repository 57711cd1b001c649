import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { findScenario, listScenarios } from '../../../src-main/lab/scenario-library.ts';

const SHIPPED = fileURLToPath(new URL('../../../resources/scenarios', import.meta.url));
const made: string[] = [];

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true });
});

function directoryWith(name: string, content: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'qlab-test-'));
  made.push(directory);
  writeFileSync(join(directory, name), content);
  return directory;
}

describe('shipped scenarios', () => {
  const scenarios = listScenarios(SHIPPED);

  test('are those that every protocol can run', () => {
    expect(scenarios.map((scenario) => scenario.name)).toEqual([
      'grow-and-shrink',
      'lagging-follower-snapshot',
      'leader-crash',
      'leader-transfer',
      'lossy-links',
      'majority-partition-and-heal',
      'minority-partition',
      'nemesis',
      'one-way-cut-of-leader',
      'pause-leader',
      'power-cut',
      'replace-members',
      'rolling-restart',
      'stale-reads',
      'wiped-node',
    ]);
  });

  test.each(scenarios)('$name stands for itself', (scenario) => {
    expect(findScenario(scenario.name, SHIPPED)).toEqual(scenario);
    expect(scenario.protocol).toBeNull();
    expect(scenario.title).not.toBe(scenario.name);
    expect(scenario.description.length).toBeGreaterThan(80);
    expect(scenario.durationMs).toBeGreaterThanOrEqual(5_000);
    expect(scenario.durationMs).toBeLessThanOrEqual(16_000);
    const kinds = scenario.expect.map((expectation) => expectation.kind);
    expect(kinds).toEqual(expect.arrayContaining(['invariants', 'recoversWithinMs']));
  });
});

describe('finding a scenario', () => {
  test('an unknown name lists what there is', () => {
    expect(() => findScenario('nothing', SHIPPED)).toThrowError(
      expect.objectContaining({
        code: 'unknown-scenario',
        message: expect.stringContaining('leader-transfer, lossy-links') as string,
      }),
    );
  });

  test('a path is read, and its faults name it', () => {
    const file = join(directoryWith('mine.yaml', 'version: 1\n'), 'mine.yaml');
    expect(() => findScenario(file, SHIPPED)).toThrowError(
      expect.objectContaining({
        code: 'bad-scenario',
        message: expect.stringContaining(`${file}:1:1: `) as string,
      }),
    );
  });

  test('a directory is not a scenario', () => {
    expect(() => findScenario(SHIPPED, SHIPPED)).toThrowError(
      expect.objectContaining({ code: 'unknown-scenario' }),
    );
  });
});
