/**
 * Simulated nodes that are to be killed at a named point. The turn in which that happens is left by
 * an exception: nothing behind the point happens, as for a process that is gone.
 */
import { killedAtText, type CrashPoint } from '../../../vocabulary/crash-points.ts';
import type { NodeRules } from '../../../vocabulary/fault.ts';
import type { ArmedCrash } from './armed-crash.ts';
import type { SimNode } from './sim-node.ts';

/** Thrown out of the driver, and caught where its turn was begun. */
export class KilledAtPoint extends Error {
  readonly armed: ArmedCrash;

  constructor(armed: ArmedCrash) {
    super(killedAtText(armed));
    this.armed = armed;
  }
}

/** What a driver passes its points to; null while none is armed. */
export function passingOf(node: SimNode): ((point: CrashPoint) => void) | null {
  if (node.armed.length === 0) return null;
  return (point) => {
    for (const armed of node.armed) {
      if (armed.point !== point) continue;
      armed.passed += 1;
      if (armed.passed === armed.nth) throw new KilledAtPoint(armed);
    }
  };
}

/** From now on exactly these; one that is armed already goes on counting. */
export function setArmed(node: SimNode, wanted: NodeRules['crashAt']): void {
  node.armed = wanted.map((crash) => {
    const known = node.armed.find(({ fault }) => fault === crash.fault);
    return known ?? { ...crash, passed: 0 };
  });
}
