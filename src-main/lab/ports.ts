/**
 * What the lab needs from rooms that come after it (storage implements the recorder), and what the
 * lab offers to those that use it (api, command line).
 */
import type { Action } from '../contract/calls.ts';
import type { ViewEvent } from '../contract/events.ts';
import type { ManualAct, ManualState } from '../contract/manual.ts';
import type { Cluster, Run, RunStatus, Violation } from '../contract/model.ts';
import type { AdminSpec } from '../vocabulary/admin.ts';
import type { Incarnation, Member, NodeId, ProtocolName } from '../vocabulary/ids.ts';
import type { ScenarioSpec } from '../vocabulary/scenario.ts';
import type { Timing } from '../vocabulary/timing.ts';
import type { OperationRecord, Workload } from '../vocabulary/workload.ts';
import type { TimingMs } from '../vocabulary/timing.ts';

/** All that is known of a run when it begins. */
export interface RunBegin {
  readonly groupId: number;
  readonly name: string;
  readonly scenario: string | null;
  /** The scenario file as text, so that the run can be made again. */
  readonly scenarioSource: string | null;
  readonly protocol: ProtocolName;
  readonly service: string;
  readonly members: readonly Member[];
  readonly seed: number;
  readonly timing: Timing;
  readonly options: { readonly [name: string]: unknown };
  readonly mutants: readonly string[];
  readonly workload: Workload;
  readonly startedAt: string;
  readonly labVersion: string;
  /** Where the nodes of this run keep their files; what a later start salvages from. */
  readonly directory: string;
}

/** What the lab itself saw or did, beside the journals of the nodes. */
export type LabEvent = Extract<
  ViewEvent,
  { k: 'up' | 'down' | 'pause' | 'resume' | 'fault' | 'admin' | 'manual' }
>;

export interface RunEnd {
  readonly us: number;
  readonly status: Exclude<RunStatus, 'running'>;
  readonly note: string | null;
  /** Expectations of the scenario that failed; they count as violations. */
  readonly failedExpectations: readonly Violation[];
  /** Why the run proves nothing although no violation was found; it stands in the note, too. */
  readonly unknownBecause: string | null;
  /** Every read has to be linearizable, whatever its level promises. */
  readonly demandsLinearizable?: boolean;
}

export interface RecorderEvents {
  /** New events of a run that is being recorded, in order, in small batches. */
  live(runId: number, events: readonly ViewEvent[]): void;
  /** The recorder cannot go on (disk full, database lost): runs must end. */
  failed(message: string): void;
}

/** Writes runs. Implemented by storage with a worker thread; every call returns at once. */
export interface Recorder {
  /** A number for runs that are made together. */
  beginGroup(): Promise<number>;
  beginRun(begin: RunBegin): Promise<number>;
  /** Follow this journal file from now on (it may not exist yet). */
  followJournal(runId: number, node: NodeId, incarnation: Incarnation, file: string): void;
  recordEvents(runId: number, events: readonly LabEvent[]): void;
  /** @param closedUs all that clients asked before this moment has been recorded now; without it
   *  the history is judged when the run has ended, not while it goes on */
  recordOperations(
    runId: number,
    operations: readonly OperationRecord[],
    closedUs?: number | null,
  ): void;
  /** Drains the journals, makes the final checks and metrics, judges the history of the clients,
   *  closes the run. */
  endRun(runId: number, end: RunEnd): Promise<Run>;
  subscribe(events: RecorderEvents): () => void;
  /** Ends open runs as incomplete, and the worker. */
  close(): Promise<void>;
}

export interface ClusterStart {
  readonly protocol: ProtocolName;
  readonly nodes: number;
  readonly workload: Workload;
  /** Default: DEFAULT_TIMING_MS. */
  readonly timing?: TimingMs;
}

export interface ActionResult {
  readonly cluster: string;
  readonly ok: boolean;
  readonly message: string;
}

export interface ScenarioProgress {
  readonly runId: number;
  readonly protocol: ProtocolName;
  /** 0 to 1. */
  readonly done: number;
  readonly text: string;
}

export interface ScenarioRunOptions {
  readonly protocols: readonly ProtocolName[];
  readonly seed: number;
  /** One after the other instead of side by side: quieter figures. */
  readonly sequential: boolean;
  readonly onProgress?: (progress: ScenarioProgress) => void;
}

/** A scenario on its way: the clusters that run it, and the finished runs in the end. */
export interface ScenarioRun {
  readonly clusters: readonly Cluster[];
  readonly finished: Promise<readonly Run[]>;
}

/** The scheduler's hands on one cluster. */
export interface ManualControl {
  /** Begins the mode or ends it. */
  set(on: boolean): Promise<void>;
  act(act: ManualAct): Promise<void>;
  state(): ManualState;
}

export interface LabEvents {
  clusterEvents(cluster: string, events: readonly ViewEvent[]): void;
  clustersChanged(clusters: readonly Cluster[]): void;
  runChanged(run: Run): void;
  manualChanged(state: ManualState): void;
  notice(level: 'info' | 'warning' | 'error', text: string): void;
}

/** The lab as its users see it. Every method throws LabError for an expected failure. */
export interface Lab {
  clusters(): readonly Cluster[];
  pauseMode(): 'signal' | 'cooperative';
  startClusters(starts: readonly ClusterStart[]): Promise<readonly Cluster[]>;
  /** Ends these runs, or all; returns the numbers of the runs. */
  stopClusters(ids?: readonly string[]): Promise<readonly number[]>;
  /** What a new window needs to show a cluster that already runs. */
  catchUp(id: string): { events: readonly ViewEvent[]; upToUs: number };
  act(ids: readonly string[], action: Action): Promise<readonly ActionResult[]>;
  /** Commands of the operator; resolves when all were carried out or refused. */
  administer(ids: readonly string[], command: AdminSpec): Promise<readonly ActionResult[]>;
  undo(id: string, fault: number): Promise<{ ok: boolean; message: string }>;
  /** Manual mode of this cluster (docs/MANUAL.md). */
  manual(id: string): ManualControl;
  setWorkload(ids: readonly string[], workload: Workload): void;
  runScenario(spec: ScenarioSpec, options: ScenarioRunOptions): Promise<ScenarioRun>;
  subscribe(events: Partial<LabEvents>): () => void;
  /** Ends everything: runs are closed as incomplete, no process stays. */
  close(): Promise<void>;
}
