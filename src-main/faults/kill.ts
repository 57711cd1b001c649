/**
 * SIGKILL: the process is gone at once; its sockets close, which its peers notice. What was synced
 * stays on disk. Undone by starting the node again.
 */
import type { NodeFault } from '../vocabulary/fault.ts';
import { aFaultKind } from './fault-kind.ts';

export const killFault = aFaultKind<Extract<NodeFault, { kind: 'kill' }>>({
  name: 'kill',
  label: ({ node }) => `kill ${node}`,
  begin: ({ node }) => [{ node, signal: 'kill' }],
  undo: ({ node }) => [{ node, signal: 'start' }],
});
