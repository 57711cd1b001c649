/**
 * The client history of a run in Jepsen's form, as EDN or JSON lines: `read`, `write`, `cas`,
 * `incr` and `delete` with independent keys (`[key value]`). A compare-and-set by version asks for
 * `{:version v :value x}`, one that did not match is a `fail`. What the form has no words for is
 * in fields of its own: version, position, level, node, client.
 *
 * A process of Jepsen asks one thing at a time and is not heard of after an `info`; a client of
 * ours has many operations open. So each client speaks as several processes.
 */
import type { Json } from '../../vocabulary/json.ts';
import type { OperationRecord } from '../../vocabulary/workload.ts';
import { fieldsOf } from '../linearizability/models/fields.ts';
import type { EventType, HistoryForm } from './history-line.ts';
import { JsonKeyword, ednText } from './edn-text.ts';
import { keyOf } from './recorded-operations.ts';

interface Event {
  readonly us: number;
  readonly process: number;
  readonly type: EventType;
  readonly record: OperationRecord;
}

/** Lines without their ends, one by one. */
export function* exportHistory(
  records: readonly OperationRecord[],
  form: HistoryForm,
): Generator<string> {
  for (const [index, event] of eventsOf(records).entries()) {
    const fields = fieldsOfEvent(event, index);
    if (form === 'edn') {
      yield ednText(fields);
    } else {
      yield JSON.stringify(fields);
    }
  }
}

/** At equal moments questions come first: those operations are concurrent. */
function eventsOf(records: readonly OperationRecord[]): Event[] {
  const ordered = [...records].sort((a, b) => a.invokeUs - b.invokeUs || a.client - b.client);
  const lanes = new Lanes();
  const events = ordered.flatMap((record): Event[] => {
    const process = lanes.take(record);
    const type = typeOf(record);
    return [
      { us: record.invokeUs, process, type: 'invoke', record },
      { us: record.returnUs, process, type, record },
    ];
  });
  const rank = ({ type }: Event): number => (type === 'invoke' ? 0 : 1);
  return events.sort((a, b) => a.us - b.us || rank(a) - rank(b));
}

function typeOf({ outcome, result }: OperationRecord): EventType {
  if (outcome === 'unknown') return 'info';
  const { swapped, error } = fieldsOf((result ?? null) as Json);
  return outcome === 'failed' || swapped === false || error !== undefined ? 'fail' : 'ok';
}

/** Processes of each client, and when they are free again. */
class Lanes {
  readonly #free = new Map<number, { readonly process: number; freeUs: number }[]>();
  #next = 0;

  take({ client, invokeUs, returnUs, outcome }: OperationRecord): number {
    const lanes = this.#free.get(client) ?? [];
    this.#free.set(client, lanes);
    const freeUs = outcome === 'unknown' ? Infinity : returnUs;
    const lane = lanes.find((one) => one.freeUs < invokeUs);
    if (lane !== undefined) {
      lane.freeUs = freeUs;
      return lane.process;
    }
    const process = this.#next;
    this.#next += 1;
    lanes.push({ process, freeUs });
    return process;
  }
}

function fieldsOfEvent(
  { us, process, type, record }: Event,
  index: number,
): Record<string, unknown> {
  const { client, op, node, pos, level, code } = record;
  const { version } = fieldsOf((record.result ?? null) as Json);
  const ends = type !== 'invoke';
  return {
    process,
    type: new JsonKeyword(type),
    f: new JsonKeyword(op),
    value: [keyOf(record), type === 'ok' ? told(record) : asked(record)],
    time: us * 1_000,
    index,
    client,
    ...(level === undefined ? {} : { level: new JsonKeyword(level) }),
    ...(type === 'ok' && typeof version === 'number' ? { version } : {}),
    ...(type === 'ok' && pos !== null ? { pos } : {}),
    ...(ends && node !== null ? { node } : {}),
    ...(type === 'fail' || type === 'info' ? { error: new JsonKeyword(code ?? 'no-match') } : {}),
  };
}

function asked({ op, request }: OperationRecord): unknown {
  const { value = null, expectVersion, expectValue, by } = fieldsOf((request ?? null) as Json);
  if (op === 'incr') return by ?? 1;
  if (op !== 'cas') return value;
  return expectVersion === undefined
    ? [expectValue ?? null, value]
    : { version: expectVersion, value };
}

function told(record: OperationRecord): unknown {
  const { value, deleted } = fieldsOf((record.result ?? null) as Json);
  if (record.op === 'read' || record.op === 'incr') return value ?? null;
  return record.op === 'delete' ? (deleted ?? null) : asked(record);
}
