/**
 * Every message of a directed link takes longer, by a distribution (vocabulary/fault.ts), order
 * kept, as on a real connection. Several delays on one link add up. Undone: nothing is late any
 * more, what waits arrives at once and in order.
 */
import type { LinkFault } from '../vocabulary/fault.ts';
import { aLinkFault, outOf } from './fault-kind.ts';

const DELAY_MS_MAX = 60_000;

export const delayFault = aLinkFault<Extract<LinkFault, { kind: 'delay' }>>(
  'delay',
  ({ delayMs, jitterMs, distribution = 'uniform' }, links) => {
    const jitter = jitterMs === 0 ? '' : ` ± ${jitterMs}`;
    const shape = distribution === 'uniform' ? '' : ` (${distribution})`;
    return `delay ${links} by ${delayMs}${jitter} ms${shape}`;
  },
  ({ delayMs, jitterMs }) =>
    outOf('delayMs', delayMs, 0, DELAY_MS_MAX) ?? outOf('jitterMs', jitterMs, 0, DELAY_MS_MAX),
);
