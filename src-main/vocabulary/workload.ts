/** What clients ask for, and how it came out. */
import type { ReadLevel } from './read-level.ts';

export interface Workload {
  readonly clients: number;
  readonly ratePerSecond: number;
  readonly keys: number;
  readonly valueBytes: number;
  /** Shares of each kind of operation; they are weighed against their sum. */
  readonly mix: Readonly<Record<OperationKind, number>>;
  /** How fresh reads have to be; absent: they are commands of the log. */
  readonly readLevel?: ReadLevel | undefined;
}

export type OperationKind = 'read' | 'write' | 'cas' | 'incr' | 'delete';

export const OPERATION_KINDS: readonly OperationKind[] = ['read', 'write', 'cas', 'incr', 'delete'];

export const DEFAULT_WORKLOAD: Workload = {
  clients: 4,
  ratePerSecond: 80,
  keys: 10,
  valueBytes: 20,
  mix: { read: 0.5, write: 0.4, cas: 0.1, incr: 0, delete: 0 },
};

/** `unknown`: it may have happened, or may still (protocols.md 4.2). */
export type Outcome = 'ok' | 'failed' | 'unknown';

/** One finished operation of the client history. */
export interface OperationRecord {
  readonly client: number;
  readonly session: number;
  readonly seq: number;
  readonly op: OperationKind;
  readonly key: string;
  /** Of a read that was no log entry (its `seq` is 0); absent for everything else. */
  readonly level?: Exclude<ReadLevel, 'log'>;
  readonly invokeUs: number;
  readonly returnUs: number;
  readonly outcome: Outcome;
  /** Refusal code of the last attempt unless `ok`. */
  readonly code: string | null;
  readonly attempts: number;
  /** Node that answered. */
  readonly node: string | null;
  /** Position at which it took effect, for `ok`; of such a read, that of the state it saw. */
  readonly pos: number | null;
  /** What was asked and what came back, as JSON. */
  readonly request: unknown;
  readonly result: unknown;
}
