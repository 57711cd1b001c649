/**
 * A running cluster: its nodes, its clients, its faults, its record. Everything that is broken goes
 * through the fault desk; everything that was started here ends in `stop`.
 */
import fs from 'node:fs';
import { assert } from '../base/assert.ts';
import { LabError } from '../contract/errors.ts';
import type { Cluster, Run, RunStatus } from '../contract/model.ts';
import type { FaultOrigin, FaultRecord, FaultSpec, Link } from '../vocabulary/fault.ts';
import type { AdminRecord, AdminSpec } from '../vocabulary/admin.ts';
import type { Member, NodeId } from '../vocabulary/ids.ts';
import type { NodeCounters } from '../vocabulary/journal.ts';
import type { OperationRecord, Workload } from '../vocabulary/workload.ts';
import { AdminDesk } from './admin-desk.ts';
import type { ClusterPlan, ClusterTools } from './cluster-plan.ts';
import { FaultDesk } from './fault-desk.ts';
import type { FaultLedger } from './fault-ledger.ts';
import { LiveFaultHost } from './live-fault-host.ts';
import { Leadership } from './leadership.ts';
import { ManualDesk } from './manual-desk.ts';
import { Membership } from './membership.ts';
import { NodeGroup } from './node-group.ts';
import { OperationLog } from './operation-log.ts';
import type { RunEnd } from './ports.ts';
import { RunRecord } from './run-record.ts';
import { untilOrLate } from './waiting.ts';
import { WorkloadRunner } from './workload-runner.ts';

const FIRST_LEADER_MS_MAX = 15_000;
const GIVE_UP_MS = 5_000;
const ATTEMPT_MS = 100;

/** What a scenario found out about its own run. */
export type Judgement = Pick<
  RunEnd,
  'failedExpectations' | 'unknownBecause' | 'demandsLinearizable'
>;

const NOTHING_JUDGED: Judgement = { failedExpectations: [], unknownBecause: null };

export class LiveCluster {
  readonly plan: ClusterPlan;
  readonly leadership = new Leadership();
  readonly membership: Membership;
  readonly manual: ManualDesk;
  readonly #tools: ClusterTools;
  readonly #nodes: NodeGroup;
  readonly #faultHost: LiveFaultHost;
  readonly #faults: FaultDesk;
  readonly #admin: AdminDesk;
  readonly #runDir: string;
  readonly #socketDir: string;
  readonly #epochNs = process.hrtime.bigint();
  readonly #operations: OperationLog;
  readonly #record: RunRecord;
  #workload: WorkloadRunner | null = null;
  #workloadNow: Workload;
  #status: Cluster['status'] = 'starting';
  #error: string | null = null;
  #stopping: Promise<Run | null> | null = null;

  constructor(plan: ClusterPlan, tools: ClusterTools) {
    this.plan = plan;
    this.#tools = tools;
    this.#workloadNow = plan.workload;
    this.#runDir = tools.places.makeRunDir(plan.protocol);
    this.#socketDir = tools.places.makeSocketDir(plan.id);
    this.membership = new Membership(plan.nodes, () => this.leadership.ready());
    this.#record = new RunRecord(plan, tools);
    const { isKept } = this.#record;
    this.#operations = new OperationLog(
      isKept ? (all, closedUs) => this.#record.operations(all, closedUs) : null,
    );
    this.#nodes = this.#makeNodes();
    this.#faultHost = new LiveFaultHost({
      nodes: this.#nodes,
      membership: this.membership,
      nowUs: () => this.nowUs(),
      record: (event) => this.#record.event(event),
      changed: tools.changed,
      ending: (node, outcome) => this.#faults.noteExit(node, outcome),
    });
    this.#faults = new FaultDesk(this.#faultHost);
    this.#admin = this.#makeAdminDesk();
    this.manual = this.#makeManualDesk();
  }

  #makeAdminDesk(): AdminDesk {
    return new AdminDesk({
      nodes: this.#nodes,
      faults: this.#faults,
      membership: this.membership,
      leadership: this.leadership,
      nowUs: () => this.nowUs(),
      record: (event) => this.#record.event(event),
      changed: () => {
        this.#workload?.setNodes(this.nodeIds);
        this.manual.setNodes(this.nodeIds);
        this.#tools.changed();
      },
      isEnding: () => this.#stopping !== null,
    });
  }

  #makeNodes(): NodeGroup {
    return new NodeGroup({
      plan: this.plan,
      tools: this.#tools,
      membership: this.membership,
      address: this.address,
      epochNs: this.#epochNs,
      runDir: this.#runDir,
      socketDir: this.#socketDir,
      leadership: this.leadership,
      nowUs: () => this.nowUs(),
      record: (event) => this.#record.event(event),
      linkRulesOf: (node) => this.#faultHost.rulesOf(node, this.ledger),
      nodeRulesOf: (node) => this.ledger.nodeRules(node),
      spent: (fault, link) => this.#faults.noteSpent(fault, link),
      journal: (...life) => this.#record.journal(...life),
      exited: (node) => {
        this.#faultHost.forgetKill(node);
        this.#faults.noteExit(node, 'the process ended');
      },
      killedAtPoint: (...death) => this.#faults.noteKilledAtPoint(...death),
      manual: () => this.manual,
      failedToStart: (text) => {
        this.#error = text;
      },
    });
  }

  #makeManualDesk(): ManualDesk {
    return new ManualDesk({
      plan: this.plan,
      address: this.address,
      socketDir: this.#socketDir,
      nodes: this.#nodes,
      membership: this.membership,
      leadership: this.leadership,
      status: () => this.#status,
      workload: () => this.workload,
      nowUs: () => this.nowUs(),
      finished: (record) => this.#operations.add(record),
      record: (event) => this.#record.event(event),
      changed: this.#tools.manualChanged,
    });
  }

  /** The nodes it runs: those that were removed are none of them. */
  get nodeIds(): readonly NodeId[] {
    return this.membership.presentIds;
  }

  /** Those that have to catch up with each other in the end. */
  get memberIds(): readonly NodeId[] {
    return this.membership.memberIds;
  }

  /** Who decides, as far as the supervisor knows. */
  get voterIds(): readonly NodeId[] {
    return this.membership.voterIds;
  }

  /** The configuration the cluster began with. */
  get members(): readonly Member[] {
    return this.membership.initial;
  }

  /** What frames are addressed to: unlike any other cluster's, also of an earlier run. */
  get address(): string {
    return `${this.plan.id} ${this.#epochNs}`;
  }

  get runId(): number | null {
    return this.#record.runId;
  }

  /** Where its nodes keep their files. */
  get directory(): string {
    return this.#runDir;
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
      standing: this.membership.standings((node) => this.isRunning(node)),
      runId: this.#record.runId,
      groupId: this.#record.groupId,
      status: this.#status,
      error: this.#error,
      elapsedMs: this.nowUs() / 1_000,
      workload: { ...this.#workloadNow, mix: { ...this.#workloadNow.mix } },
      leaseReads: this.plan.options['leaseReads'] === true,
      scenario: this.plan.scenario,
    };
  }

  /** Starts nodes, waits for a leader and the clients' sessions. @throws LabError */
  async start(groupId: number): Promise<void> {
    try {
      await this.#record.begin(groupId, this.members, this.#runDir);
      this.#ensureNotStopping();
      for (const node of this.nodeIds) this.#nodes.start(node);
      await this.#firstLeader();
      this.#ensureNotStopping();
      this.#makeWorkload();
      await this.#until(() => this.#workload?.isReady ?? false, 'no client got a session');
      this.#nodes.noteStarted();
      if (this.#status === 'starting') this.#status = 'running';
      this.#tools.changed();
    } catch (error) {
      if (this.#stopping === null) this.#status = 'failed';
      this.#error = error instanceof Error ? error.message : String(error);
      await this.stop('failed', this.#error);
      throw error;
    }
  }

  /** A stop may come in at every await of a start: nothing may be made after it. */
  #ensureNotStopping(): void {
    if (this.#stopping !== null) throw new LabError('not-possible-now', 'the run was ended');
  }

  async #firstLeader(): Promise<void> {
    await this.#until(() => this.leadership.ready() !== null, 'no leader was chosen');
  }

  async #until(condition: () => boolean, otherwise: string): Promise<void> {
    const isMet = (): boolean => {
      if (this.#error !== null) throw new LabError('node-failed', this.#error);
      this.#ensureNotStopping();
      return condition();
    };
    if (await untilOrLate(isMet, FIRST_LEADER_MS_MAX)) return;
    const text = `${this.plan.protocol}: ${otherwise} within ${FIRST_LEADER_MS_MAX / 1000} s`;
    throw new LabError('no-leader-in-time', text);
  }

  // ---- nodes and faults --------------------------------------------------------------------

  get ledger(): FaultLedger {
    return this.#faults.ledger;
  }

  isRunning(node: NodeId): boolean {
    return this.#nodes.handle(node)?.isRunning ?? false;
  }

  /** It was told to end and has not ended yet. */
  isGoing(node: NodeId): boolean {
    return this.#nodes.handle(node)?.isGoing ?? false;
  }

  isPaused(node: NodeId): boolean {
    return this.#nodes.handle(node)?.isPaused ?? false;
  }

  pidOf(node: NodeId): number | null {
    return this.#nodes.handle(node)?.pid ?? null;
  }

  /** Totals of each node that answers. */
  counters(): Promise<Map<NodeId, NodeCounters>> {
    return this.#nodes.counters();
  }

  /** Begins a fault. @throws LabError when it cannot be applied; the ledger has the refusal. */
  begin(spec: FaultSpec, origin: FaultOrigin, label: string | null = null): FaultRecord {
    return this.#faults.begin(spec, origin, label);
  }

  undo(id: number, outcome: string): boolean {
    return this.#faults.undo(id, outcome);
  }

  /** Called when a node died at a point that a fault named, some time after that began. */
  onKilledAtPoint(listener: (fault: FaultRecord) => void): void {
    this.#faults.onKilledAtPoint(listener);
  }

  /** Ends a fault in a while, unless somebody did before, or the run ends. */
  undoAfter(id: number, ms: number): void {
    setTimeout(() => this.undo(id, `over after ${ms} ms`), ms).unref();
  }

  /** Carries out a command of the operator, after those before it. */
  administer(spec: AdminSpec, origin: FaultOrigin): Promise<AdminRecord> {
    return this.#admin.perform(spec, origin);
  }

  releaseDisk(node: NodeId): void {
    this.#faults.releaseDisk(node);
  }

  startNode(node: NodeId): void {
    this.#faults.startNode(node);
  }

  restoreNode(node: NodeId): void {
    this.#faults.restoreNode(node);
  }

  resumeNode(node: NodeId): void {
    this.#faults.resumeNode(node);
  }

  heal(link: Link | null, origin: FaultOrigin): number {
    return this.#faults.heal(link, origin);
  }

  undoAll(outcome: string, restart: boolean): void {
    this.#faults.undoAll(outcome, restart);
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
        finished: (record) => this.#operations.add(record),
      },
      plan.workload,
    );
    this.#operations.start(() => Math.min(this.workload.closedUs, this.manual.closedUs));
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
    return this.#operations.listen(listener);
  }

  // ---- the end -----------------------------------------------------------------------------

  /**
   * Ends the run: clients, faults, nodes, record, files. Safe to call again; the same run results.
   * @returns the closed run, null when nothing was recorded.
   */
  stop(
    status: Exclude<RunStatus, 'running'>,
    note: string | null,
    judgement: Judgement = NOTHING_JUDGED,
  ): Promise<Run | null> {
    this.#stopping ??= this.#stop(status, note, judgement);
    return this.#stopping;
  }

  async #stop(
    status: Exclude<RunStatus, 'running'>,
    note: string | null,
    judgement: Judgement,
  ): Promise<Run | null> {
    if (this.#status !== 'failed') this.#status = 'stopping';
    this.#tools.changed();
    await this.#record.begun();
    this.manual.close();
    this.#workload?.close();
    this.#operations.close();
    const us = this.nowUs();
    this.undoAll('the run ended', false);
    await this.#nodes.stopAll();
    const run = await this.#record.end({ us, status, note, ...judgement });
    fs.rmSync(this.#socketDir, { recursive: true, force: true });
    if (run !== null || !this.#record.isKept) {
      fs.rmSync(this.#runDir, { recursive: true, force: true });
    }
    return run;
  }
}
