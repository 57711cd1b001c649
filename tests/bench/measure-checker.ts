/** `npm run bench -- checker`: how long a verdict on a history takes, and what it needs. */
import { Prng } from '../../src-main/base/prng.ts';
import {
  checkLinearizability,
  DEFAULT_LIMITS,
  type LinearizabilityVerdict,
} from '../../src-main/verification/linearizability/check-history.ts';
import {
  modelOf,
  type ModelName,
} from '../../src-main/verification/linearizability/models/by-name.ts';
import type { Operation } from '../../src-main/verification/linearizability/operation.ts';
import type { Json } from '../../src-main/vocabulary/json.ts';

export interface CheckerRow {
  readonly model: ModelName;
  readonly operations: number;
  readonly keys: number;
  readonly clients: number;
  readonly history: 'legal' | 'one stale read';
  readonly verdict: LinearizabilityVerdict['verdict'];
  readonly seconds: number;
  readonly steps: number;
  /** Highest resident memory of the process so far. */
  readonly rssMiB: number;
}

interface Size {
  readonly operations: number;
  readonly keys: number;
  readonly clients: number;
}

const SIZES: readonly Size[] = [
  { operations: 10_000, keys: 10, clients: 10 },
  { operations: 100_000, keys: 100, clients: 10 },
  { operations: 100_000, keys: 100, clients: 50 },
  // All at one object, nearly all at once.
  { operations: 10_000, keys: 1, clients: 20 },
];
const SEED = 20_261_121;
/** Of a thousand operations this many end without an answer. */
const UNKNOWN_PER_MILLE = 10;

export function* measureChecker(): Generator<CheckerRow> {
  for (const size of SIZES) {
    for (const model of ['register', 'kv'] as const) {
      for (const history of ['legal', 'one stale read'] as const) {
        const operations = madeHistory(model, size, history === 'legal' ? null : 0.9);
        const startMs = performance.now();
        const result = checkLinearizability(modelOf(model), operations, DEFAULT_LIMITS);
        const seconds = (performance.now() - startMs) / 1_000;
        const { verdict, steps } = result;
        const rssMiB = Math.round(process.resourceUsage().maxRSS / 1_024);
        yield { model, ...size, history, verdict, seconds, steps, rssMiB };
      }
    }
  }
}

export function checkerLines(rows: readonly CheckerRow[]): string[] {
  return rows.map(({ model, operations, keys, clients, history, verdict, ...cost }) => {
    const what = `${model}, ${operations} operations, ${keys} keys, ${clients} clients, ${history}`;
    const { seconds, steps, rssMiB } = cost;
    return `${what}: ${verdict} in ${seconds.toFixed(2)} s, ${steps} steps, ${rssMiB} MiB at most`;
  });
}

interface Planned {
  readonly id: number;
  readonly client: number;
  readonly key: string;
  readonly invoke: number;
  readonly effect: number;
  readonly end: number;
  readonly kind: 'read' | 'write' | 'cas';
  readonly isUnknown: boolean;
}

/**
 * A history that a correct object could have made; with `staleAt` one read at that part of it sees
 * a value that had been overwritten before it was asked.
 */
export function madeHistory(model: ModelName, size: Size, staleAt: number | null): Operation[] {
  process.stderr.write(`seed ${SEED}: ${model}, ${JSON.stringify(size)}, stale at ${staleAt}\n`);
  const prng = new Prng(SEED);
  const planned = plannedOperations(prng, size);
  const objects = new Map<string, { value: string | null; version: number }>();
  const operations: Operation[] = [];
  const staleFrom = staleAt === null ? Infinity : size.operations * staleAt;
  let isStaleDone = false;
  for (const [at, one] of [...planned].sort((a, b) => a.effect - b.effect).entries()) {
    const object = objects.get(one.key) ?? { value: null, version: 0 };
    objects.set(one.key, object);
    // Of those of unknown outcome every other one took effect.
    const happens = !one.isUnknown || one.id % 2 === 0;
    const isStale =
      !isStaleDone &&
      at >= staleFrom &&
      one.kind === 'read' &&
      !one.isUnknown &&
      object.version > 50;
    if (isStale) isStaleDone = true;
    const seen = isStale ? { value: 'overwritten long ago', version: 3 } : object;
    operations.push(operationOf(model, one, seen, prng, happens));
  }
  return operations.sort((a, b) => a.id - b.id);
}

/** Each client asks one after the other. */
function plannedOperations(prng: Prng, { operations, keys, clients }: Size): Planned[] {
  const free = Array.from({ length: clients }, () => prng.nextInt(0, 1_000));
  return Array.from({ length: operations }, (_, id): Planned => {
    const client = id % clients;
    const invoke = (free[client] ?? 0) + prng.nextInt(1, 500);
    const effect = invoke + prng.nextInt(0, 1_000);
    const end = effect + prng.nextInt(0, 1_000);
    free[client] = end + 1;
    const draw = prng.nextUnit();
    const kind = draw < 0.5 ? 'read' : draw < 0.9 ? 'write' : 'cas';
    const isUnknown = prng.nextInt(1, 1_000) <= UNKNOWN_PER_MILLE;
    return { id, client, key: `k${prng.nextInt(1, keys)}`, invoke, effect, end, kind, isUnknown };
  });
}

function operationOf(
  model: ModelName,
  { id, client, key, invoke, end, kind, isUnknown }: Planned,
  object: { value: string | null; version: number },
  prng: Prng,
  happens: boolean,
): Operation {
  const value = `v${id}`;
  const before = { ...object };
  // Every other compare-and-set expects what is there.
  const expected = prng.nextInt(0, 1) === 0 ? before.value : 'something else';
  const swaps = kind === 'write' || (kind === 'cas' && expected === before.value);
  if (happens && swaps) {
    object.value = value;
    object.version += 1;
  }
  const spoken =
    model === 'kv'
      ? kvWords(kind, key, value, expected, before, swaps)
      : registerWords(kind, value, expected, before, swaps);
  return {
    ...{ id, process: String(client), key, invoke, call: spoken.call, origin: String(id) },
    answer: isUnknown ? null : { value: spoken.answer },
    return: isUnknown ? null : end,
  };
}

interface Spoken {
  readonly call: Json;
  readonly answer: Json;
}

type Before = { readonly value: string | null; readonly version: number };

function kvWords(
  kind: Planned['kind'],
  key: string,
  value: string,
  expectValue: string | null,
  before: Before,
  swaps: boolean,
): Spoken {
  const version = before.version + 1;
  if (kind === 'read') return { call: { op: 'get', key }, answer: { ...before } };
  if (kind === 'write') return { call: { op: 'put', key, value }, answer: { version } };
  const answer = swaps ? { swapped: true, version } : { swapped: false, ...before };
  return { call: { op: 'cas', key, expectValue, value }, answer };
}

/** A compare-and-set that does not match is a read of what is there, so that it stays in. */
function registerWords(
  kind: Planned['kind'],
  value: string,
  expected: string | null,
  before: Before,
  swaps: boolean,
): Spoken {
  if (kind === 'write') return { call: { f: 'write', value }, answer: value };
  if (kind === 'read' || !swaps) return { call: { f: 'read', value: null }, answer: before.value };
  return { call: { f: 'cas', value: [expected, value] }, answer: [expected, value] };
}
