/** A death that was ordered: at which named point, and how often that was passed. */
import type { CrashPoint } from '../../../vocabulary/crash-points.ts';

export interface ArmedCrash {
  /** Number in the ledger, 0 for none. */
  readonly fault: number;
  readonly point: CrashPoint;
  readonly nth: number;
  /** Passages so far, of this life and since it was armed. */
  passed: number;
}
