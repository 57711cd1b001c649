/**
 * The node's clock is further at once, as after a sleep of the machine: every timer that ends in
 * that time fires. It happens and is over; nothing turns a clock back.
 */
import type { NodeFault } from '../vocabulary/fault.ts';
import { aFaultKind, outOf } from './fault-kind.ts';

const JUMP_MS_MAX = 600_000;

export const jumpFault = aFaultKind<Extract<NodeFault, { kind: 'jump' }>>({
  name: 'jump',
  momentary: true,
  label: ({ node, ms }) => `jump the clock of ${node} by ${ms} ms`,
  check: ({ ms }) => outOf('ms', ms, 1, JUMP_MS_MAX),
  begin: ({ node, ms }) => [{ node, signal: 'jump', ms }],
});
