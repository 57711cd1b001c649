/**
 * A clean stop: the node closes its files and ends. Undone by starting it again.
 */
import type { NodeFault } from '../vocabulary/fault.ts';
import { aFaultKind } from './fault-kind.ts';

export const stopFault = aFaultKind<Extract<NodeFault, { kind: 'stop' }>>({
  name: 'stop',
  label: ({ node }) => `stop ${node}`,
  begin: ({ node }) => [{ node, signal: 'stop' }],
  undo: ({ node }) => [{ node, signal: 'start' }],
});
