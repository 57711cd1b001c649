/**
 * Reads a scenario file: YAML to `ScenarioSpec`. Every fault of the file is reported with file,
 * line, column, what was wrong and what is allowed there.
 */
import type { z } from 'zod';
import { explainIssue, placeOf } from '../contract/issues.ts';
import { LabError } from '../contract/errors.ts';
import { scenarioFileSchema, type ScenarioFile } from '../contract/scenario.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../vocabulary/ids.ts';
import type { ScenarioSpec } from '../vocabulary/scenario.ts';
import { misfitsOf } from './scenario-checks.ts';
import { inOrder, scenarioStep } from './scenario-step.ts';
import { YamlFile, type Problem } from './scenario-yaml.ts';

/** A file of more than this is a mistake, and would take long to refuse otherwise. */
export const SCENARIO_BYTES_MAX = 256 * 1024;
const PROBLEMS_SHOWN = 5;

/**
 * @param source the YAML text.
 * @param file what the messages call it.
 * @throws LabError `bad-scenario` with up to five `file:line:col: message` lines.
 */
export function parseScenario(source: string, file: string): ScenarioSpec {
  const bytes = Buffer.byteLength(source);
  if (bytes > SCENARIO_BYTES_MAX) {
    const message = `${bytes} bytes are too large; allowed: at most ${SCENARIO_BYTES_MAX}`;
    throw badScenario(file, [{ line: 1, col: 1, message }]);
  }
  const yaml = new YamlFile(source);
  if (yaml.problems.length > 0) throw badScenario(file, yaml.problems);
  const parsed = scenarioFileSchema.safeParse(yaml.value, { error: explainIssue });
  if (!parsed.success) {
    throw badScenario(
      file,
      parsed.error.issues.map((issue) => problemOf(yaml, issue)),
    );
  }
  const misfits = misfitsOf(parsed.data);
  if (misfits.length > 0) {
    throw badScenario(
      file,
      misfits.map((misfit) => ({
        ...yaml.placeOf(misfit.path),
        message: `${placeOf(misfit.path)}${misfit.message}`,
      })),
    );
  }
  return specOf(parsed.data, yaml, source);
}

function problemOf(yaml: YamlFile, issue: z.core.$ZodIssue): Problem {
  const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const place = key === undefined ? yaml.placeOf(issue.path) : yaml.placeOfKey(issue.path, key);
  return { ...place, message: `${placeOf(issue.path)}${issue.message}` };
}

function badScenario(file: string, problems: readonly Problem[]): LabError {
  const lines = [...problems]
    .sort((a, b) => a.line - b.line || a.col - b.col)
    .slice(0, PROBLEMS_SHOWN)
    .map((problem) => `${file}:${problem.line}:${problem.col}: ${problem.message}`);
  return new LabError('bad-scenario', lines.join('\n'));
}

function specOf(file: ScenarioFile, yaml: YamlFile, source: string): ScenarioSpec {
  const { cluster } = file;
  return {
    version: 1,
    name: file.name,
    title: file.title ?? file.name,
    description: file.description.trim(),
    nodes: cluster.nodes,
    protocol: cluster.protocol ?? null,
    service: cluster.service,
    options: cluster.options,
    mutants: cluster.mutants,
    timing: cluster.timing,
    seed: file.seed,
    workload: file.workload,
    durationMs: file.durationMs,
    steps: inOrder(
      file.steps.map((step, at) => scenarioStep(step, yaml.placeOf(['steps', at]).line)),
    ),
    expect: file.expect,
    expectOf: definedOnly(file.expectOf),
    readLevelOf: definedOnly(file.readLevelOf),
    expected: definedOnly(file.expected),
    nemesis: file.nemesis,
    source,
  };
}

/** Without what was left out: absent and undefined are not the same. */
function definedOnly<T>(given: { readonly [protocol in ProtocolName]?: T | undefined }): {
  readonly [protocol in ProtocolName]?: T;
} {
  const found: { [protocol in ProtocolName]?: T } = {};
  for (const protocol of PROTOCOL_NAMES) {
    const value = given[protocol];
    if (value !== undefined) found[protocol] = value;
  }
  return found;
}
