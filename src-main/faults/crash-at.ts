/**
 * The node is killed when it passes a named point of what it does with an input (vocabulary/crash-
 * points.ts) for the nth time since the fault began, or since its life did. Over when it is
 * started again; undone before that, nothing happens.
 */
import type { NodeFault } from '../vocabulary/fault.ts';
import { aFaultKind, outOf } from './fault-kind.ts';

const NTH_MAX = 1_000_000;

export const crashAtFault = aFaultKind<Extract<NodeFault, { kind: 'crash-at' }>>({
  name: 'crash-at',
  needs: 'any',
  label: ({ node, point, nth }) => `kill ${node} at ${point}${nth === 1 ? '' : `, passage ${nth}`}`,
  check: ({ nth }) => (Number.isInteger(nth) ? outOf('nth', nth, 1, NTH_MAX) : 'nth is whole'),
  undo: ({ node }) => [{ node, signal: 'start-if-down' }],
  rules: ({ point, nth }, before, fault) => ({
    ...before,
    crashAt: [...before.crashAt, { fault, point, nth }],
  }),
});
