/**
 * The flight journal: one file per life of a node, one line per record, `header TAB input NEWLINE`,
 * both JSON (neither can contain a raw tab or newline). The header is small and is all that the
 * recorder parses; the input is kept as it is and is what re-execution feeds to a fresh core.
 * The input of a step is in the file before any effect of that step leaves the process.
 *
 * Times are microseconds since the start of the run, on the machine's monotonic clock, which all
 * processes of the lab share.
 */
import type { Incarnation, NodeId, Position, StorageId } from './ids.ts';
import type { TraceEvent } from './trace.ts';

/** A message is known by its sender, the sender's life, the step that sent it and a number in it.
 *   */
export type MessageId = `${NodeId}:${Incarnation}:${number}:${number}`;

export interface StepHeader {
  readonly k: 's';
  /** Number of the step in this life, from 1 (`boot`). */
  readonly n: number;
  readonly us: number;
  /** Lamport time of the step. */
  readonly lam: number;
  readonly input: string;
  /** For `boot`: the disk of this life. */
  readonly disk?: StorageId;
  /** Digest of the effects, 16 hexadecimal digits. */
  readonly d: string;
  /** For `recv`: the message, its sender, its type. */
  readonly recv?: readonly [id: MessageId, from: NodeId, type: string];
  /** Messages this step sends, in order: number within the step, addressee, type. */
  readonly sends?: readonly (readonly [x: number, to: NodeId, type: string])[];
  readonly trace?: readonly TraceEvent[];
}

/** Entries were applied by step `n`. Not an input: re-execution compares the hashes. */
export interface ApplyHeader {
  readonly k: 'a';
  readonly n: number;
  readonly us: number;
  readonly from: Position;
  readonly to: Position;
  /** Chained state hash after some of these positions, always after the last. */
  readonly hashes: readonly (readonly [pos: Position, hash: string])[];
  /** Operations that took effect: session and range of seq. */
  readonly effective: readonly (readonly [session: number, fromSeq: number, toSeq: number])[];
  /** Operations found to be repeats and answered from the session table. */
  readonly repeats: number;
}

/** The state machine took over a snapshot: everything up to `pos`, with this chained hash. */
export interface LoadHeader {
  readonly k: 'l';
  readonly n: number;
  readonly us: number;
  readonly pos: Position;
  readonly hash: string;
}

/** A message the shim or the transport did not let through. */
export interface DropHeader {
  readonly k: 'd';
  readonly us: number;
  readonly id: MessageId;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly type: string;
  readonly why: 'cut' | 'loss' | 'no-link' | 'overflow' | 'session' | 'manual';
}

/** Totals since the start of this life, about once a second and at a clean end. */
export interface CountersHeader {
  readonly k: 'c';
  readonly us: number;
  readonly counters: NodeCounters;
}

export interface NodeCounters {
  /** Messages to other nodes by kind (vocabulary/trace.ts MessageKind). */
  readonly messages: { readonly [kind: string]: number };
  /** Bytes written to sockets of other nodes, frames and envelopes included. */
  readonly bytes: number;
  readonly frames: number;
  /** Durability barriers: one per SQLite transaction. */
  readonly syncs: number;
  readonly steps: number;
  readonly applied: number;
  readonly rssBytes: number;
  readonly cpuUs: number;
  /** Barriers that wait because the disk is held. */
  readonly held?: number;
}

/** The life ended: cleanly, or on an assertion (`error` set). A killed node writes none. */
export interface EndHeader {
  readonly k: 'x';
  readonly us: number;
  readonly why: 'stop' | 'assertion' | 'disk' | 'parent-gone';
  readonly error?: string;
}

export type JournalHeader =
  StepHeader | ApplyHeader | LoadHeader | DropHeader | CountersHeader | EndHeader;

/** Name of the journal file of one life: `journal-<incarnation>.ndjson`. */
export function journalFileName(incarnation: Incarnation): string {
  return `journal-${incarnation}.ndjson`;
}
