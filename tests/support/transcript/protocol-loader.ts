/** Finds the core of a protocol by its name. */
import type { ProtocolDefinition } from '../../../src-main/protocols/kernel/core.ts';
import { PROTOCOL_NAMES } from '../../../src-main/vocabulary/ids.ts';
import { echoDefinition } from './echo-core.ts';

/** Cores are loaded when they are asked for: the tests of one do not need the others to load. */
export async function loadProtocol(name: string): Promise<ProtocolDefinition> {
  if (name === 'echo') return echoDefinition;
  if (name === 'echo-sessions') return { ...echoDefinition, overSessions: true };
  if (!PROTOCOL_NAMES.some((known) => known === name)) throw new Error(`no protocol ${name}`);
  const file = `../../../src-main/protocols/${name}/definition.ts`;
  const exported = (await import(/* @vite-ignore */ file)) as Record<string, ProtocolDefinition>;
  const definition = exported[`${name}Definition`];
  if (definition === undefined) throw new Error(`${file} does not export ${name}Definition`);
  return definition;
}
