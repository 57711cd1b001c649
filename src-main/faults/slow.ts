/**
 * The event loop of the node stands still for a while, again and again: a garbage collector, a
 * swapping machine. Undone by letting it run.
 */
import type { NodeFault } from '../vocabulary/fault.ts';
import { aFaultKind, outOf } from './fault-kind.ts';

/** Its undo is heard between two stalls, and is to come within a second. */
export const STALL_MS_MAX = 800;
const EVERY_MS_MAX = 60_000;

export const slowFault = aFaultKind<Extract<NodeFault, { kind: 'slow' }>>({
  name: 'slow',
  needs: 'any',
  once: true,
  label: ({ node, stallMs, everyMs }) => `stall ${node} for ${stallMs} ms every ${everyMs} ms`,
  check: ({ stallMs, everyMs }) =>
    outOf('stallMs', stallMs, 1, STALL_MS_MAX) ??
    outOf('everyMs', everyMs, stallMs + 1, EVERY_MS_MAX),
  rules: ({ stallMs, everyMs }, before) => ({ ...before, stall: { stallMs, everyMs } }),
});
