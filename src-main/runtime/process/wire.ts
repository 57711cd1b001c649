/**
 * Frames between processes, and the guards that keep garbage out. What a frame carries beyond this
 * (the message itself) is validated by the core that gets it, the operation by the service.
 */
import type { Json } from '../../vocabulary/json.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import { READ_LEVELS } from '../../vocabulary/read-level.ts';
import type { RefusalCode } from '../../vocabulary/refusal.ts';
import type { ClientOp, Message, ReadRequest } from '../../protocols/kernel/core.ts';
import type { SessionFrame } from '../driver/session-link.ts';

/** First frame of a connection: who dials. `node` null: a client. */
export interface HelloFrame {
  readonly cluster: string;
  readonly protocol: string;
  readonly node: NodeId | null;
  readonly incarnation: number;
  readonly storageId: string;
}

/** One message, or one control frame of a session (`step` 0, `msg` null). */
export type WireItem = readonly [
  step: number,
  index: number,
  lamport: number,
  msg: Message | null,
  session: SessionFrame | null,
  /** The chunk of an image that travels with the message. */
  bulk: string | null,
];

export interface MessagesFrame {
  readonly items: readonly WireItem[];
}

/** What a client asks: for its session, for a command, or for a read that is no log entry. */
export type WireOp =
  ClientOp | ({ readonly kind: 'read' } & Pick<ReadRequest, 'level' | 'minPos' | 'payload'>);

/** Requests of a client: its own number for each, and what it asks. */
export interface RequestsFrame {
  readonly requests: readonly (readonly [no: number, op: WireOp])[];
}

export type WireAnswer =
  | readonly [no: number, ok: 1, result: Json, pos: number]
  | readonly [no: number, ok: 0, code: RefusalCode, message: string, hint: NodeId | null];

export interface AnswersFrame {
  readonly answers: readonly WireAnswer[];
}

export const NODE_EVENTS = ['hello', 'messages', 'requests'] as const;
export const CLIENT_EVENTS = ['answers'] as const;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isHello(value: unknown): value is HelloFrame {
  return (
    isRecord(value) &&
    typeof value['cluster'] === 'string' &&
    typeof value['protocol'] === 'string' &&
    (value['node'] === null || typeof value['node'] === 'string') &&
    Number.isSafeInteger(value['incarnation']) &&
    typeof value['storageId'] === 'string'
  );
}

export function isMessagesFrame(value: unknown): value is MessagesFrame {
  return isRecord(value) && Array.isArray(value['items']) && value['items'].every(isWireItem);
}

function isWireItem(item: unknown): boolean {
  if (!Array.isArray(item) || item.length !== 6) return false;
  const [step, index, lamport, msg, session, bulk] = item as unknown[];
  return (
    Number.isSafeInteger(step) &&
    Number.isSafeInteger(index) &&
    Number.isSafeInteger(lamport) &&
    (msg === null || (isRecord(msg) && typeof msg['type'] === 'string')) &&
    (session === null || isSessionFrame(session)) &&
    (bulk === null || typeof bulk === 'string') &&
    (msg !== null || session !== null)
  );
}

function isSessionFrame(value: unknown): boolean {
  if (!isRecord(value) || !Number.isSafeInteger(value['mine'])) return false;
  if (value['t'] === 'syn' || value['t'] === 'ask') return true;
  if (!Number.isSafeInteger(value['yours'])) return false;
  if (value['t'] === 'data') return Number.isSafeInteger(value['seq']);
  return value['t'] === 'ack' || value['t'] === 'sure' || value['t'] === 'rst';
}

export function isRequestsFrame(value: unknown): value is RequestsFrame {
  return (
    isRecord(value) &&
    Array.isArray(value['requests']) &&
    value['requests'].every(
      (item: unknown) =>
        Array.isArray(item) && item.length === 2 && Number.isSafeInteger(item[0]) && isOp(item[1]),
    )
  );
}

function isOp(op: unknown): boolean {
  if (!isRecord(op)) return false;
  if (op['kind'] === 'open-session') return true;
  if (op['kind'] === 'read') return isRead(op);
  if (!isCount(op['session'])) return false;
  if (op['kind'] === 'close-session') return true;
  return (
    op['kind'] === 'command' &&
    isCount(op['seq']) &&
    isCount(op['acked']) &&
    op['payload'] !== undefined
  );
}

/** `log` is a command, not a read of this kind. */
function isRead(op: Record<string, unknown>): boolean {
  const { level, minPos, payload } = op;
  const isLevel = level !== 'log' && READ_LEVELS.some((known) => known === level);
  return isLevel && isCount(minPos) && payload !== undefined;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isAnswersFrame(value: unknown): value is AnswersFrame {
  return (
    isRecord(value) &&
    Array.isArray(value['answers']) &&
    value['answers'].every((item: unknown) => Array.isArray(item) && Number.isSafeInteger(item[0]))
  );
}
