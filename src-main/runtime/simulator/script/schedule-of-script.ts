/** What a script did, action by action, up to the first broken invariant. */
import type { Violation } from '../invariants/violation.ts';
import type { Schedule } from '../swarm/minimise.ts';
import { runScript } from './run-script.ts';
import type { ScriptOptions } from './session.ts';

export function scheduleOfScript(
  text: string,
  options: ScriptOptions,
): Schedule & { readonly violation: Violation | null } {
  const { violations, world } = runScript(text, { ...options, record: true });
  return { spec: world.spec, actions: world.record ?? [], violation: violations[0] ?? null };
}
