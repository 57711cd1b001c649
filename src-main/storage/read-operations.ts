/** The client history of a run, as the database has it. */
import type Database from 'better-sqlite3';
import type { OperationRecord } from '../vocabulary/workload.ts';
import { parseOperationRows } from './operation-rows.ts';

/** In the order in which operations ended, more or less. */
export function* readOperations(db: Database, run: number): Generator<OperationRecord> {
  const chunks = db.prepare<{ rows: string }>(
    'select rows from operation_chunks where run = ? order by id',
  );
  for (const { rows } of chunks.iterate(run)) yield* parseOperationRows(rows.slice(1, -1));
}
