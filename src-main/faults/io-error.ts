/**
 * The next write or sync fails with an I/O error. After a failed sync nobody knows what is on
 * disk, so the node ends (protocols.md 0.4), and so it goes with every start while it lasts.
 * Undone by mending the disk, and by starting the node when it went down.
 */
import type { NodeFault } from '../vocabulary/fault.ts';
import { aFaultKind } from './fault-kind.ts';

export const ioErrorFault = aFaultKind<Extract<NodeFault, { kind: 'io-error' }>>({
  name: 'io-error',
  needs: 'any',
  once: true,
  label: ({ node, on }) => `fail the ${on}s of ${node}`,
  undo: ({ node }) => [{ node, signal: 'start-if-down' }],
  rules: ({ on }, before) => ({ ...before, disk: { ...before.disk, failure: on } }),
});
