/** What the API needs of a host: a lab, the recordings, the scenarios (entries/compose.ts). */
import type { CallInput, CallOutput, VerifyResult } from '../contract/calls.ts';
import type { Run } from '../contract/model.ts';
import type { Lab } from '../lab/ports.ts';
import type { ScenarioSpec } from '../vocabulary/scenario.ts';

/** Recorded runs. Throws LabError `unknown-run` for a number nobody knows. */
export interface RunStore {
  list(input: { limit: number; beforeId?: number | undefined }): CallOutput<'runs.list'>;
  get(run: number): Run;
  delete(runs: readonly number[]): Promise<void>;
  events(input: Required<CallInput<'runs.events'>>): CallOutput<'runs.events'>;
  moment(run: number, us: number): CallOutput<'runs.moment'>;
  compare(runs: readonly number[]): CallOutput<'runs.compare'>;
  /** Re-execution of every recorded life. */
  verify(run: number): Promise<VerifyResult>;
  /** One page on these runs, side by side. */
  report(runs: readonly number[]): Promise<CallOutput<'runs.report'>>;
}

export interface ApiHost {
  readonly lab: Lab;
  readonly runs: RunStore;
  readonly version: string;
  readonly dataDir: string;
  readonly database: string;
  scenarios(): readonly ScenarioSpec[];
  /** What a user must know about the database or the machine. */
  notices(): readonly string[];
}
