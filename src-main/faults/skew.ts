/**
 * The node's clock runs at another rate than the others': leases and timers end early or late. Two
 * skews multiply. Undone by the right rate; what was gained or lost stays.
 */
import type { NodeFault } from '../vocabulary/fault.ts';
import { aFaultKind, outOf } from './fault-kind.ts';

const RATE_MIN = 0.1;
const RATE_MAX = 10;

export const skewFault = aFaultKind<Extract<NodeFault, { kind: 'skew' }>>({
  name: 'skew',
  needs: 'any',
  label: ({ node, rate }) => `run the clock of ${node} at ${rate}`,
  check: ({ rate }) => outOf('rate', rate, RATE_MIN, RATE_MAX),
  rules: ({ rate }, before) => ({ ...before, clock: { rate: before.clock.rate * rate } }),
});
