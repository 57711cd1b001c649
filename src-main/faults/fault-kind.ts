/**
 * What a fault kind is. A fault changes nothing by itself: it says which processes are to be
 * signalled when it begins and when it is undone, and what it does to the links it names. The host
 * (supervisor and fault shim for processes) carries that out.
 */
import type { FaultSpec, Link, LinkRule } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';

export type Signal =
  'kill' | 'stop' | 'start' | 'pause' | 'resume' | 'hold-disk' | 'release-disk' | 'wipe';

export interface SignalOrder {
  readonly node: NodeId;
  readonly signal: Signal;
  /** Not at once, but so long after the fault began. */
  readonly afterMs?: number;
}

export interface FaultKind<S extends FaultSpec = FaultSpec> {
  readonly name: S['kind'];
  /** What is wrong with the parameters, or null. */
  check(spec: S): string | null;
  label(spec: S): string;
  begin(spec: S): readonly SignalOrder[];
  undo(spec: S): readonly SignalOrder[];
  /** Links it changes, and how; empty for faults of processes. */
  links(spec: S): readonly Link[];
  rule(spec: S, before: LinkRule): LinkRule;
}

export function linksLabel(links: readonly Link[]): string {
  const parts = links.map(({ from, to }) => `${from} → ${to}`);
  return parts.length <= 3 ? parts.join(', ') : `${parts.length} links`;
}
