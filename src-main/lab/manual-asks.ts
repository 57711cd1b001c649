/**
 * Operations that a person asks in manual mode, by a client of its own. No time-out: the request
 * waits in an inbox until it is delivered, and so does every message that its answer takes.
 */
import type { ManualState } from '../contract/manual.ts';
import type { Json } from '../vocabulary/json.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import { Client } from './client.ts';

/** Above the numbers of the workload's clients. */
const CLIENT_NUMBER_MIN = 64;
const TICK_MS = 5;
const ATTEMPT_MS = 100;
const OPEN_MAX = 64;
const KEPT_MAX = 30;

export type AskView = ManualState['asks'][number];

export interface ManualAsksOptions {
  readonly cluster: string;
  readonly protocol: string;
  readonly socketDir: string;
  /** Whom to ask first. */
  readonly nodeIds: readonly NodeId[];
  readonly nowUs: () => number;
  /** Manual mode is on: time says nothing of an answer. */
  readonly isPatient: () => boolean;
  readonly finished: (record: OperationRecord) => void;
  readonly changed: () => void;
}

export class ManualAsks {
  readonly #options: ManualAsksOptions;
  readonly #client: Client;
  readonly #timer: NodeJS.Timeout;
  #asks: AskView[] = [];
  #nextNo = 1;
  /** Numbers of those that are open, by what was asked. */
  readonly #open = new Map<unknown, number>();

  constructor(options: ManualAsksOptions) {
    this.#options = options;
    this.#client = new Client({
      ...options,
      number: firstAsking(options.nodeIds.length),
      // Once the mode has ended, what was lost in it is asked again.
      get attemptMs() {
        return options.isPatient() ? Infinity : ATTEMPT_MS;
      },
      giveUpMs: Infinity,
      finished: (record) => this.#handleFinished(record),
    });
    this.#timer = setInterval(() => this.#client.tick(), TICK_MS);
  }

  get isReady(): boolean {
    return this.#client.isReady;
  }

  /** All that was asked before this moment has ended. */
  get closedUs(): number {
    return this.#client.openSinceUs;
  }

  setNodes(nodeIds: readonly NodeId[]): void {
    this.#client.setNodes(nodeIds);
  }

  /** Newest first. */
  get views(): readonly AskView[] {
    return this.#asks;
  }

  /** @returns why not, or null. */
  ask(op: 'read' | 'write', key: string, value: string): string | null {
    if (this.#client.outstanding >= OPEN_MAX) return `${OPEN_MAX} operations are open already`;
    const payload: Json = op === 'read' ? { op: 'get', key } : { op: 'put', key, value };
    const no = this.#nextNo;
    this.#nextNo += 1;
    const text = op === 'read' ? `read ${key}` : `write ${key} = ${value}`;
    this.#asks = [{ no, text, outcome: 'open' as const, result: '' }, ...this.#asks];
    this.#asks = this.#asks.filter(({ outcome }, at) => at < KEPT_MAX || outcome === 'open');
    this.#open.set(payload, no);
    this.#client.ask({ op, key, payload });
    this.#options.changed();
    return null;
  }

  #handleFinished(record: OperationRecord): void {
    const no = this.#open.get(record.request);
    this.#open.delete(record.request);
    const { outcome } = record;
    const result = outcome === 'ok' ? JSON.stringify(record.result) : (record.code ?? '');
    this.#asks = this.#asks.map((ask) => (ask.no === no ? { ...ask, outcome, result } : ask));
    this.#options.finished(record);
    this.#options.changed();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#client.close();
  }
}

/** A client turns to the node of its number first: to number 0 of so many nodes. */
function firstAsking(nodes: number): number {
  return Math.ceil(CLIENT_NUMBER_MIN / nodes) * nodes;
}
