/**
 * What an operator asks of a running cluster: its membership, who leads, snapshots. The same words
 * in a scenario, a call and on the screen; how each is carried out stands in lab/admin-desk.ts.
 */
import type { FaultOrigin } from './fault.ts';
import type { NodeId } from './ids.ts';

export type AdminSpec =
  /** Starts the node, if it is not up, and has the leader take it in: a new one, or one that came
   *  back with a wiped disk. */
  | { readonly do: 'add'; readonly node: NodeId; readonly as: 'learner' | 'voter' }
  /** A learner becomes a voter, once it has caught up. */
  | { readonly do: 'promote'; readonly node: NodeId }
  /** Out of the configuration; its process ends when nobody needs it any more. */
  | { readonly do: 'remove'; readonly node: NodeId }
  /** Removed, started on a fresh disk, added as a learner, promoted. */
  | { readonly do: 'replace'; readonly node: NodeId }
  /** Exactly these, in one step as far as the protocol has one. */
  | {
      readonly do: 'reconfigure';
      readonly voters: readonly NodeId[];
      readonly learners: readonly NodeId[];
    }
  | { readonly do: 'transfer'; readonly to: NodeId }
  /** Of this node, now; `retain` entries stay in its log (null: as the options say). */
  | { readonly do: 'snapshot'; readonly node: NodeId; readonly retain: number | null };

/** One command of the operator: when it was given, and what came of it. */
export interface AdminRecord {
  readonly id: number;
  readonly spec: AdminSpec;
  /** What a person reads, for example `add n4 as learner`. */
  readonly label: string;
  readonly origin: FaultOrigin;
  readonly startUs: number;
  /** null while it is under way. */
  readonly endUs: number | null;
  /** Whether it was done; null while it is under way. */
  readonly ok: boolean | null;
  /** What came of it, or why it was refused. */
  readonly outcome: string | null;
}

/** `add n4 as learner`. */
export function adminLabel(spec: AdminSpec): string {
  switch (spec.do) {
    case 'add':
      return `add ${spec.node} as ${spec.as}`;
    case 'reconfigure': {
      const learners = spec.learners.length === 0 ? '' : `, learners ${spec.learners.join(' ')}`;
      return `reconfigure to ${spec.voters.join(' ')}${learners}`;
    }
    case 'transfer':
      return `transfer the lead to ${spec.to}`;
    case 'snapshot':
      return `snapshot of ${spec.node}`;
    default:
      return `${spec.do} ${spec.node}`;
  }
}
