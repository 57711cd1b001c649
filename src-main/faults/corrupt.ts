/**
 * A record in the middle of the log of a node that is down cannot be read any more. The node finds
 * that when it starts, and refuses to: a log with a hole is not the log it acknowledged
 * (protocols.md 0.4). Undone by putting the record back as it was.
 */
import type { NodeFault } from '../vocabulary/fault.ts';
import { aFaultKind } from './fault-kind.ts';

export const corruptFault = aFaultKind<Extract<NodeFault, { kind: 'corrupt' }>>({
  name: 'corrupt',
  needs: 'down',
  once: true,
  label: ({ node }) => `corrupt the log of ${node}`,
  begin: ({ node }) => [{ node, signal: 'corrupt' }],
  undo: ({ node }) => [
    { node, signal: 'mend-corrupt' },
    { node, signal: 'start-if-down' },
  ],
});
