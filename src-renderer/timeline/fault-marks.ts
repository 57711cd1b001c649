/**
 * How each kind of fault is marked: a letter of its own, and the colour of its family. Letters tell
 * kinds apart where colours do not have to be seen.
 */
import type { FaultKindName } from '../../src-main/contract/words.ts';

/** `down`: no process; `hang`: a process that answers late or never; `lost`, `late`: messages. */
export type FaultFamily = 'down' | 'hang' | 'disk' | 'clock' | 'lost' | 'late';

interface FaultMark {
  readonly letter: string;
  readonly family: FaultFamily;
  /** The name of the kind in a narrow place. */
  readonly short: string;
}

export const FAULT_MARKS: Readonly<Record<FaultKindName, FaultMark>> = {
  kill: { letter: 'K', family: 'down', short: 'kill' },
  stop: { letter: 'E', family: 'down', short: 'stop' },
  'crash-at': { letter: 'A', family: 'down', short: 'crash at' },
  'power-cut': { letter: 'O', family: 'down', short: 'power' },
  pause: { letter: 'P', family: 'hang', short: 'pause' },
  slow: { letter: 'S', family: 'hang', short: 'slow' },
  'hold-disk': { letter: 'H', family: 'disk', short: 'hold' },
  'slow-disk': { letter: 'Y', family: 'disk', short: 'slow' },
  'full-disk': { letter: 'F', family: 'disk', short: 'full' },
  'io-error': { letter: 'I', family: 'disk', short: 'error' },
  corrupt: { letter: 'U', family: 'disk', short: 'corrupt' },
  wipe: { letter: 'W', family: 'disk', short: 'wipe' },
  skew: { letter: 'T', family: 'clock', short: 'skew' },
  jump: { letter: 'J', family: 'clock', short: 'jump' },
  cut: { letter: 'X', family: 'lost', short: 'cut' },
  loss: { letter: 'L', family: 'lost', short: 'loss' },
  hold: { letter: 'Q', family: 'lost', short: 'hold' },
  delay: { letter: 'D', family: 'late', short: 'delay' },
  reorder: { letter: 'R', family: 'late', short: 'reorder' },
  duplicate: { letter: '2', family: 'late', short: 'twice' },
  bandwidth: { letter: 'B', family: 'late', short: 'limit' },
};

/** The colour of a kind, for canvases: a name of the palette. */
export function faultInk(kind: FaultKindName): `fault-${FaultFamily}` {
  return `fault-${FAULT_MARKS[kind].family}`;
}

/** The colour of a kind, for style attributes. */
export function faultVar(kind: FaultKindName): string {
  return `var(--${faultInk(kind)})`;
}
