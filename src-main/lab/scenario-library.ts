/** The shipped scenarios, and how a name or a path given by a person is found. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { LabError } from '../contract/errors.ts';
import { compareIds } from '../vocabulary/ids.ts';
import type { ScenarioSpec } from '../vocabulary/scenario.ts';
import { parseScenario, SCENARIO_BYTES_MAX } from './scenario-file.ts';

/** Every scenario of the directory, by name. Throws on a file that does not parse. */
export function listScenarios(directory: string): ScenarioSpec[] {
  return scenarioNames(directory).map((name) => readScenarioFile(join(directory, `${name}.yaml`)));
}

/**
 * @param nameOrFile the name of a shipped scenario, or the path of a file.
 * @throws LabError `unknown-scenario`, `bad-scenario`.
 */
export function findScenario(nameOrFile: string, directory: string): ScenarioSpec {
  const names = scenarioNames(directory);
  if (names.includes(nameOrFile)) return readScenarioFile(join(directory, `${nameOrFile}.yaml`));
  if (!isFile(nameOrFile)) {
    throw new LabError(
      'unknown-scenario',
      `no scenario and no file is called "${nameOrFile}"; allowed: the path of a file, or ` +
        names.join(', '),
    );
  }
  return readScenarioFile(nameOrFile);
}

function readScenarioFile(file: string): ScenarioSpec {
  const { size } = statSync(file);
  if (size > SCENARIO_BYTES_MAX) {
    const message = `${size} bytes are too large; allowed: at most ${SCENARIO_BYTES_MAX}`;
    throw new LabError('bad-scenario', `${file}:1:1: ${message}`);
  }
  try {
    return parseScenario(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof LabError || !(error instanceof Error && 'code' in error)) throw error;
    throw new LabError('unknown-scenario', `cannot read ${file}: ${error.message}`);
  }
}

function scenarioNames(directory: string): string[] {
  return readdirSync(directory)
    .filter((file) => extname(file) === '.yaml')
    .map((file) => basename(file, '.yaml'))
    .sort(compareIds);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
