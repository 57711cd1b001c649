/** What one message may carry: bounded in bytes for every protocol, and never nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  lastThatFits,
  MESSAGE_BYTES_MAX,
  roughBytes,
} from '../../src-main/protocols/kernel/message-size.ts';
import type { Entry } from '../../src-main/protocols/kernel/entry.ts';

function entry(pos: number, valueBytes: number): Entry & { term: number } {
  const client = { session: 3, seq: pos, acked: pos - 1 };
  const payload = { op: 'put', key: `k${pos % 10}`, value: 'x'.repeat(valueBytes) };
  return { pos, type: 'command', time: 1234, client, payload, term: 7 };
}

test('the estimate is within a third of the encoded length of a usual command', () => {
  for (const valueBytes of [0, 20, 100, 1_000, 16_384]) {
    const one = entry(123_456, valueBytes);
    const ratio = roughBytes(one) / JSON.stringify(one).length;
    expect([valueBytes, ratio > 0.66 && ratio < 1.5]).toEqual([valueBytes, true]);
  }
});

test('a message takes as many entries as fit, at least one, and skips holes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.integer({ min: 0, max: 60_000 })), { minLength: 1, maxLength: 40 }),
      (sizes) => {
        const log = sizes.map((size, index) => (size === null ? null : entry(index + 1, size)));
        const last = lastThatFits(1, log.length, (pos) => log[pos - 1]);
        expect(last).toBeGreaterThanOrEqual(1);
        expect(last).toBeLessThanOrEqual(log.length);
        const carried = log.slice(0, last).filter((one) => one !== null);
        const bytes = carried.reduce((sum, one) => sum + roughBytes(one), 0);
        if (carried.length > 1) expect(bytes).toBeLessThanOrEqual(MESSAGE_BYTES_MAX);
        const next = log[last];
        if (next !== null && next !== undefined && carried.length > 0) {
          expect(bytes + roughBytes(next)).toBeGreaterThan(MESSAGE_BYTES_MAX);
        }
      },
    ),
  );
});
