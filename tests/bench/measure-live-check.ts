/** What it costs to follow the history of a run while it goes on, without the thread around it. */
import { HistoryDesk } from '../../src-main/storage/history-desk.ts';
import { operationRowsText } from '../../src-main/storage/operation-rows.ts';
import type { Operation } from '../../src-main/verification/linearizability/operation.ts';
import type { OperationRecord } from '../../src-main/vocabulary/workload.ts';
import { madeHistory } from './measure-checker.ts';

export interface LiveCheckRow {
  readonly operations: number;
  readonly keys: number;
  readonly clients: number;
  /** Operations told at a time. */
  readonly batch: number;
  readonly cpuUsPerOperation: number;
  readonly violations: number;
}

const SIZES = [
  { operations: 10_000, keys: 10, clients: 10 },
  { operations: 100_000, keys: 100, clients: 50 },
];
/** As the lab tells them at 1,500 a second, every 40 ms. */
const BATCH = 60;
/** After this long an operation of unknown outcome is told, as the clients of the lab give up. */
const GIVE_UP_US = 100_000;

/** Feeds histories as the recorder does, one batch after the other. */
export function* measureLiveCheck(): Generator<LiveCheckRow> {
  for (const size of SIZES) {
    let violations = 0;
    const desk = new HistoryDesk({
      post: (message) => {
        if (message.k === 'violation') violations += 1;
      },
      operations: () => [],
      nowMs: () => performance.now(),
    });
    const batches = batchesOf(madeHistory('kv', size, null));
    const before = process.cpuUsage();
    for (const { rows, closedUs } of batches) {
      desk.handle({ k: 'operations', run: 1, rows, closedUs });
      desk.turn();
    }
    const { user, system } = process.cpuUsage(before);
    const cpuUsPerOperation = (user + system) / size.operations;
    yield { ...size, batch: BATCH, cpuUsPerOperation, violations };
  }
}

export function liveCheckLines(rows: readonly LiveCheckRow[]): string[] {
  return rows.map(({ operations, keys, clients, cpuUsPerOperation, violations }) => {
    const what = `followed live, kv, ${operations} operations, ${keys} keys, ${clients} clients`;
    const found = violations === 0 ? 'legal' : `${violations} violations`;
    return `${what}: ${found}, ${cpuUsPerOperation.toFixed(1)} us of processor time an operation`;
  });
}

interface Batch {
  readonly rows: string;
  readonly closedUs: number;
}

function batchesOf(operations: readonly Operation[]): Batch[] {
  const endOf = (one: Operation): number => one.return ?? one.invoke + GIVE_UP_US;
  const told = [...operations].sort((a, b) => endOf(a) - endOf(b));
  const batches: Batch[] = [];
  // From the end: what is told later was asked no earlier than this.
  let closedUs = Infinity;
  for (let to = told.length; to > 0; to -= BATCH) {
    const batch = told.slice(Math.max(0, to - BATCH), to);
    batches.push({ rows: operationRowsText(batch.map(recordOf)), closedUs });
    closedUs = batch.reduce((oldest, { invoke }) => Math.min(oldest, invoke), closedUs);
  }
  return batches.reverse();
}

function recordOf(operation: Operation, at: number): OperationRecord {
  const { process: client, key, call, answer, invoke, return: end } = operation;
  return {
    client: Number(client.replace(/\D/g, '')),
    session: 1,
    seq: at + 1,
    op: 'write',
    key: key ?? '',
    invokeUs: invoke,
    returnUs: end ?? invoke + GIVE_UP_US,
    outcome: end === null ? 'unknown' : 'ok',
    code: null,
    attempts: 1,
    node: 'n1',
    pos: null,
    request: call,
    result: answer?.value ?? null,
  };
}
