/** The Lab: running clusters, what is selected, and everything that can be done to them. */
import type { Action, CallOutput } from '../../src-main/contract/calls.ts';
import type { Cluster } from '../../src-main/contract/model.ts';
import type { NodeView } from '../../src-main/contract/node-view.ts';
import type { NodeId, ReadLevel, Workload } from '../../src-main/contract/words.ts';
import type { LabClient } from '../connection/client.ts';
import { fits } from './action-fit.ts';
import { FaultDesk } from './fault-desk.svelte.ts';
import { currentLeader } from './leadership.ts';
import { LiveCluster } from './live-cluster.svelte.ts';
import { presentIds } from './membership.ts';
import {
  actionOf,
  breaks,
  isMeantAsLeader,
  isolationsOf,
  type BreakKind,
  type NodeActionKind,
} from './node-actions.ts';
import { startsWhenUndone } from './node-state.ts';
import type { Notices } from './notices.svelte.ts';
import { Operator } from './operator.ts';
import { protocolTitle } from './words.ts';

export type LabState = CallOutput<'lab.state'>;

export interface Selection {
  readonly cluster: string;
  readonly node: NodeId;
}

export interface ClusterStartInput {
  readonly protocol: Cluster['protocol'];
  readonly nodes: number;
  readonly workload: Workload;
}

export class LabModel {
  clusters = $state.raw<readonly LiveCluster[]>([]);
  selection = $state.raw<Selection | null>(null);
  /** Faults go to every cluster, or to the one that was clicked. */
  everywhere = $state(true);
  starting = $state(false);
  stopping = $state(false);
  /** Runs that the last stop or the last scenario left behind. */
  lastRuns = $state.raw<readonly number[]>([]);
  /** The scenario they ran; null when it was by hand. */
  lastScenario = $state<string | null>(null);
  readonly operator: Operator;
  readonly faults: FaultDesk;
  readonly #client: LabClient;
  readonly #notices: Notices;

  constructor(client: LabClient, notices: Notices) {
    this.#client = client;
    this.#notices = notices;
    this.operator = new Operator(client, notices, {
      targetsOf: (clicked) => this.targetsOf(clicked),
      reachOf: (clicked, node) => this.reachOf(clicked, node),
      everyone: () => this.clusters,
    });
    this.faults = new FaultDesk({
      clusters: () => this.clusters,
      act: (targets, action) => this.#act(targets, action),
      undo: (cluster, fault) => this.undo(cluster, fault),
      startEmpty: (cluster, node) => this.startEmpty(cluster, node),
      inform: (text) => this.#notices.add('info', text),
    });
    client.on('cluster-events', ({ cluster, events }) => {
      this.byId(cluster)?.receive(events);
    });
    client.on('clusters-changed', ({ clusters }) => this.setClusters(clusters));
  }

  byId(id: string): LiveCluster | undefined {
    return this.clusters.find((cluster) => cluster.info.id === id);
  }

  get running(): boolean {
    return this.clusters.length > 0;
  }

  get selected(): { cluster: LiveCluster; node: NodeView } | null {
    const selection = this.selection;
    if (selection === null) return null;
    const cluster = this.byId(selection.cluster);
    const node = cluster?.view.nodes[selection.node];
    return cluster === undefined || node === undefined ? null : { cluster, node };
  }

  /** Takes over the lab's list; clusters that are new here are caught up with. */
  setClusters(infos: readonly Cluster[]): void {
    const gone = this.clusters.filter((c) => !infos.some((info) => info.id === c.info.id));
    const ended = gone.map((cluster) => cluster.info.runId).filter((run) => run !== null);
    if (ended.length > 0) {
      this.lastRuns = [...new Set([...this.lastRuns, ...ended])].sort(byNumber);
      this.lastScenario = gone[0]?.info.scenario ?? null;
    }
    this.clusters = infos.map((info) => {
      const known = this.byId(info.id);
      if (known === undefined) return this.#addCluster(info);
      known.info = info;
      return known;
    });
    if (this.selection !== null && this.byId(this.selection.cluster) === undefined) {
      this.selection = null;
    }
  }

  /** A connection is there (again): what known clusters did meanwhile is fetched. */
  resume(infos: readonly Cluster[]): void {
    const before = this.clusters;
    this.setClusters(infos);
    for (const cluster of before) {
      if (this.clusters.includes(cluster)) void this.#catchUp(cluster);
    }
  }

  async start(clusters: readonly ClusterStartInput[]): Promise<void> {
    this.starting = true;
    this.lastRuns = [];
    await this.#try(async () => {
      const started = await this.#client.call('clusters.start', { clusters: [...clusters] });
      this.setClusters(started.clusters);
    });
    this.starting = false;
  }

  async runScenario(
    name: string,
    protocols: readonly Cluster['protocol'][],
    seed: number | null = null,
  ): Promise<boolean> {
    this.starting = true;
    this.lastRuns = [];
    const ok = await this.#try(async () => {
      const started = await this.#client.call('scenarios.run', {
        name,
        protocols: [...protocols],
        ...(seed === null ? {} : { seed }),
      });
      this.setClusters(started.clusters);
    });
    this.starting = false;
    return ok;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.#try(async () => {
      const { runs } = await this.#client.call('clusters.stop', {});
      this.lastRuns = [...runs].sort(byNumber);
    });
    this.stopping = false;
  }

  /** The cluster that was clicked, or all of them. */
  targetsOf(clicked: LiveCluster): readonly LiveCluster[] {
    return this.everywhere ? this.clusters : [clicked];
  }

  /** Does `action` to the cluster that was clicked, or to all of them. */
  async act(action: Action, clicked: LiveCluster): Promise<void> {
    await this.#act(
      this.targetsOf(clicked).filter(
        (cluster) => isSure(cluster, clicked, action) || fits(cluster, action),
      ),
      action,
    );
  }

  /** Whom an action on this node hits: it alone, each cluster's leader, or its namesakes. */
  reachOf(clicked: LiveCluster, node: NodeId): 'alone' | 'leaders' | 'namesakes' {
    if (!this.everywhere || this.clusters.length < 2) return 'alone';
    return isMeantAsLeader(clicked.view, node) ? 'leaders' : 'namesakes';
  }

  /** One click on a leader is an outage in every cluster: leaders rarely have the same name. */
  async actOnNode(
    kind: NodeActionKind,
    clicked: LiveCluster,
    node: NodeId,
    lostMs = 0,
  ): Promise<void> {
    if (kind === 'rejoin') return this.#rejoin(clicked, node);
    if (breaks(kind) && this.reachOf(clicked, node) === 'leaders')
      return this.actOnLeaders(kind, lostMs);
    return this.act(actionOf(kind, node, lostMs), clicked);
  }

  /** Undoing a lost disk cannot bring it back: what can be done is to start on an empty one. */
  async startEmpty(cluster: LiveCluster, node: NodeId): Promise<void> {
    await this.#act([cluster], { do: 'start', node });
  }

  async partition(cluster: LiveCluster, groups: readonly (readonly NodeId[])[]): Promise<void> {
    const copy = groups.map((group) => [...group]);
    await this.#act([cluster], { do: 'partition', groups: copy });
  }

  /** Each cluster has its own leader: one call per cluster, all at once. */
  async actOnLeaders(kind: BreakKind, lostMs = 0): Promise<void> {
    const jobs = this.clusters.map((cluster) => {
      const leader = currentLeader(cluster.view);
      if (leader === null) return null;
      const action = actionOf(kind, leader.id, lostMs);
      return fits(cluster, action) ? this.#act([cluster], action) : null;
    });
    if (jobs.every((job) => job === null))
      this.#notices.add('info', 'No cluster has a leader to break now.');
    await Promise.all(jobs);
  }

  async undo(cluster: LiveCluster, fault: number): Promise<void> {
    await this.#try(async () => {
      const call = { cluster: cluster.info.id, fault };
      const { ok, message } = await this.#client.call('clusters.undo', call);
      if (!ok) this.#notices.add('warning', message);
    });
  }

  async #rejoin(clicked: LiveCluster, node: NodeId): Promise<void> {
    const jobs = this.targetsOf(clicked).flatMap((cluster) =>
      isolationsOf(cluster.view, node).map((fault) => this.undo(cluster, fault.id)),
    );
    await Promise.all(jobs);
  }

  /** Undoes everything that is broken, and starts every node that is down. */
  async healAll(): Promise<void> {
    await Promise.all(this.clusters.map((cluster) => this.#recover(cluster)));
  }

  /** A node that no fault brought down, or whose disk was lost, is started by nobody's undo. */
  async #recover(cluster: LiveCluster): Promise<void> {
    const { view } = cluster;
    const down = presentIds(view).filter((id) => view.nodes[id]?.state === 'down');
    const orphans = down.filter(
      (id) => !view.faults.some(({ spec }) => startsWhenUndone(spec, id)),
    );
    if (view.faults.length > 0) await this.#act([cluster], { do: 'recover' });
    await Promise.all(orphans.map((node) => this.#act([cluster], { do: 'start', node })));
  }

  /** The same for all, but each cluster is read at a level of its own. */
  async setWorkload(workload: Workload): Promise<void> {
    await Promise.all(
      this.clusters.map((cluster) => {
        const { readLevel } = cluster.info.workload;
        return this.#setWorkload(cluster, { ...workload, readLevel });
      }),
    );
  }

  async setReadLevel(cluster: LiveCluster, readLevel: ReadLevel): Promise<void> {
    await this.#setWorkload(cluster, { ...cluster.info.workload, readLevel });
  }

  async #setWorkload(cluster: LiveCluster, workload: Workload): Promise<void> {
    await this.#try(async () => {
      const clusters = [cluster.info.id];
      await this.#client.call('clusters.workload', { clusters, workload });
      cluster.info = { ...cluster.info, workload };
    });
  }

  /** Folds what waits in every cluster. */
  handleFrame(nowMs: number): void {
    for (const cluster of this.clusters) cluster.fold(nowMs);
  }

  #addCluster(info: Cluster): LiveCluster {
    const cluster = new LiveCluster(info);
    void this.#catchUp(cluster);
    return cluster;
  }

  async #catchUp(cluster: LiveCluster): Promise<void> {
    cluster.beginCatchUp();
    await this.#try(async () => {
      const caught = await this.#client.call('clusters.catchUp', { cluster: cluster.info.id });
      cluster.endCatchUp(caught.events, caught.upToUs);
    });
  }

  async #act(clusters: readonly LiveCluster[], action: Action): Promise<void> {
    if (clusters.length === 0) return;
    await this.#try(async () => {
      const ids = clusters.map((cluster) => cluster.info.id);
      const { results } = await this.#client.call('clusters.act', { clusters: ids, action });
      for (const result of results) {
        if (!result.ok)
          this.#notices.add('warning', `${this.#titleOf(result.cluster)}: ${result.message}`);
      }
    });
  }

  #titleOf(id: string): string {
    const cluster = this.byId(id);
    return cluster === undefined ? id : protocolTitle(cluster.info.protocol);
  }

  async #try(job: () => Promise<void>): Promise<boolean> {
    try {
      await job();
      return true;
    } catch (error) {
      this.#notices.addError(error);
      return false;
    }
  }
}

function byNumber(a: number, b: number): number {
  return a - b;
}

/** On the clicked cluster the lab itself says why something cannot be done; only a second isolation
 *  it would allow. */
function isSure(cluster: LiveCluster, clicked: LiveCluster, action: Action): boolean {
  return cluster === clicked && action.do !== 'isolate';
}
