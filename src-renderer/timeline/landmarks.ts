/**
 * The moments worth going to: where a role changes, a fault begins or ends, the cluster or
 * a snapshot changes, a rule breaks.
 */
import type { EventClass } from './event-text.ts';
import type { ClusterHistory } from './history.ts';

const LANDMARKS: readonly EventClass[] = ['roles', 'faults', 'changes', 'rules'];

/** Whether a history alone can tell where events of these classes are. */
export function areLandmarks(classes: readonly EventClass[]): boolean {
  return classes.length > 0 && classes.every((kind) => LANDMARKS.includes(kind));
}

/** The landmark next to `us` in one direction; null where there is none. */
export function nextLandmark(
  history: ClusterHistory,
  classes: readonly EventClass[],
  us: number,
  direction: 'forward' | 'back',
): number | null {
  let best: number | null = null;
  const offer = (at: number | null): void => {
    if (at === null || (direction === 'forward' ? at <= us : at >= us)) return;
    if (best === null || (direction === 'forward' ? at < best : at > best)) best = at;
  };
  if (classes.includes('faults')) {
    for (const fault of history.faults) {
      offer(fault.startUs);
      offer(fault.endUs);
    }
  }
  if (classes.includes('changes')) {
    for (const change of history.changes) offer(change.us);
    for (const command of history.commands) {
      offer(command.startUs);
      offer(command.endUs);
    }
  }
  if (classes.includes('rules')) for (const violation of history.violations) offer(violation.us);
  if (classes.includes('roles')) {
    for (const id of history.nodeIds) {
      for (const segment of history.strips[id] ?? []) if (segment.us > 0) offer(segment.us);
    }
  }
  return best;
}
