/** What clients of a simulated cluster are asked to do, know, and wait for. */
import type { PrngState } from '../../../base/prng.ts';
import type { Json } from '../../../vocabulary/json.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { ReadLevel } from '../../../vocabulary/read-level.ts';
import type { OperationKind } from '../../../vocabulary/workload.ts';
import type { Answer } from '../../driver/ports.ts';
import type { OwnEvent } from './simulation.ts';

export interface ClientsSpec {
  readonly count: number;
  /** Mean time between two operations of one client. */
  readonly thinkUs: number;
  /** Operations of one client under way at a time. */
  readonly window: number;
  readonly keys: number;
  readonly valueBytes: number;
  readonly mix: Readonly<Record<OperationKind, number>>;
  readonly delayUs: number;
  /** Share of requests, and of answers, that get lost. */
  readonly loss: number;
  /** Without an answer for this long: ask another node. */
  readonly attemptUs: number;
  readonly giveUpUs: number;
  /** Of reads, one drawn for each; none: all go through the log. */
  readonly readLevels?: readonly ReadLevel[];
}

export interface Operation {
  readonly no: number;
  readonly kind: OperationKind;
  readonly key: string;
  readonly payload: Json;
  readonly seq: number;
  readonly session: number;
  readonly level: ReadLevel;
  readonly invokeUs: number;
  attempts: number;
  indefinite: boolean;
}

export interface SimClient {
  readonly number: number;
  readonly name: string;
  target: number;
  session: number;
  nextSeq: number;
  acked: number;
  /** The newest position an answer came from: nothing older is read from now on. */
  seenPos: number;
  finished: number[];
  opening: number | null;
  open: Operation[];
}

export type ClientEvent = OwnEvent &
  (
    | { readonly is: 'think'; readonly client: number }
    | {
        readonly is: 'request';
        readonly client: number;
        readonly no: number;
        readonly node: NodeId;
        readonly attempt: number;
      }
    | {
        readonly is: 'timeout';
        readonly client: number;
        readonly no: number;
        readonly attempt: number;
      }
    | {
        readonly is: 'answer';
        readonly client: number;
        readonly no: number;
        readonly node: NodeId;
        readonly answer: Answer;
      }
    | { readonly is: 'retry'; readonly client: number; readonly no: number }
  );

export interface SavedClients {
  readonly clients: readonly SimClient[];
  readonly waiting: readonly (readonly [
    number,
    { readonly client: number; readonly no: number },
  ])[];
  readonly prng: PrngState;
  readonly nextNo: number;
  readonly isQuiet: boolean;
}

export function copyOperation(operation: Operation): Operation {
  return { ...operation };
}

export function newClient(number: number, target: number): SimClient {
  return {
    number,
    name: `c${number + 1}`,
    target,
    session: 0,
    nextSeq: 1,
    acked: 0,
    seenPos: 0,
    finished: [],
    opening: null,
    open: [],
  };
}
