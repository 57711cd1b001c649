/**
 * Expected refusals a client can get: the second of the three kinds of error. `definite` says
 * whether the operation certainly did not happen; a client never turns an indefinite one into a
 * failure (protocols.md 4.2).
 */
import type { NodeId } from './ids.ts';

export type RefusalCode =
  | 'not-leader'
  | 'no-leader'
  | 'busy'
  | 'leadership-lost'
  | 'stopping'
  | 'session-expired'
  | 'stale-seq'
  | 'sequence-gap'
  | 'payload-mismatch'
  /** A change is under way, or the leader has committed nothing of its own yet. */
  | 'config-in-progress'
  /** The leader hands over; ask again soon, perhaps elsewhere. */
  | 'transferring'
  /** A learner that is too far behind to become a voter. */
  | 'not-caught-up'
  | 'bad-request';

export interface Refusal {
  readonly code: RefusalCode;
  /** Where to ask instead, when known. */
  readonly hint: NodeId | null;
  readonly message: string;
}

/** true: the operation certainly did not happen. */
export const REFUSAL_DEFINITE: Readonly<Record<RefusalCode, boolean>> = {
  'not-leader': true,
  'no-leader': true,
  busy: true,
  'leadership-lost': false,
  stopping: true,
  // An earlier send of the same operation may have taken effect before its session ended.
  'session-expired': false,
  'stale-seq': false,
  'sequence-gap': true,
  'payload-mismatch': true,
  'config-in-progress': true,
  transferring: true,
  'not-caught-up': true,
  'bad-request': true,
};

export function refuse(code: RefusalCode, message: string, hint: NodeId | null = null): Refusal {
  return { code, hint, message };
}
