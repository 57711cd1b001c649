import { describe, expect, test } from 'vitest';
import {
  KEY_LENGTH_MAX,
  LIST_LIMIT_MAX,
  VALUE_LENGTH_MAX,
} from '../../../src-main/services/kv-command.ts';
import { KvService } from '../../../src-main/services/kv.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';

/** Applies commands at positions 1, 2, ... and returns the results. */
function run(service: KvService, commands: readonly Json[], first = 1): Json[] {
  return commands.map((command, i) => service.apply(command, first + i));
}

function keysOf(result: Json | undefined): string[] {
  return (result as { items: { key: string }[] }).items.map((item) => item.key);
}

describe('versions', () => {
  test('start at 1 and grow with each change, createPos stays', () => {
    const results = run(new KvService(), [
      { op: 'put', key: 'k', value: 'a' },
      { op: 'put', key: 'k', value: 'b' },
      { op: 'get', key: 'k' },
    ]);
    expect(results).toEqual([
      { version: 1 },
      { version: 2 },
      { value: 'b', version: 2, createPos: 1, modPos: 2 },
    ]);
  });

  test('restart at 1 under another createPos when a key is made again', () => {
    const results = run(new KvService(), [
      { op: 'put', key: 'k', value: 'a' },
      { op: 'delete', key: 'k' },
      { op: 'delete', key: 'k' },
      { op: 'put', key: 'k', value: 'a' },
      { op: 'get', key: 'k' },
    ]);
    expect(results.slice(1)).toEqual([
      { deleted: true },
      { deleted: false },
      { version: 1 },
      { value: 'a', version: 1, createPos: 4, modPos: 4 },
    ]);
  });

  test('an absent key has version 0 and no value', () => {
    expect(new KvService().apply({ op: 'get', key: 'k' }, 1)).toEqual({ value: null, version: 0 });
  });
});

describe('cas', () => {
  test('swaps on the expected version only, and says what it found', () => {
    const results = run(new KvService(), [
      { op: 'cas', key: 'k', value: 'a', expectVersion: 1 },
      { op: 'cas', key: 'k', value: 'a', expectVersion: 0 },
      { op: 'cas', key: 'k', value: 'b', expectVersion: 0 },
      { op: 'cas', key: 'k', value: 'b', expectVersion: 1 },
    ]);
    expect(results).toEqual([
      { swapped: false, value: null, version: 0 },
      { swapped: true, version: 1 },
      { swapped: false, value: 'a', version: 1 },
      { swapped: true, version: 2 },
    ]);
  });

  test('swaps on the expected value, null for an absent key', () => {
    const results = run(new KvService(), [
      { op: 'cas', key: 'k', value: 7, expectValue: null },
      { op: 'cas', key: 'k', value: 8, expectValue: '7' },
      { op: 'cas', key: 'k', value: 8, expectValue: 7 },
    ]);
    expect(results).toEqual([
      { swapped: true, version: 1 },
      { swapped: false, value: 7, version: 1 },
      { swapped: true, version: 2 },
    ]);
  });
});

describe('incr', () => {
  test('starts from 0, adds, and refuses text and unsafe sums without effect', () => {
    const service = new KvService();
    const results = run(service, [
      { op: 'incr', key: 'n' },
      { op: 'incr', key: 'n', by: -3 },
      { op: 'incr', key: 'n', by: Number.MIN_SAFE_INTEGER },
      { op: 'put', key: 's', value: 'text' },
      { op: 'incr', key: 's' },
      { op: 'get', key: 'n' },
    ]);
    expect(results[1]).toEqual({ value: -2, version: 2 });
    expect(results[2]).toMatchObject({ error: 'not-an-integer' });
    expect(results[4]).toMatchObject({ error: 'not-an-integer' });
    expect(results[5]).toMatchObject({ value: -2, version: 2 });
  });
});

describe('list', () => {
  test('orders by UTF-8 bytes, where UTF-16 would not', () => {
    const service = new KvService();
    const keys = ['\u{1f600}', '\uffee', 'z', 'é', 'B', 'a', 'aa'];
    keys.forEach((key, i) => service.apply({ op: 'put', key, value: 1 }, i + 1));
    expect(keysOf(service.apply({ op: 'list' }, 9))).toEqual([
      'B',
      'a',
      'aa',
      'z',
      'é',
      '\uffee',
      '\u{1f600}',
    ]);
  });

  test('keeps to prefix and limit and says whether there is more', () => {
    const service = new KvService();
    ['a', 'ab', 'abc', 'ac', 'b'].forEach((key, i) =>
      service.apply({ op: 'put', key, value: i }, i + 1),
    );
    expect(service.apply({ op: 'list', prefix: 'ab' }, 9)).toEqual({
      items: [
        { key: 'ab', value: 1, version: 1 },
        { key: 'abc', value: 2, version: 1 },
      ],
      more: false,
    });
    expect(service.apply({ op: 'list', prefix: 'a', limit: 2 }, 9)).toMatchObject({ more: true });
    expect(service.apply({ op: 'list', prefix: 'c' }, 9)).toEqual({ items: [], more: false });
  });

  test('stays right while keys come and go between lists', () => {
    const service = new KvService();
    run(service, [{ op: 'put', key: 'b', value: 1 }, { op: 'list' }]);
    const results = run(
      service,
      [
        { op: 'put', key: 'a', value: 1 },
        { op: 'delete', key: 'b' },
        { op: 'put', key: 'b', value: 2 },
        { op: 'list' },
        { op: 'delete', key: 'a' },
        { op: 'list' },
      ],
      3,
    );
    expect(keysOf(results[3])).toEqual(['a', 'b']);
    expect(keysOf(results[5])).toEqual(['b']);
  });
});

describe('malformed commands', () => {
  const malformed: readonly Json[] = [
    null,
    'put',
    [],
    {},
    { op: 'no-such', key: 'k' },
    { op: 'put', key: 'k' },
    { op: 'put', key: '', value: 'v' },
    { op: 'put', key: 7, value: 'v' },
    { op: 'put', key: '\ud800', value: 'v' },
    { op: 'put', key: 'k'.repeat(KEY_LENGTH_MAX + 1), value: 'v' },
    { op: 'put', key: 'k', value: 'v'.repeat(VALUE_LENGTH_MAX + 1) },
    { op: 'put', key: 'k', value: null },
    { op: 'put', key: 'k', value: { nested: true } },
    { op: 'incr', key: 'k', by: 0.5 },
    { op: 'cas', key: 'k', value: 'v' },
    { op: 'cas', key: 'k', value: 'v', expectVersion: 1, expectValue: 'w' },
    { op: 'cas', key: 'k', value: 'v', expectVersion: -1 },
    { op: 'list', limit: 0 },
    { op: 'list', limit: LIST_LIMIT_MAX + 1 },
    { op: 'list', prefix: 5 },
  ];

  test.each(malformed.map((payload) => [JSON.stringify(payload).slice(0, 60), payload]))(
    '%s gives an error result, no effect, and is found at the edge',
    (_, payload) => {
      const service = new KvService();
      const before = service.digest();
      expect(service.apply(payload as Json, 1)).toMatchObject({ error: 'bad-command' });
      expect(service.digest()).toEqual(before);
      expect(service.check(payload as Json)).not.toBeNull();
    },
  );

  test('well-formed commands pass the edge', () => {
    const service = new KvService();
    expect(service.check({ op: 'get', key: 'k' })).toBeNull();
    expect(service.check({ op: 'list', prefix: '', limit: 1 })).toBeNull();
    expect(service.check({ op: 'cas', key: 'k', value: 1, expectValue: null })).toBeNull();
  });
});

describe('digest', () => {
  test('tells states apart and does not depend on the order of other keys', () => {
    const one = new KvService();
    const two = new KvService();
    one.apply({ op: 'put', key: 'a', value: 1 }, 1);
    one.apply({ op: 'put', key: 'b', value: 1 }, 2);
    two.apply({ op: 'put', key: 'b', value: 1 }, 2);
    expect(two.digest()).not.toEqual(one.digest());
    two.apply({ op: 'put', key: 'a', value: 1 }, 1);
    expect(two.digest()).toEqual(one.digest());
  });

  test('is that of an empty store again when every key is deleted', () => {
    const service = new KvService();
    const empty = service.digest();
    run(service, [
      { op: 'put', key: 'a', value: 1 },
      { op: 'incr', key: 'a' },
      { op: 'delete', key: 'a' },
    ]);
    expect(service.digest()).toEqual(empty);
  });
});
