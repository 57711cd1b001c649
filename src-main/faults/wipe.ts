/**
 * The disk of a node that is down is lost. Nothing brings it back: the node's next start is on an
 * empty disk with an identity of its own (protocols.md 0.5), and it takes part again once it is
 * added to the cluster. Over when the node is started.
 */
import type { NodeFault } from '../vocabulary/fault.ts';
import { aFaultKind } from './fault-kind.ts';

export const wipeFault = aFaultKind<Extract<NodeFault, { kind: 'wipe' }>>({
  name: 'wipe',
  needs: 'down',
  label: ({ node }) => `wipe ${node}`,
  begin: ({ node }) => [{ node, signal: 'wipe' }],
});
