/**
 * Reads that any node can answer: a client asks the one next to it, and another one when that does
 * not answer, is gone, or cannot serve now.
 */
import type { NodeId } from '../vocabulary/ids.ts';
import type { WireAnswer } from '../runtime/process/wire.ts';
import { makeOperation, type Ask, type Ending, type Operation } from './client-operation.ts';

export interface NearReadsOptions {
  readonly number: number;
  readonly nodeIds: readonly NodeId[];
  readonly nowUs: () => number;
  readonly attemptMs: number;
  readonly giveUpMs: number;
  /** Sends it under a number of its own. */
  readonly send: (node: NodeId, operation: Operation) => number;
  readonly finished: (operation: Operation, ending: Ending) => void;
}

/** Before a node that could not serve, or another one, is asked again. */
const RETRY_US = 5_000;

export class NearReads {
  readonly #options: NearReadsOptions;
  readonly #open = new Set<Operation>();
  readonly #attempts = new Map<number, { readonly operation: Operation; readonly node: NodeId }>();
  /** To be asked again at this time. */
  readonly #waiting = new Map<Operation, number>();
  #nodeIds: readonly NodeId[];
  #near: number;

  constructor(options: NearReadsOptions) {
    this.#options = options;
    this.#nodeIds = options.nodeIds;
    this.#near = options.number;
  }

  get outstanding(): number {
    return this.#open.size;
  }

  /** When the oldest that has not ended was asked. */
  get openSinceUs(): number {
    for (const { invokeUs } of this.#open) return invokeUs;
    return Infinity;
  }

  setNodes(nodeIds: readonly NodeId[]): void {
    this.#nodeIds = nodeIds;
  }

  ask(ask: Ask): void {
    const operation = makeOperation(ask, 0, this.#options.nowUs());
    this.#open.add(operation);
    this.#attempt(operation);
  }

  #attempt(operation: Operation): void {
    const node = this.#nodeIds[this.#near % this.#nodeIds.length];
    if (node === undefined) return;
    operation.attempts += 1;
    operation.sentUs = this.#options.nowUs();
    this.#attempts.set(this.#options.send(node, operation), { operation, node });
  }

  /** false: the number is none of these. */
  handleAnswer(answer: WireAnswer): boolean {
    const attempt = this.#attempts.get(answer[0]);
    if (attempt === undefined) return false;
    this.#attempts.delete(answer[0]);
    const { operation, node } = attempt;
    if (operation.done) return true;
    if (answer[1] === 1) {
      const [, , result, pos] = answer;
      this.#finish(operation, { outcome: 'ok', code: null, node, answer: { result, pos } });
    } else if (answer[2] === 'bad-request') {
      this.#finish(operation, { outcome: 'failed', code: answer[2], node, answer: null });
    } else {
      if (answer[2] !== 'busy') this.#near += 1;
      this.#waiting.set(operation, this.#options.nowUs() + RETRY_US);
    }
    return true;
  }

  /** These did not leave. @returns the numbers that are none of these. */
  handleNotSent(numbers: readonly number[]): readonly number[] {
    return numbers.filter((no) => !this.#retryLater(no));
  }

  handleLost(node: NodeId): void {
    for (const [no, attempt] of this.#attempts) if (attempt.node === node) this.#retryLater(no);
  }

  #retryLater(no: number): boolean {
    const attempt = this.#attempts.get(no);
    if (attempt === undefined) return false;
    this.#attempts.delete(no);
    this.#turnFrom(attempt.node);
    if (!attempt.operation.done) {
      this.#waiting.set(attempt.operation, this.#options.nowUs() + RETRY_US);
    }
    return true;
  }

  /** Many attempts may find out at once that a node is gone: that is one turn. */
  #turnFrom(node: NodeId): void {
    if (this.#nodeIds[this.#near % this.#nodeIds.length] === node) this.#near += 1;
  }

  tick(): void {
    const nowUs = this.#options.nowUs();
    const { attemptMs, giveUpMs } = this.#options;
    for (const operation of this.#open) {
      if (nowUs - operation.invokeUs < giveUpMs * 1_000) break;
      this.#finish(operation, { outcome: 'failed', code: 'no-answer', node: null, answer: null });
    }
    for (const [no, { operation }] of this.#attempts) {
      if (operation.done) this.#attempts.delete(no);
      else if (nowUs - operation.sentUs > attemptMs * 1_000) this.#retryLater(no);
    }
    for (const [operation, dueUs] of this.#waiting) {
      if (nowUs < dueUs) continue;
      this.#waiting.delete(operation);
      this.#attempt(operation);
    }
  }

  #finish(operation: Operation, ending: Ending): void {
    operation.done = true;
    this.#open.delete(operation);
    this.#waiting.delete(operation);
    this.#options.finished(operation, ending);
  }

  close(): void {
    for (const operation of [...this.#open]) {
      this.#finish(operation, { outcome: 'failed', code: 'run-ended', node: null, answer: null });
    }
  }
}
