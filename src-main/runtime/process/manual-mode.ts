/**
 * Manual mode of one node: its clock stands still, what arrives waits in its inbox, it moves only
 * when it is told to deliver an item or to let time pass until its next timer. After every turn it
 * tells its supervisor what changed.
 *
 * Left alone: completions of the disk (they belong to the turn that wrote), connections made and
 * lost, commands of the operator, and jumps of the clock. Nobody schedules those.
 */
import type { Core, Input } from '../../protocols/kernel/core.ts';
import { formatValue } from '../../protocols/kernel/message-text.ts';
import type { ManualNodeAct, ManualNodeState } from '../../vocabulary/manual.ts';
import type { Gateway } from './gateway.ts';
import { ManualInbox, type Arrival } from './manual-inbox.ts';
import type { FromNode, LinkTraffic } from './node-config.ts';
import type { TickClock } from './tick-clock.ts';

/** Numbers of the items of one life; the next life begins above. */
const IDS_PER_LIFE = 1_000_000_000;

export interface ManualModeOptions {
  readonly incarnation: number;
  readonly clock: TickClock;
  readonly gateway: Gateway;
  readonly core: () => Core;
  readonly nowMs: () => number;
  readonly nowUs: () => number;
  /** An input for the next turn. */
  readonly enqueue: (input: Input) => void;
  /** Runs a turn now. */
  readonly turn: () => void;
  readonly traffic: () => LinkTraffic;
  readonly tell: (message: FromNode) => void;
}

export class ManualMode {
  readonly inbox: ManualInbox;
  readonly #options: ManualModeOptions;
  #firedTicks = 0;
  #toldState = '';

  constructor(options: ManualModeOptions) {
    this.#options = options;
    this.inbox = new ManualInbox(options.nowUs, options.incarnation * IDS_PER_LIFE + 1);
  }

  /** Begins the mode, or ends it: what waits is delivered in order, and the clock goes on. */
  set(on: boolean): void {
    const { clock, nowMs, turn } = this.#options;
    if (on === this.inbox.isOpen) return;
    this.#toldState = '';
    this.#firedTicks = 0;
    if (on) {
      clock.stop(nowMs());
      // What arrived and what passed until now belongs to the time before.
      turn();
      this.inbox.open();
      this.report();
    } else {
      this.inbox.release();
      this.inbox.takeChanges();
      clock.goOn(nowMs());
      turn();
    }
  }

  /** Does one thing and runs the turn that follows from it. */
  act(id: number, act: ManualNodeAct): void {
    const problem = this.#perform(act);
    if (problem === null) this.#options.turn();
    this.#options.tell({ t: 'acted', id, problem });
  }

  #perform(act: ManualNodeAct): string | null {
    if (!this.inbox.isOpen) return 'the node is not in manual mode';
    if (act.do === 'fire') this.#pass(this.#timerTicks);
    else return this.#actOnItem(act);
    return null;
  }

  #actOnItem(act: Exclude<ManualNodeAct, { do: 'fire' }>): string | null {
    const problem = this.inbox.act(act.do, act.item);
    // A timer fires when somebody says so: what comes before it lets less time pass.
    if (problem === null && act.do === 'deliver') {
      this.#pass(Math.min(act.ticks, this.#timerTicks - 1));
    }
    return problem;
  }

  /** So much time passes at the beginning of the next turn. */
  #pass(ticks: number): void {
    this.#firedTicks += ticks;
    this.#options.clock.step(ticks);
  }

  /** What clients asked, as inputs of this turn; in manual mode each request waits instead. */
  takeRequests(): Input[] {
    const inputs = this.#options.gateway.takeInputs();
    if (!this.inbox.isOpen) return inputs;
    for (const input of inputs) for (const one of singleRequests(input)) this.#keepRequest(one);
    return [];
  }

  #keepRequest(input: RequestInput): void {
    this.inbox.keep(this.#arrivalOf(input));
  }

  #arrivalOf(input: RequestInput): Arrival {
    const { gateway, enqueue } = this.#options;
    const [request] = input.requests;
    const text = request === undefined ? '' : formatValue('op' in request ? request.op : request);
    return {
      kind: 'request',
      from: null,
      type: input.kind === 'read' ? 'read' : (input.requests[0]?.op.kind ?? 'request'),
      text,
      bytes: JSON.stringify(input.requests).length,
      deliver: () => enqueue(input),
      drop: () => {
        if (request !== undefined) gateway.forgetRequest(request.reqId);
      },
      // The copy is answered to nobody: its client has the answer to the first.
      again: () =>
        this.#arrivalOf(
          withNumber(
            input,
            gateway.expect(() => undefined),
          ),
        ),
    };
  }

  /** Tells the supervisor what changed since the last time; nothing when nothing did. */
  report(): void {
    if (!this.inbox.isOpen) return;
    const changes = this.inbox.takeChanges();
    const node = this.#state();
    const traffic = this.#options.traffic();
    const state = JSON.stringify([node, traffic, changes.overflowed]);
    if (changes.added.length + changes.gone.length === 0 && state === this.#toldState) return;
    this.#toldState = state;
    this.#options.tell({ t: 'inbox', ...changes, node, traffic });
  }

  get #timerTicks(): number {
    return Math.max(1, this.#options.core().sleepTicks());
  }

  #state(): ManualNodeState {
    const { role, word, era, committed, applied } = this.#options.core().describe();
    return {
      role,
      word,
      era,
      committed,
      applied,
      timerTicks: this.#timerTicks,
      firedTicks: this.#firedTicks,
    };
  }
}

type RequestInput = Extract<Input, { kind: 'client' | 'read' }>;

function singleRequests(input: Input): RequestInput[] {
  if (input.kind === 'client') {
    return input.requests.map((request) => ({ kind: 'client', requests: [request] }));
  }
  if (input.kind !== 'read') return [];
  return input.requests.map((request) => ({ kind: 'read', requests: [request] }));
}

function withNumber(input: RequestInput, reqId: number): RequestInput {
  if (input.kind === 'client') {
    return { kind: 'client', requests: input.requests.map((request) => ({ ...request, reqId })) };
  }
  return { kind: 'read', requests: input.requests.map((request) => ({ ...request, reqId })) };
}
