/**
 * The disk takes writes and does not complete them: nothing that waits for one leaves the node,
 * and a kill loses them. Undone by completing what waits, in order.
 */
import type { NodeFault } from '../vocabulary/fault.ts';
import { aFaultKind } from './fault-kind.ts';

export const holdDiskFault = aFaultKind<Extract<NodeFault, { kind: 'hold-disk' }>>({
  name: 'hold-disk',
  once: true,
  label: ({ node }) => `hold the disk of ${node}`,
  begin: ({ node }) => [{ node, signal: 'hold-disk' }],
  undo: ({ node }) => [{ node, signal: 'release-disk' }],
});
