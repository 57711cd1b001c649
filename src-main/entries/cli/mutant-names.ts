/** Names of mutants as a person gives them. */
import { LabError } from '../../contract/errors.ts';
import type { ProtocolDefinition } from '../../protocols/kernel/core.ts';

/** The names, each known to the protocol. @throws LabError with what is allowed. */
export function knownMutants(
  protocol: ProtocolDefinition,
  names: readonly string[],
): readonly string[] {
  const known = protocol.mutants.map((mutant) => mutant.name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const allowed = known.join(', ');
    throw new LabError(
      'bad-input',
      `${protocol.name} has no mutant "${name}"; allowed: ${allowed}`,
    );
  }
  return names;
}
