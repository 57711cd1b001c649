/** What the recorder and its worker say to each other. */
import type { ErrorCode } from '../contract/errors.ts';
import type { Run } from '../contract/model.ts';
import type { LabEvent, RunBegin, RunEnd } from '../lab/ports.ts';
import type { Incarnation, NodeId } from '../vocabulary/ids.ts';

export interface WorkerOptions {
  readonly database: string;
  readonly databaseBytesMax: number | null;
  readonly pollMs: number;
  /** Code of the thread that judges client histories. */
  readonly historyWorker: string;
}

/** Calls are answered by `done` or `refused` under their number. */
export type RecorderCall =
  | { readonly k: 'begin-group' }
  | { readonly k: 'begin-run'; readonly begin: RunBegin }
  | { readonly k: 'end-run'; readonly run: number; readonly end: RunEnd }
  | { readonly k: 'delete-runs'; readonly runs: readonly number[] }
  /** Answered when nothing is left to do in the background. */
  | { readonly k: 'settle' }
  | { readonly k: 'close' };

export type ToWorker =
  | { readonly k: 'call'; readonly call: number; readonly body: RecorderCall }
  | {
      readonly k: 'follow';
      readonly run: number;
      readonly node: NodeId;
      readonly incarnation: Incarnation;
      readonly file: string;
    }
  | { readonly k: 'events'; readonly run: number; readonly events: readonly LabEvent[] }
  /** `rows`: items of a JSON list (operation-rows.ts), parsed by nobody but the worker. */
  | {
      readonly k: 'operations';
      readonly run: number;
      readonly count: number;
      readonly rows: string;
      /** All that clients asked before this moment has been told; null: nobody knows. */
      readonly closedUs: number | null;
    }
  | { readonly k: 'live-taken'; readonly run: number };

export type FromWorker =
  | { readonly k: 'ready' }
  | { readonly k: 'done'; readonly call: number; readonly value: number | Run | null }
  /** `call` 0: the database could not be opened. */
  | {
      readonly k: 'refused';
      readonly call: number;
      readonly code: ErrorCode;
      readonly message: string;
    }
  /** `events`: JSON of a ViewEvent[]; text crosses threads several times faster than objects. */
  | { readonly k: 'live'; readonly run: number; readonly events: string }
  | { readonly k: 'taken'; readonly chars: number }
  | { readonly k: 'failed'; readonly message: string };
