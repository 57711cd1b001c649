/** An operation of a client on its way: what was asked, how it is sent, how it is written down. */
import type { Json } from '../vocabulary/json.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { ReadLevel } from '../vocabulary/read-level.ts';
import type { OperationKind, OperationRecord, Outcome } from '../vocabulary/workload.ts';
import type { WireOp } from '../runtime/process/wire.ts';

export interface ClientOptions {
  readonly number: number;
  readonly cluster: string;
  readonly protocol: string;
  readonly nodeIds: readonly NodeId[];
  readonly socketDir: string;
  readonly nowUs: () => number;
  /** An attempt without an answer for this long: ask elsewhere. */
  readonly attemptMs: number;
  /** An operation without an answer for this long ends as unknown (or failed). */
  readonly giveUpMs: number;
  readonly finished: (record: OperationRecord) => void;
}

export interface Ask {
  readonly op: OperationKind;
  readonly key: string;
  readonly payload: Json;
  /** Of a read that is to be no log entry. */
  readonly level?: Exclude<ReadLevel, 'log'>;
}

/** Levels that any node can answer; the others are asked of whoever leads. */
export const NEAR_LEVELS: ReadonlySet<ReadLevel> = new Set<ReadLevel>(['quorum', 'sync', 'local']);

export interface Operation {
  /** null: opening a session. */
  readonly ask: Ask | null;
  /** 0 for what has no number in its session: opening it, and reads that are no log entries. */
  readonly seq: number;
  readonly invokeUs: number;
  attempts: number;
  /** When the newest attempt left; answers to older ones still count. */
  sentUs: number;
  /** An attempt left whose fate is not known. A read has none: it changes nothing. */
  indefinite: boolean;
  done: boolean;
}

export function makeOperation(ask: Ask | null, seq: number, nowUs: number): Operation {
  return { ask, seq, invokeUs: nowUs, attempts: 0, sentUs: nowUs, indefinite: false, done: false };
}

export interface SessionState {
  readonly session: number;
  /** Every operation up to here is finished. */
  readonly acked: number;
  /** The newest position an answer of this client came from. */
  readonly seenPos: number;
}

export function wireOpOf({ ask, seq }: Operation, state: SessionState): WireOp {
  if (ask === null) return { kind: 'open-session' };
  const { payload, level } = ask;
  if (level !== undefined) {
    // What is linearizable by itself needs no help, and shows when it is not.
    const minPos = level === 'local' || level === 'sync' ? state.seenPos : 0;
    return { kind: 'read', level, minPos, payload };
  }
  const acked = Math.min(state.acked, seq - 1);
  return { kind: 'command', session: state.session, seq, acked, payload };
}

export interface Ending {
  readonly outcome: Outcome;
  readonly code: string | null;
  readonly node: NodeId | null;
  readonly answer: { readonly result: Json; readonly pos: number } | null;
}

/** How it came out, for the history of the run. */
export function recordOf(
  ask: Ask,
  operation: Operation,
  who: { readonly client: number; readonly session: number; readonly returnUs: number },
  { outcome, code, node, answer }: Ending,
): OperationRecord {
  return {
    client: who.client,
    session: who.session,
    seq: operation.seq,
    op: ask.op,
    key: ask.key,
    ...(ask.level === undefined ? {} : { level: ask.level }),
    invokeUs: operation.invokeUs,
    returnUs: who.returnUs,
    outcome,
    code,
    attempts: operation.attempts,
    node,
    pos: answer?.pos ?? null,
    request: ask.payload,
    result: answer?.result ?? null,
  };
}
