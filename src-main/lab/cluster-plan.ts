/** What a live cluster is to be, and what it is given to work with. */
import type { ManualState } from '../contract/manual.ts';
import type { Json } from '../vocabulary/json.ts';
import type { ProtocolName } from '../vocabulary/ids.ts';
import type { Timing } from '../vocabulary/timing.ts';
import type { Workload } from '../vocabulary/workload.ts';
import type { ChildEntries } from './child-entries.ts';
import type { Guardian } from './guardian.ts';
import type { Places } from './places.ts';
import type { Recorder } from './ports.ts';

export interface ClusterPlan {
  readonly id: string;
  readonly name: string;
  readonly scenario: string | null;
  readonly scenarioSource: string | null;
  readonly protocol: ProtocolName;
  readonly service: string;
  readonly nodes: number;
  readonly seed: number;
  readonly timing: Timing;
  readonly options: { readonly [name: string]: Json };
  readonly mutants: readonly string[];
  readonly workload: Workload;
}

export interface ClusterTools {
  readonly places: Places;
  readonly entries: ChildEntries;
  readonly guardian: Guardian;
  /** null: nothing is recorded, nodes write no journal (only to measure what recording costs). */
  readonly recorder: Recorder | null;
  readonly labVersion: string;
  readonly changed: () => void;
  readonly manualChanged: (state: ManualState) => void;
  readonly notice: (level: 'info' | 'warning' | 'error', text: string) => void;
}
