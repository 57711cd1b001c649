/**
 * The workload of a cluster: clients that ask at a rate, whatever the answers do (open loop), or
 * that keep a number of operations outstanding (closed loop, for the bench). Keys, kinds and values
 * come from a seeded generator.
 */
import { deriveSeed, Prng } from '../base/prng.ts';
import type { Json } from '../vocabulary/json.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import {
  OPERATION_KINDS,
  type OperationKind,
  type OperationRecord,
  type Workload,
} from '../vocabulary/workload.ts';
import type { Ask } from './client-operation.ts';
import { Client } from './client.ts';

const TICK_MS = 5;
/** A client with this many open operations is not asked for more; what is left out is counted. */
const OPEN_PER_CLIENT_MAX = 512;

export interface WorkloadOptions {
  readonly cluster: string;
  readonly protocol: string;
  readonly nodeIds: readonly NodeId[];
  readonly socketDir: string;
  readonly seed: number;
  readonly nowUs: () => number;
  readonly attemptMs: number;
  readonly giveUpMs: number;
  readonly finished: (record: OperationRecord) => void;
}

export class WorkloadRunner {
  readonly #options: WorkloadOptions;
  readonly #prng: Prng;
  #nodeIds: readonly NodeId[];
  #workload: Workload;
  #clients: Client[] = [];
  #timer: NodeJS.Timeout | null = null;
  #owed = 0;
  #lastUs = 0;
  #nextClient = 0;
  #asked = 0;
  #heldBack = 0;
  #outstandingGoal: number | null = null;
  #quiet = true;
  #resting: 'no' | 'asks-nothing' | 'stands-still' = 'no';

  constructor(options: WorkloadOptions, workload: Workload) {
    this.#options = options;
    this.#nodeIds = options.nodeIds;
    this.#workload = workload;
    this.#prng = new Prng(deriveSeed(options.seed, 'workload'));
    this.#setClients(workload.clients);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Operations left out because clients had too many open. */
  get heldBack(): number {
    return this.#heldBack;
  }

  get outstanding(): number {
    return this.#clients.reduce((sum, client) => sum + client.outstanding, 0);
  }

  /** All that was asked before this moment has ended. */
  get closedUs(): number {
    const open = this.#clients.map((client) => client.openSinceUs);
    return Math.min(this.#options.nowUs(), ...open);
  }

  get isReady(): boolean {
    return this.#clients.every((client) => client.isReady);
  }

  /** Begins to ask at the workload's rate. */
  start(): void {
    this.#quiet = false;
    this.#lastUs = this.#options.nowUs();
  }

  /** Stops asking; what is open goes on. */
  quiet(): void {
    this.#quiet = true;
    this.#outstandingGoal = null;
  }

  /**
   * In manual mode: asks nothing new, and then, with `stands-still`, no time passes for its clients
   * either: what is open is neither tried again nor given up.
   */
  rest(resting: 'no' | 'asks-nothing' | 'stands-still'): void {
    this.#resting = resting;
    this.#lastUs = this.#options.nowUs();
  }

  setWorkload(workload: Workload): void {
    this.#workload = workload;
    this.#setClients(workload.clients);
  }

  /** The cluster has other nodes now. */
  setNodes(nodeIds: readonly NodeId[]): void {
    this.#nodeIds = nodeIds;
    for (const client of this.#clients) client.setNodes(nodeIds);
  }

  /** Closed loop: always this many operations open over all clients. */
  keepOutstanding(count: number): void {
    this.#outstandingGoal = count;
    this.#fill();
  }

  #setClients(count: number): void {
    while (this.#clients.length > count) this.#clients.pop()?.close();
    while (this.#clients.length < count) {
      const number = this.#clients.length;
      const finished = (record: OperationRecord): void => {
        this.#options.finished(record);
        if (this.#outstandingGoal !== null) this.#askOn(number);
      };
      const nodeIds = this.#nodeIds;
      this.#clients.push(new Client({ ...this.#options, nodeIds, number, finished }));
    }
  }

  #tick(): void {
    if (this.#resting === 'stands-still') return;
    for (const client of this.#clients) client.tick();
    if (this.#quiet || this.#resting !== 'no') return;
    const nowUs = this.#options.nowUs();
    this.#owed += ((nowUs - this.#lastUs) * this.#workload.ratePerSecond) / 1_000_000;
    this.#lastUs = nowUs;
    // After a long stall of this process the backlog is dropped, not fired as one burst.
    this.#owed = Math.min(this.#owed, Math.max(1, this.#workload.ratePerSecond / 10));
    while (this.#owed >= 1) {
      this.#owed -= 1;
      this.#askOn(this.#nextClient);
      this.#nextClient = (this.#nextClient + 1) % Math.max(1, this.#clients.length);
    }
  }

  #fill(): void {
    const goal = this.#outstandingGoal ?? 0;
    for (let open = this.outstanding; open < goal; open += 1) {
      this.#askOn(this.#nextClient);
      this.#nextClient = (this.#nextClient + 1) % this.#clients.length;
    }
  }

  #askOn(number: number): void {
    const client = this.#clients[number];
    if (client === undefined) return;
    if (client.outstanding >= OPEN_PER_CLIENT_MAX) {
      this.#heldBack += 1;
      return;
    }
    client.ask(this.#draw(number));
  }

  #draw(number: number): Ask {
    this.#asked += 1;
    const op = this.#drawKind();
    const key = `k${this.#prng.nextInt(0, this.#workload.keys - 1)}`;
    const { readLevel: level = 'log' } = this.#workload;
    const payload = this.#payloadOf(op, key, number);
    return op === 'read' && level !== 'log' ? { op, key, payload, level } : { op, key, payload };
  }

  #drawKind(): OperationKind {
    const { mix } = this.#workload;
    const total = OPERATION_KINDS.reduce((sum, kind) => sum + mix[kind], 0);
    let point = this.#prng.nextUnit() * total;
    for (const kind of OPERATION_KINDS) {
      point -= mix[kind];
      if (point < 0) return kind;
    }
    return 'write';
  }

  /** Every value written is unique, so that a read tells which write it saw. */
  #payloadOf(op: OperationKind, key: string, client: number): Json {
    const value = `c${client}-${this.#asked}`.padEnd(this.#workload.valueBytes, '.');
    switch (op) {
      case 'read':
        return { op: 'get', key };
      case 'write':
        return { op: 'put', key, value };
      case 'cas':
        return { op: 'cas', key, expectVersion: this.#prng.nextInt(1, 9), value };
      case 'incr':
        return { op: 'incr', key: `n-${key}`, by: 1 };
      case 'delete':
        return { op: 'delete', key };
    }
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#outstandingGoal = null;
    for (const client of this.#clients) client.close();
    this.#clients = [];
  }
}
