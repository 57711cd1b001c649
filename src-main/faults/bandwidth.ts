/**
 * A directed link passes so many bytes a second: what is larger takes longer, what comes after
 * waits. Undone: what waits arrives at once.
 */
import type { LinkFault } from '../vocabulary/fault.ts';
import { aLinkFault, outOf } from './fault-kind.ts';

const BYTES_MIN = 100;
const BYTES_MAX = 1_000_000_000;

export const bandwidthFault = aLinkFault<Extract<LinkFault, { kind: 'bandwidth' }>>(
  'bandwidth',
  ({ bytesPerSecond }, links) => `limit ${links} to ${bytesPerSecond} bytes a second`,
  ({ bytesPerSecond }) => outOf('bytesPerSecond', bytesPerSecond, BYTES_MIN, BYTES_MAX),
);
