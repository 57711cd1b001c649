/** Which reads a protocol has; a level it does not have would only be refused, one by one. */
import { LabError } from '../contract/errors.ts';
import { protocolDefinition } from '../protocols/index.ts';
import type { ProtocolName } from '../vocabulary/ids.ts';
import type { Json } from '../vocabulary/json.ts';
import type { ReadLevel } from '../vocabulary/read-level.ts';

export function readLevelsOf(protocol: ProtocolName): readonly ReadLevel[] {
  return ['log', ...protocolDefinition(protocol).readLevels];
}

/** @throws LabError when clients could not read this way. */
export function ensureReadLevel(protocol: ProtocolName, level: ReadLevel = 'log'): void {
  const levels = readLevelsOf(protocol);
  if (levels.includes(level)) return;
  const text = `${protocol} has no reads of level ${level}; it has ${levels.join(', ')}`;
  throw new LabError('not-possible-now', text);
}

/** What a cluster has to be started with so that clients can read this way: a lease restricts when
 *  its voters may vote, so it cannot be switched on later. */
export function readOptions(level: ReadLevel = 'log'): { readonly [name: string]: Json } {
  return level === 'lease' ? { leaseReads: true } : {};
}
