/**
 * Manual mode of a live cluster: what waits in the inbox of a node, and what its scheduler, a
 * person or the lab in a person's place, does with it.
 */
import type { Era } from './era.ts';
import type { NodeId, Position } from './ids.ts';
import type { Role } from './trace.ts';

/**
 * `message`: of another node. `request`: of a client. `link`: a frame of a session or the end of a
 * connection; it keeps its place behind the messages before it on its link and passes by itself
 * when they are gone.
 */
export type ManualItemKind = 'message' | 'request' | 'link';

export interface ManualItem {
  /** Unique among all lives of the node. */
  readonly id: number;
  readonly kind: ManualItemKind;
  /** The sender; null for a client. */
  readonly from: NodeId | null;
  readonly type: string;
  /** Its fields in one line, cut short. */
  readonly text: string;
  readonly bytes: number;
  /** When it arrived, since the start of the run. */
  readonly us: number;
}

/** A node in manual mode, as it stands between two turns. */
export interface ManualNodeState {
  readonly role: Role;
  readonly word: string;
  readonly era: Era;
  readonly committed: Position;
  readonly applied: Position;
  /** Ticks until its next timer: what `fire` lets pass. */
  readonly timerTicks: number;
  /** Ticks that have passed on its clock in this mode. */
  readonly firedTicks: number;
}

/** What a scheduler does to one node. */
export type ManualNodeAct =
  /** `ticks`: its clock catches up by so many first, as at the beginning of any turn. */
  | { readonly do: 'deliver'; readonly item: number; readonly ticks: number }
  | { readonly do: 'drop' | 'duplicate'; readonly item: number }
  /** Time passes on this node until its next timer is due, and no further. */
  | { readonly do: 'fire' };

/** Until when the lab plays the scheduler. `idle`: nothing waits in any inbox. */
export type ManualCondition =
  | { readonly is: 'leader' }
  | { readonly is: 'idle' }
  | { readonly is: 'committed'; readonly atLeast: Position }
  | { readonly is: 'applied'; readonly node: NodeId; readonly atLeast: Position };
