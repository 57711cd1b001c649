/**
 * The power goes: `ms` before it the disk stops completing writes, then the process is killed, and
 * what was not synced is gone. Undone by starting the node again, on what its disk has.
 */
import type { NodeFault } from '../vocabulary/fault.ts';
import { aFaultKind, outOf } from './fault-kind.ts';

/** Longer than that the node would be a node with a held disk, which is a fault of its own. */
const UNSYNCED_MS_MAX = 60_000;

export const powerCutFault = aFaultKind<Extract<NodeFault, { kind: 'power-cut' }>>({
  name: 'power-cut',
  label: ({ node, ms }) =>
    `power cut of ${node}${ms === 0 ? '' : `, losing the writes of ${ms} ms`}`,
  check: ({ ms }) => outOf('ms', ms, 0, UNSYNCED_MS_MAX),
  begin: ({ node, ms }) => [
    { node, signal: 'hold-disk' },
    { node, signal: 'kill', afterMs: ms },
  ],
  undo: ({ node }) => [{ node, signal: 'start' }],
});
