/**
 * A scenario after reading: what design.md section 8 lets a file say, with defaults filled in and
 * times in milliseconds. `lab/scenario-file.ts` makes it from YAML.
 */
import type { FaultKindName, LinkEffect, NodeEffect, ShapeName } from './fault.ts';
import type { NodeId, ProtocolName } from './ids.ts';
import type { ReadLevel } from './read-level.ts';
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
  /** Some of the voters, drawn anew at each step. */
  | 'minority'
  | 'majority'
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

export type StepAction = FaultStep | UndoStep | ScenarioAdmin;

/** Faults, with words where nodes are meant. `forMs`: undone after so long; null: somebody undoes
 *  it, the end of the run at the latest. */
export type FaultStep =
  | {
      readonly do: 'break-node';
      readonly node: readonly Selector[];
      readonly effect: NodeEffect;
      readonly forMs: number | null;
    }
  | {
      readonly do: 'break-link';
      readonly from: readonly Selector[];
      readonly to: readonly Selector[];
      readonly effect: LinkEffect;
      readonly forMs: number | null;
    }
  | {
      readonly do: 'partition';
      readonly groups: readonly (readonly Selector[])[];
      readonly forMs: number | null;
    }
  | {
      readonly do: 'shape';
      readonly shape: ShapeName;
      /** Empty for shapes that are about no node. */
      readonly node: readonly Selector[];
      readonly forMs: number | null;
    }
  /** All election timers end at once: every clock jumps so far. */
  | { readonly do: 'align-timers'; readonly ms: number }
  /** Every clock runs at its own rate, `by` apart. */
  | { readonly do: 'spread-timers'; readonly by: number; readonly forMs: number | null };

/** What ends faults. `heal`: those of links; `restore`: those of a node that is not down for them;
 *  `recover`: all. */
export type UndoStep =
  | {
      readonly do: 'start' | 'resume' | 'release-disk' | 'restore';
      readonly node: readonly Selector[];
    }
  | { readonly do: 'heal' | 'recover' };

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
  /** Who asks: the file, or the nemesis it lets loose. */
  readonly origin: 'scenario' | 'nemesis';
  /** The step as a person reads it: `at 2 s: kill leader`. */
  readonly text: string;
}

export type Expectation =
  | { readonly kind: 'invariants' }
  /** After each fault that leaves a majority connected, or after its undo, an operation
   *  succeeds within this time. */
  | { readonly kind: 'recoversWithinMs'; readonly ms: number }
  /** What clients saw can be put in one legal order that keeps real time, or, weaker, the order of
   *  each client. */
  | { readonly kind: 'linearizable' | 'sequential' }
  /** No command took effect twice, none that was acknowledged is lost. */
  | { readonly kind: 'exactlyOnce' };

/** Faults drawn from a seed instead of written down (lab/nemesis.ts). */
export interface NemesisSpec {
  readonly faults: readonly NemesisFault[];
  /** Between the beginnings of two faults. */
  readonly everyMs: readonly [number, number];
  readonly lastsMs: readonly [number, number];
  /** Faults that are on at the same time. */
  readonly atOnce: number;
  /** Nothing begins before. */
  readonly fromMs: number;
  /** At the end of the run everything is sound for so long. */
  readonly recoveryMs: number;
  /** After so many faults, a pause without any of so long. */
  readonly quiet: { readonly after: number; readonly ms: number };
  /** Whether more than a minority may be broken at the same time. */
  readonly breakQuorum: boolean;
}

export type NemesisFault =
  | Exclude<FaultKindName, 'wipe' | 'corrupt' | 'full-disk' | 'io-error'>
  | ShapeName
  | 'partition'
  | 'align-timers';

export interface ScenarioSpec {
  readonly version: 1;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly nodes: number;
  /** null: whoever runs it chooses. */
  readonly protocol: ProtocolName | null;
  readonly service: 'kv';
  readonly options: { readonly [name: string]: Json };
  readonly mutants: readonly string[];
  readonly timing: TimingMs;
  readonly seed: number;
  readonly workload: Workload;
  readonly durationMs: number;
  readonly steps: readonly ScenarioStep[];
  readonly expect: readonly Expectation[];
  /** What has to hold of this protocol besides. */
  readonly expectOf: { readonly [protocol in ProtocolName]?: readonly Expectation[] };
  /** How clients of this protocol read, instead of as the workload says. */
  readonly readLevelOf: { readonly [protocol in ProtocolName]?: ReadLevel };
  /** What to expect of a protocol, in words: legal differences between them. */
  readonly expected: { readonly [protocol in ProtocolName]?: string };
  /** null: only the steps. */
  readonly nemesis: NemesisSpec | null;
  /** The file as it was read. */
  readonly source: string;
}
