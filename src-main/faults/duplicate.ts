/**
 * A message of a directed link arrives twice, with this probability; the copy comes up to
 * `windowMs` later. Over sessions (ZAB) the copy is recognised and dropped, as a TCP connection
 * does.
 */
import type { LinkFault } from '../vocabulary/fault.ts';
import { aLinkFault, outOf, percent } from './fault-kind.ts';

const WINDOW_MS_MAX = 60_000;

export const duplicateFault = aLinkFault<Extract<LinkFault, { kind: 'duplicate' }>>(
  'duplicate',
  ({ probability }, links) => `duplicate ${percent(probability)} of ${links}`,
  ({ probability, windowMs }) =>
    outOf('probability', probability, 0, 1) ?? outOf('windowMs', windowMs, 0, WINDOW_MS_MAX),
);
