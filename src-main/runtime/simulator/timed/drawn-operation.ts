/** What a client asks for next, drawn from its mix. */
import type { Prng } from '../../../base/prng.ts';
import type { Json } from '../../../vocabulary/json.ts';
import type { ReadLevel } from '../../../vocabulary/read-level.ts';
import { OPERATION_KINDS, type OperationKind } from '../../../vocabulary/workload.ts';
import type { ClientsSpec } from './client-state.ts';

export interface DrawnOperation {
  readonly kind: OperationKind;
  readonly key: string;
  readonly payload: Json;
  /** Reads that are not `log` are no log entries. */
  readonly level: ReadLevel;
}

/** @param no makes the written value unique. */
export function drawOperation(prng: Prng, spec: ClientsSpec, no: number): DrawnOperation {
  const kind = drawKind(prng, spec);
  const key = `k${prng.nextInt(1, spec.keys)}`;
  const payload = payloadOf(prng, spec, kind, key, no);
  const { readLevels = [] } = spec;
  if (kind !== 'read' || readLevels.length === 0) return { kind, key, payload, level: 'log' };
  const level = readLevels[prng.nextInt(0, readLevels.length - 1)] ?? 'log';
  return { kind, key, payload, level };
}

function drawKind(prng: Prng, { mix }: ClientsSpec): OperationKind {
  let sum = 0;
  for (const kind of OPERATION_KINDS) sum += mix[kind];
  let drawn = prng.nextUnit() * sum;
  for (const kind of OPERATION_KINDS) {
    drawn -= mix[kind];
    if (drawn < 0) return kind;
  }
  return 'write';
}

function payloadOf(
  prng: Prng,
  { valueBytes }: ClientsSpec,
  kind: OperationKind,
  key: string,
  no: number,
): Json {
  const value = `v${no}`.padEnd(valueBytes, '.');
  switch (kind) {
    case 'read':
      return { op: 'get', key };
    case 'write':
      return { op: 'put', key, value };
    case 'cas':
      return { op: 'cas', key, value, expectVersion: prng.nextInt(0, 3) };
    case 'incr':
      return { op: 'incr', key: `n${key}`, by: 1 };
    case 'delete':
      return { op: 'delete', key };
  }
}
