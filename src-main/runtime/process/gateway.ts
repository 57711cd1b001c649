/**
 * Who asks a node for something: clients over their connections, the supervisor over its own
 * channel. Gives each request a number of the node's own, checks its shape at the edge, and sends
 * the answers of a turn back in one frame per connection.
 */
import type { ClientRequest, Input, ReadRequest } from '../../protocols/kernel/core.ts';
import { refuse } from '../../vocabulary/refusal.ts';
import type { Json } from '../../vocabulary/json.ts';
import type { Answer } from '../driver/ports.ts';
import type { IpcConnection } from './ipc.ts';
import type { RequestsFrame, WireAnswer, WireOp } from './wire.ts';

/** A connection may have this many requests open; more are refused as `busy`. */
const OPEN_PER_CONNECTION_MAX = 4096;

/** Answers may carry values: frames of more would block the client that parses them. */
const FRAME_ANSWERS_MAX = 64;

interface Asker {
  readonly connection: IpcConnection;
  open: number;
  answers: WireAnswer[];
}

/** What the service says of a payload. */
export interface GatewayChecks {
  /** What is wrong with a command, or null. */
  check(payload: Json): string | null;
  /** Whether a command that is right only looks. */
  isRead(payload: Json): boolean;
}

export class Gateway {
  readonly #checks: GatewayChecks;
  readonly #askers = new Map<IpcConnection, Asker>();
  readonly #waiting = new Map<number, { readonly asker: Asker; readonly no: number }>();
  readonly #operators = new Map<number, (answer: Answer) => void>();
  readonly #dirty = new Set<Asker>();
  #arrived: ClientRequest[] = [];
  #reads: ReadRequest[] = [];
  #nextReqId = 1;

  constructor(checks: GatewayChecks) {
    this.#checks = checks;
  }

  /** A number for a command of the operator; `answered` is called once, or never. */
  expect(answered: (answer: Answer) => void): number {
    const reqId = this.#nextReqId;
    this.#nextReqId += 1;
    this.#operators.set(reqId, answered);
    return reqId;
  }

  receive(connection: IpcConnection, frame: RequestsFrame): void {
    const asker = this.#askerOf(connection);
    for (const [no, op] of frame.requests) {
      const problem = this.#problemOf(op);
      if (problem !== null) {
        this.#queue(asker, no, { ok: false, refusal: refuse('bad-request', problem) });
      } else if (asker.open >= OPEN_PER_CONNECTION_MAX) {
        const text = `more than ${OPEN_PER_CONNECTION_MAX} requests open on this connection`;
        this.#queue(asker, no, { ok: false, refusal: refuse('busy', text) });
      } else {
        const reqId = this.#nextReqId;
        this.#nextReqId += 1;
        asker.open += 1;
        this.#waiting.set(reqId, { asker, no });
        if (op.kind === 'read') this.#reads.push(readRequest(reqId, op));
        else this.#arrived.push({ reqId, op });
      }
    }
  }

  #problemOf(op: WireOp): string | null {
    if (op.kind !== 'command' && op.kind !== 'read') return null;
    const problem = this.#checks.check(op.payload);
    if (problem !== null || op.kind === 'command') return problem;
    return this.#checks.isRead(op.payload) ? null : 'only a command that reads can be a read';
  }

  #askerOf(connection: IpcConnection): Asker {
    let asker = this.#askers.get(connection);
    if (asker === undefined) {
      asker = { connection, open: 0, answers: [] };
      this.#askers.set(connection, asker);
    }
    return asker;
  }

  /** Everything that arrived since the last call: one input for all requests, one for all reads. */
  takeInputs(): Input[] {
    const inputs: Input[] = [];
    if (this.#arrived.length > 0) inputs.push({ kind: 'client', requests: this.takeArrived() });
    if (this.#reads.length > 0) inputs.push({ kind: 'read', requests: this.takeReads() });
    return inputs;
  }

  /** Everything that arrived since the last call: the `client` input of this turn. */
  takeArrived(): readonly ClientRequest[] {
    const arrived = this.#arrived;
    this.#arrived = [];
    return arrived;
  }

  /** Every read that arrived since the last call: the `read` input of this turn. */
  takeReads(): readonly ReadRequest[] {
    const reads = this.#reads;
    this.#reads = [];
    return reads;
  }

  answer(reqId: number, answer: Answer): void {
    const operator = this.#operators.get(reqId);
    if (operator !== undefined) {
      this.#operators.delete(reqId);
      operator(answer);
      return;
    }
    const waiting = this.#waiting.get(reqId);
    if (waiting === undefined) return;
    this.#waiting.delete(reqId);
    waiting.asker.open -= 1;
    this.#queue(waiting.asker, waiting.no, answer);
  }

  /** It was lost before anybody saw it: nobody will answer. */
  forgetRequest(reqId: number): void {
    const waiting = this.#waiting.get(reqId);
    this.#operators.delete(reqId);
    if (waiting === undefined) return;
    this.#waiting.delete(reqId);
    waiting.asker.open -= 1;
  }

  #queue(asker: Asker, no: number, answer: Answer): void {
    asker.answers.push(
      answer.ok
        ? [no, 1, answer.result, answer.pos]
        : [no, 0, answer.refusal.code, answer.refusal.message, answer.refusal.hint],
    );
    this.#dirty.add(asker);
  }

  flush(): void {
    for (const asker of this.#dirty) {
      // A client that does not read its answers loses them, and retries or gives up.
      for (let next = 0; next < asker.answers.length; next += FRAME_ANSWERS_MAX) {
        const answers = asker.answers.slice(next, next + FRAME_ANSWERS_MAX);
        asker.connection.send('answers', { answers });
      }
      asker.answers = [];
    }
    this.#dirty.clear();
  }

  /** The client is gone; answers for it are dropped when they come. */
  forget(connection: IpcConnection): void {
    const asker = this.#askers.get(connection);
    if (asker === undefined) return;
    this.#askers.delete(connection);
    this.#dirty.delete(asker);
    for (const [reqId, waiting] of this.#waiting) {
      if (waiting.asker === asker) this.#waiting.delete(reqId);
    }
  }
}

function readRequest(reqId: number, op: Extract<WireOp, { kind: 'read' }>): ReadRequest {
  const { level, minPos, payload } = op;
  return { reqId, level, minPos, payload };
}
