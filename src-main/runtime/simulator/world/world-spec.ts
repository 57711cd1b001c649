/** What a simulated cluster is made of. */
import type { ProtocolDefinition } from '../../../protocols/kernel/core.ts';
import type { Json } from '../../../vocabulary/json.ts';
import type { Timing } from '../../../vocabulary/timing.ts';

export interface WorldSpec {
  readonly protocol: ProtocolDefinition;
  /** Members at the start: n1, n2, ... */
  readonly nodes: number;
  /** Nodes that are there to be added, named on from the members; down at first. */
  readonly spares: number;
  readonly seed: number;
  readonly timing: Timing;
  readonly options: { readonly [name: string]: Json };
  readonly mutants: readonly string[];
  readonly service: string;
  /** Frames that open and close sessions arrive at once; else they are packets like all others. */
  readonly eagerSessions: boolean;
}
