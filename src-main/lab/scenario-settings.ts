/**
 * Options and mutants of a scenario. A file for several protocols may name what only one of them
 * has; each protocol gets what is its own.
 */
import type { ScenarioFile } from '../contract/scenario.ts';
import { protocolDefinition } from '../protocols/index.ts';
import type { ProtocolDefinition } from '../protocols/kernel/core.ts';
import { readLevelsOf, readOptions } from './read-levels.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../vocabulary/ids.ts';
import type { ScenarioSpec } from '../vocabulary/scenario.ts';

interface Misfit {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The options and mutants of the scenario that this protocol knows. */
export function settingsFor(
  spec: Pick<ScenarioSpec, 'options' | 'mutants' | 'workload'>,
  protocol: ProtocolName,
): Pick<ScenarioSpec, 'options' | 'mutants'> {
  const definition = protocolDefinition(protocol);
  const asked = { ...readOptions(spec.workload.readLevel), ...spec.options };
  const options = Object.entries(asked).filter(([name]) => hasOption(definition, name));
  return {
    options: Object.fromEntries(options),
    mutants: spec.mutants.filter((name) => hasMutant(definition, name)),
  };
}

/** Names and types that no protocol the file may run on knows. */
export function settingsMisfits(file: ScenarioFile): Misfit[] {
  const { protocol, options, mutants } = file.cluster;
  const names = protocol === undefined ? PROTOCOL_NAMES : [protocol];
  const definitions = names.map(protocolDefinition);
  const misfits = [
    ...Object.entries(options).flatMap(([name, value]) => optionMisfits(definitions, name, value)),
    ...mutants.flatMap((name, at) => mutantMisfits(definitions, name, at)),
  ];
  misfits.push(...names.flatMap((name) => readMisfits(name, file)));
  if (misfits.length > 0) return misfits;
  return definitions.flatMap((definition) => clusterMisfits(definition, file));
}

/** A level that a protocol does not have would only be refused, one read after the other. */
function readMisfits(protocol: ProtocolName, { readLevelOf }: ScenarioFile): Misfit[] {
  const level = readLevelOf[protocol];
  const allowed = readLevelsOf(protocol);
  if (level === undefined || allowed.includes(level)) return [];
  const message = `${level} is no level of ${protocol}; allowed: ${listed(allowed)}`;
  return [{ path: ['readLevelOf', protocol], message }];
}

/** Options that are fine one by one, but not together or not for so many nodes. */
function clusterMisfits(definition: ProtocolDefinition, { cluster }: ScenarioFile): Misfit[] {
  const own = Object.entries(cluster.options).filter(([name]) => hasOption(definition, name));
  const ids = Array.from({ length: cluster.nodes }, (_, i) => `n${i + 1}`);
  const message = definition.clusterProblem?.(ids, Object.fromEntries(own)) ?? null;
  return message === null ? [] : [{ path: ['cluster', 'options'], message }];
}

function optionMisfits(
  definitions: readonly ProtocolDefinition[],
  name: string,
  value: unknown,
): Misfit[] {
  const path = ['cluster', 'options', name];
  const known = definitions.filter((definition) => hasOption(definition, name));
  if (known.length === 0) {
    const all = definitions.flatMap((definition) => Object.keys(definition.defaultOptions));
    return [{ path, message: `unknown option; allowed: ${listed(all)}` }];
  }
  const types = known.map((definition) => typeof definition.defaultOptions[name]);
  if (types.includes(typeof value)) return [];
  const message = `${JSON.stringify(value)} is not allowed; allowed: a ${listed(types)}`;
  return [{ path, message }];
}

function mutantMisfits(
  definitions: readonly ProtocolDefinition[],
  name: string,
  at: number,
): Misfit[] {
  if (definitions.some((definition) => hasMutant(definition, name))) return [];
  const all = definitions.flatMap((definition) => definition.mutants.map((mutant) => mutant.name));
  const message = `unknown rule "${name}"; allowed: ${listed(all)}`;
  return [{ path: ['cluster', 'mutants', at], message }];
}

function hasOption(definition: ProtocolDefinition, name: string): boolean {
  return Object.hasOwn(definition.defaultOptions, name);
}

function hasMutant(definition: ProtocolDefinition, name: string): boolean {
  return definition.mutants.some((mutant) => mutant.name === name);
}

function listed(words: readonly string[]): string {
  return words.length === 0 ? 'none' : [...new Set(words)].join(', ');
}
