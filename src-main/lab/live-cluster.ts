/**
 * A running cluster: its nodes, its clients, its faults, its record. Everything that is broken goes
 * through the ledger; everything that was started here ends in `stop`.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { assert } from '../base/assert.ts';
import { LabError } from '../contract/errors.ts';
import type { Cluster, Run, RunStatus, Violation } from '../contract/model.ts';
import type { SignalOrder } from '../faults/fault-kind.ts';
import { faultKind, linkKey } from '../faults/index.ts';
import type { FaultOrigin, FaultRecord, FaultSpec, Link } from '../vocabulary/fault.ts';
import { CLEAR_LINK } from '../vocabulary/fault.ts';
import type { Json } from '../vocabulary/json.ts';
import type { Member, NodeId, ProtocolName } from '../vocabulary/ids.ts';
import type { NodeCounters } from '../vocabulary/journal.ts';
import type { Timing } from '../vocabulary/timing.ts';
import type { OperationRecord, Workload } from '../vocabulary/workload.ts';
import type { LinkRules, NodeConfig } from '../runtime/process/node-config.ts';
import type { ChildEntries } from './child-entries.ts';
import { FaultLedger } from './fault-ledger.ts';
import type { Guardian } from './guardian.ts';
import { Leadership } from './leadership.ts';
import { NodeHandle, type NodeExit } from './node-handle.ts';
import type { Places } from './places.ts';
import type { LabEvent, Recorder } from './ports.ts';
import { WorkloadRunner } from './workload-runner.ts';

export interface ClusterPlan {
  readonly id: string;
  readonly name: string;
  readonly scenario: string | null;
  readonly scenarioSource: string | null;
  readonly protocol: ProtocolName;
  readonly service: string;
  readonly nodes: number;
  readonly seed: number;
  readonly timing: Timing;
  readonly options: { readonly [name: string]: Json };
  readonly mutants: readonly string[];
  readonly workload: Workload;
}

export interface ClusterTools {
  readonly places: Places;
  readonly entries: ChildEntries;
  readonly guardian: Guardian;
  /** null: nothing is recorded, nodes write no journal (only to measure what recording costs). */
  readonly recorder: Recorder | null;
  readonly labVersion: string;
  readonly changed: () => void;
  readonly notice: (level: 'info' | 'warning' | 'error', text: string) => void;
}

const FIRST_LEADER_MS_MAX = 15_000;
/** A node that dies on its own is started again this often, then it stays down. */
const RESTARTS_MAX = 3;
const RESTART_PAUSE_MS = 200;
const OPERATIONS_FLUSH_MS = 40;
const GIVE_UP_MS = 5_000;
const ATTEMPT_MS = 100;

export class LiveCluster {
  readonly plan: ClusterPlan;
  readonly ledger: FaultLedger;
  readonly leadership = new Leadership();
  readonly #tools: ClusterTools;
  readonly #members: readonly Member[];
  readonly #nodes = new Map<NodeId, NodeHandle>();
  readonly #restarts = new Map<NodeId, number>();
  readonly #runDir: string;
  readonly #socketDir: string;
  readonly #epochNs: bigint;
  readonly #operationListeners = new Set<(record: OperationRecord) => void>();
  #workload: WorkloadRunner | null = null;
  #workloadNow: Workload;
  #operations: OperationRecord[] = [];
  #operationsTimer: NodeJS.Timeout | null = null;
  #status: Cluster['status'] = 'starting';
  #error: string | null = null;
  #runId: number | null = null;
  #groupId: number | null = null;
  #stopping: Promise<Run | null> | null = null;

  constructor(plan: ClusterPlan, tools: ClusterTools) {
    this.plan = plan;
    this.#tools = tools;
    this.#workloadNow = plan.workload;
    this.#runDir = tools.places.makeRunDir(plan.protocol);
    this.#socketDir = tools.places.makeSocketDir(plan.id);
    this.#epochNs = process.hrtime.bigint();
    this.#members = Array.from({ length: plan.nodes }, (_, index) => ({
      nodeId: `n${index + 1}`,
      storageId: randomBytes(8).toString('hex'),
    }));
    this.ledger = new FaultLedger((fault) => {
      this.#record({ k: 'fault', us: fault.endUs ?? fault.startUs, fault });
      this.#pushRules();
      tools.changed();
    });
  }

  get nodeIds(): readonly NodeId[] {
    return this.#members.map((member) => member.nodeId);
  }

  get members(): readonly Member[] {
    return this.#members;
  }

  /** What frames are addressed to: unlike any other cluster's, also of an earlier run. */
  get address(): string {
    return `${this.plan.id} ${this.#epochNs}`;
  }

  get runId(): number | null {
    return this.#runId;
  }

  get status(): Cluster['status'] {
    return this.#status;
  }

  nowUs(): number {
    return Math.round(Number(process.hrtime.bigint() - this.#epochNs) / 1_000);
  }

  describe(): Cluster {
    return {
      id: this.plan.id,
      protocol: this.plan.protocol,
      nodeIds: [...this.nodeIds],
      runId: this.#runId,
      groupId: this.#groupId,
      status: this.#status,
      error: this.#error,
      elapsedMs: this.nowUs() / 1_000,
      workload: { ...this.#workloadNow, mix: { ...this.#workloadNow.mix } },
      scenario: this.plan.scenario,
    };
  }

  /** Starts nodes, waits for a leader and the clients' sessions. @throws LabError */
  async start(groupId: number): Promise<void> {
    this.#groupId = groupId;
    try {
      await this.#beginRun(groupId);
      for (const member of this.#members) this.#startNode(member.nodeId);
      await this.#firstLeader();
      this.#makeWorkload();
      await this.#until(() => this.#workload?.isReady ?? false, 'no client got a session');
      if (this.#status === 'starting') this.#status = 'running';
      this.#tools.changed();
    } catch (error) {
      this.#status = 'failed';
      this.#error = error instanceof Error ? error.message : String(error);
      await this.stop('failed', this.#error);
      throw error;
    }
  }

  async #beginRun(groupId: number): Promise<void> {
    const { recorder, labVersion } = this.#tools;
    if (recorder === null) return;
    const { plan } = this;
    this.#runId = await recorder.beginRun({
      groupId,
      name: plan.name,
      scenario: plan.scenario,
      scenarioSource: plan.scenarioSource,
      protocol: plan.protocol,
      service: plan.service,
      members: this.#members,
      seed: plan.seed,
      timing: plan.timing,
      options: plan.options,
      mutants: plan.mutants,
      workload: plan.workload,
      startedAt: new Date().toISOString(),
      labVersion,
      directory: this.#runDir,
    });
  }

  async #firstLeader(): Promise<void> {
    await this.#until(() => this.leadership.ready() !== null, 'no leader was chosen');
  }

  async #until(condition: () => boolean, otherwise: string): Promise<void> {
    const deadline = performance.now() + FIRST_LEADER_MS_MAX;
    while (!condition()) {
      if (this.#error !== null) throw new LabError('node-failed', this.#error);
      if (this.#stopping !== null) throw new LabError('not-possible-now', 'the run was ended');
      if (performance.now() > deadline) {
        const text = `${this.plan.protocol}: ${otherwise} within ${FIRST_LEADER_MS_MAX / 1000} s`;
        throw new LabError('no-leader-in-time', text);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  // ---- nodes -------------------------------------------------------------------------------

  #startNode(nodeId: NodeId): void {
    const handle = this.#nodes.get(nodeId) ?? this.#makeHandle(nodeId);
    handle.start(this.#configOf(nodeId));
    if (handle.pid === null) return;
    this.#tools.guardian.watch(handle.pid);
    this.#tools.places.addNode(handle.pid);
  }

  #makeHandle(nodeId: NodeId): NodeHandle {
    let pid: number | null = null;
    const handle = new NodeHandle(nodeId, this.#tools.entries, {
      ready: (incarnation, _storageId, journalFile) => {
        pid = handle.pid;
        this.#handleReady(nodeId, incarnation, journalFile);
      },
      role: (message) => this.leadership.note(nodeId, message),
      exited: (exit) => {
        if (pid !== null) {
          this.#tools.guardian.forget(pid);
          this.#tools.places.removeNode(pid);
        }
        this.#handleExit(nodeId, exit);
      },
    });
    this.#nodes.set(nodeId, handle);
    return handle;
  }

  #configOf(nodeId: NodeId): NodeConfig {
    const { plan } = this;
    const member = this.#members.find((candidate) => candidate.nodeId === nodeId);
    assert(member !== undefined, `${nodeId} is no member`);
    const dataDir = path.join(this.#runDir, nodeId);
    fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return {
      cluster: this.address,
      protocol: plan.protocol,
      service: plan.service,
      nodeId,
      members: this.#members,
      storageId: member.storageId,
      socketDir: this.#socketDir,
      dataDir,
      seed: plan.seed,
      timing: plan.timing,
      options: plan.options,
      mutants: plan.mutants,
      epochNs: String(this.#epochNs),
      journal: this.#tools.recorder !== null,
      links: this.#rulesOf(nodeId),
    };
  }

  #handleReady(nodeId: NodeId, incarnation: number, journalFile: string | null): void {
    this.#record({ k: 'up', us: this.nowUs(), node: nodeId, incarnation });
    if (journalFile !== null && this.#runId !== null) {
      this.#tools.recorder?.followJournal(this.#runId, nodeId, incarnation, journalFile);
    }
    this.#nodes.get(nodeId)?.setRules(this.#rulesOf(nodeId));
    this.#tools.changed();
  }

  #handleExit(nodeId: NodeId, exit: NodeExit): void {
    this.leadership.forget(nodeId);
    const how = exit.asked ?? 'crash';
    const own = exit.error ?? (exit.signal === null ? `exit code ${exit.code}` : exit.signal);
    const why = { kill: 'SIGKILL', stop: 'asked to end', crash: own }[how];
    this.#record({ k: 'down', us: this.nowUs(), node: nodeId, how, why });
    if (exit.asked === null && this.#stopping === null) this.#handleCrash(nodeId, exit, why);
    this.#tools.changed();
  }

  /** A node died that nobody killed. A bug (assertion) or a bad disk would only repeat itself. */
  #handleCrash(nodeId: NodeId, exit: NodeExit, why: string): void {
    const restarts = this.#restarts.get(nodeId) ?? 0;
    const hopeless = exit.code === 70 || exit.code === 71 || exit.code === 72;
    if (this.#status === 'starting') {
      this.#error = `${this.plan.protocol} ${nodeId} could not start: ${why}`;
      return;
    }
    if (hopeless || restarts >= RESTARTS_MAX) {
      const reason = hopeless ? '' : ` after ${restarts} restarts`;
      const text = `${this.plan.protocol} ${nodeId} stays down${reason}: ${why}`;
      this.#tools.notice('error', text);
      return;
    }
    this.#restarts.set(nodeId, restarts + 1);
    this.#tools.notice('warning', `${this.plan.protocol} ${nodeId} died and restarts: ${why}`);
    setTimeout(() => {
      const handle = this.#nodes.get(nodeId);
      if (this.#stopping === null && handle?.isRunning === false) this.#startNode(nodeId);
    }, RESTART_PAUSE_MS);
  }

  isRunning(nodeId: NodeId): boolean {
    return this.#nodes.get(nodeId)?.isRunning ?? false;
  }

  isPaused(nodeId: NodeId): boolean {
    return this.#nodes.get(nodeId)?.isPaused ?? false;
  }

  pidOf(nodeId: NodeId): number | null {
    return this.#nodes.get(nodeId)?.pid ?? null;
  }

  /** Totals of each node that answers. */
  async counters(): Promise<Map<NodeId, NodeCounters>> {
    const found = new Map<NodeId, NodeCounters>();
    const asked = [...this.#nodes].map(async ([nodeId, handle]) => {
      const counters = await handle.counters();
      if (counters !== null) found.set(nodeId, counters);
    });
    await Promise.all(asked);
    return found;
  }

  // ---- faults ------------------------------------------------------------------------------

  /** Begins a fault. @throws LabError when it cannot be applied; the ledger has the refusal. */
  begin(spec: FaultSpec, origin: FaultOrigin, label: string | null = null): FaultRecord {
    const problem = this.#problemOf(spec);
    if (this.ledger.isFull) throw new LabError('not-possible-now', 'the fault ledger is full');
    const record = this.ledger.begin(spec, label, origin, this.nowUs());
    if (problem !== null) {
      this.ledger.end(record.id, this.nowUs(), `refused: ${problem}`);
      throw new LabError('not-possible-now', problem);
    }
    for (const order of faultKind(spec).begin(spec)) this.#signal(order);
    return record;
  }

  #problemOf(spec: FaultSpec): string | null {
    const wrong = faultKind(spec).check(spec);
    if (wrong !== null) return wrong;
    if (!('node' in spec)) return null;
    const handle = this.#nodes.get(spec.node);
    if (handle === undefined) return `no node ${spec.node} in this cluster`;
    if (!handle.isRunning) return `${spec.node} is not running`;
    if (spec.kind === 'pause' && handle.isPaused) return `${spec.node} is paused already`;
    return null;
  }

  /** Ends a fault and does what undoes it. */
  undo(id: number, outcome: string): boolean {
    const record = this.ledger.find(id);
    if (record === null) return false;
    this.ledger.end(id, this.nowUs(), outcome);
    for (const order of faultKind(record.spec).undo(record.spec)) this.#signal(order);
    return true;
  }

  #signal({ node, signal }: SignalOrder): void {
    const handle = this.#nodes.get(node);
    assert(handle !== undefined, `signal ${signal} to unknown ${node}`);
    switch (signal) {
      case 'kill':
        void handle.kill();
        // A paused node that is killed is no longer paused.
        this.#endPauses(node, 'killed');
        return;
      case 'stop':
        this.#endPauses(node, 'stopped');
        void handle.stop();
        return;
      case 'start':
        this.#startWhenGone(node, handle);
        return;
      case 'pause':
        handle.pause();
        this.#record({ k: 'pause', us: this.nowUs(), node });
        return;
      case 'resume':
        if (!handle.isPaused) return;
        handle.resume();
        this.#record({ k: 'resume', us: this.nowUs(), node });
        return;
    }
  }

  #startWhenGone(node: NodeId, handle: NodeHandle): void {
    if (this.#stopping !== null) return;
    if (!handle.isRunning) this.#startNode(node);
    else setTimeout(() => this.#startWhenGone(node, handle), 5);
  }

  #endPauses(node: NodeId, outcome: string): void {
    for (const record of this.ledger.ofNode(node)) {
      if (record.spec.kind !== 'pause') continue;
      this.ledger.end(record.id, this.nowUs(), outcome);
      this.#record({ k: 'resume', us: this.nowUs(), node });
    }
  }

  /** Starts a node that is down, whatever brought it down. */
  startNode(node: NodeId): void {
    const handle = this.#nodes.get(node);
    if (handle === undefined) throw new LabError('not-possible-now', `no node ${node}`);
    const downs = this.ledger.ofNode(node).filter(({ spec }) => spec.kind !== 'pause');
    if (handle.isRunning && downs.length === 0) {
      throw new LabError('not-possible-now', `${node} runs already`);
    }
    this.#restarts.delete(node);
    if (downs.length === 0) this.#startNode(node);
    for (const record of downs) this.undo(record.id, 'started again');
  }

  resumeNode(node: NodeId): void {
    const pauses = this.ledger.ofNode(node).filter(({ spec }) => spec.kind === 'pause');
    if (pauses.length === 0) throw new LabError('not-possible-now', `${node} is not paused`);
    for (const record of pauses) this.undo(record.id, 'resumed');
  }

  /** Ends the link faults that touch `link`, or all when null; what they do elsewhere goes on. */
  heal(link: Link | null, origin: FaultOrigin): number {
    let healed = 0;
    for (const record of this.ledger.active) {
      const { spec } = record;
      if (!('links' in spec)) continue;
      const rest = link === null ? [] : spec.links.filter((other) => !sameLink(other, link));
      if (rest.length === spec.links.length) continue;
      healed += 1;
      this.undo(record.id, 'healed');
      if (rest.length > 0) this.begin({ ...spec, links: rest }, origin);
    }
    return healed;
  }

  /** Undoes everything that is on. `restart`: also starts nodes that faults brought down. */
  undoAll(outcome: string, restart: boolean): void {
    for (const record of [...this.ledger.active].reverse()) {
      const isDown = record.spec.kind === 'kill' || record.spec.kind === 'stop';
      if (isDown && !restart) this.ledger.end(record.id, this.nowUs(), outcome);
      else this.undo(record.id, outcome);
    }
  }

  #rulesOf(nodeId: NodeId): LinkRules {
    const rules = this.ledger.rules();
    const own: Record<NodeId, LinkRules[string]> = {};
    for (const peer of this.nodeIds) {
      if (peer === nodeId) continue;
      const outgoing = rules.get(linkKey(nodeId, peer)) ?? CLEAR_LINK;
      // Both ends cut, so that a node that cannot hear of the cut (paused) is cut off all the same.
      const deaf = rules.get(linkKey(peer, nodeId))?.cut ?? false;
      own[peer] = { outgoing, deaf };
    }
    return own;
  }

  #pushRules(): void {
    for (const [nodeId, handle] of this.#nodes) {
      if (handle.isReady) handle.setRules(this.#rulesOf(nodeId));
    }
  }

  // ---- clients -----------------------------------------------------------------------------

  #makeWorkload(): void {
    const { plan } = this;
    this.#workload = new WorkloadRunner(
      {
        cluster: this.address,
        protocol: plan.protocol,
        nodeIds: this.nodeIds,
        socketDir: this.#socketDir,
        seed: plan.seed,
        nowUs: () => this.nowUs(),
        attemptMs: ATTEMPT_MS,
        giveUpMs: GIVE_UP_MS,
        finished: (record) => this.#handleOperation(record),
      },
      plan.workload,
    );
    this.#operationsTimer = setInterval(() => this.#flushOperations(), OPERATIONS_FLUSH_MS);
  }

  get workload(): WorkloadRunner {
    assert(this.#workload !== null, 'the workload was not made yet');
    return this.#workload;
  }

  setWorkload(workload: Workload): void {
    this.#workloadNow = workload;
    this.#workload?.setWorkload(workload);
    this.#tools.changed();
  }

  onOperation(listener: (record: OperationRecord) => void): () => void {
    this.#operationListeners.add(listener);
    return () => this.#operationListeners.delete(listener);
  }

  #handleOperation(record: OperationRecord): void {
    if (this.#tools.recorder !== null) this.#operations.push(record);
    for (const listener of this.#operationListeners) listener(record);
  }

  #flushOperations(): void {
    if (this.#operations.length === 0 || this.#runId === null) return;
    this.#tools.recorder?.recordOperations(this.#runId, this.#operations);
    this.#operations = [];
  }

  #record(event: LabEvent): void {
    if (this.#runId !== null) this.#tools.recorder?.recordEvents(this.#runId, [event]);
  }

  // ---- the end -----------------------------------------------------------------------------

  /**
   * Ends the run: clients, faults, nodes, record, files. Safe to call again; the same run results.
   * @returns the closed run, null when nothing was recorded.
   */
  stop(
    status: Exclude<RunStatus, 'running'>,
    note: string | null,
    failedExpectations: readonly Violation[] = [],
  ): Promise<Run | null> {
    this.#stopping ??= this.#stop(status, note, failedExpectations);
    return this.#stopping;
  }

  async #stop(
    status: Exclude<RunStatus, 'running'>,
    note: string | null,
    failedExpectations: readonly Violation[],
  ): Promise<Run | null> {
    if (this.#status !== 'failed') this.#status = 'stopping';
    this.#tools.changed();
    this.#workload?.close();
    if (this.#operationsTimer !== null) clearInterval(this.#operationsTimer);
    this.#flushOperations();
    const us = this.nowUs();
    this.undoAll('the run ended', false);
    await Promise.all([...this.#nodes.values()].map((handle) => handle.stop()));
    const run = await this.#endRun({ us, status, note, failedExpectations });
    fs.rmSync(this.#socketDir, { recursive: true, force: true });
    if (run !== null || this.#tools.recorder === null) {
      fs.rmSync(this.#runDir, { recursive: true, force: true });
    }
    return run;
  }

  async #endRun(end: Parameters<Recorder['endRun']>[1]): Promise<Run | null> {
    if (this.#runId === null || this.#tools.recorder === null) return null;
    try {
      return await this.#tools.recorder.endRun(this.#runId, end);
    } catch (error) {
      // The files stay: the next start salvages what they hold.
      const why = error instanceof Error ? error.message : String(error);
      this.#tools.notice('error', `the recording of run ${this.#runId} was not closed: ${why}`);
      return null;
    }
  }
}

function sameLink(a: Link, b: Link): boolean {
  return a.from === b.from && a.to === b.to;
}
