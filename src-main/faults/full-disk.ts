/**
 * The disk is full: the next write that needs room fails, which ends the node (protocols.md 0.4),
 * and so it goes with every start while it lasts. Undone by making room, and by starting the node
 * when it went down.
 */
import type { NodeFault } from '../vocabulary/fault.ts';
import { aFaultKind } from './fault-kind.ts';

export const fullDiskFault = aFaultKind<Extract<NodeFault, { kind: 'full-disk' }>>({
  name: 'full-disk',
  needs: 'any',
  once: true,
  label: ({ node }) => `fill the disk of ${node}`,
  undo: ({ node }) => [{ node, signal: 'start-if-down' }],
  rules: (_spec, before) => ({ ...before, disk: { ...before.disk, failure: 'full' } }),
});
