/**
 * A scenario after reading: what design.md section 8 lets a file say, with defaults filled in and
 * times in milliseconds. `lab/scenario-file.ts` makes it from YAML.
 */
import type { NodeId } from './ids.ts';
import type { TimingMs } from './timing.ts';
import type { Workload } from './workload.ts';
import type { Json } from './json.ts';

/** A node id, or a word that is resolved when the step runs. */
export type Selector =
  | NodeId
  | 'leader'
  | 'followers'
  | 'random'
  /** The nodes killed or stopped by earlier steps and still down. */
  | 'killed'
  | 'paused'
  /** Those whose disk is held. */
  | 'held'
  | 'learner'
  /** The nodes that joined since the run began and are still in the cluster. */
  | 'added'
  | 'removed'
  /** In groups: every node that no other group names. */
  | 'rest'
  | 'any'
  | 'majority-with-leader'
  | 'minority-with-leader';

/** When a step runs: at a time since the workload began, or when something happens. */
export type StepTime =
  | { readonly atMs: number }
  | {
      readonly when: {
        readonly role: 'leader';
        /** A leader of another era than the one before. */
        readonly changed: true;
      };
      /** How long after that. */
      readonly afterMs: number;
    };

export type StepAction =
  | {
      readonly do:
        | 'kill'
        | 'stop'
        | 'start'
        | 'pause'
        | 'resume'
        | 'isolate'
        | 'wipe'
        | 'hold-disk'
        | 'release-disk';
      readonly node: readonly Selector[];
    }
  | { readonly do: 'power-cut'; readonly node: readonly Selector[]; readonly ms: number }
  | ScenarioAdmin
  | { readonly do: 'partition'; readonly groups: readonly (readonly Selector[])[] }
  | { readonly do: 'cut'; readonly from: readonly Selector[]; readonly to: readonly Selector[] }
  | { readonly do: 'heal' }
  | {
      readonly do: 'delay';
      readonly from: readonly Selector[];
      readonly to: readonly Selector[];
      readonly ms: number;
      readonly jitterMs: number;
    }
  | {
      readonly do: 'loss';
      readonly from: readonly Selector[];
      readonly to: readonly Selector[];
      readonly probability: number;
    };

/** Commands of the operator (vocabulary/admin.ts), with words where nodes are meant. */
export type ScenarioAdmin =
  | { readonly do: 'add'; readonly node: NodeId; readonly as: 'learner' | 'voter' }
  | { readonly do: 'promote' | 'remove' | 'replace'; readonly node: readonly Selector[] }
  | {
      readonly do: 'reconfigure';
      readonly voters: readonly NodeId[];
      readonly learners: readonly NodeId[];
    }
  /** To the first of these that does not lead. */
  | { readonly do: 'transfer'; readonly to: readonly Selector[] }
  | {
      readonly do: 'snapshot';
      readonly node: readonly Selector[];
      readonly retain: number | null;
    };

export interface ScenarioStep {
  readonly time: StepTime;
  readonly action: StepAction;
  /** Where it stands in the file, for messages; 0 when made by hand. */
  readonly line: number;
  /** The step as a person reads it: `at 2 s: kill leader`. */
  readonly text: string;
}

export type Expectation =
  | { readonly kind: 'invariants' }
  /** After each fault that leaves a majority connected, or after its undo, an operation
   *  succeeds within this time. */
  | { readonly kind: 'recoversWithinMs'; readonly ms: number };

export interface ScenarioSpec {
  readonly version: 1;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly nodes: number;
  /** null: whoever runs it chooses. */
  readonly protocol: 'paxos' | 'raft' | 'zab' | null;
  readonly service: 'kv';
  readonly options: { readonly [name: string]: Json };
  readonly mutants: readonly string[];
  readonly timing: TimingMs;
  readonly seed: number;
  readonly workload: Workload;
  readonly durationMs: number;
  readonly steps: readonly ScenarioStep[];
  readonly expect: readonly Expectation[];
  /** The file as it was read. */
  readonly source: string;
}
