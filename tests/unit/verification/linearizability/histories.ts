/** Short ways to write down histories, and a checker too simple to be wrong. */
import fc from 'fast-check';
import {
  checkLinearizability,
  type CheckLimits,
  type LinearizabilityVerdict,
} from '../../../../src-main/verification/linearizability/check-history.ts';
import {
  modelOf,
  type ModelName,
} from '../../../../src-main/verification/linearizability/models/by-name.ts';
import type { Model } from '../../../../src-main/verification/linearizability/model.ts';
import type { Operation } from '../../../../src-main/verification/linearizability/operation.ts';
import type { Json } from '../../../../src-main/vocabulary/json.ts';

/** `[process, from, to, call, answer]`; `to` null: of unknown outcome. */
export type Line = readonly [string, number, number | null, Json, Json?];

export function history(...lines: readonly Line[]): Operation[] {
  return lines.map(([process, invoke, end, call, answer], id) => ({
    id,
    process,
    key: null,
    call,
    answer: end === null || answer === undefined ? null : { value: answer },
    invoke,
    return: end,
    origin: `line ${id + 1}`,
  }));
}

/** A call in Jepsen's words. */
export function call(f: string, value: Json = null): Json {
  return { f, value };
}

/** The verdict on a history by a model's name. */
export function judge(
  model: ModelName,
  operations: readonly Operation[],
  limits?: CheckLimits,
): LinearizabilityVerdict {
  return checkLinearizability(modelOf(model), operations, limits);
}

/** Tries every order of every choice of the uncertain ones. */
export function isLegalByBruteForce<State>(
  model: Model<State>,
  operations: readonly Operation[],
  state: State = model.initial,
): boolean {
  if (operations.every((operation) => operation.return === null)) return true;
  const firstEnd = Math.min(...operations.map((operation) => operation.return ?? Infinity));
  return operations.some((operation) => {
    if (operation.invoke > firstEnd) return false;
    const after = model.step(state, operation);
    const others = operations.filter((other) => other !== operation);
    return after !== null && isLegalByBruteForce(model, others, after);
  });
}

/** What a process may ask, with an answer that may be right or wrong. */
type Drawn = readonly [call: Json, answer: Json];

const small = fc.integer({ min: 0, max: 2 });
const text = fc.constantFrom('a', 'b');

function asked(f: string, value: fc.Arbitrary<Json>): fc.Arbitrary<Drawn> {
  return value.map((drawn) => [call(f, drawn), drawn]);
}

const read = (answer: fc.Arbitrary<Json>): fc.Arbitrary<Drawn> =>
  answer.map((drawn) => [call('read'), drawn]);

const version = fc.integer({ min: 1, max: 3 });
const kvItem = fc.oneof(
  fc.constant({ value: null, version: 0 }),
  fc.record({ value: fc.oneof(text, small), version }),
);

const kvDrawn: fc.Arbitrary<Drawn> = fc.oneof(
  kvItem.map((item): Drawn => [{ op: 'get', key: 'k' }, item]),
  fc.tuple(fc.oneof(text, small), version).map(([value, v]): Drawn => {
    return [{ op: 'put', key: 'k', value }, { version: v }];
  }),
  fc.boolean().map((deleted): Drawn => [{ op: 'delete', key: 'k' }, { deleted }]),
  fc.tuple(text, version, kvItem, fc.boolean()).map(([value, v, item, swapped]): Drawn => {
    const answer = swapped ? { swapped, version: v + 1 } : { swapped, ...item };
    return [{ op: 'cas', key: 'k', expectVersion: v, value }, answer];
  }),
  fc.tuple(text, text, version).map(([expectValue, value, v]): Drawn => {
    return [
      { op: 'cas', key: 'k', expectValue, value },
      { swapped: true, version: v },
    ];
  }),
  fc.tuple(small, version).map(([value, v]): Drawn => {
    return [
      { op: 'incr', key: 'k', by: 1 },
      { value, version: v },
    ];
  }),
);

export const DRAWN: Readonly<Record<string, fc.Arbitrary<Drawn>>> = {
  register: fc.oneof(
    read(fc.oneof(small, fc.constant(null))),
    asked('write', small),
    asked('cas', fc.tuple(small, small)),
  ),
  counter: fc.oneof(read(fc.integer({ min: 0, max: 4 })), asked('add', fc.constantFrom(1, 2, -1))),
  set: fc.oneof(read(fc.uniqueArray(small)), asked('add', small)),
  queue: fc.oneof(
    asked('enqueue', small),
    fc.oneof(small, fc.constant(null)).map((taken): Drawn => [call('dequeue'), taken]),
  ),
  lock: fc.oneof(asked('acquire', fc.constant(null)), asked('release', fc.constant(null))),
  kv: kvDrawn,
};

/** Up to `size` operations of three processes that overlap at random; some without an end. */
export function historyOf(drawn: fc.Arbitrary<Drawn>, size: number): fc.Arbitrary<Operation[]> {
  const one = fc.record({
    drawn,
    process: fc.constantFrom('p1', 'p2', 'p3'),
    from: fc.integer({ min: 0, max: 12 }),
    length: fc.integer({ min: 0, max: 5 }),
    ends: fc.integer({ min: 0, max: 3 }),
  });
  return fc.array(one, { minLength: 1, maxLength: size }).map((ones) =>
    history(
      ...ones.map(({ drawn: [asks, answer], process, from, length, ends }): Line => {
        return [process, from, ends === 0 ? null : from + length, asks, answer];
      }),
    ),
  );
}
