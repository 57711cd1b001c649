/** The client history of a run, as the checks take it. */
import type { OperationRecord } from '../../vocabulary/workload.ts';
import type { Json } from '../../vocabulary/json.ts';
import { secondsText } from '../findings.ts';
import { fieldsOf } from '../linearizability/models/fields.ts';
import type { Operation } from '../linearizability/operation.ts';

/** All that may have happened; a failed operation certainly did not. */
export function operationsOf(records: readonly OperationRecord[]): Operation[] {
  return records
    .filter(({ outcome }) => outcome !== 'failed')
    .sort((a, b) => a.invokeUs - b.invokeUs || a.client - b.client || a.seq - b.seq)
    .map(operationOf);
}

/**
 * The key that the command names. A workload increments beside the key it drew: `n-k3` for k3, of
 * which the record has the latter.
 */
export function keyOf({ key, request }: OperationRecord): string {
  const { key: named } = fieldsOf((request ?? null) as Json);
  return typeof named === 'string' ? named : key;
}

function operationOf(record: OperationRecord, id: number): Operation {
  const { client, outcome, level, pos, invokeUs, returnUs, node } = record;
  const isOk = outcome === 'ok';
  const until = isOk ? `to ${secondsText(returnUs)}` : 'without an answer';
  return {
    id,
    process: String(client),
    key: keyOf(record),
    call: record.request as Json,
    answer: isOk ? { value: record.result as Json } : null,
    invoke: record.invokeUs,
    return: isOk ? record.returnUs : null,
    ...(level === undefined ? {} : { level }),
    ...(pos === null ? {} : { pos }),
    ...(node === null ? {} : { node }),
    origin: `client ${client}, ${secondsText(invokeUs)} ${until}`,
  };
}
