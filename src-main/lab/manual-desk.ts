/**
 * Manual mode of a live cluster (docs/MANUAL.md): all nodes keep what arrives, their clocks stand
 * still, and a person, or the lab for them, decides what happens next.
 */
import { LabError } from '../contract/errors.ts';
import type { ManualAct, ManualState } from '../contract/manual.ts';
import type { Cluster } from '../contract/model.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { ManualCondition, ManualNodeAct } from '../vocabulary/manual.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';
import type { ClusterPlan } from './cluster-plan.ts';
import type { Leadership } from './leadership.ts';
import { ManualAsks } from './manual-asks.ts';
import { ManualInboxes } from './manual-inboxes.ts';
import { ManualRun } from './manual-run.ts';
import { itemView, nodeView, stepText } from './manual-view.ts';
import type { Membership } from './membership.ts';
import type { InboxReport } from './node-handle.ts';
import type { NodeGroup } from './node-group.ts';
import type { LabEvent } from './ports.ts';
import { untilOrLate } from './waiting.ts';
import type { WorkloadRunner } from './workload-runner.ts';

/** So long the clients may finish what they have open before everything stands still. */
const REST_MS_MAX = 500;
/** What was sent is expected at the other end within this; a connection may break meanwhile. */
const SETTLE_MS_MAX = 250;
const PUSH_MS = 50;
const LISTED_MAX = 300;

export interface ManualDeskOptions {
  readonly plan: ClusterPlan;
  /** What frames of clients are addressed to. */
  readonly address: string;
  readonly socketDir: string;
  readonly nodes: NodeGroup;
  readonly membership: Membership;
  readonly leadership: Leadership;
  readonly status: () => Cluster['status'];
  readonly workload: () => WorkloadRunner;
  readonly nowUs: () => number;
  /** An operation asked by hand has ended. */
  readonly finished: (record: OperationRecord) => void;
  readonly record: (event: LabEvent) => void;
  readonly changed: (state: ManualState) => void;
}

export class ManualDesk {
  readonly #options: ManualDeskOptions;
  readonly #inboxes = new ManualInboxes();
  #asks: ManualAsks | null = null;
  #isOn = false;
  #run: ManualRun | null = null;
  #steps = 0;
  #last = '';
  /** One thing after the other, whoever asks. */
  #turn: Promise<unknown> = Promise.resolve();
  #playing: Promise<void> = Promise.resolve();
  #push: NodeJS.Timeout | null = null;

  constructor(options: ManualDeskOptions) {
    this.#options = options;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** All that was asked by hand before this moment has ended. */
  get closedUs(): number {
    return this.#asks?.closedUs ?? Infinity;
  }

  // ---- what nodes say ----------------------------------------------------------------------

  note(node: NodeId, report: InboxReport): void {
    if (!this.#isOn) return;
    this.#inboxes.note(node, report);
    this.noteChange();
  }

  noteExit(node: NodeId): void {
    this.#inboxes.forget(node);
    this.noteChange();
  }

  setNodes(nodeIds: readonly NodeId[]): void {
    this.#asks?.setNodes(nodeIds);
    this.noteChange();
  }

  /** Told to the screen soon, many changes at once. */
  noteChange(): void {
    if (!this.#isOn) return;
    this.#push ??= setTimeout(() => {
      this.#push = null;
      this.#options.changed(this.state());
    }, PUSH_MS);
  }

  // ---- the mode ----------------------------------------------------------------------------

  /** Begins the mode or ends it. @throws LabError */
  set(on: boolean): Promise<void> {
    if (!on) {
      this.#leave('ended by hand');
      return Promise.resolve();
    }
    return this.#inTurn(() => this.#enter());
  }

  async #enter(): Promise<void> {
    if (this.#isOn) return;
    const { nodes, workload } = this.#options;
    this.#ensure(this.#whyNot());
    workload().rest('asks-nothing');
    const asks = this.#asks ?? this.#makeAsks();
    this.#asks = asks;
    await untilOrLate(() => asks.isReady && workload().outstanding === 0, REST_MS_MAX);
    this.#ensure(this.#whyNot());
    workload().rest('stands-still');
    this.#isOn = true;
    this.#steps = 0;
    this.#last = '';
    this.#run = null;
    nodes.pushManual();
    this.#record('begin', '');
    await this.#settle();
    this.#options.changed(this.state());
  }

  #whyNot(): string | null {
    const { plan, status } = this.#options;
    if (plan.scenario !== null) return 'a scenario runs: its steps have times of their own';
    return status() === 'running' ? null : `${plan.id} is ${status()}`;
  }

  #makeAsks(): ManualAsks {
    const { plan, address, socketDir, leadership, nowUs, finished } = this.#options;
    const leader = leadership.ready();
    const others = this.#nodeIds.filter((node) => node !== leader);
    return new ManualAsks({
      cluster: address,
      protocol: plan.protocol,
      socketDir,
      nodeIds: leader === null ? others : [leader, ...others],
      nowUs,
      isPatient: () => this.#isOn,
      finished,
      changed: () => this.noteChange(),
    });
  }

  get #nodeIds(): readonly NodeId[] {
    return this.#options.membership.presentIds;
  }

  /** Everything that waits is delivered in order, and the clocks go on. */
  #leave(why: string): void {
    if (!this.#isOn) return;
    this.#run?.halt(why);
    this.#isOn = false;
    this.#options.nodes.pushManual();
    this.#options.workload().rest('no');
    const { waiting } = this.#inboxes;
    this.#record('end', `${why}; ${waiting} in the inboxes delivered in order`);
    this.#inboxes.clear();
    if (this.#push !== null) clearTimeout(this.#push);
    this.#push = null;
    this.#options.changed(this.state());
  }

  /** The run ends. */
  close(): void {
    this.#leave('the run ended');
    this.#asks?.close();
  }

  #record(what: Extract<LabEvent, { k: 'manual' }>['what'], note: string): void {
    this.#options.record({ k: 'manual', us: this.#options.nowUs(), what, note });
  }

  // ---- steps -------------------------------------------------------------------------------

  /** Does what a person asks for; a `run` has only begun when this resolves. @throws LabError */
  act(act: ManualAct): Promise<void> {
    if (act.do === 'halt') {
      this.#run?.halt('ended by hand');
      return this.#playing;
    }
    return this.#inTurn(() => this.#act(act));
  }

  /** The `run` that was begun last has ended. */
  whenPlayed(): Promise<void> {
    return this.#playing;
  }

  async #act(act: Exclude<ManualAct, { do: 'halt' }>): Promise<void> {
    this.#ensure(this.#isOn ? null : `${this.#options.plan.id} is not in manual mode`);
    if (act.do === 'ask') return this.#ask(act);
    this.#ensure(this.#run?.isOn === true ? 'a run goes on: end it first' : null);
    if (act.do === 'run') this.#begin(act.until, act.steps);
    else if (act.do === 'step') this.#ensure(await this.#step());
    else if (act.do === 'fire') this.#ensure(await this.#actOn(act.node, { do: 'fire' }));
    else if (act.do === 'deliver') this.#ensure(await this.#deliver(act.node, act.item));
    else this.#ensure(await this.#actOn(act.node, { do: act.do, item: act.item }));
  }

  async #ask(act: Extract<ManualAct, { do: 'ask' }>): Promise<void> {
    this.#ensure(this.#asks?.ask(act.op, act.key, act.value) ?? null);
    const waiting = this.#inboxes.waiting;
    await untilOrLate(() => this.#inboxes.waiting > waiting, SETTLE_MS_MAX);
  }

  #begin(until: ManualCondition, stepsMax: number): void {
    const isHere = until.is !== 'applied' || this.#nodeIds.includes(until.node);
    this.#ensure(isHere ? null : `there is no node ${until.is === 'applied' ? until.node : ''}`);
    const run = new ManualRun(until, stepsMax, {
      holds: (condition) => this.#holds(condition),
      step: () => (this.#isOn ? this.#step() : Promise.resolve('the mode has ended')),
      changed: () => this.noteChange(),
    });
    this.#run = run;
    this.#playing = run.play();
  }

  async #step(): Promise<string | null> {
    const next = this.#inboxes.next(this.#movable);
    if (next === null) return 'nothing can move: no node runs';
    if (next.do === 'fire') return this.#actOn(next.node, { do: 'fire' });
    return this.#deliver(next.node, next.item.id);
  }

  /** All clocks follow one time: this one catches up before it gets anything. */
  #deliver(node: NodeId, item: number): Promise<string | null> {
    return this.#actOn(node, { do: 'deliver', item, ticks: this.#inboxes.lagOf(node) });
  }

  /** @returns why it was not done, or null. */
  async #actOn(node: NodeId, act: ManualNodeAct): Promise<string | null> {
    const handle = this.#options.nodes.handle(node);
    if (handle?.isReady !== true) return `${node} does not run`;
    if (handle.isPaused) return `${node} is paused`;
    const text = stepText(node, act, this.#inboxes);
    const problem = await handle.act(act);
    if (problem !== null) return problem;
    this.#steps += 1;
    this.#last = text;
    if (act.do === 'duplicate') this.#record('duplicate', text);
    await this.#settle();
    this.noteChange();
    return null;
  }

  // ---- what holds --------------------------------------------------------------------------

  /** Nodes that can be told to do something. */
  get #movable(): readonly NodeId[] {
    return this.#nodeIds.filter((node) => {
      const handle = this.#options.nodes.handle(node);
      return handle?.isReady === true && !handle.isPaused && !handle.isGoing;
    });
  }

  #holds(until: ManualCondition): boolean {
    switch (until.is) {
      case 'leader': {
        const leader = this.#options.leadership.ready();
        return leader !== null && this.#movable.includes(leader);
      }
      case 'idle':
        return this.#movable.every((node) => this.#inboxes.waitingAt(node) === 0);
      case 'committed':
        return this.#inboxes.committed >= until.atLeast;
      case 'applied':
        return (this.#inboxes.state(until.node)?.applied ?? 0) >= until.atLeast;
    }
  }

  /** Waits until what the last turn sent has arrived in inboxes. */
  async #settle(): Promise<void> {
    await untilOrLate(() => !this.#isOn || this.#inboxes.isSettled(this.#movable), SETTLE_MS_MAX);
  }

  state(): ManualState {
    const { plan, nodes } = this.#options;
    const present = this.#isOn ? this.#nodeIds : [];
    return {
      cluster: plan.id,
      on: this.#isOn,
      tickMs: plan.timing.tickMs,
      nodes: present.map((node) => nodeView(node, nodes.handle(node), this.#inboxes)),
      items: this.#inboxes.oldest(LISTED_MAX).map((item) => itemView(item, plan.protocol)),
      next: this.#nextView(),
      waiting: this.#inboxes.waiting,
      overflowed: this.#inboxes.overflowed,
      steps: this.#steps,
      last: this.#last,
      run: this.#run?.view ?? null,
      asks: [...(this.#asks?.views ?? [])],
    };
  }

  #nextView(): ManualState['next'] {
    const next = this.#isOn ? this.#inboxes.next(this.#movable) : null;
    if (next === null) return null;
    return { node: next.node, item: next.do === 'deliver' ? next.item.id : null };
  }

  #ensure(problem: string | null): void {
    if (problem !== null) throw new LabError('not-possible-now', problem);
  }

  #inTurn(job: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(job);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
