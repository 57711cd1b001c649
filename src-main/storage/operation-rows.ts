/** An operation as a short JSON array: what crosses to the worker is what the database keeps. */
import type { OperationRecord } from '../vocabulary/workload.ts';

type OperationRow = readonly [
  client: number,
  session: number,
  seq: number,
  op: OperationRecord['op'],
  key: string,
  invokeUs: number,
  returnUs: number,
  outcome: OperationRecord['outcome'],
  code: string | null,
  attempts: number,
  node: string | null,
  pos: number | null,
  request: unknown,
  result: unknown,
  /** Of a read that was no log entry. */
  level?: OperationRecord['level'],
];

/** The rows as text, without the brackets of the list, so that batches can be joined. */
export function operationRowsText(operations: readonly OperationRecord[]): string {
  return JSON.stringify(operations.map(rowOf)).slice(1, -1);
}

export function parseOperationRows(text: string): OperationRecord[] {
  return (JSON.parse(`[${text}]`) as OperationRow[]).map((row) => ({
    client: row[0],
    session: row[1],
    seq: row[2],
    op: row[3],
    key: row[4],
    invokeUs: row[5],
    returnUs: row[6],
    outcome: row[7],
    code: row[8],
    attempts: row[9],
    node: row[10],
    pos: row[11],
    request: row[12],
    result: row[13],
    ...(row[14] === undefined ? {} : { level: row[14] }),
  }));
}

function rowOf(o: OperationRecord): OperationRow {
  return [
    o.client,
    o.session,
    o.seq,
    o.op,
    o.key,
    o.invokeUs,
    o.returnUs,
    o.outcome,
    o.code,
    o.attempts,
    o.node,
    o.pos,
    o.request,
    o.result,
    ...levelOf(o),
  ];
}

/** Nothing for most: rows are written for every operation. */
function levelOf({ level }: OperationRecord): [] | [OperationRecord['level']] {
  return level === undefined ? [] : [level];
}
