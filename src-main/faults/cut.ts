/**
 * Nothing passes a directed link, or nothing of some types, or the next few messages do not. A
 * one-way cut names one direction; isolation and partitions are sets of cut links. Messages under
 * way are lost. Nobody is told: a session is closed by the end that sees the hole, with the first
 * message that passes again. Undone by letting messages pass.
 */
import type { LinkFault } from '../vocabulary/fault.ts';
import { aLinkFault } from './fault-kind.ts';

export const cutFault = aLinkFault<Extract<LinkFault, { kind: 'cut' }>>(
  'cut',
  (_, links) => `cut ${links}`,
);
