/**
 * Messages of a directed link overtake one another: each waits up to `windowMs` on its own. Over
 * sessions (ZAB), whose order is the transport's promise, they wait as long and keep their order.
 */
import type { LinkFault } from '../vocabulary/fault.ts';
import { aLinkFault, outOf } from './fault-kind.ts';

const WINDOW_MS_MAX = 60_000;

export const reorderFault = aLinkFault<Extract<LinkFault, { kind: 'reorder' }>>(
  'reorder',
  ({ windowMs }, links) => `reorder ${links} within ${windowMs} ms`,
  ({ windowMs }) => outOf('windowMs', windowMs, 1, WINDOW_MS_MAX),
);
