/** Histories by hand: what each model allows, and what it does not. */
import { expect, test } from 'vitest';
import {
  MODEL_NAMES,
  modelOf,
  type ModelName,
} from '../../../../src-main/verification/linearizability/models/by-name.ts';
import { call, history, judge, type Line } from './histories.ts';

type Case = readonly [claim: string, verdict: 'valid' | 'invalid', ...lines: Line[]];

const put = (value: string) => ({ op: 'put', key: 'k', value });
const get = { op: 'get', key: 'k' };
const absent = { value: null, version: 0 };

const CASES: Readonly<Record<ModelName, readonly Case[]>> = {
  register: [
    [
      'a read that overlaps a write may see the old value or the new one',
      'valid',
      ['w', 0, 10, call('write', 1), 1],
      ['a', 1, 3, call('read'), 1],
      ['b', 4, 6, call('read'), 1],
      ['c', 0, 2, call('read'), null],
    ],
    [
      'once a read saw the new value no later one sees the old',
      'invalid',
      ['w', 0, 10, call('write', 1), 1],
      ['a', 1, 3, call('read'), 1],
      ['b', 4, 6, call('read'), null],
    ],
    [
      'a compare-and-set of the wrong value cannot have succeeded',
      'invalid',
      ['w', 0, 1, call('write', 1), 1],
      ['a', 2, 3, call('cas', [2, 3]), [2, 3]],
    ],
    [
      'a write of unknown outcome may take effect long after it',
      'valid',
      ['w', 0, null, call('write', 1)],
      ['a', 10, 11, call('read'), null],
      ['a', 12, 13, call('read'), 1],
    ],
    [
      'a write of unknown outcome takes effect once at most',
      'invalid',
      ['w', 0, null, call('write', 1)],
      ['a', 10, 11, call('read'), 1],
      ['a', 12, 13, call('write', 2), 2],
      ['a', 14, 15, call('read'), 2],
      ['a', 16, 17, call('read'), 1],
      ['a', 18, 19, call('write', 3), 3],
      ['a', 20, 21, call('read'), 1],
    ],
    [
      'a write may be needed for a read although the value stays the same at first',
      'valid',
      ['w', 0, 1, call('write', 1), 1],
      ['x', 2, 20, call('write', 1), 1],
      ['a', 3, 4, call('write', 2), 2],
      ['a', 5, 6, call('read'), 1],
    ],
  ],
  kv: [
    [
      'versions count the changes of a key, and begin anew after a delete',
      'valid',
      ['a', 0, 1, put('x'), { version: 1 }],
      ['a', 2, 3, { op: 'delete', key: 'k' }, { deleted: true }],
      ['a', 4, 5, get, absent],
      ['a', 6, 7, put('y'), { version: 1 }],
      ['a', 8, 9, get, { value: 'y', version: 1, createPos: 6, modPos: 6 }],
    ],
    [
      'a version that was left out needs a change that made it',
      'invalid',
      ['a', 0, 1, put('x'), { version: 1 }],
      ['a', 2, 3, put('y'), { version: 3 }],
    ],
    [
      'a write of unknown outcome explains a version that was left out',
      'valid',
      ['b', 0, null, put('z')],
      ['a', 0, 1, put('x'), { version: 1 }],
      ['a', 2, 3, put('y'), { version: 3 }],
    ],
    [
      'a compare-and-set that did not match is a read of what was there',
      'invalid',
      ['a', 0, 1, put('x'), { version: 1 }],
      [
        'a',
        2,
        3,
        { op: 'cas', key: 'k', expectVersion: 5, value: 'y' },
        { swapped: false, value: 'w', version: 1 },
      ],
    ],
    [
      'increments are answered in the order of their sums',
      'valid',
      ['a', 0, 9, { op: 'incr', key: 'k', by: 2 }, { value: 5, version: 2 }],
      ['b', 0, 9, { op: 'incr', key: 'k', by: 3 }, { value: 3, version: 1 }],
    ],
    [
      'what is no number cannot be incremented',
      'invalid',
      ['a', 0, 1, put('x'), { version: 1 }],
      ['a', 2, 3, { op: 'incr', key: 'k' }, { value: 1, version: 2 }],
    ],
    [
      'a compare-and-set of unknown outcome may have swapped',
      'valid',
      ['a', 0, 1, put('x'), { version: 1 }],
      ['b', 2, null, { op: 'cas', key: 'k', expectValue: 'x', value: 'y' }],
      ['a', 4, 5, get, { value: 'y', version: 2 }],
    ],
  ],
  counter: [
    [
      'a read sees some of the adds that overlap it',
      'valid',
      ['a', 0, 10, call('add', 1), 1],
      ['b', 0, 10, call('add', 2), 2],
      ['c', 1, 3, call('read'), 2],
      ['c', 4, 5, call('read'), 3],
    ],
    [
      'it does not lose an add that had ended',
      'invalid',
      ['a', 0, 1, call('add', 1), 1],
      ['c', 2, 3, call('read'), 0],
    ],
    [
      'an add of unknown outcome counts once or not at all',
      'invalid',
      ['a', 0, null, call('add', 1)],
      ['c', 2, 3, call('read'), 2],
    ],
  ],
  queue: [
    [
      'adds that overlap may stand in either order',
      'valid',
      ['a', 0, 5, call('enqueue', 1), 1],
      ['b', 0, 5, call('enqueue', 2), 2],
      ['c', 6, 7, call('dequeue'), 2],
      ['c', 8, 9, call('dequeue'), 1],
      ['c', 10, 11, call('dequeue'), null],
    ],
    [
      'what went in first comes out first',
      'invalid',
      ['a', 0, 1, call('enqueue', 1), 1],
      ['a', 2, 3, call('enqueue', 2), 2],
      ['c', 6, 7, call('dequeue'), 2],
    ],
    [
      'nothing comes out twice',
      'invalid',
      ['a', 0, 1, call('enqueue', 1), 1],
      ['c', 2, 3, call('dequeue'), 1],
      ['d', 2, 3, call('dequeue'), 1],
    ],
    [
      'a dequeue of unknown outcome may have taken the first',
      'valid',
      ['a', 0, 1, call('enqueue', 1), 1],
      ['a', 2, 3, call('enqueue', 2), 2],
      ['d', 4, null, call('dequeue')],
      ['c', 6, 7, call('dequeue'), 2],
    ],
  ],
  lock: [
    [
      'it is handed over',
      'valid',
      ['a', 0, 1, call('acquire'), null],
      ['b', 2, 9, call('acquire'), null],
      ['a', 3, 4, call('release'), null],
      ['b', 10, 11, call('release'), null],
    ],
    [
      'two do not have it at once',
      'invalid',
      ['a', 0, 1, call('acquire'), null],
      ['b', 2, 3, call('acquire'), null],
    ],
    [
      'only who has it can give it back',
      'invalid',
      ['a', 0, 1, call('acquire'), null],
      ['b', 2, 3, call('release'), null],
    ],
    [
      'a release of unknown outcome may have let the next one in',
      'valid',
      ['a', 0, 1, call('acquire'), null],
      ['a', 2, null, call('release')],
      ['b', 5, 6, call('acquire'), null],
    ],
  ],
  set: [
    [
      'an add that has not ended may be seen',
      'valid',
      ['a', 0, 10, call('add', 'x'), 'x'],
      ['b', 1, 2, call('read'), []],
      ['b', 3, 4, call('read'), ['x']],
    ],
    [
      'a member that was seen stays',
      'invalid',
      ['a', 0, 10, call('add', 'x'), 'x'],
      ['b', 1, 2, call('read'), ['x']],
      ['b', 3, 4, call('read'), []],
    ],
    [
      'a lost add is missed',
      'invalid',
      ['a', 0, 1, call('add', 'x'), 'x'],
      ['a', 2, 3, call('add', 'y'), 'y'],
      ['b', 4, 5, call('read'), ['y']],
    ],
    ['what nobody added is not there', 'invalid', ['b', 4, 5, call('read'), ['y']]],
  ],
};

const NAMED = MODEL_NAMES.flatMap((name) =>
  CASES[name].map(([claim, verdict, ...lines]) => ({ name, claim, verdict, lines })),
);

test.each(NAMED)('$name, $verdict: $claim', ({ name, verdict, lines }) => {
  const operations = history(...lines);
  const problems = operations.map((operation) => modelOf(name).problem(operation));
  expect(problems).toEqual(lines.map(() => null));
  expect(judge(name, operations).verdict).toBe(verdict);
});
