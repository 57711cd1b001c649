/**
 * Messages of a directed link are kept, and let go in their order when the fault is undone. Unlike
 * a cut it loses nothing: the late messages of the literature. Over sessions (ZAB) nothing
 * overtakes what is held.
 */
import type { LinkFault } from '../vocabulary/fault.ts';
import { aLinkFault } from './fault-kind.ts';

export const holdFault = aLinkFault<Extract<LinkFault, { kind: 'hold' }>>(
  'hold',
  (_, links) => `hold ${links}`,
);
