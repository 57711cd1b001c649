/** What a checker found: the invariant of protocols.md 7, and the facts that contradict it. */
import type { Entry } from '../../../protocols/kernel/entry.ts';
import { digestOf } from '../../../protocols/kernel/digest.ts';
import { eraLabel, type Era } from '../../../vocabulary/era.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';

export interface Violation {
  /** `X1` to `X12`, `R1`..., `P1`..., `Z1`..., or `assertion`: a core stopped itself. */
  readonly id: string;
  readonly what: string;
  readonly node: NodeId | null;
}

export type Report = (id: string, node: NodeId | null, what: string) => void;

/** Whether two entries hold the same value; the stamp of a protocol is no part of it. */
export function sameValue(a: Entry, b: Entry): boolean {
  if (a === b) return true;
  if (a.type !== b.type || a.time !== b.time || a.pos !== b.pos) return false;
  return sameJson(a.client, b.client) && sameJson(a.payload, b.payload);
}

export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const left = digestOf(a);
  const right = digestOf(b);
  return left.high === right.high && left.low === right.low;
}

/** `put k v of session 4, number 2`: what an entry is, for a message. */
export function entryText(entry: Entry): string {
  const { client, payload, type, pos } = entry;
  const who = client === null ? '' : ` ${client.session}:${client.seq}`;
  return `${type}${who} ${JSON.stringify(payload)} at ${pos}`;
}

export function eraText(era: Era): string {
  return eraLabel(era);
}
