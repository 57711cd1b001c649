import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { findScenario, listScenarios } from '../../../src-main/lab/scenario-library.ts';
import { scenarioOf } from '../../../src-main/lab/scenario-of-protocol.ts';
import { PROTOCOL_NAMES } from '../../../src-main/vocabulary/ids.ts';

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
      'x01-leader-crash',
      'x02-isolated-leader',
      'x03-partitions',
      'x04-bridge-node',
      'x05-half-open-leader',
      'x06-paused-leader',
      'x07-rolling-restart',
      'x08-power-cut',
      'x09-amnesia',
      'x10-slow-disk-of-leader',
      'x11-slow-link',
      'x12-grow-and-shrink',
      'x13-replace-everybody',
      'x14-duplicates',
      'x15-reordering',
      'x16-lagging-follower',
      'x17-lost-replies',
      'x18-clock-skew',
      'x19-aligned-timers',
      'x20-full-disk-in-truncate',
    ]);
  });

  test.each(scenarios)('$name stands for itself', (scenario) => {
    expect(findScenario(scenario.name, SHIPPED)).toEqual(scenario);
    expect(scenario.protocol).toBeNull();
    expect(scenario.title).not.toBe(scenario.name);
    expect(scenario.description.length).toBeGreaterThan(80);
    expect(scenario.durationMs).toBeGreaterThanOrEqual(5_000);
    expect(scenario.durationMs).toBeLessThanOrEqual(16_000);
  });

  test.each(scenarios)('$name says what is owed under every protocol', (scenario) => {
    for (const protocol of PROTOCOL_NAMES) {
      const { expect: expected } = scenarioOf(protocol, scenario);
      const kinds = expected.map((expectation) => expectation.kind);
      expect(kinds).toContain('invariants');
      // With every link reordered no session of ZAB lasts.
      const isOwed = !(scenario.name === 'x15-reordering' && protocol === 'zab');
      expect(kinds.includes('recoversWithinMs')).toBe(isOwed);
    }
  });

  const presets = scenarios.filter(({ name }) => /^x\d\d-/.test(name));

  test('are twenty presets that say in words what each protocol legally does', () => {
    expect(presets).toHaveLength(20);
    for (const { expected } of presets) {
      const words = PROTOCOL_NAMES.map((protocol) => expected[protocol] ?? '');
      for (const text of words) expect(text.length).toBeGreaterThan(60);
      expect(new Set(words).size).toBe(3);
    }
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
