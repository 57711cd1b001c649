/**
 * One client of a cluster: a session, operations numbered in it, retries and redirects. It knows
 * nothing that a real client would not know: it finds the leader by asking.
 *
 * An operation keeps its (session, seq) through all attempts, so however often it is sent it takes
 * effect at most once (protocols.md 4.2). Its outcome is `ok`, `failed` (it certainly did not
 * happen) or `unknown`; unknown is never turned into failed.
 */
import { assert } from '../base/assert.ts';
import type { Json } from '../vocabulary/json.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import { REFUSAL_DEFINITE, type RefusalCode } from '../vocabulary/refusal.ts';
import type { Outcome } from '../vocabulary/workload.ts';
import type { WireAnswer } from '../runtime/process/wire.ts';
import { ClientLinks } from './client-links.ts';
import { makeOperation, NEAR_LEVELS, recordOf, wireOpOf } from './client-operation.ts';
import type { Ask, ClientOptions, Ending, Operation } from './client-operation.ts';
import { NearReads } from './near-reads.ts';

interface Attempt {
  readonly operation: Operation;
  readonly node: NodeId;
  /** Session it was sent in; answers about an earlier one say nothing of the present. */
  readonly session: number;
}

/** Pause between probes while no leader is known. */
const PROBE_US = 5_000;

export class Client {
  readonly #options: ClientOptions;
  readonly #links: ClientLinks;
  readonly #near: NearReads;
  readonly #open = new Set<Operation>();
  readonly #attempts = new Map<number, Attempt>();
  #waiting: Operation[] = [];
  #nodeIds: readonly NodeId[];
  #target: NodeId;
  /** false: seeking a leader with one operation, the others wait. */
  #settled = false;
  #probe: Operation | null = null;
  #nextProbeUs = 0;
  #probeSentUs = 0;
  #lastAnswerUs = 0;
  #session = 0;
  #opening: Operation | null = null;
  #nextSeq = 1;
  #nextNo = 1;
  #answered = new Set<number>();
  #acked = 0;
  /** The newest position an answer came from: this client reads nothing older (X7). */
  #seenPos = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#nodeIds = options.nodeIds;
    const first = options.nodeIds[options.number % options.nodeIds.length];
    assert(first !== undefined, 'a client needs nodes');
    this.#target = first;
    const { cluster, protocol, socketDir, nodeIds } = options;
    const hello = { cluster, protocol, node: null, incarnation: 0, storageId: '' };
    this.#links = new ClientLinks(socketDir, nodeIds, hello, {
      answered: (answer) => {
        if (!this.#near.handleAnswer(answer)) this.#handleAnswer(answer);
      },
      sent: (numbers) => this.#noteSent(numbers),
      notSent: (node, numbers) => {
        const others = this.#near.handleNotSent(numbers);
        if (others.length > 0) this.#handleNotSent(node, others);
      },
      lost: (node) => {
        this.#near.handleLost(node);
        this.#handleLost(node);
      },
    });
    this.#near = new NearReads({
      ...options,
      send: (node, operation) => this.#send(node, operation),
      finished: (operation, ending) => this.#record(operation, ending),
    });
    this.#openSession();
  }

  /** Operations asked and not finished. */
  get outstanding(): number {
    return this.#open.size + this.#near.outstanding;
  }

  /** When the oldest that has not ended was asked. */
  get openSinceUs(): number {
    return Math.min(this.#firstOpen()?.invokeUs ?? Infinity, this.#near.openSinceUs);
  }

  get isReady(): boolean {
    return this.#session !== 0;
  }

  /** Asks for an operation; `finished` is called once with its outcome. */
  ask(ask: Ask): void {
    if (ask.level !== undefined && NEAR_LEVELS.has(ask.level)) return this.#near.ask(ask);
    const operation = this.#makeOperation(ask, ask.level === undefined ? this.#nextSeq : 0);
    if (ask.level === undefined) this.#nextSeq += 1;
    this.#open.add(operation);
    if (this.#settled && this.#session !== 0) this.#attempt(operation, this.#target);
    else this.#waiting.push(operation);
  }

  #makeOperation(ask: Ask | null, seq: number): Operation {
    return makeOperation(ask, seq, this.#options.nowUs());
  }

  /** The cluster has other nodes now. */
  setNodes(nodeIds: readonly NodeId[]): void {
    this.#nodeIds = nodeIds;
    this.#near.setNodes(nodeIds);
    for (const node of this.#links.setNodes(nodeIds)) {
      this.#near.handleLost(node);
      this.#handleLost(node);
    }
  }

  #openSession(): void {
    this.#session = 0;
    this.#opening = this.#makeOperation(null, 0);
    this.#becomeSeeking();
  }

  #becomeSeeking(): void {
    this.#settled = false;
    this.#probe = null;
    this.#nextProbeUs = 0;
    this.tick();
  }

  /** Time passes: time-outs and probes. Call every few milliseconds. */
  tick(): void {
    const nowUs = this.#options.nowUs();
    this.#near.tick();
    this.#giveUp(nowUs);
    const attemptUs = this.#options.attemptMs * 1_000;
    if (this.#settled) {
      const oldest = this.#oldestSentUs();
      if (oldest !== null && nowUs - Math.max(oldest, this.#lastAnswerUs) > attemptUs) {
        this.#rotate();
        this.#becomeSeeking();
      }
      return;
    }
    if (this.#probe !== null) {
      if (nowUs - this.#probeSentUs <= attemptUs) return;
      this.#rotate();
      this.#probe = null;
    }
    if (nowUs >= this.#nextProbeUs) this.#sendProbe(nowUs);
  }

  #oldestSentUs(): number | null {
    // Insertion order is invocation order, and the oldest open one was sent first.
    for (const operation of this.#open) return operation.sentUs;
    return null;
  }

  #giveUp(nowUs: number): void {
    const limitUs = this.#options.giveUpMs * 1_000;
    for (const operation of this.#open) {
      if (nowUs - operation.invokeUs < limitUs) return;
      this.#waiting = this.#waiting.filter((waiting) => waiting !== operation);
      const outcome = operation.indefinite ? 'unknown' : 'failed';
      this.#finish(operation, outcome, 'no-answer', null, null);
    }
  }

  #sendProbe(nowUs: number): void {
    const operation = this.#opening ?? this.#firstOpen();
    if (operation === null) return;
    this.#probe = operation;
    this.#probeSentUs = nowUs;
    this.#nextProbeUs = nowUs + PROBE_US;
    this.#attempt(operation, this.#target);
  }

  #firstOpen(): Operation | null {
    for (const operation of this.#open) return operation;
    return null;
  }

  #rotate(): void {
    const nodeIds = this.#nodeIds;
    const next = nodeIds[(nodeIds.indexOf(this.#target) + 1) % nodeIds.length];
    if (next !== undefined) this.#target = next;
  }

  #attempt(operation: Operation, node: NodeId): void {
    operation.attempts += 1;
    operation.sentUs = this.#options.nowUs();
    const no = this.#send(node, operation);
    this.#attempts.set(no, { operation, node, session: this.#session });
  }

  #send(node: NodeId, operation: Operation): number {
    const no = this.#nextNo;
    this.#nextNo += 1;
    const session = this.#session;
    const state = { session, acked: this.#acked, seenPos: this.#seenPos };
    this.#links.send(node, no, wireOpOf(operation, state));
    return no;
  }

  #noteSent(numbers: readonly number[]): void {
    for (const no of numbers) {
      const attempt = this.#attempts.get(no);
      if (attempt?.operation.ask?.level === undefined && attempt !== undefined) {
        attempt.operation.indefinite = true;
      }
    }
  }

  #handleNotSent(node: NodeId, numbers: readonly number[]): void {
    for (const no of numbers) this.#attempts.delete(no);
    if (node === this.#target) {
      this.#rotate();
      this.#seekAgain();
    }
  }

  #seekAgain(): void {
    this.#settled = false;
    this.#probe = null;
    this.#nextProbeUs = this.#options.nowUs() + PROBE_US;
  }

  #handleLost(node: NodeId): void {
    for (const [no, attempt] of this.#attempts) {
      if (attempt.node === node) this.#attempts.delete(no);
    }
    if (node !== this.#target) return;
    this.#rotate();
    this.#becomeSeeking();
  }

  #handleAnswer(answer: WireAnswer): void {
    const attempt = this.#attempts.get(answer[0]);
    if (attempt === undefined) return;
    this.#attempts.delete(answer[0]);
    const { node, operation } = attempt;
    this.#lastAnswerUs = this.#options.nowUs();
    if (answer[1] === 1) {
      this.#settleOn(node);
      if (!operation.done) this.#succeed(operation, node, answer[2], answer[3]);
      return;
    }
    this.#handleRefusal(attempt, answer[2], answer[4]);
  }

  #handleRefusal(attempt: Attempt, code: RefusalCode, hint: NodeId | null): void {
    const { operation, node, session } = attempt;
    const retry =
      code === 'not-leader' ||
      code === 'no-leader' ||
      code === 'busy' ||
      code === 'transferring' ||
      code === 'stopping' ||
      code === 'leadership-lost';
    if (!retry) {
      this.#settleOn(node);
      if (operation.done) return;
      if (code === 'session-expired' && session === this.#session) this.#openSession();
      const definite = REFUSAL_DEFINITE[code] && operation.attempts === 1;
      this.#finish(operation, definite ? 'failed' : 'unknown', code, node, null);
      return;
    }
    if (node !== this.#target && !this.#settled) return;
    if ((code === 'busy' || code === 'transferring') && this.#settled) {
      // The leader is full, or hands over: this one waits its turn again.
      if (!operation.done) setTimeout(() => this.#retry(operation), PROBE_US / 1_000);
      return;
    }
    if (this.#settled && node !== this.#target) {
      if (!operation.done) this.#attempt(operation, this.#target);
      return;
    }
    if (hint !== null && hint !== node && this.#links.has(hint)) {
      this.#target = hint;
      this.#becomeSeeking();
    } else {
      this.#rotate();
      this.#seekAgain();
    }
  }

  #retry(operation: Operation): void {
    if (operation.done) return;
    if (this.#settled) this.#attempt(operation, this.#target);
  }

  /** A node answered as leader: everything that is open goes there, once. */
  #settleOn(node: NodeId): void {
    if (this.#settled && this.#target === node) return;
    if (this.#settled) return;
    this.#target = node;
    this.#settled = true;
    const probe = this.#probe;
    this.#probe = null;
    this.#waiting = [];
    if (this.#session === 0) return;
    for (const operation of this.#open) {
      if (operation !== probe) this.#attempt(operation, node);
    }
  }

  #succeed(operation: Operation, node: NodeId, result: Json, pos: number): void {
    if (operation.ask !== null) {
      this.#finish(operation, 'ok', null, node, { result, pos });
      return;
    }
    operation.done = true;
    if (this.#opening !== operation) return;
    this.#opening = null;
    this.#session = (result as { session: number }).session;
    this.#nextSeqAfterOpen();
    this.#waiting = [];
    for (const open of this.#open) this.#attempt(open, this.#target);
  }

  /** Operations asked before there was a session keep their numbers, which begin at 1 again only
   *  for a first session; a new session after an expiry continues them. */
  #nextSeqAfterOpen(): void {
    this.#answered.clear();
    const numbered = [...this.#open].find((operation) => operation.seq > 0);
    this.#acked = (numbered?.seq ?? this.#nextSeq) - 1;
  }

  #finish(
    operation: Operation,
    outcome: Outcome,
    code: string | null,
    node: NodeId | null,
    answer: { readonly result: Json; readonly pos: number } | null,
  ): void {
    operation.done = true;
    this.#open.delete(operation);
    if (this.#probe === operation) this.#probe = null;
    if (operation.seq > 0) this.#noteAnswered(operation.seq);
    this.#record(operation, { outcome, code, node, answer });
  }

  #record(operation: Operation, ending: Ending): void {
    const { ask } = operation;
    if (ask === null) return;
    const { number: client, nowUs, finished } = this.#options;
    this.#seenPos = Math.max(this.#seenPos, ending.answer?.pos ?? 0);
    finished(
      recordOf(ask, operation, { client, session: this.#session, returnUs: nowUs() }, ending),
    );
  }

  /** `acked`: every operation up to here is finished, so its stored answer may be dropped. */
  #noteAnswered(seq: number): void {
    this.#answered.add(seq);
    while (this.#answered.delete(this.#acked + 1)) this.#acked += 1;
  }

  /** Ends all connections. Open operations are finished as unknown (or failed if never sent). */
  close(): void {
    for (const operation of [...this.#open]) {
      const outcome = operation.indefinite ? 'unknown' : 'failed';
      this.#finish(operation, outcome, 'run-ended', null, null);
    }
    this.#near.close();
    this.#links.close();
  }
}
