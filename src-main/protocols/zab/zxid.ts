/**
 * Zxid: the number of a ZAB transaction, a pair (epoch, counter) that is never packed into one
 * number: epoch * 2^32 would leave the safe integers (protocols.md 0.8).
 */
import { isCount, isFields } from '../kernel/guards.ts';

export interface Zxid {
  readonly epoch: number;
  readonly counter: number;
}

/** Stands for an empty history. */
export const ZXID_ZERO: Zxid = { epoch: 0, counter: 0 };

/** The counter is exhausted here; the leader makes way for a new epoch (protocols.md 3.1). */
export const COUNTER_MAX = 0xffffffff;

/** Negative, zero or positive; lexicographic. */
export function compareZxids(a: Zxid, b: Zxid): number {
  return a.epoch - b.epoch || a.counter - b.counter;
}

/** Whether `next` may stand right after `last`: dense inside an epoch, from 1 in a later one. */
export function isSuccessor(last: Zxid, next: Zxid): boolean {
  if (next.epoch === last.epoch) return next.counter === last.counter + 1;
  return next.epoch > last.epoch && next.counter === 1;
}

/** What a person reads, for example `3:17`. */
export function zxidLabel(zxid: Zxid): string {
  return `${zxid.epoch}:${zxid.counter}`;
}

export function isCounter(value: unknown): value is number {
  return isCount(value) && value <= COUNTER_MAX;
}

export function isZxid(value: unknown): value is Zxid {
  return isFields(value) && isCount(value['epoch']) && isCounter(value['counter']);
}
