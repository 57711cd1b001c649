/**
 * SIGSTOP, or a cooperative freeze where the system has none: sockets stay open, timers stand
 * still, nothing is answered. Peers notice by time-out only. Undone by SIGCONT.
 */
import type { NodeFault } from '../vocabulary/fault.ts';
import { aFaultKind } from './fault-kind.ts';

export const pauseFault = aFaultKind<Extract<NodeFault, { kind: 'pause' }>>({
  name: 'pause',
  once: true,
  label: ({ node }) => `pause ${node}`,
  begin: ({ node }) => [{ node, signal: 'pause' }],
  undo: ({ node }) => [{ node, signal: 'resume' }],
});
