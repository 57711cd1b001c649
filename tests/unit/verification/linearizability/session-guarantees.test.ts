import { expect, test } from 'vitest';
import { modelOf } from '../../../../src-main/verification/linearizability/models/by-name.ts';
import type { Operation } from '../../../../src-main/verification/linearizability/operation.ts';
import {
  checkSessions,
  GUARANTEES,
  type GuaranteeVerdict,
} from '../../../../src-main/verification/linearizability/session-guarantees.ts';

const kv = modelOf('kv');

interface Step {
  readonly by?: string;
  readonly op: 'get' | 'put' | 'delete';
  readonly pos?: number;
  readonly version?: number;
  /** All operations before it have ended when it is asked, unless this is set. */
  readonly overlaps?: boolean;
}

/** One step after the other. */
function session(...steps: readonly Step[]): Operation[] {
  return steps.map(({ by = 'c', op, pos, version, overlaps }, id) => ({
    id,
    process: by,
    key: 'k',
    call: { op, key: 'k', value: 'v' },
    answer: { value: version === undefined ? null : { version } },
    invoke: overlaps ? 0 : id * 10,
    return: id * 10 + 5,
    ...(pos === undefined ? {} : { pos }),
    origin: `step ${id + 1}`,
  }));
}

function verdicts(operations: readonly Operation[]): Record<string, GuaranteeVerdict['verdict']> {
  const made = checkSessions(kv, operations);
  expect(made.map(({ guarantee }) => guarantee)).toEqual(GUARANTEES);
  return Object.fromEntries(made.map(({ guarantee, verdict }) => [guarantee, verdict]));
}

const ALL_VALID = Object.fromEntries(GUARANTEES.map((name) => [name, 'valid']));

test.each([
  ['read-your-writes', { op: 'put', pos: 5 }, { op: 'get', pos: 4 }],
  ['monotonic-reads', { op: 'get', pos: 5 }, { op: 'get', pos: 4 }],
  ['monotonic-writes', { op: 'put', pos: 5 }, { op: 'put', pos: 4 }],
  ['writes-follow-reads', { op: 'get', pos: 5 }, { op: 'put', pos: 5 }],
] as const)('%s is broken by a later operation from before', (guarantee, earlier, later) => {
  expect(verdicts(session(earlier, later))).toEqual({ ...ALL_VALID, [guarantee]: 'invalid' });
});

test('the first violation names both operations', () => {
  const made = checkSessions(
    kv,
    session(
      { op: 'put', pos: 9 },
      { op: 'get', pos: 9 },
      { op: 'get', pos: 3 },
      { op: 'get', pos: 2 },
    ),
  );
  const [own] = made;
  expect(own?.first?.earlier.origin).toBe('step 1');
  expect(own?.first?.later.origin).toBe('step 3');
  expect(own?.first?.text).toBe('position 3, after position 9');
  expect(own?.violations).toBe(2);
});

test('what others did, and what overlaps, binds nobody', () => {
  expect(verdicts(session({ by: 'a', op: 'put', pos: 9 }, { by: 'b', op: 'get', pos: 1 }))).toEqual(
    ALL_VALID,
  );
  expect(verdicts(session({ op: 'put', pos: 9 }, { op: 'get', pos: 1, overlaps: true }))).toEqual(
    ALL_VALID,
  );
});

test('versions of a key tell as much where there are no positions', () => {
  const operations = session({ op: 'put', version: 3 }, { op: 'get', version: 2 });
  expect(verdicts(operations)['read-your-writes']).toBe('invalid');
});

test('versions of a key that was deleted tell nothing', () => {
  const operations = session(
    { op: 'put', version: 3 },
    { by: 'other', op: 'delete' },
    { op: 'get', version: 1 },
  );
  expect(verdicts(operations)['read-your-writes']).toBe('unknown');
});

test('without positions and versions nothing is known, and it says why', () => {
  const [own] = checkSessions(kv, session({ op: 'put' }, { op: 'get' }));
  expect(own).toMatchObject({
    verdict: 'unknown',
    reason: 'of 2 operations neither position nor version is recorded',
  });
});
