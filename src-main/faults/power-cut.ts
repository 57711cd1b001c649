/**
 * The power goes: `ms` before it the disk stops completing writes, then the process is killed, and
 * what was not synced is gone. Undone by starting the node again, on what its disk has.
 */
import type { FaultSpec } from '../vocabulary/fault.ts';
import type { FaultKind } from './fault-kind.ts';

/** Longer than that the node would be a node with a held disk, which is a fault of its own. */
const UNSYNCED_MS_MAX = 60_000;

type Spec = Extract<FaultSpec, { kind: 'power-cut' }>;

export const powerCutFault: FaultKind<Spec> = {
  name: 'power-cut',
  check: ({ ms }) =>
    ms >= 0 && ms <= UNSYNCED_MS_MAX ? null : `ms goes from 0 to ${UNSYNCED_MS_MAX}`,
  label: ({ node, ms }) => {
    return `power cut of ${node}${ms === 0 ? '' : `, losing the writes of ${ms} ms`}`;
  },
  begin: ({ node, ms }) => [
    { node, signal: 'hold-disk' },
    { node, signal: 'kill', afterMs: ms },
  ],
  undo: ({ node }) => [{ node, signal: 'start' }],
  links: () => [],
  rule: (_spec, before) => before,
};
