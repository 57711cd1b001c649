/** Durable operations, digests, chance and eras: what hosts and cores build on. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveSeed, Prng, type PrngState } from '../../src-main/base/prng.ts';
import { digestHex, digestOf } from '../../src-main/protocols/kernel/digest.ts';
import {
  applyPersistOps,
  EMPTY_DURABLE,
  type DurableState,
  type PersistOp,
} from '../../src-main/protocols/kernel/durable.ts';
import type { Entry } from '../../src-main/protocols/kernel/entry.ts';
import { compareEras, eraLabel, type Era } from '../../src-main/vocabulary/era.ts';
import type { Json } from '../../src-main/vocabulary/json.ts';

/** JSON as it comes from a wire. Integers beyond 2^53 do not occur in it and share digests. */
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => {
  return JSON.parse(JSON.stringify(value), (_key, field: unknown) => {
    return Number.isInteger(field) && !Number.isSafeInteger(field) ? 0 : field;
  }) as Json;
});

const entry = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.nat(1000))
  .map(([pos, payload]): Entry => ({ pos, type: 'command', time: 0, client: null, payload }));
const op = fc.oneof(
  fc.dictionary(fc.constantFrom('term', 'vote'), fc.nat(9)).map((record) => ({
    op: 'hard' as const,
    record,
  })),
  fc.array(entry, { maxLength: 4 }).map((entries) => ({ op: 'put' as const, entries })),
  fc.integer({ min: 1, max: 13 }).map((from) => ({ op: 'truncate' as const, from })),
);
const ops = fc.array(op, { maxLength: 12 });

/** A disk as a map, the obvious way. */
function naiveApply(list: readonly PersistOp[]): { hard: object; snapshot: null; log: Entry[] } {
  const hard: Record<string, Json> = {};
  const log = new Map<number, Entry>();
  for (const each of list) {
    if (each.op === 'hard') Object.assign(hard, each.record);
    else if (each.op === 'put') for (const put of each.entries) log.set(put.pos, put);
    else if (each.op === 'truncate')
      for (const pos of [...log.keys()]) if (pos >= each.from) log.delete(pos);
  }
  return { hard, snapshot: null, log: [...log.values()].sort((a, b) => a.pos - b.pos) };
}

/** `put` wants its entries ascending, as every core hands them out. */
function ascending(list: readonly PersistOp[]): PersistOp[] {
  return list.map((each) => {
    if (each.op !== 'put') return each;
    const byPos = new Map(each.entries.map((put) => [put.pos, put]));
    return { op: 'put', entries: [...byPos.values()].sort((a, b) => a.pos - b.pos) };
  });
}

describe('applyPersistOps', () => {
  test('agrees with a naive disk', () => {
    fc.assert(
      fc.property(ops, (list) => {
        const plain = ascending(list);
        expect(applyPersistOps(EMPTY_DURABLE as DurableState, plain)).toEqual(naiveApply(plain));
      }),
    );
  });

  test('gives the same in one call or one by one, and never changes what it was given', () => {
    fc.assert(
      fc.property(ops, ops, (before, after) => {
        const start = applyPersistOps(EMPTY_DURABLE as DurableState, ascending(before));
        const copy = structuredClone(start);
        const atOnce = applyPersistOps(start, ascending(after));
        const oneByOne = ascending(after).reduce(
          (state: DurableState, each) => applyPersistOps(state, [each]),
          start,
        );
        expect(oneByOne).toEqual(atOnce);
        expect(start).toEqual(copy);
      }),
    );
  });
});

describe('digestOf', () => {
  test('survives a round trip through JSON', () => {
    fc.assert(
      fc.property(json, (value) => {
        const copy: unknown = JSON.parse(JSON.stringify(value));
        expect(digestHex(digestOf(copy))).toBe(digestHex(digestOf(value)));
      }),
    );
  });

  test('differs for different values', () => {
    fc.assert(
      fc.property(json, json, (one, two) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(two));
        expect(digestHex(digestOf(one))).not.toBe(digestHex(digestOf(two)));
      }),
      { numRuns: 500 },
    );
  });

  test('differs for values that only look alike', () => {
    const values = [0, '0', '', null, false, true, 1, -1, 2 ** 32, [], {}, [[]], [null], 0.5];
    const digests = new Set(values.map((value) => digestHex(digestOf(value))));
    expect(digests.size).toBe(values.length);
  });

  test('of an entry is the same whether it was digested before or not', () => {
    fc.assert(
      fc.property(entry, json, (one, other) => {
        const wrapped = { entries: [one, one], other };
        const first = digestHex(digestOf(wrapped));
        expect(digestHex(digestOf(wrapped))).toBe(first);
        expect(digestHex(digestOf(structuredClone(wrapped)))).toBe(first);
      }),
    );
  });

  test('depends on what it is chained onto', () => {
    fc.assert(
      fc.property(json, json, json, (a, b, last) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        const onA = digestOf(last, digestOf(a));
        expect(digestHex(onA)).not.toBe(digestHex(digestOf(last, digestOf(b))));
      }),
    );
  });
});

describe('Prng', () => {
  const seed = fc.integer();

  test('restored in the middle it goes on the same', () => {
    fc.assert(
      fc.property(seed, fc.nat(50), (from, draws) => {
        const one = new Prng(from);
        for (let i = 0; i < draws; i += 1) one.nextUnit();
        const two = Prng.restore(JSON.parse(JSON.stringify(one.save())) as PrngState);
        const next = (prng: Prng): number[] => Array.from({ length: 8 }, () => prng.nextInt(0, 99));
        expect(next(two)).toEqual(next(one));
        expect(two.draws).toBe(one.draws);
      }),
    );
  });

  test('draws stay inside their bounds, both of which occur', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: -50, max: 50 }), fc.nat(3), (from, low, span) => {
        const prng = new Prng(from);
        const drawn = new Set(Array.from({ length: 200 }, () => prng.nextInt(low, low + span)));
        expect([...drawn].sort((a, b) => a - b)).toEqual(
          Array.from({ length: span + 1 }, (_, i) => low + i),
        );
        const unit = prng.nextUnit();
        expect(unit >= 0 && unit < 1).toBe(true);
      }),
    );
  });

  test('seeds for different purposes differ', () => {
    fc.assert(
      fc.property(seed, fc.string(), fc.string(), (from, a, b) => {
        fc.pre(a !== b);
        expect(deriveSeed(from, a)).toBe(deriveSeed(from, a));
        expect(Number.isInteger(deriveSeed(from, a))).toBe(true);
      }),
    );
    const seeds = new Set(Array.from({ length: 1000 }, (_, i) => deriveSeed(7, `n${i}/1`)));
    expect(seeds.size).toBe(1000);
  });
});

describe('eras', () => {
  const era = fc
    .tuple(fc.nat(3), fc.option(fc.constantFrom('n1', 'n2', 'n10')))
    .map(([number, owner]): Era => ({ number, owner }));

  test('are in a total order: antisymmetric, transitive, equal only when the same', () => {
    fc.assert(
      fc.property(era, era, era, (a, b, c) => {
        const sign = (x: Era, y: Era): number => Math.sign(compareEras(x, y)) + 0;
        expect(sign(a, b) + sign(b, a)).toBe(0);
        expect(sign(a, b) === 0).toBe(a.number === b.number && a.owner === b.owner);
        if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  test('different eras have different labels', () => {
    fc.assert(
      fc.property(era, era, (a, b) => {
        expect(eraLabel(a) === eraLabel(b)).toBe(compareEras(a, b) === 0);
      }),
    );
  });
});
