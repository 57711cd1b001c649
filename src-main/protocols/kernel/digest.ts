/**
 * A 64-bit digest of plain JSON values, the same on every machine: two 32-bit lanes of
 * multiply-xor mixing over the structure. Not cryptographic: it tells whether a re-execution did
 * the same, and whether two state machines are equal.
 *
 * Object keys count in insertion order; objects that are compared must be built the same way, and
 * ours are, by the same code. Frozen-by-contract values (entries) are cached by identity, because
 * one entry stands in a persist, in several sends and in an apply.
 */

export interface Digest {
  readonly high: number;
  readonly low: number;
}

export const DIGEST_ZERO: Digest = { high: 0x2545f491, low: 0x9e3779b9 | 0 };

const cache = new WeakMap<object, Digest>();

let high = 0;
let low = 0;

function mix(word: number): void {
  high = Math.imul(high ^ word, 0x85ebca6b);
  high = (high << 13) | (high >>> 19);
  low = Math.imul(low ^ (word + 0x9e3779b9), 0xc2b2ae35);
  low = (low << 17) | (low >>> 15);
}

function mixString(text: string): void {
  mix(text.length ^ 0x5354);
  let i = 0;
  // Two code units a round: strings are most of what is hashed.
  for (; i + 1 < text.length; i += 2) mix(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16));
  if (i < text.length) mix(text.charCodeAt(i));
}

function mixNumber(value: number): void {
  if (Number.isSafeInteger(value)) {
    mix(0x4e);
    mix(value | 0);
    mix(Math.floor(value / 0x100000000) | 0);
  } else {
    mixString(String(value));
  }
}

function mixObject(value: object): void {
  const saved = { high, low };
  const known = cache.get(value);
  if (known !== undefined) {
    mix(known.high);
    mix(known.low);
    return;
  }
  if (!('pos' in value)) {
    mixFields(value);
    return;
  }
  high = DIGEST_ZERO.high;
  low = DIGEST_ZERO.low;
  mixFields(value);
  const digest = { high, low };
  cache.set(value, digest);
  high = saved.high;
  low = saved.low;
  mix(digest.high);
  mix(digest.low);
}

function mixFields(value: object): void {
  mix(0x7b);
  for (const key in value) {
    const field = (value as Record<string, unknown>)[key];
    if (field === undefined) continue;
    mixString(key);
    mixValue(field);
  }
  mix(0x7d);
}

function mixValue(value: unknown): void {
  if (typeof value === 'string') mixString(value);
  else if (typeof value === 'number') mixNumber(value);
  else if (value === null || value === undefined) mix(0x30);
  else if (typeof value === 'boolean') mix(value ? 0x31 : 0x32);
  else if (Array.isArray(value)) {
    mix(0x5b ^ value.length);
    for (const item of value) mixValue(item);
  } else mixObject(value as object);
}

/** Digest of `value` (plain JSON; undefined fields do not count), chained onto `onto`. */
export function digestOf(value: unknown, onto: Digest = DIGEST_ZERO): Digest {
  high = onto.high;
  low = onto.low;
  mixValue(value);
  return { high, low };
}

/** 16 hexadecimal digits. */
export function digestHex(digest: Digest): string {
  return (
    (digest.high >>> 0).toString(16).padStart(8, '0') +
    (digest.low >>> 0).toString(16).padStart(8, '0')
  );
}
