/** Commands of the operator on a simulated cluster: the same programs as live, in virtual time. */
import type { Simulation, OwnEvent } from '../runtime/simulator/timed/simulation.ts';
import type { Answer } from '../runtime/driver/ports.ts';
import { adminLabel, type AdminRecord, type AdminSpec } from '../vocabulary/admin.ts';
import { adminProgram, type AdminProgram, type AdminWait } from './admin-program.ts';
import type { LabEvent } from './ports.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

/** All commands of one step; the first refused one ends it. */
interface Order {
  /** What the step means when its turn comes; null: its words stand for nobody then, try again. */
  readonly meaning: () => readonly AdminSpec[] | null;
  /** What is left of it; null before its turn. */
  specs: readonly AdminSpec[] | null;
  /** Nobody is waited for any longer than this. */
  giveUpUs: number;
  /** null: all were carried out; else why not. */
  readonly done: (problem: string | null) => void;
}

interface Running {
  readonly order: Order;
  readonly record: AdminRecord;
  readonly program: AdminProgram;
  /** The question that is under way. */
  asked: { reqId: number; readonly giveUpUs: number; answer: Answer | null } | null;
}

const POLL_US = 25_000;
const ANSWER_US_MAX = 5_000_000;
/** A step that names the leader waits this long for one, from its turn on. */
const LEADER_WAIT_US_MAX = 3_000_000;

export class SimulatedCommands {
  readonly #simulation: Simulation;
  readonly #cluster: SimulatedCluster;
  readonly #record: (event: LabEvent) => void;
  readonly #orders: Order[] = [];
  #running: Running | null = null;
  #count = 0;
  #isPlanned = false;

  constructor(
    simulation: Simulation,
    cluster: SimulatedCluster,
    record: (event: LabEvent) => void,
  ) {
    this.#simulation = simulation;
    this.#cluster = cluster;
    this.#record = record;
    // Asked and perhaps answered before `admin` returns.
    simulation.world.observe({
      asked: ({ kind, reqId }) => {
        const asked = this.#running?.asked;
        if (kind === 'admin' && asked?.reqId === 0) asked.reqId = reqId;
      },
      answered: ({ reqId }, answer) => {
        const asked = this.#running?.asked;
        if (asked?.reqId === reqId) asked.answer = answer;
      },
    });
  }

  /** Everything that was ordered is done or refused. */
  get isIdle(): boolean {
    return this.#running === null && this.#orders.length === 0;
  }

  /** Carries out what a step means, when the steps before it are done. */
  perform(meaning: Order['meaning'], done: Order['done']): void {
    this.#orders.push({ meaning, specs: null, giveUpUs: 0, done });
    this.#planTurn(0);
  }

  #planTurn(afterUs: number): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#simulation.plan(afterUs, { is: 'command' });
  }

  /** false: the event is none of these. */
  handle(event: OwnEvent): boolean {
    if (event.is !== 'command') return false;
    this.#isPlanned = false;
    this.#running ??= this.#next();
    if (this.#running !== null) this.#goOn(this.#running);
    if (!this.isIdle) this.#planTurn(POLL_US);
    return true;
  }

  #next(): Running | null {
    const [order] = this.#orders;
    if (order === undefined || !this.#isMeant(order)) return null;
    const [spec, ...later] = order.specs ?? [];
    if (spec === undefined) return this.#drop(order, 'the words stand for no node');
    order.specs = later;
    this.#count += 1;
    const startUs = this.#cluster.nowUs();
    const [id, label] = [this.#count, adminLabel(spec)];
    const open = { endUs: null, ok: null, outcome: null } as const;
    const record: AdminRecord = { id, spec, label, origin: 'scenario', startUs, ...open };
    this.#record({ k: 'admin', us: startUs, record });
    return { order, record, program: adminProgram(spec, this.#cluster), asked: null };
  }

  /** Whether its words stand for nodes by now. */
  #isMeant(order: Order): boolean {
    const nowUs = this.#cluster.nowUs();
    if (order.giveUpUs === 0) order.giveUpUs = nowUs + LEADER_WAIT_US_MAX;
    order.specs ??= order.meaning();
    if (order.specs === null && nowUs >= order.giveUpUs) this.#drop(order, 'there is no leader');
    return order.specs !== null;
  }

  #drop(order: Order, problem: string): null {
    this.#orders.shift();
    order.done(problem);
    return null;
  }

  #goOn(running: Running): void {
    const { asked } = running;
    const isWaiting = asked !== null && asked.answer === null;
    if (isWaiting && this.#cluster.nowUs() < asked.giveUpUs) return;
    running.asked = null;
    try {
      const next = running.program.next(asked?.answer ?? null);
      if (next.done === true) this.#end(running, true, next.value);
      else this.#begin(running, next.value);
    } catch (error) {
      this.#end(running, false, error instanceof Error ? error.message : String(error));
    }
  }

  #begin(running: Running, wait: AdminWait): void {
    if (wait.is === 'stop') this.#cluster.stopNode(wait.node);
    if (wait.is !== 'ask') return;
    const giveUpUs = this.#cluster.nowUs() + ANSWER_US_MAX;
    running.asked = { reqId: 0, giveUpUs, answer: null };
    if (this.#simulation.world.admin(wait.node, wait.op) === null) running.asked = null;
  }

  #end({ order, record }: Running, ok: boolean, outcome: string): void {
    const endUs = this.#cluster.nowUs();
    this.#record({ k: 'admin', us: endUs, record: { ...record, endUs, ok, outcome } });
    this.#running = null;
    if (ok && order.specs !== null && order.specs.length > 0) return;
    this.#orders.shift();
    order.done(ok ? null : outcome);
  }
}
