/**
 * Faults as everyone names them: what a scenario asks for, what the ledger keeps, what the screen
 * draws. How each kind is carried out stands in faults/, one file each.
 */
import type { NodeId } from './ids.ts';

export type FaultKindName =
  'kill' | 'stop' | 'pause' | 'hold-disk' | 'power-cut' | 'wipe' | 'cut' | 'delay' | 'loss';

/** One shape for each kind. */
type NodeFault<K extends FaultKindName> = K extends K
  ? { readonly kind: K; readonly node: NodeId }
  : never;

/** What is to be broken. Link faults are directed: `from` cannot reach `to`, and nothing is said of
 *  the way back. */
export type FaultSpec =
  | NodeFault<'kill' | 'stop' | 'pause' | 'hold-disk' | 'wipe'>
  /** What it wrote in the last `ms` is lost. */
  | { readonly kind: 'power-cut'; readonly node: NodeId; readonly ms: number }
  | { readonly kind: 'cut'; readonly links: readonly Link[] }
  | {
      readonly kind: 'delay';
      readonly links: readonly Link[];
      readonly delayMs: number;
      readonly jitterMs: number;
    }
  | { readonly kind: 'loss'; readonly links: readonly Link[]; readonly probability: number };

export interface Link {
  readonly from: NodeId;
  readonly to: NodeId;
}

/** Who asked for a fault. */
export type FaultOrigin = 'scenario' | 'hand' | 'lab';

export interface FaultRecord {
  readonly id: number;
  readonly spec: FaultSpec;
  /** What a person reads, for example `kill n1` or `partition n1 n2 | n3`. */
  readonly label: string;
  readonly origin: FaultOrigin;
  readonly startUs: number;
  /** null while it is on. */
  readonly endUs: number | null;
  /** How it ended: undone by a step, a click, the end of the run; or why it could not be applied.
   *   */
  readonly outcome: string | null;
}

/** Faults that bring a process down, or keep it down; each is over when the node is started. */
const DOWN_KINDS: ReadonlySet<FaultKindName> = new Set(['kill', 'stop', 'power-cut', 'wipe']);

/** Whether a node is down because of it, for as long as it is on. */
export function isDownFault(spec: FaultSpec): boolean {
  return DOWN_KINDS.has(spec.kind);
}

/** What the shim of a node does to one directed link; combined from all faults that are on. */
export interface LinkRule {
  readonly cut: boolean;
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly loss: number;
}

export const CLEAR_LINK: LinkRule = { cut: false, delayMs: 0, jitterMs: 0, loss: 0 };
