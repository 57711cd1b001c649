import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PlacedBits } from '../../../../src-main/verification/linearizability/placed-bits.ts';

/** Everything before the first one left, and these beyond it. */
const placed = fc.tuple(fc.nat(70), fc.uniqueArray(fc.integer({ min: 1, max: 40 })));

function textOf([first, beyond]: readonly [number, readonly number[]]): string {
  const bits = new PlacedBits(200);
  for (let at = 0; at < first; at += 1) bits.mark(at);
  for (const at of beyond) bits.mark(first + at);
  return bits.text(first);
}

test('equal texts mean equal sets', () => {
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(placed, ([first, beyond]) => {
      const set = JSON.stringify([first, beyond.toSorted((a, b) => a - b)]);
      const text = textOf([first, beyond]);
      expect(seen.get(text) ?? set).toBe(set);
      seen.set(text, set);
    }),
    { numRuns: 20_000, seed: 20_261_121 },
  );
});

test('a number is not taken for a word of bits', () => {
  // A word of 0x0033 is the letter 3.
  expect(textOf([12, [20, 21]])).not.toBe(textOf([123, []]));
});

test('what was taken back leaves no trace', () => {
  const bits = new PlacedBits(200);
  for (const at of [0, 1, 5, 30]) bits.mark(at);
  for (const at of [30, 5]) bits.unmark(at);
  expect(bits.text(2)).toBe(textOf([2, []]));
});
