/** What the recorder and the thread that judges client histories say to each other. */
import type { Violation } from '../contract/model.ts';
import type { Demand, HistoryVerdict } from '../verification/history-verdict.ts';

export interface HistoryWorkerOptions {
  readonly database: string;
}

export type ToHistory =
  /** `rows` as in operation-rows.ts; all that was asked before `closedUs` has been told. */
  | {
      readonly k: 'operations';
      readonly run: number;
      readonly rows: string;
      readonly closedUs: number;
    }
  /** The run has ended and stands in the database: judge all of it. */
  | {
      readonly k: 'judge';
      readonly run: number;
      readonly demand: Demand;
      readonly isWhole: boolean;
    }
  /** No more of this run. */
  | { readonly k: 'drop'; readonly run: number };

export type FromHistory =
  | { readonly k: 'taken'; readonly run: number; readonly chars: number }
  | { readonly k: 'violation'; readonly run: number; readonly violation: Violation }
  | { readonly k: 'verdict'; readonly run: number; readonly verdict: HistoryVerdict };
