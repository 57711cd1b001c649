/**
 * Every sync of the node takes longer, by a delay that is drawn anew each time; order is kept.
 * Undone: what waits is completed at once, in order.
 */
import type { NodeFault } from '../vocabulary/fault.ts';
import { aFaultKind, outOf } from './fault-kind.ts';

const DELAY_MS_MAX = 60_000;

export const slowDiskFault = aFaultKind<Extract<NodeFault, { kind: 'slow-disk' }>>({
  name: 'slow-disk',
  needs: 'any',
  label: ({ node, delayMs, jitterMs }) =>
    `slow the disk of ${node} by ${delayMs}${jitterMs === 0 ? '' : ` ± ${jitterMs}`} ms`,
  check: ({ delayMs, jitterMs }) =>
    outOf('delayMs', delayMs, 0, DELAY_MS_MAX) ?? outOf('jitterMs', jitterMs, 0, DELAY_MS_MAX),
  rules: ({ delayMs, jitterMs }, before) => {
    const { disk } = before;
    const slower = { delayMs: disk.delayMs + delayMs, jitterMs: disk.jitterMs + jitterMs };
    return { ...before, disk: { ...disk, ...slower } };
  },
});
