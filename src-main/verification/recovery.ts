/** How soon clients were served again after each fault (design.md 8, `recoversWithinMs`). */
import type { FaultRecord } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import {
  faultMoments,
  hasMajorityAt,
  type FaultMoment,
  type LifeChange,
} from './fault-timeline.ts';
import type { SuccessTimes } from './success-times.ts';

export interface RecoveryTime {
  readonly moment: FaultMoment;
  /** From the moment to the next success; null when there was none until the end. */
  readonly recoveredUs: number | null;
}

/**
 * For every start or end of a fault after which a majority runs and is connected: the time to the
 * next successful operation. A moment is left out when the majority is lost again before that
 * success: nobody could have served.
 */
export function recoveryTimes(
  nodeIds: readonly NodeId[],
  faults: readonly FaultRecord[],
  changes: readonly LifeChange[],
  successes: SuccessTimes,
): RecoveryTime[] {
  const moments = faultMoments(faults);
  const times: RecoveryTime[] = [];
  for (const [index, moment] of moments.entries()) {
    if (!hasMajorityAt(moment.us, nodeIds, faults, changes)) continue;
    const next = successes.nextAfter(moment.us);
    const until = next ?? Number.POSITIVE_INFINITY;
    const lostAgain = moments
      .slice(index + 1)
      .some(({ us }) => us < until && !hasMajorityAt(us, nodeIds, faults, changes));
    if (!lostAgain) times.push({ moment, recoveredUs: next === null ? null : next - moment.us });
  }
  return times;
}
