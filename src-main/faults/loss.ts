/**
 * Each message of a directed link is lost with this probability, drawn from the seeded generator of
 * the link; with 1 and `first: 3` the next three are. Two losses on one link are independent.
 */
import type { LinkFault } from '../vocabulary/fault.ts';
import { aLinkFault, outOf, percent } from './fault-kind.ts';

export const lossFault = aLinkFault<Extract<LinkFault, { kind: 'loss' }>>(
  'loss',
  ({ probability }, links) => `lose ${percent(probability)} of ${links}`,
  ({ probability }) => outOf('probability', probability, 0, 1),
);
