/**
 * Clients of a simulated cluster: sessions, numbered operations, retries and redirects, as a real
 * client does them (lab/client.ts), over a network of their own. Chance and time come from the
 * simulation, so a history is a function of the seed.
 */
import { deriveSeed, Prng } from '../../../base/prng.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import { REFUSAL_DEFINITE } from '../../../vocabulary/refusal.ts';
import type { OperationRecord, Outcome } from '../../../vocabulary/workload.ts';
import type { Answer } from '../../driver/ports.ts';
import type { ClientAsk } from '../world/actions.ts';
import type { WorldObserver } from '../world/observed.ts';
import type { ClientRequestInfo } from '../world/sim-node.ts';
import {
  copyOperation,
  newClient,
  type ClientEvent,
  type ClientsSpec,
  type Operation,
  type SavedClients,
  type SimClient,
} from './client-state.ts';
import { drawOperation } from './drawn-operation.ts';
import type { OwnEvent, Simulation } from './simulation.ts';

/** Number of the operation that opens a session. */
const OPENING = 0;
const RETRY_US = 8_000;

export class SimClients implements WorldObserver {
  readonly #simulation: Simulation;
  readonly #spec: ClientsSpec;
  readonly #clients: SimClient[];
  readonly #waiting = new Map<number, { readonly client: number; readonly no: number }>();
  #prng: Prng;
  #nextNo = 1;
  #isQuiet = true;
  /** Every finished operation. */
  onOperation: (record: OperationRecord) => void = () => undefined;

  constructor(simulation: Simulation, spec: ClientsSpec, seed: number) {
    this.#simulation = simulation;
    this.#spec = spec;
    this.#prng = new Prng(deriveSeed(seed, 'clients'));
    this.#clients = Array.from({ length: spec.count }, (_, i) => newClient(i, i));
    simulation.world.observe(this);
  }

  /** Begins to ask, or goes on after `quiet`. */
  start(): void {
    this.#isQuiet = false;
    for (const client of this.#clients) this.#think(client);
  }

  /** Asks for nothing new; what is open goes on. */
  quiet(): void {
    this.#isQuiet = true;
  }

  get outstanding(): number {
    return this.#clients.reduce((sum, client) => sum + client.open.length, 0);
  }

  #plan(afterUs: number, event: ClientEvent): void {
    this.#simulation.plan(afterUs, event);
  }

  /** @returns false when the event is not one of the clients. */
  handle(own: OwnEvent): boolean {
    const event = own as ClientEvent;
    const client = this.#clients[event.client];
    if (client === undefined) return false;
    switch (event.is) {
      case 'think':
        this.#invoke(client);
        return true;
      case 'request':
        this.#arrive(client, event.no, event.node);
        return true;
      case 'timeout':
        this.#expire(client, event.no, event.attempt);
        return true;
      case 'answer':
        this.#hear(client, event.no, event.node, event.answer);
        return true;
      case 'retry':
        this.#attempt(client, event.no);
        return true;
      default:
        return false;
    }
  }

  #think(client: SimClient): void {
    const { thinkUs } = this.#spec;
    const drawn = -Math.log(1 - this.#prng.nextUnit()) * thinkUs;
    this.#plan(Math.round(Math.min(drawn, 10 * thinkUs)), { is: 'think', client: client.number });
  }

  #invoke(client: SimClient): void {
    if (this.#isQuiet) return;
    this.#think(client);
    if (client.session === 0) {
      if (client.opening === null) this.#openSession(client);
      return;
    }
    if (client.open.length >= this.#spec.window) return;
    const no = (this.#nextNo += 1);
    const drawn = drawOperation(this.#prng, this.#spec, no);
    // Reads that are no log entries have no number in the session.
    const seq = drawn.level === 'log' ? client.nextSeq : 0;
    if (seq > 0) client.nextSeq += 1;
    const { session } = client;
    const invokeUs = this.#simulation.nowUs;
    const base = { no, ...drawn, seq, session, invokeUs };
    client.open.push({ ...base, attempts: 0, indefinite: false });
    this.#attempt(client, no);
  }

  #openSession(client: SimClient): void {
    client.opening = 0;
    this.#attempt(client, OPENING);
  }

  #attempt(client: SimClient, no: number): void {
    const attempt = this.#nextAttempt(client, no);
    if (attempt === null) return;
    const node = this.#nodeFor(client, no);
    const { delayUs, loss, attemptUs } = this.#spec;
    const { number } = client;
    this.#plan(attemptUs, { is: 'timeout', client: number, no, attempt });
    if (this.#prng.nextUnit() < loss) return;
    const arriveUs = this.#prng.nextInt(Math.floor(delayUs / 2), 2 * delayUs);
    this.#plan(arriveUs, { is: 'request', client: number, no, node, attempt });
  }

  /** Who answered last; a read may go to any node, too. */
  #nodeFor(client: SimClient, no: number): NodeId {
    const { ids } = this.#simulation.world;
    const isElsewhere = isNear(client, no) && this.#prng.nextInt(0, 1) === 0;
    const index = isElsewhere ? this.#prng.nextInt(0, ids.length - 1) : client.target;
    return ids[index % ids.length] as NodeId;
  }

  /** Number of the attempt, null when the operation is over. */
  #nextAttempt(client: SimClient, no: number): number | null {
    if (no === OPENING) {
      if (client.opening === null) return null;
      client.opening += 1;
      return client.opening;
    }
    const operation = client.open.find((each) => each.no === no);
    if (operation === undefined) return null;
    operation.attempts += 1;
    return operation.attempts;
  }

  #arrive(client: SimClient, no: number, node: NodeId): void {
    const { world } = this.#simulation;
    if (world.node(node).life === null) return;
    const operation = client.open.find((each) => each.no === no);
    if (no !== OPENING && operation === undefined) return;
    if (operation !== undefined) operation.indefinite = true;
    this.#simulation.advance(node);
    // The answer may come before the number of the request is known here.
    this.#asking = { client: client.number, no };
    if (operation === undefined) world.ask(client.name, node, [{ kind: 'open' }]);
    else if (operation.level === 'log') {
      world.ask(client.name, node, [this.#ask(client, operation)]);
    } else {
      const { level, payload } = operation;
      world.read(client.name, node, [{ level, minPos: client.seenPos, payload }]);
    }
    this.#asking = null;
  }

  #asking: { readonly client: number; readonly no: number } | null = null;

  #ask(client: SimClient, operation: Operation): ClientAsk {
    const { seq, payload, session } = operation;
    const acked = Math.min(client.acked, seq - 1);
    const current = this.#simulation.world.client(client.name).session;
    const other = session === current ? {} : { session };
    return { kind: 'command', seq, acked, payload, ...other };
  }

  asked(request: ClientRequestInfo): void {
    if (this.#asking !== null) this.#waiting.set(request.reqId, this.#asking);
  }

  answered(request: ClientRequestInfo, answer: Answer): void {
    const waiting = this.#waiting.get(request.reqId);
    if (waiting === undefined) return;
    this.#waiting.delete(request.reqId);
    const { delayUs, loss } = this.#spec;
    if (this.#prng.nextUnit() < loss) return;
    const afterUs = this.#prng.nextInt(Math.floor(delayUs / 2), 2 * delayUs);
    this.#plan(afterUs, { is: 'answer', ...waiting, node: request.node, answer });
  }

  #hear(client: SimClient, no: number, node: NodeId, answer: Answer): void {
    if (!answer.ok) {
      this.#handleRefusal(client, no, node, answer);
      return;
    }
    if (!isNear(client, no)) client.target = this.#simulation.world.ids.indexOf(node);
    if (no === OPENING) {
      if (client.opening === null) return;
      client.opening = null;
      client.session = (answer.result as { readonly session: number }).session;
      client.nextSeq = 1;
      client.acked = 0;
      client.finished = [];
      return;
    }
    client.seenPos = Math.max(client.seenPos, answer.pos);
    this.#finish(client, no, 'ok', null, node, answer.pos, answer.result);
  }

  #handleRefusal(
    client: SimClient,
    no: number,
    node: NodeId,
    answer: Extract<Answer, { ok: false }>,
  ): void {
    const { code, hint } = answer.refusal;
    const { ids } = this.#simulation.world;
    const isHere = ids[client.target % ids.length] === node;
    switch (code) {
      case 'not-leader':
      case 'no-leader':
      case 'busy':
      case 'stopping':
      case 'leadership-lost':
      case 'transferring':
        if (isHere) client.target = hint === null ? client.target + 1 : ids.indexOf(hint);
        if (client.target < 0) client.target = 0;
        this.#plan(this.#prng.nextInt(1, RETRY_US), { is: 'retry', client: client.number, no });
        return;
      default: {
        const operation = client.open.find((each) => each.no === no);
        const definite = REFUSAL_DEFINITE[code] && operation?.attempts === 1;
        if (code === 'session-expired' && operation?.session === client.session) client.session = 0;
        this.#finish(client, no, definite ? 'failed' : 'unknown', code, node, null, null);
      }
    }
  }

  #expire(client: SimClient, no: number, attempt: number): void {
    const operation = client.open.find((each) => each.no === no);
    const current = no === OPENING ? client.opening : (operation?.attempts ?? null);
    if (current !== attempt) return;
    client.target = (client.target + 1) % this.#simulation.world.ids.length;
    const ageUs = operation === undefined ? 0 : this.#simulation.nowUs - operation.invokeUs;
    if (operation !== undefined && ageUs > this.#spec.giveUpUs) {
      const outcome = operation.indefinite ? 'unknown' : 'failed';
      this.#finish(client, no, outcome, 'no-answer', null, null, null);
    } else this.#attempt(client, no);
  }

  #finish(
    client: SimClient,
    no: number,
    outcome: Outcome,
    code: string | null,
    node: NodeId | null,
    pos: number | null,
    result: unknown,
  ): void {
    const at = client.open.findIndex((each) => each.no === no);
    const operation = client.open[at];
    if (operation === undefined) return;
    client.open.splice(at, 1);
    const { kind, key, payload, seq, session, level, invokeUs, attempts } = operation;
    if (seq > 0 && session === client.session) this.#noteFinished(client, seq);
    const returnUs = Math.round(this.#simulation.nowUs);
    const near = level === 'log' ? {} : { level };
    const head = { client: client.number, session, seq, op: kind, key, ...near };
    const times = { invokeUs: Math.round(invokeUs), returnUs };
    const request = payload;
    this.onOperation({ ...head, ...times, outcome, code, attempts, node, pos, request, result });
  }

  /** `acked`: every operation up to here is finished, so its stored answer may be dropped. */
  #noteFinished(client: SimClient, seq: number): void {
    client.finished.push(seq);
    while (client.finished.includes(client.acked + 1)) {
      client.acked += 1;
      client.finished.splice(client.finished.indexOf(client.acked), 1);
    }
  }

  /** Ends what is still open; the run is over. */
  close(): void {
    for (const client of this.#clients) {
      for (const { no, indefinite } of [...client.open]) {
        this.#finish(client, no, indefinite ? 'unknown' : 'failed', 'run-ended', null, null, null);
      }
    }
  }

  save(): SavedClients {
    return {
      clients: this.#clients.map((client) => ({ ...client, open: client.open.map(copyOperation) })),
      waiting: [...this.#waiting],
      prng: this.#prng.save(),
      nextNo: this.#nextNo,
      isQuiet: this.#isQuiet,
    };
  }

  restore(saved: SavedClients): void {
    this.#clients.length = 0;
    for (const client of saved.clients) {
      const finished = [...client.finished];
      this.#clients.push({ ...client, finished, open: client.open.map(copyOperation) });
    }
    for (const [reqId, waiting] of saved.waiting) this.#waiting.set(reqId, waiting);
    this.#prng = Prng.restore(saved.prng);
    this.#nextNo = saved.nextNo;
    this.#isQuiet = saved.isQuiet;
  }
}

/** Whether an operation is a read without a log entry, which any node may answer. */
function isNear(client: SimClient, no: number): boolean {
  return client.open.some((each) => each.no === no && each.level !== 'log');
}
